// SPDX-License-Identifier: GPL-2.0-only
//! Slices of a grid as JSON Lines: written anywhere, merged to the table that one machine would have given.
//!
//! The first line names the format, the model's version and the experiment (as a link's fragment); every other line
//! is one cell. A line that a killed process left half-written is no cell: running its shard again makes it whole,
//! and cells that come twice are no harm, because they are equal.

use serde::{Deserialize, Serialize};

use crate::experiment::{CellResult, Experiment, MODEL_VERSION, Sheet};
use crate::link::{self, Permalink};

/// The name of the format.
const FORMAT: &str = "oompoint shard 1";

#[derive(Serialize, Deserialize)]
struct Head {
    format: String,
    model: String,
    experiment: String,
    shard: [usize; 2],
}

#[derive(Serialize, Deserialize)]
struct Line {
    cell: usize,
    result: CellResult,
}

/// The first line of shard `i` of `n`.
pub fn head(experiment: &Experiment, i: usize, n: usize) -> String {
    let experiment = link::write(&Permalink::of(experiment.clone()));
    let head = Head { format: FORMAT.to_owned(), model: MODEL_VERSION.to_owned(), experiment, shard: [i, n] };
    serde_json::to_string(&head).expect("a head is plain data") + "\n"
}

/// The line of a cell.
pub fn line(cell: usize, result: CellResult) -> String {
    serde_json::to_string(&Line { cell, result }).expect("a result is plain data") + "\n"
}

/// Shards put together.
pub struct Merged {
    pub experiment: Experiment,
    pub sheet: Sheet,
    /// Sentences on files that were cut.
    pub notes: Vec<String>,
    /// Number of shards that the experiment was cut into.
    shards: usize,
}

/// Merges files, given by name and text.
///
/// # Errors
/// A file that is no shard, is of another experiment or model, or contradicts another.
pub fn merge(files: &[(String, String)]) -> Result<Merged, String> {
    let mut merged: Option<(String, Merged)> = None;
    for (name, text) in files {
        let say = |problem: &str| format!("{name}: {problem}");
        let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
        let head: Head = serde_json::from_str(first).map_err(|_| say("its first line is not that of a shard"))?;
        if head.format != FORMAT {
            return Err(say(&format!("the format is `{}`, this program reads `{FORMAT}`", head.format)));
        }
        if head.model != MODEL_VERSION {
            return Err(say(&format!(
                "made with model {}, this is {MODEL_VERSION}: results of two versions cannot be merged",
                head.model
            )));
        }
        if merged.is_none() {
            let opened = link::open(&head.experiment).map_err(|error| say(&error.to_string()))?;
            let experiment = opened.link.experiment;
            let sheet = Sheet::new(&experiment);
            let shards = head.shard[1];
            merged = Some((head.experiment.clone(), Merged { experiment, sheet, notes: Vec::new(), shards }));
        }
        let (wanted, merged) = merged.as_mut().expect("it was just made");
        if *wanted != head.experiment {
            return Err(say("it is of another experiment than the first file"));
        }
        for (number, line) in rest.lines().enumerate() {
            match serde_json::from_str::<Line>(line) {
                Ok(line) => merged
                    .sheet
                    .put(&merged.experiment, line.cell, line.result)
                    .map_err(|error| say(&error.to_string()))?,
                Err(_) if number + 1 == rest.lines().count() && !rest.ends_with('\n') => {
                    merged.notes.push(say("its last line was cut; the cell counts as missing"));
                }
                Err(error) => return Err(say(&format!("line {}: {error}", number + 2))),
            }
        }
    }
    merged.map(|(_, merged)| merged).ok_or_else(|| "no files".to_owned())
}

impl Merged {
    /// What to run again for the cells that are missing; none if nothing is.
    pub fn missing(&self) -> Option<String> {
        let missing = self.sheet.missing(&self.experiment);
        let (n, of) = (missing.len(), self.experiment.cells());
        let shards: Vec<_> = (1..=self.shards)
            .filter(|&i| self.experiment.shard(i, self.shards).any(|cell| missing.binary_search(&cell).is_ok()))
            .map(|i| format!("{i}/{}", self.shards))
            .collect();
        (n > 0).then(|| format!("{n} of {of} cells are missing: run shard {} again", shards.join(", ")))
    }
}
