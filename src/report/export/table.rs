// SPDX-License-Identifier: GPL-2.0-only
//! Tables whose columns are told apart by single blanks alone: no cell is empty or holds a blank, so that a program
//! that collapses runs of blanks, as mail archives do, loses nothing but the looks.

/// Head and rows of the same number of cells.
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(head: &[&str]) -> Table {
        Table { rows: vec![head.iter().map(|cell| cell_of(cell)).collect()] }
    }

    pub fn add(&mut self, row: Vec<String>) {
        debug_assert_eq!(row.len(), self.rows[0].len());
        self.rows.push(row.iter().map(|cell| cell_of(cell)).collect());
    }

    fn widths(&self) -> Vec<usize> {
        let widest = |column: usize| self.rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
        (0..self.rows[0].len()).map(widest).collect()
    }

    /// Columns of the widest line.
    pub fn width(&self) -> usize {
        let widths = self.widths();
        widths.iter().sum::<usize>() + 2 * (widths.len() - 1)
    }

    /// The first column to the left, the others to the right.
    pub fn lines(&self) -> Vec<String> {
        let widths = self.widths();
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths).enumerate();
            let cells = cells.map(|(i, (cell, &width))| match i {
                0 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        self.rows.iter().map(line).collect()
    }

    /// The table in Markdown.
    pub fn markdown(&self) -> Vec<String> {
        let line = |row: &Vec<String>| format!("| {} |", row.join(" | "));
        let mut lines: Vec<String> = self.rows.iter().map(line).collect();
        let rule = (0..self.rows[0].len()).map(|i| if i == 0 { "---" } else { "---:" });
        lines.insert(1, format!("| {} |", rule.collect::<Vec<_>>().join(" | ")));
        lines
    }
}

/// A cell as one visible word.
fn cell_of(text: &str) -> String {
    let word: String = text.chars().map(|c| if c.is_ascii_graphic() { c } else { '_' }).collect();
    if word.is_empty() { "-".to_owned() } else { word }
}
