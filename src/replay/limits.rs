// SPDX-License-Identifier: GPL-2.0-only
//! What a trace cannot be judged on.

use super::given::Given;
use super::report::Report;
use crate::trace::input::Fault;
use crate::trace::state::State;
use crate::trace::{Imported, Kind};

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
