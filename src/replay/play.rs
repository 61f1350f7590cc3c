// SPDX-License-Identifier: GPL-2.0-only
//! Playing a trace against the model, from the start state to the end.

use super::given::Given;
use super::guided::Guided;
use super::load::{self, state_digest};
use super::native::Native;
use super::report::Report;
use crate::model::node::Node;
use crate::trace::state::State;
use crate::trace::{Imported, Kind};

/// Replays a trace with added lines. `progress` hears how many events are done, every few thousand; when it answers
/// `false` the replay stops there. The model's last state comes with the report.
pub fn guided(given: Given, trace: &Imported, progress: impl FnMut(usize) -> bool) -> (Report, Node) {
    guided_watched(given, trace, progress, |_, _, _| {})
}

/// The same, showing the model to `watch` at the start, at each snapshot before it is compared, and at the end, with
/// the number of events done.
pub fn guided_watched(
    given: Given,
    trace: &Imported,
    mut progress: impl FnMut(usize) -> bool,
    mut watch: impl FnMut(&State, &Node, usize),
) -> (Report, Node) {
    let mut run = Guided::new(load::node(given.start));
    watch(given.start, &run.node, 0);
    for (i, event) in trace.events.iter().enumerate() {
        if i % 8192 == 0 && !progress(i) {
            run.report.not_judged.push(format!("everything from line {} on: the replay was stopped", event.line));
            break;
        }
        if let Kind::Snapshot { number, .. } = event.kind
            && number != given.start.index
            && let Some(state) = given.snapshots.iter().find(|state| state.index == number)
        {
            watch(state, &run.node, i);
            check_state(&mut run, state, event.line);
        }
        run.step(event);
    }
    if let Some(end) = given.end {
        watch(end, &run.node, trace.events.len());
        check_state(&mut run, end, trace.lines);
    }
    let mut report = run.report;
    report.skipped_lines = u64::from(trace.skipped.total);
    report.digest = state_digest(&run.node);
    (report, run.node)
}

/// Replays the stock lines of a trace. `progress` as for [`guided`], with the number of events that are left.
pub fn native(given: Given, trace: &Imported, mut progress: impl FnMut(usize) -> bool) -> (Report, Node) {
    let mut run = Native::new(load::node(given.start), &trace.events);
    while run.left() > 0 {
        if run.left().is_multiple_of(8192) && !progress(run.left()) {
            run.report.not_judged.push("everything behind the point where the replay was stopped".to_owned());
            break;
        }
        run.step();
    }
    let mut report = run.report;
    if let Some(end) = given.end {
        let found = load::differences(&run.node, end);
        report.states_checked += 1;
        report.states_equal += u64::from(found.is_empty());
        if let Some(first) = found.first() {
            let got = format!("{first} (and {} more)", found.len() - 1);
            report.diverge(trace.lines, "the final state", "the dumped state", got);
        }
    }
    report.skipped_lines = u64::from(trace.skipped.total);
    report.digest = state_digest(&run.node);
    (report, run.node)
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
