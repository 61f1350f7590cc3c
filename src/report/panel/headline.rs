// SPDX-License-Identifier: GPL-2.0-only
//! The answer in one sentence: who runs out of memory sooner, by how much, and at what extra work.

use crate::report::export::{Analysis, analysis};
use crate::stats::Verdict;

/// The sentence of one comparison.
pub fn of(analysis: &Analysis, index: usize) -> String {
    let one = &analysis.comparisons[index];
    let (base, new) = (&analysis.rows[0], &analysis.rows[index + 1]);
    let paired = &one.paired;
    let percent = |value: f64| analysis.grain.percent(value, paired.n, paired.base);
    let by = match (paired.percent(), paired.interval.and_then(|interval| interval.percent_of(paired.base))) {
        (Some(delta), Some(interval)) => {
            format!("{} % (95 % interval {} to {} %)", percent(delta), percent(interval.low), percent(interval.high))
        }
        (Some(delta), None) => format!("{} %", percent(delta)),
        (None, _) => format!("{:+.1} {}", paired.difference, analysis.metric.unit),
    };
    let seeds = if paired.n == 1 { "1 seed".to_owned() } else { format!("{} seeds", paired.n) };
    let price = work(base.costs[0], new.costs[0]);
    if paired.verdict.word() == "higher" || paired.verdict.word() == "lower" {
        let is_bytes = analysis.metric.name == "oom_bytes";
        let what = match (is_bytes, paired.difference > 0.0, analysis.metric.less_is_better) {
            (true, true, _) => "runs out of memory later than",
            (true, false, _) => "runs out of memory sooner than",
            (false, true, false) => "scores better (higher) than",
            (false, true, true) => "scores worse (higher) than",
            (false, false, false) => "scores worse (lower) than",
            (false, false, true) => "scores better (lower) than",
        };
        return format!("{} {what} {}: {by} over {seeds}, {price}.", new.label, base.label);
    }
    let refusal = match &paired.verdict {
        Verdict::CannotTell { .. } => "too few seeds to tell a difference".to_owned(),
        _ => "no difference shown".to_owned(),
    };
    format!("{} and {}: {refusal}, {by} over {seeds}, {price}.", new.label, base.label)
}

/// The extra work, in pages migrated.
fn work(base: f64, new: f64) -> String {
    let name = analysis::PRICED;
    match (base > 0.0, new > 0.0) {
        (true, _) => format!("at {:.2} times the pages migrated ({name} {new:.0} against {base:.0} a run)", new / base),
        (false, true) => format!("at {new:.0} pages migrated a run against none"),
        (false, false) => "and neither migrates a page".to_owned(),
    }
}
