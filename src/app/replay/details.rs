// SPDX-License-Identifier: GPL-2.0-only
//! The selected pageblock in words and page by page, at both moments.

use web_sys::{HtmlCanvasElement, HtmlInputElement};
use yew::prelude::*;

use super::canvas;
use super::state::{Model, Side};
use super::text;
use crate::app::element::element;
use crate::replay::blockmap::Block;

/// Name of a row and how to read it off a block.
type Row = (&'static str, fn(&Block) -> String);

const ROWS: [Row; 8] = [
    ("Type", |block| text::type_name(block).to_owned()),
    ("Free pages", |block| block.free.to_string()),
    ("Largest free block", text::largest_free),
    ("Free blocks of order 0 to 10", text::free_by_order),
    ("On per-CPU lists", |block| block.pcp.to_string()),
    ("Used", |block| block.used.to_string()),
    ("Held by compaction", |block| block.private.to_string()),
    ("Reserved or absent", |block| (512 - block.managed()).to_string()),
];

pub fn details(model: &Model, paint: u32, on_move: Callback<usize>) -> Html {
    let onchange = move |event: Event| {
        let value = event.target_unchecked_into::<HtmlInputElement>().value_as_number();
        // A field that holds no number answers NaN, which is not at least 0.
        if value >= 0.0 {
            on_move.emit(value as usize);
        }
    };
    let sides = [model.block(Side::Before), model.block(Side::After)];
    let names = model.shown.map(|index| model.moment_name(index));
    let number = model.cursor;
    let place = sides[0]
        .or(sides[1])
        .map(|block| format!("frames {:#x} to {:#x}, zone {}", block.pfn, block.pfn + 511, block.zone));
    let goto = element("p", &[("class", "goto")])
        .put(element("label", &[("for", "block")]).text("Pageblock "))
        .put(
            element("input", &[("id", "block"), ("type", "number"), ("min", "0")])
                .with("max", model.blocks().saturating_sub(1).to_string())
                .value(number.to_string())
                .on_change(onchange),
        )
        .put(element("span", &[("id", "place")]).words(place.unwrap_or_default()));
    let heads = names.iter().map(|name| element("th", &[("scope", "col")]).words(name.clone()));
    let rows = ROWS.into_iter().map(|(name, read)| {
        let cells = sides.iter().map(|side| element("td", &[]).words(side.map_or("...".to_owned(), read)));
        element("tr", &[]).key(name).put(element("th", &[("scope", "row")]).text(name)).list(cells)
    });
    let table = element("table", &[("id", "details")])
        .put(element("thead", &[]).put(element("tr", &[]).put(element("td", &[])).list(heads)))
        .put(element("tbody", &[]).list(rows));
    let pages = |id: &'static str, i: usize| {
        html! { <Pages {id} name={names[i].clone()} block={sides[i].cloned()} {number} {paint} /> }
    };
    element("div", &[("class", "details")])
        .put(element("div", &[("class", "words")]).put(goto).put(table))
        .child(pages("pages-before", 0))
        .child(pages("pages-after", 1))
        .html()
}

#[derive(Properties, PartialEq)]
struct PagesProps {
    id: &'static str,
    name: String,
    number: usize,
    block: Option<Block>,
    paint: u32,
}

#[component]
fn Pages(props: &PagesProps) -> Html {
    let canvas = use_node_ref();
    use_effect_with((canvas.clone(), props.block.clone(), props.paint), |(canvas, block, _)| {
        if let (Some(canvas), Some(block)) = (canvas.cast::<HtmlCanvasElement>(), block) {
            canvas::draw_pages(&canvas, block);
        }
    });
    let said = match &props.block {
        Some(block) => format!(
            "The 512 pages of {}; free blocks of order 0 to 10: {}",
            text::block(block, props.number),
            text::free_by_order(block)
        ),
        None => "Not reached yet".to_owned(),
    };
    element("figure", &[("class", "pages")])
        .put(element("canvas", &[("role", "img")]).node(&canvas).with("id", props.id).with("aria-label", said))
        .put(element("figcaption", &[]).words(format!("Its 512 pages, {}", props.name)))
        .html()
}
