// SPDX-License-Identifier: GPL-2.0-only
//! Draws the maps of pages from letters. Colours come from the style sheet; a mark or a letter says the same.

use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, CssStyleDeclaration, HtmlCanvasElement, ImageData};
use yew::AttrValue;

use crate::inspect::blocks::{ANON, FILE, PINNED};
use crate::replay::blockmap::{ABSENT, USED};

/// Pages of a block in a row of its tile.
pub const TILE: usize = 16;
pub const BLOCK: usize = 512;

/// What draws on a canvas, and where its colours come from.
pub fn tools(canvas: &HtmlCanvasElement) -> Option<(CanvasRenderingContext2d, CssStyleDeclaration)> {
    let context = canvas.get_context("2d").ok()??.unchecked_into();
    Some((context, gloo::utils::window().get_computed_style(canvas).ok()??))
}

pub fn colour(style: &CssStyleDeclaration, name: &str) -> String {
    style.get_property_value(name).unwrap_or_default().trim().to_owned()
}

/// One map, a pixel a page: tiles of 16 by 32 pages.
pub fn draw_pages(
    canvas: &HtmlCanvasElement,
    pages: &[AttrValue; 2],
    which: usize,
    columns: usize,
    (cursor, page): (usize, usize),
) {
    let Some((context, style)) = tools(canvas) else { return };
    let [a, b] = [pages[0].as_bytes(), pages[1].as_bytes()];
    let blocks = a.len().max(b.len()) / BLOCK;
    let (wide, high) = (columns * TILE, blocks.div_ceil(columns) * BLOCK / TILE);
    canvas.set_width(wide as u32);
    canvas.set_height(high as u32);
    let read = |name: &str| rgb(&colour(&style, name));
    let uses = [
        (ANON, read("--use-anon")),
        (FILE, read("--use-file")),
        (PINNED, read("--type-6")),
        (USED, read("--type-0")),
        (ABSENT, read("--hatch")),
    ];
    let (free, same) = (read("--free"), read("--line"));
    let (more_a, more_b) = (read("--more-a"), read("--more-b"));
    let own = |letter: u8| uses.iter().find(|(of, _)| *of == letter).map_or(free, |(_, colour)| *colour);
    let is_used = |letter: u8| matches!(letter, ANON | FILE | PINNED | USED);
    let mut data = vec![0; wide * high * 4];
    for page in 0..blocks * BLOCK {
        let (block, inside) = (page / BLOCK, page % BLOCK);
        let x = block % columns * TILE + inside % TILE;
        let y = block / columns * (BLOCK / TILE) + inside / TILE;
        let letter = |pages: &[u8]| pages.get(page).copied().unwrap_or(ABSENT);
        let (in_a, in_b) = (letter(a), letter(b));
        let [red, green, blue] = match which {
            0 => own(in_a),
            1 => own(in_b),
            _ => match (is_used(in_a), is_used(in_b)) {
                (true, false) => more_a,
                (false, true) => more_b,
                (true, true) => same,
                _ => own(in_a),
            },
        };
        let at = (y * wide + x) * 4;
        data[at..at + 4].copy_from_slice(&[red, green, blue, 255]);
    }
    if let Ok(image) = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&data), wide as u32, high as u32) {
        let _ = context.put_image_data(&image, 0.0, 0.0);
    }
    let (x, y) = (cursor % columns * TILE, cursor / columns * (BLOCK / TILE));
    context.set_stroke_style_str(&colour(&style, "--focus"));
    context.set_line_width(2.0);
    context.stroke_rect(x as f64, y as f64, TILE as f64, (BLOCK / TILE) as f64);
    // The picked page, with a frame around it so that its own colour stays.
    context.set_line_width(1.0);
    context.stroke_rect((x + page % TILE) as f64 - 0.5, (y + page / TILE) as f64 - 0.5, 2.0, 2.0);
}

/// `#rrggbb`; a name, as forced colours have them, is grey.
fn rgb(text: &str) -> [u8; 3] {
    let number = text.strip_prefix('#').and_then(|hex| u32::from_str_radix(hex, 16).ok()).unwrap_or(0x80_80_80);
    let [_, red, green, blue] = number.to_be_bytes();
    [red, green, blue]
}
