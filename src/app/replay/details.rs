// SPDX-License-Identifier: GPL-2.0-only
//! The selected pageblock in words and page by page, at both moments.

use web_sys::{HtmlCanvasElement, HtmlInputElement};
use yew::prelude::*;

use super::canvas;
use super::state::{Model, Side};
use super::text;
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
    html! {
        <div class="details">
            <div class="words">
                <p class="goto">
                    <label for="block">{ "Pageblock " }</label>
                    <input id="block" type="number" min="0" max={model.blocks().saturating_sub(1).to_string()}
                        value={number.to_string()} {onchange} />
                    <span id="place">{ place.unwrap_or_default() }</span>
                </p>
                <table id="details">
                    <thead><tr>
                        <td></td>
                        for name in &names { <th scope="col">{ name }</th> }
                    </tr></thead>
                    <tbody>
                    for (name, read) in ROWS {
                        <tr key={name}>
                            <th scope="row">{ name }</th>
                            for side in sides { <td>{ side.map_or("...".to_owned(), read) }</td> }
                        </tr>
                    }
                    </tbody>
                </table>
            </div>
            for (id, side, name) in [("pages-before", sides[0], &names[0]), ("pages-after", sides[1], &names[1])] {
                <Pages {id} name={name.clone()} block={side.cloned()} {number} {paint} />
            }
        </div>
    }
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
    html! {
        <figure class="pages">
            <canvas ref={canvas} id={props.id} role="img" aria-label={said} />
            <figcaption>{ format!("Its 512 pages, {}", props.name) }</figcaption>
        </figure>
    }
}
