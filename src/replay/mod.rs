// SPDX-License-Identifier: GPL-2.0-only
//! Holding the model against what a real kernel did.
//!
//! `guided` needs a trace with the added `PA` lines and a start state; it must agree with every page. `native` uses
//! the stock tracepoints that any user can record.

mod compaction;
mod compaction_run;
pub mod guided;
pub mod load;
mod lru;
mod outside;
pub mod report;

pub use compaction::{CompactionReport, compaction};
pub use report::{Divergence, Report, Score};

use guided::Guided;

use crate::model::digest::{self, Digest};
use crate::model::node::Node;
use crate::trace::state::State;
use crate::trace::{Imported, Kind};

/// What a replay is given beside the trace.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    pub start: &'a State,
    /// States dumped in between, found by their `index`.
    pub snapshots: &'a [State],
    /// The state after the last event.
    pub end: Option<&'a State>,
}

/// Replays a trace with added lines. `progress` hears how many events are done, every few thousand; when it answers
/// `false` the replay stops there. The model's last state comes with the report.
pub fn guided(given: Given, trace: &Imported, mut progress: impl FnMut(usize) -> bool) -> (Report, Node) {
    let mut run = Guided::new(load::node(given.start));
    for (i, event) in trace.events.iter().enumerate() {
        if i % 8192 == 0 && !progress(i) {
            run.report.not_judged.push(format!("everything from line {} on: the replay was stopped", event.line));
            break;
        }
        if let Kind::Snapshot { number, .. } = event.kind
            && number != given.start.index
            && let Some(state) = given.snapshots.iter().find(|state| state.index == number)
        {
            check_state(&mut run, state, event.line);
        }
        run.step(event);
    }
    if let Some(end) = given.end {
        check_state(&mut run, end, trace.lines);
    }
    let mut report = run.report;
    report.skipped_lines = u64::from(trace.skipped.total);
    report.digest = state_digest(&run.node);
    (report, run.node)
}

/// xxHash64 of all zones, hexadecimal.
pub fn state_digest(node: &Node) -> String {
    let mut digest = Digest::new();
    node.zones.iter().for_each(|zone| digest::zone(&mut digest, zone));
    format!("{:016x}", digest.finish())
}

/// Compares, and adopts the dumped state after a difference so that it is counted once.
fn check_state(run: &mut Guided, state: &State, line: u32) {
    let found = load::differences(&run.node, state);
    run.report.states_checked += 1;
    run.report.states_equal += u64::from(found.is_empty());
    if let Some(first) = found.first() {
        let event = format!("snapshot {} {}", state.index, state.label);
        run.report.diverge(line, &event, "the dumped state", format!("{first} (and {} more)", found.len() - 1));
        run.restart_from(load::node(state));
    }
}
