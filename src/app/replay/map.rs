// SPDX-License-Identifier: GPL-2.0-only
//! One block map: a canvas that is read and moved through like a slider.
//!
//! A slider, because its keys move a position and its value text is spoken at each step; one tab stop for all blocks.

use std::rc::Rc;

use web_sys::HtmlCanvasElement;
use yew::prelude::*;

use super::canvas::{self, CELL_HEIGHT, MapView};
use super::text;
use crate::app::element::{element, several};
use crate::replay::blockmap::BlockMap;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub id: String,
    pub name: String,
    pub map: Option<Rc<BlockMap>>,
    pub other: Option<Rc<BlockMap>>,
    pub columns: usize,
    pub cursor: usize,
    pub paint: u32,
    pub on_move: Callback<usize>,
}

/// Rows that are reserved before it is known how many blocks there are: those of the bundled trace's guest.
const BLOCKS_EXPECTED: usize = 160;
/// How many rows PageUp and PageDown move.
const PAGE_ROWS: usize = 4;

#[component]
pub fn Map(props: &Props) -> Html {
    let canvas = use_node_ref();
    let deps = (props.map.clone(), props.other.clone(), props.columns, props.cursor, props.paint);
    use_effect_with((canvas.clone(), deps), |(canvas, (map, other, columns, cursor, _))| {
        if let (Some(canvas), Some(map)) = (canvas.cast::<HtmlCanvasElement>(), map) {
            let view = MapView { map, other: other.as_deref(), columns: *columns, cursor: *cursor };
            canvas::draw_map(&canvas, &view);
        }
    });
    let blocks = props.map.as_ref().map_or(BLOCKS_EXPECTED, |map| map.blocks.len());
    let (columns, cursor, on_move) = (props.columns, props.cursor, props.on_move.clone());
    let by_key = on_move.clone();
    let onkeydown = move |event: KeyboardEvent| {
        if let Some(to) = target(&event.key(), event.ctrl_key(), cursor, columns, blocks) {
            event.prevent_default();
            by_key.emit(to);
        }
    };
    let at = canvas.clone();
    let onclick = move |event: MouseEvent| {
        let Some(canvas) = at.cast::<HtmlCanvasElement>() else { return };
        let share = f64::from(event.offset_x()) / f64::from(canvas.client_width().max(1));
        let row = (f64::from(event.offset_y()) / CELL_HEIGHT) as usize;
        let to = row * columns + ((share * columns as f64) as usize).min(columns - 1);
        if to < blocks {
            on_move.emit(to);
        }
    };
    let said = props.map.as_ref().and_then(|map| map.blocks.get(cursor)).map(|block| text::block(block, cursor));
    let height = blocks.div_ceil(columns) as f64 * CELL_HEIGHT;
    let sum = format!("{}-sum", props.id);
    let picture = element("canvas", &[("class", "map"), ("tabindex", "0"), ("role", "slider"), ("aria-valuemin", "0")])
        .node(&canvas)
        .with("id", props.id.clone())
        .with("style", format!("height:{height}px"))
        .with("aria-label", props.name.clone())
        .with("aria-describedby", sum.clone())
        .with("aria-valuemax", (blocks - 1).to_string())
        .with("aria-valuenow", cursor.to_string())
        .with("aria-valuetext", said.unwrap_or_else(|| "not reached yet".to_owned()))
        .on_key(onkeydown)
        .on_click(onclick);
    let words = props.map.as_ref().map_or("Not reached yet.".to_owned(), |map| text::map(map));
    several(vec![picture.html(), element("p", &[("class", "sum")]).with("id", sum).words(words).html()])
}

/// Where a key leads, or `None` if the map has no use for it.
pub fn target(key: &str, ctrl: bool, cursor: usize, columns: usize, blocks: usize) -> Option<usize> {
    let row = cursor - cursor % columns;
    let up = |rows: usize| cursor.checked_sub(rows * columns).unwrap_or(cursor % columns);
    let down = |rows: usize| {
        let last = (blocks - 1 - cursor) / columns;
        cursor + rows.min(last) * columns
    };
    Some(match (key, ctrl) {
        ("ArrowLeft", false) => cursor.saturating_sub(1),
        ("ArrowRight", false) => (cursor + 1).min(blocks - 1),
        ("ArrowUp", false) => up(1),
        ("ArrowDown", false) => down(1),
        ("PageUp", false) => up(PAGE_ROWS),
        ("PageDown", false) => down(PAGE_ROWS),
        ("Home", false) => row,
        ("End", false) => (row + columns - 1).min(blocks - 1),
        ("Home", true) => 0,
        ("End", true) => blocks - 1,
        _ => return None,
    })
}
