// SPDX-License-Identifier: GPL-2.0-only
//! How the cells of the maps look, by their letters (`inspect::tour`): what is painted in which colour, over what.
//!
//! A canvas fills quickly and is slow at being told of colours. So a look comes apart into strokes, which sorting brings
//! together by layer and colour; and a cell that looks as it did needs none.

use crate::model::pageblock::PAGEBLOCK_PAGES;

/// Letters of a cell.
pub const LETTERS: usize = 6;
/// The map of the difference, beside those of A (0) and B (1).
const DIFFERENCE: usize = 2;

/// Colours by their names in the style sheet.
#[rustfmt::skip]
pub const NAMES: [&str; 15] = [
    "--paper", "--ink", "--free", "--used", "--hatch", "--focus", "--more-a", "--more-b",
    "--type-0", "--type-1", "--type-2", "--type-3", "--type-4", "--type-5", "--type-6",
];
const PAPER: u8 = 0;
const INK: u8 = 1;
const FREE: u8 = 2;
const USED: u8 = 3;
const HATCH: u8 = 4;
pub const FOCUS: usize = 5;
const MORE_A: u8 = 6;
const MORE_B: u8 = 7;
const TYPES: u8 = 8;

/// Layers, each over those before it: the whole cell twice, its left edge, its mark, its corner.
pub const GROUND: u8 = 0;
pub const FILL: u8 = 1;
pub const EDGE: u8 = 2;
pub const MARK: u8 = 3;
pub const CORNER: u8 = 4;

/// A colour, and how much of it in thousandths; of nothing, no stroke is made.
type Tint = (u8, u16);
const NOTHING: Tint = (0, 0);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    tints: [Tint; 5],
    pub mark: char,
}

struct Cell<'a> {
    kind: u8,
    mark: &'a str,
    free: u32,
}

impl Cell<'_> {
    fn of(letters: &str, i: usize) -> Option<Cell<'_>> {
        let text = letters.get(i * LETTERS..(i + 1) * LETTERS)?;
        let free = u32::from_str_radix(&text[2..], 16).ok()?;
        Some(Cell { kind: text[..1].parse().unwrap_or(0).min(6), mark: &text[1..2], free })
    }
}

/// Cells of two maps side by side.
pub fn cells(letters: [&str; 2]) -> usize {
    letters[0].len().max(letters[1].len()) / LETTERS
}

/// Pages that a full cell stands for: a pageblock's, or so many times that as it has pageblocks.
pub fn pages(letters: [&str; 2]) -> u32 {
    let free = letters.map(|letters| {
        let cells = (0..letters.len() / LETTERS).filter_map(|i| Cell::of(letters, i));
        cells.map(|cell| cell.free).fold(PAGEBLOCK_PAGES, u32::max)
    });
    free[0].max(free[1]).next_multiple_of(PAGEBLOCK_PAGES)
}

impl Look {
    /// Cell `i` of a map, where so many pages fill a cell.
    pub fn of(letters: [&str; 2], which: usize, i: usize, pages: u32) -> Look {
        let [a, b] = letters.map(|letters| Cell::of(letters, i));
        match (which, a, b) {
            (DIFFERENCE, Some(a), Some(b)) => Look::difference(&a, &b, pages),
            (DIFFERENCE, ..) => Look::absent(),
            (0, Some(own), _) | (1, _, Some(own)) => Look::block(&own, pages),
            _ => Look { tints: [NOTHING; 5], mark: '.' },
        }
    }

    fn absent() -> Look {
        Look { tints: [(HATCH, 500), NOTHING, NOTHING, NOTHING, NOTHING], mark: ' ' }
    }

    fn block(cell: &Cell, pages: u32) -> Look {
        if cell.mark == " " {
            return Look::absent();
        }
        // Eight steps, so that neighbours of nearly the same fill look the same.
        let eighths = (pages.saturating_sub(cell.free) * 8).div_ceil(pages) as u16;
        let mark = cell.mark.chars().next().unwrap_or('.');
        let ink = if eighths > 4 { PAPER } else { INK };
        let ink = if mark == '.' { NOTHING } else { (ink, 1000) };
        let fill = (USED, eighths * 850 / 8);
        Look { tints: [(FREE, 1000), fill, (TYPES + cell.kind, 1000), ink, NOTHING], mark }
    }

