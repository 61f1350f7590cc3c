// SPDX-License-Identifier: GPL-2.0-only
//! The report on a trace that came without a state.

use super::report::Report;
use super::survey::look;
use crate::trace::Imported;

/// Reads a trace without a state.
pub fn survey(trace: &Imported) -> Report {
    let (survey, allocations) = look(trace);
    let unknown = allocations - survey.determined_heads.made;
    Report {
        mode: "native without a state".to_owned(),
        events: trace.events.len() as u64,
        allocations: survey.determined_heads.made,
        pfn_exact: survey.determined_heads.exact,
        pageblock_exact: survey.determined_blocks.exact,
        skipped_lines: u64::from(trace.skipped.total),
        not_judged: vec![
            format!("{unknown} of {allocations} allocations: their list's head depends on the start state"),
            "drained pages, free lists, counters, watermarks and claims: they depend on the start state".to_owned(),
        ],
        survey: Some(Box::new(survey)),
        ..Report::default()
    }
}
