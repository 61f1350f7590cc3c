// SPDX-License-Identifier: GPL-2.0-only
//! The maps of A, of B and of their difference: one cursor for all three, and one tab stop.

use web_sys::{HtmlCanvasElement, HtmlInputElement};
use yew::prelude::*;

use super::canvas::{self, BLOCK, LETTERS, TILE};
use super::state::{Action, State};
use crate::app::platform;
use crate::app::replay::map::target;
use crate::inspect::tour::part;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub state: UseReducerHandle<State>,
    /// Grows when sizes or colours have changed.
    pub paint: u32,
}

const SENTENCES: [u32; 3] = [part::SENTENCE_A, part::SENTENCE_B, part::SENTENCE_D];

#[component]
pub fn Maps(props: &Props) -> Html {
    let state = &props.state;
    let nodes = [use_node_ref(), use_node_ref(), use_node_ref()];
    let columns = if platform::is_narrow() { 16 } else { 32 };
    let letters = [state.part(part::MAP_A), state.part(part::MAP_B)];
    let pages = state.pages.then(|| [state.part(part::PAGES_A), state.part(part::PAGES_B)]);
    let pages = pages.filter(|[a, b]| !a.is_empty() && !b.is_empty());
    let cells = (letters[0].len() / LETTERS).max(1);
    let is_by_page = pages.is_some();
    let deps = (letters, pages, (state.cursor, state.page), columns, props.paint);
    use_effect_with(deps, {
        let nodes = nodes.clone();
        move |(letters, pages, cursor, columns, _)| {
            for (i, node) in nodes.iter().enumerate() {
                let Some(canvas) = node.cast::<HtmlCanvasElement>() else { continue };
                match pages {
                    Some(pages) => canvas::draw_pages(&canvas, pages, i, *columns, *cursor),
                    None => canvas::draw_blocks(&canvas, letters, i, *columns, cursor.0),
                }
            }
        }
    });
    let height = match is_by_page {
        true => "height:auto".to_owned(),
        false => format!("height:{}px", cells.div_ceil(columns) as f64 * canvas::CELL_HEIGHT),
    };
    html! {
        <>
        <div class="maps">
            { for (0..3).map(|i| figure(state, i, nodes[i].clone(), (columns, is_by_page), cells, height.clone())) }
        </div>
        { legend(is_by_page) }
        { choice(state, cells) }
        { Html::from_html_unchecked(state.part(part::BLOCK)) }
        if state.per_cell() == 1 {
            { picked(state) }
        }
        </>
    }
}

/// One map. The first one is the slider for all; the others show the same place.
fn figure(
    state: &UseReducerHandle<State>,
    i: usize,
    node: NodeRef,
    (columns, is_by_page): (usize, bool),
    cells: usize,
    style: String,
) -> Html {
    let said = plain(&state.part(SENTENCES[i]));
    let cursor = state.cursor.min(cells - 1);
    let slides = i == 0;
    let (by_key, by_mouse) = (state.dispatcher(), state.dispatcher());
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if let Some(cell) = target(&event.key(), event.ctrl_key(), cursor, columns, cells) {
            event.prevent_default();
            by_key.dispatch(Action::Cursor(cell));
        }
    });
    let onclick = move |event: MouseEvent| {
        let canvas: HtmlCanvasElement = event.target_unchecked_into();
        let (wide, high) = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
        let rows = cells.div_ceil(columns) as f64;
        let across = f64::from(event.offset_x()) * columns as f64 / wide;
        let down = f64::from(event.offset_y()) * rows / high;
        let (column, row) = (across as usize, down as usize);
        let cell = row * columns + column.min(columns - 1);
        if cell < cells {
            by_mouse.dispatch(Action::Cursor(cell));
            if is_by_page {
                let (x, y) = (across.fract() * TILE as f64, down.fract() * (BLOCK / TILE) as f64);
                by_mouse.dispatch(Action::Page(y as usize * TILE + x as usize));
            }
        }
    };
    let label = if slides { format!("Pageblock, in all maps. {said}") } else { said.clone() };
    html! {
        <figure>
            <canvas ref={node} id={format!("inside-map-{i}")} class="map" {style}
                role={if slides { "slider" } else { "img" }} tabindex={slides.then_some("0")} aria-label={label}
                aria-valuemin={slides.then_some("0")} aria-valuemax={slides.then(|| (cells - 1).to_string())}
                aria-valuenow={slides.then(|| cursor.to_string())} onkeydown={slides.then_some(onkeydown)} {onclick} />
            <figcaption>{ said }</figcaption>
        </figure>
    }
}

/// Blocks or pages, and the block by its number.
fn choice(state: &UseReducerHandle<State>, cells: usize) -> Html {
    let per_cell = state.per_cell();
    html! {
        <div class="row">
            <button id="inside-pages" type="button" disabled={per_cell > 1} aria-pressed={state.pages.to_string()}
                data-wish={format!("pages {}", u8::from(!state.pages))}>{ "Every page" }</button>
            { number(state, ["inside-cursor", "pageblock "], cells - 1, state.cursor, Action::Cursor) }
            if per_cell > 1 {
                <span class="note">{ format!("A cell is {per_cell} pageblocks.") }</span>
            }
        </div>
    }
}

/// A page of the block by its number, and what it is asked. In the page view it is picked by a click as well.
fn picked(state: &UseReducerHandle<State>) -> Html {
    html! {
        <>
        <div class="row">
            { number(state, ["inside-page", "page of this pageblock "], BLOCK - 1, state.page, Action::Page) }
            <button type="button" data-wish={format!("history {}", state.page)}>{ "Why is this page here?" }</button>
        </div>
        <p id="inside-told" class="note said" role="status">{ state.part(part::TOLD) }</p>
        { Html::from_html_unchecked(state.part(part::HISTORY)) }
        </>
    }
}

/// A field for a number from 0 on.
fn number(
    state: &UseReducerHandle<State>,
    [id, label]: [&'static str; 2],
    max: usize,
    value: usize,
    action: fn(usize) -> Action,
) -> Html {
    let dispatcher = state.dispatcher();
    let onchange = move |event: Event| {
        let typed = event.target_unchecked_into::<HtmlInputElement>().value_as_number();
        if typed.is_finite() {
            dispatcher.dispatch(action((typed.max(0.0) as usize).min(max)));
        }
    };
    html! {
        <label for={id}>{ label }
            <input {id} type="number" min="0" max={max.to_string()} value={value.min(max).to_string()} {onchange} />
        </label>
    }
}

/// A sentence as the worker sent it for HTML, for use outside of HTML.
fn plain(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

fn legend(pages: bool) -> Html {
    let marks = "M movable beside unmovable memory, U outside the direct map, H highatomic, x secretmem; the more of a \
                 cell is filled, the more of it is used; the left edge has the colour of its type.";
    let letters = "One pixel is one page; a tile is a pageblock.";
    let uses = [
        ("free", "free"),
        ("anon", "anonymous"),
        ("file", "page cache"),
        ("secret", "secretmem"),
        ("kernel", "kernel"),
    ];
    html! {
        <p class="note legend-line">
            { if pages { letters } else { marks } }
            { " Difference: A where A uses more (orange), B where B does (blue), a corner where the type differs." }
            if pages {
                for (class, text) in uses {
                    <span class="use"><i class={format!("swatch use-{class}")}></i>{ text }</span>
                }
            }
        </p>
    }
}
