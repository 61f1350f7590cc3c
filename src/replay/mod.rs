// SPDX-License-Identifier: GPL-2.0-only
//! Holding the model against what a real kernel did.
//!
//! `guided` needs a trace with the added `PA` lines and a start state; it must agree with every page. `native` uses
//! the stock tracepoints that any user can record.

mod bend;
pub mod blockmap;
mod compaction;
mod compaction_report;
mod compaction_run;
pub mod guided;
pub mod load;
mod lru;
pub mod native;
mod outside;
pub mod report;
pub mod survey;
mod survey_text;

pub use compaction::compaction;
pub use compaction_report::CompactionReport;
pub use report::{Divergence, Report, Score};
pub use survey::{Survey, survey};

use guided::Guided;
use native::Native;

use crate::model::digest::{self, Digest};
use crate::model::frames::{Order, Pfn};
use crate::model::node::Node;
use crate::trace::input::Fault;
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

/// Whether a trace has the added lines that a guided replay needs.
pub fn has_added(trace: &Imported) -> bool {
    trace.counts.iter().any(|(name, _)| name.starts_with("PA "))
}

/// A trace with more than one event in so many outside of the state's zones is of another machine; fewer can come from
/// damaged lines.
const FOREIGN_SHARE: u64 = 20;

/// Notes in the report what could not be judged. Gives the sentence that says that trace and state are not of one
/// machine, if they are not.
pub fn note_limits(
    report: &mut Report,
    given: Option<Given>,
    trace: &Imported,
    fault: Option<Fault>,
) -> Option<String> {
    let notes = &mut report.not_judged;
    let mut foreign = None;
    if let Some(given) = given {
        if given.end.is_some() && fault.is_some() {
            notes.push("the final state: the trace ends before it".to_owned());
        }
        let cpus = given.start.params.online_cpus;
        if let Some(other) = trace.events.iter().map(|event| event.cpu).find(|&cpu| cpu >= cpus) {
            notes.push(format!("whose per-CPU lists CPU {other} uses: the state has {cpus}, so CPU 0's are taken"));
        }
        let (outside, all) = outside_of(given.start, trace);
        foreign = (outside * FOREIGN_SHARE > all).then(|| {
            format!(
                "{outside} of {all} events name memory outside the state's zones: this trace is of another machine; give \
                 the state that was dumped with it"
            )
        });
        notes.extend(foreign.clone());
    }
    if let Some(fault) = fault {
        notes.push(format!("what follows line {}: {fault}", trace.lines));
    }
    if trace.lost_events > 0 {
        notes.push(format!("{} events that the kernel lost", trace.lost_events));
    }
    foreign
}

/// How many events name a page, and how many of those lie outside of the state's zones.
fn outside_of(state: &State, trace: &Imported) -> (u64, u64) {
    let (mut outside, mut all) = (0, 0);
    for event in &trace.events {
        let (Kind::Alloc { pfn: Some(pfn), .. }
        | Kind::Free { pfn, .. }
        | Kind::ZoneLocked { pfn, .. }
        | Kind::PcpuDrain { pfn, .. }) = event.kind
        else {
            continue;
        };
        all += 1;
        let holds = |zone: &crate::trace::state::Zone| (zone.start_pfn..zone.end_pfn()).contains(&pfn);
        outside += u64::from(!state.zones.iter().any(holds));
    }
    (outside, all)
}

/// xxHash64 of all zones, hexadecimal.
pub fn state_digest(node: &Node) -> String {
    let mut digest = Digest::new();
    node.zones.iter().for_each(|zone| digest::zone(&mut digest, zone));
    format!("{:016x}", digest.finish())
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

/// The zone that holds a block whole; `None` for misaligned blocks and those of other memory.
fn zone_of_block(node: &Node, pfn: Pfn, order: Order) -> Option<usize> {
    let size = 1u32.checked_shl(u32::from(order)).filter(|_| order <= 10)?;
    let last = pfn.checked_add(size - 1).filter(|_| pfn.is_multiple_of(size))?;
    node.zones.iter().position(|zone| zone.contains(pfn) && zone.contains(last))
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
