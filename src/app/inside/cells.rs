// SPDX-License-Identifier: GPL-2.0-only
//! Draws the maps of pageblocks from letters: only the cells that no longer look as they did, and those of one colour
//! together. A canvas fills quickly and is slow at being told of colours.

use web_sys::{CanvasRenderingContext2d, CssStyleDeclaration, HtmlCanvasElement};
use yew::AttrValue;

use super::canvas::{colour, tools};
use crate::inspect::look::{self, CORNER, EDGE, FOCUS, Look, MARK, NAMES};

pub const CELL_HEIGHT: f64 = 18.0;

/// What the maps show, and all else that their look depends on but their size.
pub struct Shown {
    pub letters: [AttrValue; 2],
    pub columns: usize,
    pub cursor: usize,
    /// Grows when sizes or colours have changed.
    pub paint: u32,
}

impl Shown {
    fn letters(&self) -> [&str; 2] {
        [&*self.letters[0], &*self.letters[1]]
    }

    fn looks(&self, which: usize) -> Vec<Look> {
        let letters = self.letters();
        let pages = look::pages(letters);
        (0..look::cells(letters)).map(|i| Look::of(letters, which, i, pages)).collect()
    }

    fn is_laid_out_as(&self, other: &Shown) -> bool {
        let of = |shown: &Shown| (look::cells(shown.letters()), shown.columns, shown.paint);
        of(self) == of(other)
    }
}

/// One map, a cell a pageblock. `before` is what it showed, if it showed cells.
pub fn draw(canvas: &HtmlCanvasElement, which: usize, now: &Shown, before: Option<&Shown>) {
    let Some((context, style)) = tools(canvas) else { return };
    let unit = gloo::utils::window().device_pixel_ratio().max(1.0);
    let looks = now.looks(which);
    let high = looks.len().div_ceil(now.columns) as f64 * CELL_HEIGHT * unit;
    let (wide, high) = ((f64::from(canvas.client_width()) * unit) as u32, high as u32);
    let is_sized = (canvas.width(), canvas.height()) == (wide, high);
    let before = before.filter(|before| is_sized && before.is_laid_out_as(now));
    if before.is_none() {
        // Clears it as well.
        canvas.set_width(wide);
        canvas.set_height(high);
    }
    let brush = Brush { context, style, unit, wide: wide.into(), columns: now.columns };
    let mut strokes = Vec::new();
    let shown = before.map(|before| (before.looks(which), before.cursor));
    for (i, look) in looks.iter().enumerate() {
        if let Some((shown, cursor)) = &shown {
            // A frame reaches beyond its cell.
            let is_framed = i == *cursor || i == now.cursor;
            if !is_framed && shown[i] == *look {
                continue;
            }
            brush.clear(i, is_framed);
        }
        look.strokes(i, &mut strokes);
    }
    strokes.sort_unstable();
    brush.draw(&strokes, &looks);
    if now.cursor < looks.len() {
        brush.frame(now.cursor);
    }
}

struct Brush {
    context: CanvasRenderingContext2d,
    style: CssStyleDeclaration,
    /// Pixels of the canvas in one of the page's.
    unit: f64,
    wide: f64,
    columns: usize,
}

impl Brush {
    /// Between cells, in whole pixels, so that no edge is blurred and what is drawn over leaves nothing behind.
    fn gap(&self) -> f64 {
        self.unit.ceil()
    }

    /// Left, top, width, height of a cell.
    fn area(&self, i: usize) -> [f64; 4] {
        let left = |column: usize| (column as f64 * self.wide / self.columns as f64).round();
        let top = |row: usize| (row as f64 * CELL_HEIGHT * self.unit).round();
        let (column, row) = (i % self.columns, i / self.columns);
        let (x, y) = (left(column), top(row));
        [x, y, left(column + 1) - x - self.gap(), top(row + 1) - y - self.gap()]
    }

    fn clear(&self, i: usize, is_framed: bool) {
        let [x, y, wide, high] = self.area(i);
        let beyond = if is_framed { self.gap() } else { 0.0 };
        self.context.clear_rect(x - beyond, y, wide + 2.0 * beyond, high);
    }

    /// Strokes in their order.
    fn draw(&self, strokes: &[u64], looks: &[Look]) {
        let context = &self.context;
        context.set_font(&format!("bold {}px system-ui, sans-serif", 10.0 * self.unit));
        context.set_text_align("right");
        context.set_text_baseline("middle");
        let mut tint = None;
        for &stroke in strokes {
            let (layer, colour, share, i) = look::stroke(stroke);
            if tint.replace((colour, share)) != Some((colour, share)) {
                self.context.set_fill_style_str(&self.colour(colour.into()));
                self.context.set_global_alpha(f64::from(share) / 1000.0);
            }
            let [x, y, wide, high] = self.area(i);
            match layer {
                MARK => {
                    let (right, middle) = (x + wide - self.unit, y + (high + self.unit) / 2.0);
                    // As narrow as its cell, so that drawing a neighbour again cuts nothing off. Fails only for
                    // arguments that are no finite numbers.
                    let mut letter = [0; 4];
                    let mark = looks[i].mark.encode_utf8(&mut letter);
                    let _ = context.fill_text_with_max_width(mark, right, middle, wide - 2.0 * self.unit);
                }
                CORNER => {
                    let side = 6.0 * self.unit;
                    context.begin_path();
                    context.move_to(x, y);
                    context.line_to(x + side, y);
                    context.line_to(x, y + side);
                    context.fill();
                }
                EDGE => context.fill_rect(x, y, 3.0 * self.unit, high),
                _ => context.fill_rect(x, y, wide, high),
            }
        }
        context.set_global_alpha(1.0);
    }

    fn colour(&self, name: usize) -> String {
        colour(&self.style, NAMES[name])
    }

    fn frame(&self, i: usize) {
        let [x, y, wide, high] = self.area(i);
        self.context.set_stroke_style_str(&self.colour(FOCUS));
        self.context.set_line_width(2.0 * self.unit);
        self.context.stroke_rect(x, y + self.unit, wide, high - 2.0 * self.unit);
    }
}
