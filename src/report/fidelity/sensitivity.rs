// SPDX-License-Identifier: GPL-2.0-only
//! The sensitivity table.

use crate::experiment::fidelity::sensitivity::KEY_CELLS;

/// A trial's outcome: mean bytes at OOM and mean pages migrated.
#[derive(Clone, Debug)]
pub struct Changed {
    pub assumption: String,
    /// 1 for half, 2 for the assumed value, 4 for twice.
    pub halves: u64,
    pub key_cell: &'static str,
    pub bytes: f64,
    pub migrated: f64,
}

/// Each assumption halved and doubled: change of the mean bytes at OOM, then of the pages migrated.
pub fn sensitivity(changed: &[Changed], seeds: usize) -> String {
    let mut text = format!(
        "Change of the mean over {seeds} seeds with the assumption halved / doubled: bytes at OOM; pages migrated.\n\n\
         | assumption |"
    );
    KEY_CELLS.iter().for_each(|cell| text += &format!(" {cell} |"));
    text += &format!("\n|---|{}\n", "---|".repeat(KEY_CELLS.len()));
    let mut names: Vec<&str> = Vec::new();
    for one in changed.iter().filter(|one| one.halves != 2) {
        if !names.contains(&one.assumption.as_str()) {
            names.push(&one.assumption);
        }
    }
    for name in names {
        text += &format!("| {name} |");
        for cell in KEY_CELLS {
            let find = |halves: u64| {
                changed
                    .iter()
                    .find(|one| one.key_cell == cell && one.halves == halves && (halves == 2 || one.assumption == name))
            };
            let change = |halves: u64, figure: fn(&Changed) -> f64| match (find(halves), find(2)) {
                (Some(one), Some(base)) if figure(base) > 0.0 => {
                    format!("{:+.1} %", (figure(one) / figure(base) - 1.0) * 100.0)
                }
                _ => "-".to_owned(),
            };
            let both = |figure: fn(&Changed) -> f64| format!("{} / {}", change(1, figure), change(4, figure));
            text += &format!(" {}; {} |", both(|one| one.bytes), both(|one| one.migrated));
        }
        text.push('\n');
    }
    text
}
