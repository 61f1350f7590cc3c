// SPDX-License-Identifier: GPL-2.0-only
//! A recorded trace: reading it and replaying it, beside only finding its lines.

use std::path::Path;

use super::clock::{Lane, Turn, number_of, timed};
use crate::cli::files::{self, Failure};
use crate::model::digest::Digest;
use crate::replay::{self, Given};
use crate::trace::{Imported, State, decompress, import};

/// A trace in memory, with the state that it starts from.
pub struct Recording {
    text: String,
    start: State,
    trace: Imported,
}

impl Recording {
    /// From a folder of tests/kernel.
    pub fn read(folder: &Path) -> Result<Recording, Failure> {
        let start = files::state(&folder.join("initial_state.json.gz"))?;
        let packed = files::read(&folder.join("trace_full.txt.gz"))?;
        let bytes = decompress(&packed).bytes.into_owned();
        let trace = import(&bytes);
        let text = String::from_utf8(bytes).map_err(|_| format!("{}: the trace is not text", folder.display()))?;
        Ok(Recording { text, start, trace })
    }

    /// Finding the lines, reading the events, replaying them.
    pub fn lanes(&self) -> Vec<Lane<'_>> {
        vec![
            Lane::new("trace: str::lines", "line", || self.lines()),
            Lane::new("trace: import", "event", || self.import()),
            Lane::new("trace: replay", "event", || self.replay()),
        ]
    }

    fn lines(&self) -> Turn {
        let ((lines, bytes), ns) =
            timed(|| self.text.lines().fold((0, 0), |(lines, bytes), line| (lines + 1, bytes + line.len() as u64)));
        Turn { ns, ops: lines, digest: bytes }
    }

    fn import(&self) -> Turn {
        let (found, ns) = timed(|| import(self.text.as_bytes()));
        assert_eq!(found, self.trace, "reading is a function of the text");
        let mut digest = Digest::new();
        for &(name, count) in found.counts.iter() {
            digest.bytes(name.as_bytes());
            digest.word(count);
        }
        digest.word(found.skipped.total);
        Turn { ns, ops: found.events.len() as u64, digest: digest.finish() }
    }

    fn replay(&self) -> Turn {
        let given = Given { start: &self.start, snapshots: &[], end: None };
        let ((report, _), ns) = timed(|| replay::guided(given, &self.trace, |_| true));
        Turn { ns, ops: self.trace.events.len() as u64, digest: number_of(&report.digest) }
    }
}
