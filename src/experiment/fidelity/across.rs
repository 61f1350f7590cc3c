// SPDX-License-Identifier: GPL-2.0-only
//! Comparisons of cells with each other: the order of policies, and what a policy costs.

use super::bars::{real_counter, real_mean, real_range};
use super::cells::{CELLS, Spec};
use super::measure::{Measure, mean};
use super::real::Fixture;
use super::watch::Observed;

/// The model's runs of a cell.
pub type Runs<'a> = &'a dyn Fn(&Spec) -> &'a [Observed];

/// Within each group, every pair of policies whose real ranges do not overlap must come in the same order.
pub fn order(fixture: &Fixture, observed: Runs) -> Vec<Measure> {
    let mut measures = Vec::new();
    for (i, one) in CELLS.iter().enumerate() {
        for other in CELLS[i + 1..].iter().filter(|other| other.group == one.group && other.key() != one.key()) {
            measures.extend(pair(fixture, observed, one, other));
        }
    }
    measures
}

fn pair(fixture: &Fixture, observed: Runs, one: &Spec, other: &Spec) -> Option<Measure> {
    let range = |spec: &Spec| real_range(&fixture.runs(spec.name), fixture.mean(spec.name));
    let (model_one, model_other) = (bytes(observed(one))?, bytes(observed(other))?);
    let ((low, high), (other_low, other_high)) = (range(one), range(other));
    if low == 0 || other_low == 0 || (low <= other_high && other_low <= high) {
        return None;
    }
    let real = |spec: &Spec| real_mean(&fixture.runs(spec.name), fixture.mean(spec.name)) / 1e6;
    let sign = |first: f64, second: f64| if first < second { "<" } else { ">" };
    let (first, second) = (real(one), real(other));
    let text = |a: f64, b: f64| format!("{a:.1} {} {b:.1}", sign(a, b));
    Some(Measure::same(
        one.group,
        &format!("{} against {}", label(one), label(other)),
        text(model_one / 1e6, model_other / 1e6),
        text(first, second),
        (first < second) == (model_one < model_other),
    ))
}

fn label(spec: &Spec) -> &'static str {
    match spec.name {
        "k0-off" => "base (ported kernel, off)",
        _ if spec.set.contains("vm.defrag_mode=1") => "base with defrag_mode",
        _ => spec.policy,
    }
}

fn bytes(observed: &[Observed]) -> Option<f64> {
    (!observed.is_empty()).then(|| mean(observed.iter().map(|one| one.result.oom_bytes)))
}

/// Names of the cost ratios' counters, per cell pair.
const COSTS: [&str; 2] = ["pgmigrate_success", "compact_migrate_scanned"];

/// Pages migrated and scanned, blunt and early over base, with 300 MiB of page cache.
pub fn costs(fixture: &Fixture, observed: Runs) -> Vec<Measure> {
    let find = |name: &str| CELLS.iter().find(|spec| spec.name == name).expect("a cell of the table");
    let base = find("k1-pc300-off");
    let mut measures = Vec::new();
    for (name, label) in [("k1-pc300-fix", "blunt"), ("k1-pc300-early", "early")] {
        let spec = find(name);
        if observed(spec).is_empty() || observed(base).is_empty() {
            continue;
        }
        for counter in COSTS {
            let model = super::bars::counter(observed(spec), counter) / super::bars::counter(observed(base), counter);
            let real = |spec: &Spec| real_counter(&fixture.runs(spec.name), fixture.mean(spec.name), counter);
            let real = real(spec) / real(base);
            measures.push(Measure::ratio(base.group, &format!("{counter}: {label} / base"), model, real, 14));
        }
    }
    measures
}
