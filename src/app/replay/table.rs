// SPDX-License-Identifier: GPL-2.0-only
//! The two maps as a table: for screen readers, for print, and for copying.

use std::rc::Rc;

use yew::prelude::*;

use super::state::{Model, Side};
use super::text;
use crate::replay::blockmap::{Block, BlockMap};

pub fn table(model: &Model) -> Html {
    let maps = [model.map(Side::Before), model.map(Side::After)];
    let blocks = maps[0].or(maps[1]).map_or(&[][..], |map| &map.blocks);
    let side = |map: Option<&Rc<BlockMap>>, i: usize| match map.and_then(|map| map.blocks.get(i)) {
        Some(block) => cells(block),
        None => html! { <><td>{ "..." }</td><td></td><td></td></> },
    };
    html! {
        <details class="twin">
            <summary>{ "The two maps as a table, one row for each pageblock" }</summary>
            // Eight columns are wider than the narrowest screens, and belong together.
            <div class="scroll" role="region" aria-label="Table of pageblocks" tabindex="0">
            <table id="blocks">
                <thead>
                    <tr>
                        <th scope="col" rowspan="2">{ "Block" }</th>
                        <th scope="col" rowspan="2">{ "First frame" }</th>
                        <th scope="colgroup" colspan="3">{ "Before" }</th>
                        <th scope="colgroup" colspan="3">{ "After" }</th>
                    </tr>
                    <tr>
                    for (key, name) in ["Type", "Free", "Used", "Type", "Free", "Used"].into_iter().enumerate() {
                        <th {key} scope="col">{ name }</th>
                    }
                    </tr>
                </thead>
                <tbody>
                for (i, block) in blocks.iter().enumerate() {
                    <tr key={i}>
                        <th scope="row">{ i }</th>
                        <td>{ format!("{:#x}", block.pfn) }</td>
                        { side(maps[0], i) }
                        { side(maps[1], i) }
                    </tr>
                }
                </tbody>
            </table>
            </div>
        </details>
    }
}

fn cells(block: &Block) -> Html {
    if block.managed() == 0 {
        return html! { <><td>{ "-" }</td><td>{ "-" }</td><td>{ "-" }</td></> };
    }
    html! { <><td>{ text::type_name(block) }</td><td>{ block.free }</td><td>{ block.used }</td></> }
}
