// SPDX-License-Identifier: GPL-2.0-only
//! The two maps as a table: for screen readers, for print, and for copying.

use std::rc::Rc;

use yew::prelude::*;

use super::state::{Model, Side};
use super::text;
use crate::app::element::{Element, element};
use crate::replay::blockmap::{Block, BlockMap};

pub fn table(model: &Model) -> Html {
    let maps = [model.map(Side::Before), model.map(Side::After)];
    let blocks = maps[0].or(maps[1]).map_or(&[][..], |map| &map.blocks);
    let side = |map: Option<&Rc<BlockMap>>, i: usize| cells(map.and_then(|map| map.blocks.get(i)));
    let kinds = ["Type", "Free", "Used", "Type", "Free", "Used"];
    let rows = blocks.iter().enumerate().map(|(i, block)| {
        element("tr", &[])
            .key(&i.to_string())
            .put(element("th", &[("scope", "row")]).words(i.to_string()))
            .put(element("td", &[]).words(format!("{:#x}", block.pfn)))
            .list(side(maps[0], i))
            .list(side(maps[1], i))
    });
    let head = element("thead", &[])
        .put(
            element("tr", &[])
                .put(element("th", &[("scope", "col"), ("rowspan", "2")]).text("Block"))
                .put(element("th", &[("scope", "col"), ("rowspan", "2")]).text("First frame"))
                .put(element("th", &[("scope", "colgroup"), ("colspan", "3")]).text("Before"))
                .put(element("th", &[("scope", "colgroup"), ("colspan", "3")]).text("After")),
        )
        .put(element("tr", &[]).list(kinds.into_iter().map(|name| element("th", &[("scope", "col")]).text(name))));
    // Eight columns are wider than the narrowest screens, and belong together.
    let scroll = &[("class", "scroll"), ("role", "region"), ("aria-label", "Table of pageblocks"), ("tabindex", "0")];
    element("details", &[("class", "twin")])
        .put(element("summary", &[]).text("The two maps as a table, one row for each pageblock"))
        .put(
            element("div", scroll)
                .put(element("table", &[("id", "blocks")]).put(head).put(element("tbody", &[]).list(rows))),
        )
        .html()
}

fn cells(block: Option<&Block>) -> [Element; 3] {
    let words = match block {
        None => ["...".to_owned(), String::new(), String::new()],
        Some(block) if block.managed() == 0 => ["-"; 3].map(str::to_owned),
        Some(block) => [text::type_name(block).to_owned(), block.free.to_string(), block.used.to_string()],
    };
    words.map(|words| element("td", &[]).words(words))
}
