// SPDX-License-Identifier: GPL-2.0-only
//! The selected pageblock in words and page by page, at both moments.

use web_sys::{HtmlCanvasElement, HtmlInputElement};
use yew::prelude::*;

use super::canvas;
use super::text;
use crate::replay::blockmap::Block;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// Position of the block, and how many there are.
    pub number: usize,
    pub blocks: usize,
    pub before: Option<Block>,
    pub after: Option<Block>,
    pub names: [&'static str; 2],
    pub paint: u32,
    pub on_move: Callback<usize>,
}

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

#[component]
pub fn Details(props: &Props) -> Html {
    let on_move = props.on_move.clone();
    let onchange = move |event: Event| {
        let value = event.target_unchecked_into::<HtmlInputElement>().value_as_number();
        // A field that holds no number answers NaN, which is not at least 0.
        if value >= 0.0 {
            on_move.emit(value as usize);
        }
    };
    let place = props
        .before
        .as_ref()
        .or(props.after.as_ref())
        .map(|block| format!("frames {:#x} to {:#x}, zone {}", block.pfn, block.pfn + 511, block.zone));
    let sides = [&props.before, &props.after];
    html! {
        <div class="details">
            <div class="words">
                <p class="goto">
                    <label for="block">{ "Pageblock " }</label>
                    <input id="block" type="number" min="0" max={props.blocks.saturating_sub(1).to_string()}
                        value={props.number.to_string()} {onchange} />
                    <span id="place">{ place.unwrap_or_default() }</span>
                </p>
                <table id="details">
                    <thead><tr>
                        <td></td>
                        for name in props.names { <th scope="col">{ name }</th> }
                    </tr></thead>
                    <tbody>
                    for (name, read) in ROWS {
                        <tr key={name}>
                            <th scope="row">{ name }</th>
                            for side in sides { <td>{ side.as_ref().map_or("...".to_owned(), read) }</td> }
                        </tr>
                    }
                    </tbody>
                </table>
            </div>
            for (id, side, name) in [("pages-before", &props.before, props.names[0]), ("pages-after", &props.after, props.names[1])] {
                <Pages {id} {name} block={side.clone()} number={props.number} paint={props.paint} />
            }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct PagesProps {
    id: &'static str,
    name: &'static str,
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
