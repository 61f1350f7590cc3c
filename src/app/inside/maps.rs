// SPDX-License-Identifier: GPL-2.0-only
//! The maps of A, of B and of their difference: one cursor for all three, and one tab stop.

use web_sys::{HtmlCanvasElement, HtmlInputElement};
use yew::prelude::*;

use super::canvas::{self, BLOCK, TILE};
use super::cells::{self, Shown};
use super::state::{Action, State};
use crate::app::element::{Element, element, several};
use crate::app::platform;
use crate::app::replay::map::target;
use crate::inspect::look;
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
    let cells = (letters[0].len() / look::LETTERS).max(1);
    let shown = use_mut_ref(|| None::<Shown>);
    let is_by_page = pages.is_some();
    let deps = (letters, pages, (state.cursor, state.page), columns, props.paint);
    use_effect_with(deps, {
        let nodes = nodes.clone();
        move |(letters, pages, cursor, columns, paint)| {
            let now = Shown { letters: letters.clone(), columns: *columns, cursor: cursor.0, paint: *paint };
            let before = shown.borrow_mut().take();
            for (i, node) in nodes.iter().enumerate() {
                let Some(canvas) = node.cast::<HtmlCanvasElement>() else { continue };
                match pages {
                    Some(pages) => canvas::draw_pages(&canvas, pages, i, *columns, *cursor),
                    None => cells::draw(&canvas, i, &now, before.as_ref()),
                }
            }
            *shown.borrow_mut() = pages.is_none().then_some(now);
        }
    });
    // As many pixels as pages where there is room, so that no row is left out.
    let size = match is_by_page {
        true => format!("height:auto;width:{}px", columns * TILE),
        false => format!("height:{}px", cells.div_ceil(columns) as f64 * cells::CELL_HEIGHT),
    };
    let figures = (0..3).map(|i| figure(state, i, &nodes[i], (columns, is_by_page), cells, size.clone()));
    several(vec![
        element("div", &[]).with("class", if is_by_page { "maps every" } else { "maps" }).list(figures).html(),
        legend(is_by_page),
        choice(state, cells),
        Html::from_html_unchecked(state.part(part::BLOCK)),
        if state.per_cell() == 1 { picked(state) } else { Html::default() },
    ])
}

/// One map. The first one is the slider for all; the others show the same place.
fn figure(
    state: &UseReducerHandle<State>,
    i: usize,
    node: &NodeRef,
    (columns, is_by_page): (usize, bool),
    cells: usize,
    style: String,
) -> Element {
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
    let canvas = element("canvas", &[("class", "map")])
        .node(node)
        .with("id", format!("inside-map-{i}"))
        .with("style", style)
        .with("aria-label", label)
        .on_click(onclick);
    let canvas = match slides {
        true => canvas
            .with("role", "slider")
            .with("tabindex", "0")
            .with("aria-valuemin", "0")
            .with("aria-valuemax", (cells - 1).to_string())
            .with("aria-valuenow", cursor.to_string())
            .on_key(onkeydown),
        false => canvas.with("role", "img"),
    };
    element("figure", &[]).put(canvas).put(element("figcaption", &[]).words(said))
}

/// Blocks or pages, and the block by its number.
fn choice(state: &UseReducerHandle<State>, cells: usize) -> Html {
    let per_cell = state.per_cell();
    let sizes = (per_cell > 1)
        .then(|| element("span", &[("class", "note")]).words(format!("A cell is {per_cell} pageblocks.")));
    element("div", &[("class", "row")])
        .put(
            element("button", &[("id", "inside-pages"), ("type", "button")])
                .flag("disabled", per_cell > 1)
                .state("aria-pressed", state.pages)
                .with("data-wish", format!("pages {}", u8::from(!state.pages)))
                .text("Every page"),
        )
        .put(number(state, ["inside-cursor", "pageblock "], cells - 1, state.cursor, Action::Cursor))
        .maybe(sizes)
        .html()
}

/// A page of the block by its number, and what it is asked. In the page view it is picked by a click as well.
fn picked(state: &UseReducerHandle<State>) -> Html {
    let row = element("div", &[("class", "row")])
        .put(number(state, ["inside-page", "page of this pageblock "], BLOCK - 1, state.page, Action::Page))
        .put(
            element("button", &[("type", "button")])
                .with("data-wish", format!("history {}", state.page))
                .text("Why is this page here?"),
        );
    several(vec![
        row.html(),
        element("p", &[("id", "inside-told"), ("class", "note said"), ("role", "status")])
            .words(state.part(part::TOLD))
            .html(),
        Html::from_html_unchecked(state.part(part::HISTORY)),
    ])
}

/// A field for a number from 0 on.
fn number(
    state: &UseReducerHandle<State>,
    [id, label]: [&'static str; 2],
    max: usize,
    value: usize,
    action: fn(usize) -> Action,
) -> Element {
    let dispatcher = state.dispatcher();
    let onchange = move |event: Event| {
        let typed = event.target_unchecked_into::<HtmlInputElement>().value_as_number();
        if typed.is_finite() {
            dispatcher.dispatch(action((typed.max(0.0) as usize).min(max)));
        }
    };
    let input = element("input", &[("type", "number"), ("min", "0")])
        .with("id", id)
        .with("max", max.to_string())
        .value(value.min(max).to_string())
        .on_change(onchange);
    element("label", &[]).with("for", id).text(label).put(input)
}

/// A sentence as the worker sent it for HTML, for use outside of HTML.
fn plain(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

fn legend(pages: bool) -> Html {
    let marks = "x secretmem, M movable beside other memory, U outside the direct map, H highatomic; the more of a cell is \
                 filled, the more of it is used; left edge: its type.";
    let letters = "One pixel is one page; a tile is a pageblock.";
    let uses = [
        ("use-free", "free"),
        ("use-anon", "anonymous"),
        ("use-file", "page cache"),
        ("use-secret", "secretmem"),
        ("use-kernel", "kernel"),
        ("use-none", "reserved or no memory"),
    ];
    let types = [
        ("edge-0", "unmovable"),
        ("edge-1", "movable"),
        ("edge-2", "reclaimable"),
        ("edge-3", "highatomic"),
        ("edge-6", "outside the direct map"),
        ("use-none", "reserved or no memory"),
    ];
    let shown = if pages { uses } else { types }.into_iter().map(|(class, text)| {
        let swatch = element("i", &[]).with("class", format!("swatch {class}"));
        element("span", &[("class", "use")]).put(swatch).text(text)
    });
    element("p", &[("class", "note legend-line")])
        .text(if pages { letters } else { marks })
        .text(" Difference: A where A uses more (orange), B where B does (blue), a corner where the type differs.")
        .list(shown)
        .html()
}
