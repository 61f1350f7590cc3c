// SPDX-License-Identifier: GPL-2.0-only
//! The table twin of the maps: a row for every pageblock in both runs, in the order that its reader chose.

use super::cells;
use crate::inspect::blocks::Blocks;
use crate::model::freetype;
use crate::report::panel::html::{escape, table_of};

/// Columns of a run, and those that belong to both runs.
const OF_A_RUN: [&str; 4] = ["type", "free", "movable", "unmovable"];
const OF_BOTH: [&str; 2] = ["block", "frame"];
const COLUMNS: usize = OF_BOTH.len() + 2 * OF_A_RUN.len();

/// By which column the rows stand.
#[derive(Clone, Copy, Default)]
pub struct Order {
    column: usize,
    is_falling: bool,
}

impl Order {
    /// A column's heading was pressed: rising first, then the other way round and back.
    pub fn press(&mut self, column: usize) {
        let is_falling = self.column == column && !self.is_falling;
        *self = Order { column: column.min(COLUMNS - 1), is_falling };
    }
}

/// The table, and a sentence on the order of its rows.
pub fn html(a: &Blocks, b: &Blocks, order: Order) -> (String, String) {
    let way = if order.is_falling { "descending" } else { "ascending" };
    let mut head = String::new();
    for column in 0..COLUMNS {
        let sorted = if column == order.column { format!(" aria-sort=\"{way}\"") } else { String::new() };
        head += &format!(
            "<th scope=\"col\"{sorted}><button type=\"button\" data-wish=\"sort {column}\">{}</button></th>",
            name(column)
        );
    }
    let rows: Vec<Vec<String>> = sorted(a, b, order).into_iter().map(|i| row(a, b, i)).collect();
    let said = format!("{} rows by {}, {way}.", rows.len(), name(order.column));
    let caption = escape("Every pageblock of the maps, in pages; a heading sorts by its column");
    (table_of("inside-blocks", &caption, &head, &rows), said)
}

fn name(column: usize) -> String {
    match column.checked_sub(OF_BOTH.len()) {
        None => OF_BOTH[column].to_owned(),
        Some(own) => format!("{} {}", if own < OF_A_RUN.len() { "A" } else { "B" }, OF_A_RUN[own % OF_A_RUN.len()]),
    }
}

/// The blocks in order; those that are equal in it by their number.
fn sorted(a: &Blocks, b: &Blocks, order: Order) -> Vec<usize> {
    let key = |i: usize| {
        let value = value(a, b, order.column, i);
        u64::from(if order.is_falling { u32::MAX - value } else { value }) << 32 | i as u64
    };
    let mut keys: Vec<u64> = (0..a.len().min(b.len())).map(key).collect();
    keys.sort_unstable();
    keys.into_iter().map(|key| (key & 0xffff_ffff) as usize).collect()
}

/// What a row has in a column, as a number. Types stand in the kernel's order.
fn value(a: &Blocks, b: &Blocks, column: usize, i: usize) -> u32 {
    let Some(own) = column.checked_sub(OF_BOTH.len()) else {
        return if column == 0 { i as u32 } else { a.pfn[i] };
    };
    let blocks = if own < OF_A_RUN.len() { a } else { b };
    match own % OF_A_RUN.len() {
        0 => blocks.freetype[i].into(),
        1 => cells::free(blocks, i).into(),
        2 => (blocks.anon[i] + blocks.file[i]).into(),
        _ => (blocks.pinned[i] + blocks.kernel[i]).into(),
    }
}

fn row(a: &Blocks, b: &Blocks, i: usize) -> Vec<String> {
    let cell = |column: usize| {
        let value = value(a, b, column, i);
        let kind = |blocks: &Blocks| {
            let mark = cells::mark(blocks, i);
            let mark = if matches!(mark, '.' | ' ') { String::new() } else { format!(" {mark}") };
            format!("{}{mark}", freetype::NAMES[value as usize])
        };
        match column {
            1 => format!("{value:#x}"),
            2 => kind(a),
            6 => kind(b),
            _ => value.to_string(),
        }
    };
    (0..COLUMNS).map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blocks with these free pages and types, and nothing allocated.
    fn blocks(free: &[u16], freetype: &[u8]) -> Blocks {
        let none = vec![0; free.len()];
        Blocks {
            per_cell: 1,
            pfn: (0..free.len() as u32).map(|i| i * 512).collect(),
            zone: vec![0; free.len()],
            freetype: freetype.to_vec(),
            free: free.to_vec(),
            pcp: none.clone(),
            private: none.clone(),
            anon: none.clone(),
            file: none.clone(),
            pinned: none.clone(),
            kernel: none,
            ..Blocks::default()
        }
    }

    #[test]
    fn rows_stand_by_any_column_either_way_and_else_by_number() {
        let (a, b) = (blocks(&[5, 512, 5, 0], &[1, 0, 1, 6]), blocks(&[1, 2, 3, 4], &[0; 4]));
        let mut order = Order::default();
        assert_eq!(sorted(&a, &b, order), [0, 1, 2, 3]);
        for (column, rows) in [
            (3, [3, 0, 2, 1]),
            (3, [1, 0, 2, 3]),
            (3, [3, 0, 2, 1]),
            (2, [1, 0, 2, 3]),
            (2, [3, 0, 2, 1]),
            (7, [0, 1, 2, 3]),
            (7, [3, 2, 1, 0]),
            (0, [0, 1, 2, 3]),
            (1, [0, 1, 2, 3]),
            (1, [3, 2, 1, 0]),
        ] {
            order.press(column);
            assert_eq!(sorted(&a, &b, order), rows, "{column}");
        }
        let (html, said) = html(&a, &b, order);
        assert_eq!(said, "4 rows by frame, descending.");
        assert_eq!(html.matches("aria-sort").count(), 1);
        assert!(
            html.contains("aria-sort=\"descending\"><button type=\"button\" data-wish=\"sort 1\">frame<"),
            "{html}"
        );
        order.press(usize::MAX);
        assert_eq!(sorted(&a, &b, order).len(), 4);
    }

    #[test]
    fn every_column_has_its_name_and_its_value() {
        let names: Vec<String> = (0..COLUMNS).map(name).collect();
        assert_eq!((names.len(), &*names[2], &*names[5], &*names[6]), (10, "A type", "A unmovable", "B type"));
        let (a, b) = (blocks(&[7], &[1]), blocks(&[9], &[6]));
        assert_eq!(row(&a, &b, 0), ["0", "0x0", "Movable", "7", "0", "0", "Unmapped U", "9", "0", "0"]);
    }
}