    fn difference(a: &Cell, b: &Cell, pages: u32) -> Look {
        if a.mark == " " && b.mark == " " {
            return Look::absent();
        }
        let mut look = Look { tints: [(FREE, 1000), NOTHING, NOTHING, NOTHING, NOTHING], mark: '.' };
        let more = a.free.abs_diff(b.free);
        if more > 0 {
            let (colour, mark) = if b.free > a.free { (MORE_A, 'A') } else { (MORE_B, 'B') };
            let quarters = (more * 4).div_ceil(pages) as u16;
            look.tints[usize::from(FILL)] = (colour, 250 + quarters * 750 / 4);
            // A fiftieth is no more than a page or two here and there.
            if more * 50 > pages {
                look.tints[usize::from(MARK)] = (if quarters > 2 { PAPER } else { INK }, 1000);
                look.mark = mark;
            }
        }
        if a.kind != b.kind {
            look.tints[usize::from(CORNER)] = (INK, 1000);
        }
        look
    }

    /// Adds the strokes of cell `i`. Sorted, they are in the order to be drawn.
    pub fn strokes(&self, i: usize, strokes: &mut Vec<u64>) {
        for (layer, &(colour, share)) in self.tints.iter().enumerate() {
            if share > 0 {
                strokes.push((layer as u64) << 56 | u64::from(colour) << 48 | u64::from(share) << 32 | i as u64);
            }
        }
    }
}

/// What a stroke says: layer, colour, how much of it in thousandths, cell.
pub fn stroke(stroke: u64) -> (u8, u8, u16, usize) {
    ((stroke >> 56) as u8, (stroke >> 48) as u8, (stroke >> 32) as u16, (stroke & 0xffff_ffff) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(a: &str, b: &str, which: usize) -> Look {
        Look::of([a, b], which, 0, 512)
    }

    #[test]
    fn a_cell_shows_its_type_its_use_and_its_mark() {
        assert_eq!(look("1.0200", "6U0000", 0).tints, [(FREE, 1000), (USED, 0), (TYPES + 1, 1000), NOTHING, NOTHING]);
        let full = [(FREE, 1000), (USED, 850), (TYPES + 6, 1000), (PAPER, 1000), NOTHING];
        assert_eq!(look("1.0200", "6U0000", 1), Look { tints: full, mark: 'U' });
        assert_eq!(look("0 0000", "", 0), Look::absent());
        assert_eq!(look("0 0000", "", 1).tints, [NOTHING; 5]);
        // A page more or less of 64 does not show.
        assert_eq!(look("1M0101", "", 0), look("1M0102", "", 0));
        assert_ne!(look("1M0100", "", 0), look("1M00ff", "", 0), "half full is the last step with dark letters");
    }

    #[test]
    fn the_difference_shows_who_uses_more_and_where_types_differ() {
        let of = |a: &str, b: &str| {
            let Look { tints, mark } = look(a, b, DIFFERENCE);
            (tints[1], mark, tints[3], tints[4])
        };
        assert_eq!(of("1.0100", "1.0100"), (NOTHING, '.', NOTHING, NOTHING));
        assert_eq!(of("1.0000", "1.0200"), ((MORE_A, 1000), 'A', (PAPER, 1000), NOTHING));
        assert_eq!(of("1.0080", "6U0000"), ((MORE_B, 437), 'B', (INK, 1000), (INK, 1000)));
        assert_eq!(of("1.000a", "1.0000"), ((MORE_B, 437), '.', NOTHING, NOTHING), "too little for a letter");
        assert_eq!(look("1.0000", "", DIFFERENCE), Look::absent());
    }

    #[test]
    fn strokes_stand_by_layer_and_colour_and_say_what_they_were_made_of() {
        let letters = ["1.01006U0000", ""];
        let mut strokes = Vec::new();
        (0..2).for_each(|i| Look::of(letters, 0, i, pages(letters)).strokes(i, &mut strokes));
        strokes.sort_unstable();
        let told: Vec<_> = strokes.into_iter().map(stroke).collect();
        let both = [
            (GROUND, FREE, 1000, 0),
            (GROUND, FREE, 1000, 1),
            (FILL, USED, 425, 0),
            (FILL, USED, 850, 1),
            (EDGE, TYPES + 1, 1000, 0),
            (EDGE, TYPES + 6, 1000, 1),
            (MARK, PAPER, 1000, 1),
        ];
        assert_eq!(told, both);
    }

    #[test]
    fn larger_cells_are_full_at_what_the_emptiest_one_holds() {
        assert_eq!((pages(["1.0201", ""]), pages(["1.0201", "1.0401"])), (1024, 1536));
        assert_eq!((pages(["", ""]), cells(["1.0201", "1.02011.0201"])), (512, 2));
    }
}
