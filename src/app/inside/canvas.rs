// SPDX-License-Identifier: GPL-2.0-only
//! Draws the maps from letters. Colours come from the style sheet; a mark or a letter says the same.

use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, CssStyleDeclaration, HtmlCanvasElement, ImageData};
use yew::AttrValue;

use crate::inspect::blocks::{ANON, FILE, PINNED};
use crate::replay::blockmap::{ABSENT, USED};

/// Letters of a cell, as `inspect::tour::cells` writes them.
pub const LETTERS: usize = 6;
pub const CELL_HEIGHT: f64 = 18.0;
/// Pages of a block in a row of its tile.
pub const TILE: usize = 16;
pub const BLOCK: usize = 512;
/// The map of the difference, beside those of A (0) and B (1).
const DIFFERENCE: usize = 2;

struct Cell<'a> {
    kind: &'a str,
    mark: char,
    free: f64,
}

fn cell(letters: &str, i: usize) -> Option<Cell<'_>> {
    let text = letters.get(i * LETTERS..(i + 1) * LETTERS)?;
    let free = u32::from_str_radix(&text[2..], 16).ok()?;
    Some(Cell { kind: &text[..1], mark: text[1..].chars().next()?, free: f64::from(free) })
}

fn look(canvas: &HtmlCanvasElement) -> Option<(CanvasRenderingContext2d, CssStyleDeclaration)> {
    let context = canvas.get_context("2d").ok()??.unchecked_into();
    Some((context, gloo::utils::window().get_computed_style(canvas).ok()??))
}

fn colour(style: &CssStyleDeclaration, name: &str) -> String {
    style.get_property_value(name).unwrap_or_default().trim().to_owned()
}

/// One map, a cell a pageblock.
pub fn draw_blocks(canvas: &HtmlCanvasElement, letters: &[AttrValue; 2], which: usize, columns: usize, cursor: usize) {
    let Some((context, style)) = look(canvas) else { return };
    let cells = letters[0].len().max(letters[1].len()) / LETTERS;
    let (wide, high) = (f64::from(canvas.client_width()), cells.div_ceil(columns) as f64 * CELL_HEIGHT);
    let scale = gloo::utils::window().device_pixel_ratio().max(1.0);
    canvas.set_width((wide * scale) as u32);
    canvas.set_height((high * scale) as u32);
    let _ = context.scale(scale, scale);
    context.set_font("bold 10px system-ui, sans-serif");
    context.set_text_align("right");
    context.set_text_baseline("middle");
    // A cell of several blocks has so many times the pages.
    let most = (0..cells).filter_map(|i| cell(&letters[0], i)).fold(512.0, |most, cell| cell.free.max(most));
    let pages = (most / 512.0_f64).ceil() * 512.0;
    let paints = Paints::of(&style);
    for i in 0..cells {
        let x = ((i % columns) as f64 * wide / columns as f64).round();
        let end = ((i % columns + 1) as f64 * wide / columns as f64).round();
        let area = (x, (i / columns) as f64 * CELL_HEIGHT, end - x - 1.0, CELL_HEIGHT - 1.0);
        let (a, b) = (cell(&letters[0], i), cell(&letters[1], i));
        let own = match which {
            DIFFERENCE => {
                paints.difference(&context, area, a.as_ref(), b.as_ref(), pages);
                None
            }
            0 => a,
            _ => b,
        };
        if let Some(own) = own {
            paints.block(&context, area, &own, pages);
        }
        if i == cursor {
            context.set_stroke_style_str(&paints.focus);
            context.set_line_width(2.0);
            context.stroke_rect(area.0, area.1 + 1.0, area.2, area.3 - 2.0);
        }
    }
}

struct Paints {
    paper: String,
    ink: String,
    free: String,
    used: String,
    hatch: String,
    focus: String,
    more_a: String,
    more_b: String,
    types: [String; 7],
}

/// Left, top, width, height.
type Area = (f64, f64, f64, f64);

impl Paints {
    fn of(style: &CssStyleDeclaration) -> Paints {
        let read = |name: &str| colour(style, name);
        Paints {
            paper: read("--paper"),
            ink: read("--ink"),
            free: read("--free"),
            used: read("--used"),
            hatch: read("--hatch"),
            focus: read("--focus"),
            more_a: read("--more-a"),
            more_b: read("--more-b"),
            types: std::array::from_fn(|i| read(&format!("--type-{i}"))),
        }
    }

    fn fill(context: &CanvasRenderingContext2d, (x, y, wide, high): Area, colour: &str, share: f64) {
        context.set_global_alpha(share);
        context.set_fill_style_str(colour);
        context.fill_rect(x, y, wide, high);
        context.set_global_alpha(1.0);
    }

    fn text(context: &CanvasRenderingContext2d, (x, y, wide, high): Area, mark: char, colour: &str) {
        context.set_fill_style_str(colour);
        // Fails only for arguments that are no finite numbers.
        let _ = context.fill_text(mark.encode_utf8(&mut [0; 4]), x + wide - 1.0, y + high / 2.0 + 0.5);
    }

    fn block(&self, context: &CanvasRenderingContext2d, area: Area, cell: &Cell, pages: f64) {
        if cell.mark == ' ' {
            return Self::fill(context, area, &self.hatch, 0.5);
        }
        // Eight steps, so that neighbours of nearly the same fill look the same.
        let share = ((1.0 - cell.free / pages).max(0.0) * 8.0).ceil() / 8.0;
        Self::fill(context, area, &self.free, 1.0);
        Self::fill(context, area, &self.used, share * 0.85);
        let (x, y, _, high) = area;
        let kind = cell.kind.parse().unwrap_or(0_usize).min(6);
        Self::fill(context, (x, y, 3.0, high), &self.types[kind], 1.0);
        if cell.mark != '.' {
            let ink = if share > 0.5 { &self.paper } else { &self.ink };
            Self::text(context, area, cell.mark, ink);
        }
    }

    fn difference(
        &self,
        context: &CanvasRenderingContext2d,
        area: Area,
        a: Option<&Cell>,
        b: Option<&Cell>,
        pages: f64,
    ) {
        let (Some(a), Some(b)) = (a, b) else { return Self::fill(context, area, &self.hatch, 0.5) };
        if a.mark == ' ' && b.mark == ' ' {
            return Self::fill(context, area, &self.hatch, 0.5);
        }
        Self::fill(context, area, &self.free, 1.0);
        let more = (b.free - a.free) / pages;
        if more != 0.0 {
            let colour = if more > 0.0 { &self.more_a } else { &self.more_b };
            let share = (more.abs() * 4.0).ceil() / 4.0;
            Self::fill(context, area, colour, 0.25 + share * 0.75);
            if more.abs() > 0.02 {
                let ink = if share > 0.5 { &self.paper } else { &self.ink };
                Self::text(context, area, if more > 0.0 { 'A' } else { 'B' }, ink);
            }
        }
        if a.kind != b.kind {
            let (x, y, ..) = area;
            context.set_fill_style_str(&self.ink);
            context.begin_path();
            context.move_to(x, y);
            context.line_to(x + 6.0, y);
            context.line_to(x, y + 6.0);
            context.fill();
        }
    }
}

/// One map, a pixel a page: tiles of 16 by 32 pages.
pub fn draw_pages(
    canvas: &HtmlCanvasElement,
    pages: &[AttrValue; 2],
    which: usize,
    columns: usize,
    (cursor, page): (usize, usize),
) {
    let Some((context, style)) = look(canvas) else { return };
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
