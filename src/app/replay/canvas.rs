// SPDX-License-Identifier: GPL-2.0-only
//! Draws pageblocks and pages. Colours come from the style sheet, so that there is one place for them; every colour
//! has a letter or a pattern beside it, so that none is needed.

use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::model::freetype;
use crate::model::pageblock::PAGEBLOCK_PAGES;
use crate::replay::blockmap::{ABSENT, Block, BlockMap, ON_PCP, PRIVATE, USED};

/// Height of a cell of the block map, in CSS pixels; www/memory.css reserves the same.
pub const CELL_HEIGHT: f64 = 30.0;
/// Of that, the strip that holds the letter.
const STRIP: f64 = 12.0;
/// Distance of the lines that mark missing memory, wider than those of any type.
const HATCH_ABSENT: f64 = 8.0;
/// A pageblock's pages are drawn as 32 columns of 16.
pub const PAGE_COLUMNS: u32 = 32;
const PAGE_ROWS: u32 = PAGEBLOCK_PAGES / PAGE_COLUMNS;

struct Palette {
    paper: String,
    ink: String,
    line: String,
    free: String,
    hatch: String,
    focus: String,
    types: [String; freetype::NR_FREETYPES],
}

/// A canvas made ready: sharp on screens with more than one pixel per CSS pixel, and cleared.
struct Surface {
    context: CanvasRenderingContext2d,
    palette: Palette,
    width: f64,
    height: f64,
}

#[derive(Clone, Copy)]
struct Rect {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// What a block map shows beside the blocks themselves.
pub struct MapView<'a> {
    pub map: &'a BlockMap,
    /// The map it is compared with.
    pub other: Option<&'a BlockMap>,
    pub columns: usize,
    pub cursor: usize,
}

pub fn draw_map(canvas: &HtmlCanvasElement, view: &MapView) {
    let Some(surface) = Surface::of(canvas) else { return };
    let width = surface.width / view.columns as f64;
    for (i, block) in view.map.blocks.iter().enumerate() {
        let (column, row) = ((i % view.columns) as f64, (i / view.columns) as f64);
        let x = (column * width).round();
        let cell = Rect { x, y: row * CELL_HEIGHT, width: ((column + 1.0) * width).round() - x, height: CELL_HEIGHT };
        let before = view.other.and_then(|other| other.blocks.get(i));
        surface.block(cell, block, before.is_some_and(|before| before.freetype != block.freetype));
        if i == view.cursor {
            surface.cursor(cell);
        }
    }
}

/// The frames of one block, one small cell each.
pub fn draw_pages(canvas: &HtmlCanvasElement, block: &Block) {
    let Some(surface) = Surface::of(canvas) else { return };
    let (width, height) = (surface.width / f64::from(PAGE_COLUMNS), surface.height / f64::from(PAGE_ROWS));
    for i in 0..PAGEBLOCK_PAGES {
        let letter = block.pages.as_bytes().get(i as usize).copied().unwrap_or(ABSENT);
        let (column, row) = (i % PAGE_COLUMNS, i / PAGE_COLUMNS);
        let cell = Rect { x: f64::from(column) * width, y: f64::from(row) * height, width, height };
        surface.page(cell, block, block.pfn + i, letter);
    }
}

impl Surface {
    fn of(canvas: &HtmlCanvasElement) -> Option<Surface> {
        let window = gloo::utils::window();
        let (width, height) = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
        let scale = window.device_pixel_ratio().max(1.0);
        canvas.set_width((width * scale) as u32);
        canvas.set_height((height * scale) as u32);
        let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.unchecked_into();
        context.scale(scale, scale).ok()?;
        let style = window.get_computed_style(canvas).ok()??;
        let read = |name: &str| style.get_property_value(name).unwrap_or_default().trim().to_owned();
        let palette = Palette {
            paper: read("--paper"),
            ink: read("--ink"),
            line: read("--line"),
            free: read("--free"),
            hatch: read("--hatch"),
            focus: read("--focus"),
            types: std::array::from_fn(|i| read(&format!("--type-{i}"))),
        };
        Some(Surface { context, palette, width, height })
    }

    fn fill(&self, area: Rect, colour: &str) {
        self.context.set_fill_style_str(colour);
        self.context.fill_rect(area.x, area.y, area.width, area.height);
    }

    fn block(&self, cell: Rect, block: &Block, changed: bool) {
        self.fill(cell, &self.palette.line);
        let inside = Rect { x: cell.x, y: cell.y, width: cell.width - 1.0, height: cell.height - 1.0 };
        if block.managed() == 0 {
            self.fill(inside, &self.palette.paper);
            return self.hatch(inside, Hatch::RISING, &self.palette.hatch, HATCH_ABSENT);
        }
        self.fill(inside, &self.palette.paper);
        let gauge = Rect { y: inside.y + STRIP, height: inside.height - STRIP, ..inside };
        self.fill(gauge, &self.palette.free);
        let part = |pages: u16| (gauge.height * f64::from(pages) / f64::from(PAGEBLOCK_PAGES)).ceil();
        let used = part(block.used + block.private);
        let taken = Rect { y: gauge.y + gauge.height - used, height: used, ..gauge };
        self.fill(taken, &self.palette.types[usize::from(block.freetype)]);
        self.hatch(taken, Hatch::of(block.freetype), &self.palette.free, 4.0);
        let absent = (PAGEBLOCK_PAGES as u16).saturating_sub(block.managed());
        if absent > 0 {
            let top = Rect { height: part(absent).min(gauge.height - used), ..gauge };
            self.fill(top, &self.palette.paper);
            self.hatch(top, Hatch::RISING, &self.palette.hatch, HATCH_ABSENT);
        }
        self.letter(inside, freetype::letter(block.freetype));
        if changed {
            self.corner(inside);
        }
    }

