// SPDX-License-Identifier: GPL-2.0-only
//! The maps of A, of B and of their difference: one cursor for all three, and one tab stop.

use web_sys::{HtmlCanvasElement, HtmlInputElement};
use yew::prelude::*;

use super::canvas::{self, LETTERS};
use super::state::{Action, State};
use crate::app::platform;
use crate::app::replay::map::target;
use crate::inspect::tour::part;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub state: UseReducerHandle<State>,
    /// Grows when sizes or colours have changed.
    pub paint: u32,
    pub wish: Callback<String>,
}

const NAMES: [(&str, u32); 3] = [("A", part::SENTENCE_A), ("B", part::SENTENCE_B), ("Difference", part::SENTENCE_D)];

#[component]
pub fn Maps(props: &Props) -> Html {
    let state = &props.state;
    let nodes = [use_node_ref(), use_node_ref(), use_node_ref()];
    let columns = if platform::is_narrow() { 16 } else { 32 };
    let letters = [state.part(part::MAP_A), state.part(part::MAP_B)];
    let pages = state.pages.then(|| [state.part(part::PAGES_A), state.part(part::PAGES_B)]);
    let pages = pages.filter(|[a, b]| !a.is_empty() && !b.is_empty());
    let deps = (letters.clone(), pages.clone(), state.cursor, columns, props.paint);
    use_effect_with(deps, {
        let nodes = nodes.clone();
        move |(letters, pages, cursor, columns, _)| {
            for (i, node) in nodes.iter().enumerate() {
                let Some(canvas) = node.cast::<HtmlCanvasElement>() else { continue };
                match pages {
                    Some(pages) => canvas::draw_pages(&canvas, pages, i, *columns, *cursor),
                    None => canvas::draw_blocks(&canvas, letters, i, *columns, *cursor),
                }
            }
        }
    });
    let cells = (letters[0].len() / LETTERS).max(1);
    let cursor = state.cursor.min(cells - 1);
    let to = {
        let dispatcher = state.dispatcher();
        Callback::from(move |cell: usize| dispatcher.dispatch(Action::Cursor(cell)))
    };
    let by_key = to.clone();
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if let Some(cell) = target(&event.key(), event.ctrl_key(), cursor, columns, cells) {
            event.prevent_default();
            by_key.emit(cell);
        }
    });
    let by_mouse = to.clone();
    let onclick = Callback::from(move |event: MouseEvent| {
        let canvas: HtmlCanvasElement = event.target_unchecked_into();
        let (wide, high) = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
        let rows = cells.div_ceil(columns) as f64;
        let column = (f64::from(event.offset_x()) * columns as f64 / wide) as usize;
        let row = (f64::from(event.offset_y()) * rows / high) as usize;
        let cell = row * columns + column.min(columns - 1);
        if cell < cells {
            by_mouse.emit(cell);
        }
    });
    let onchange = Callback::from(move |event: Event| {
        let typed = event.target_unchecked_into::<HtmlInputElement>().value_as_number();
        if typed.is_finite() {
            to.emit((typed.max(0.0) as usize).min(cells - 1));
        }
    });
    let height = match pages {
        Some(_) => "auto".to_owned(),
        None => format!("{}px", cells.div_ceil(columns) as f64 * canvas::CELL_HEIGHT),
    };
    let is_grouped = state.per_cell() > 1;
    let figure = |i: usize| {
        let (name, sentence) = NAMES[i];
        let said = state.part(sentence);
        // The first map is the slider; the others show the same place.
        let slides = i == 0;
        html! {
            <figure>
                <canvas ref={nodes[i].clone()} id={format!("inside-map-{i}")} class="map" style={format!("height:{height}")}
                    role={if slides { "slider" } else { "img" }} tabindex={slides.then_some("0")}
                    aria-label={if slides { format!("Pageblock, in all maps. {}", plain(&said)) } else { plain(&said) }}
                    aria-valuemin={slides.then_some("0")} aria-valuemax={slides.then(|| (cells - 1).to_string())}
                    aria-valuenow={slides.then(|| cursor.to_string())}
                    onkeydown={slides.then(|| onkeydown.clone())} onclick={onclick.clone()} />
                <figcaption><strong>{ name }{ ". " }</strong>{ plain(&said) }</figcaption>
            </figure>
        }
    };
    html! {
        <>
        <div class="maps">
            { figure(0) }
            { figure(1) }
            { figure(2) }
        </div>
        { legend(pages.is_some()) }
        <div class="row">
            <button id="inside-pages" type="button" disabled={is_grouped} data-wish={format!("pages {}", u8::from(!state.pages))}
                aria-pressed={state.pages.to_string()}>{ "Every page" }</button>
            <label for="inside-cursor">{ "pageblock " }
                <input id="inside-cursor" type="number" min="0" max={(cells - 1).to_string()} value={cursor.to_string()}
                    {onchange} />
            </label>
            if is_grouped {
                <span class="note">{ format!("A cell is {} pageblocks.", state.per_cell()) }</span>
            }
        </div>
        { Html::from_html_unchecked(state.part(part::BLOCK)) }
        </>
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