    fn letter(&self, cell: Rect, letter: char) {
        self.context.set_font("bold 10px system-ui, sans-serif");
        self.context.set_text_align("center");
        self.context.set_text_baseline("middle");
        self.context.set_fill_style_str(&self.palette.ink);
        let (x, y) = (cell.x + cell.width / 2.0, cell.y + STRIP / 2.0 + 1.0);
        // Fails only for arguments that are no finite numbers.
        let _ = self.context.fill_text(letter.encode_utf8(&mut [0; 4]), x, y);
    }

    /// Marks a block whose type differs in the other map.
    fn corner(&self, cell: Rect) {
        let (right, size) = (cell.x + cell.width, 7.0);
        self.context.set_fill_style_str(&self.palette.ink);
        self.context.begin_path();
        self.context.move_to(right - size, cell.y);
        self.context.line_to(right, cell.y);
        self.context.line_to(right, cell.y + size);
        self.context.fill();
    }

    fn cursor(&self, cell: Rect) {
        self.context.set_line_width(2.0);
        self.context.set_stroke_style_str(&self.palette.focus);
        self.context.stroke_rect(cell.x, cell.y + 1.0, cell.width - 1.0, cell.height - 3.0);
    }

    fn page(&self, cell: Rect, block: &Block, pfn: u32, letter: u8) {
        let inside = Rect { width: cell.width - 1.0, height: cell.height - 1.0, ..cell };
        let colour = &self.palette.types[usize::from(block.freetype)];
        match letter {
            USED => {
                self.fill(inside, colour);
                self.hatch(inside, Hatch::of(block.freetype), &self.palette.free, 4.0);
            }
            ABSENT => self.hatch(inside, Hatch::RISING, &self.palette.hatch, HATCH_ABSENT),
            ON_PCP | PRIVATE => {
                self.fill(inside, &self.palette.free);
                let dot = Rect {
                    x: cell.x + cell.width / 2.0 - 2.0,
                    y: cell.y + cell.height / 2.0 - 2.0,
                    width: 3.0,
                    height: 3.0,
                };
                self.fill(dot, if letter == ON_PCP { &self.palette.ink } else { colour });
            }
            order => {
                // A free block is one surface; a bar shows where it begins.
                self.fill(cell, &self.palette.free);
                let order = u32::from((order as char).to_digit(16).unwrap_or(0) as u8);
                if pfn.is_multiple_of(1 << order) {
                    self.fill(Rect { width: 1.0, ..inside }, &self.palette.ink);
                }
            }
        }
    }

    fn hatch(&self, area: Rect, hatch: Hatch, colour: &str, step: f64) {
        let context = &self.context;
        context.save();
        context.begin_path();
        context.rect(area.x, area.y, area.width, area.height);
        context.clip();
        context.set_stroke_style_str(colour);
        context.set_line_width(1.0);
        context.begin_path();
        let (right, bottom) = (area.x + area.width, area.y + area.height);
        for line in hatch.0 {
            // Anchored to the bottom, so that a pattern does not shift when the fill level does.
            let mut at = -area.height;
            while at < area.width.max(area.height) {
                let (from, to) = match line {
                    Line::Rising => ((area.x + at, bottom), (area.x + at + area.height, area.y)),
                    Line::Falling => ((area.x + at + area.height, bottom), (area.x + at, area.y)),
                    Line::Upright => ((area.x + at + 0.5, area.y), (area.x + at + 0.5, bottom)),
                    Line::Level => ((area.x, bottom - at - 0.5), (right, bottom - at - 0.5)),
                };
                context.move_to(from.0, from.1);
                context.line_to(to.0, to.1);
                at += step;
            }
        }
        context.stroke();
        context.restore();
    }
}

#[derive(Clone, Copy)]
enum Line {
    Rising,
    Falling,
    Upright,
    Level,
}

/// The pattern of a type; www/memory.css draws the same in the legend.
struct Hatch(&'static [Line]);

impl Hatch {
    const RISING: Hatch = Hatch(&[Line::Rising]);

    fn of(ft: freetype::Freetype) -> Hatch {
        Hatch(match ft {
            freetype::UNMOVABLE => &[Line::Falling],
            freetype::RECLAIMABLE => &[Line::Level],
            freetype::HIGHATOMIC => &[Line::Upright],
            freetype::CMA => &[Line::Upright, Line::Level],
            freetype::ISOLATE => &[Line::Rising, Line::Falling],
            freetype::UNMAPPED => &[Line::Rising],
            _ => &[],
        })
    }
}
