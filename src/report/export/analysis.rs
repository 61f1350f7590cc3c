// SPDX-License-Identifier: GPL-2.0-only
//! The numbers behind every export: one row for each policy, one comparison for each but the baseline, and costs.

use serde::Serialize;

use crate::experiment::{CellResult, MODEL_VERSION, Outcome};
use crate::link::{self, Permalink};
use crate::stats::{self, Grain, Paired, PerGain, Price, Refusal, Shape, Standing, Summary, shape};

/// Bytes in a MiB, the unit of every table.
pub const MIB: f64 = 1_048_576.0;

/// The counters of the cost table: what a policy makes the machine do. The first are work in pages.
pub const COSTS: &[&str] = &[
    "pgmigrate_success",
    "compact_migrate_scanned",
    "compact_free_scanned",
    "compact_stall",
    "compact_fail",
    "allocstall_*",
    "um_block_unmap",
    "um_flip_noblock",
    "direct_map_level2_splits",
];

/// The counter whose price per MiB and whose front are given.
pub const PRICED: &str = COSTS[0];

/// What a run is judged by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Metric {
    /// `oom_bytes`, or the score's name.
    pub name: String,
    /// What the tables are in.
    pub unit: String,
    pub less_is_better: bool,
}

impl Metric {
    pub fn of(outcome: &Outcome) -> Metric {
        match outcome.cells.first().and_then(|cell| cell.score.as_ref()) {
            Some(score) => {
                let experiment = &outcome.experiment;
                let spec = experiment.workload.plan(&experiment.environment).and_then(|plan| plan.score);
                let less_is_better = spec.is_some_and(|spec| spec.is_less_better());
                Metric { name: score.name.clone(), unit: score.unit.clone(), less_is_better }
            }
            None => Metric { name: "oom_bytes".to_owned(), unit: "MiB".to_owned(), less_is_better: false },
        }
    }

    /// A value, or a difference of values, so that more of it is better.
    fn benefit(&self, value: f64) -> f64 {
        if self.less_is_better { -value } else { value }
    }

    /// A word to follow "pages migrated per".
    pub fn short_unit(&self) -> &str {
        if self.name == "oom_bytes" { &self.unit } else { "point" }
    }

    pub fn title(&self) -> String {
        match self.name.as_str() {
            "oom_bytes" => "MiB that the workload got before the first OOM kill (more is better)".to_owned(),
            name => {
                let better = if self.less_is_better { "less" } else { "more" };
                format!("The workload's score: {name} ({}; {better} is better)", self.unit)
            }
        }
    }
}

/// One policy.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Short and unique: the name, or the name and a number.
    pub label: String,
    /// The name with its knobs.
    pub policy: String,
    /// The metric of each run, in its unit.
    pub values: Vec<f64>,
    pub summary: Summary,
    pub shape: Option<Shape>,
    /// Runs by how they ended, the usual end apart.
    pub other_ends: Vec<(String, usize)>,
    /// Mean a run of each of [`COSTS`].
    pub costs: Vec<f64>,
    pub standing: Standing,
}

/// One policy against the baseline.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    pub label: String,
    pub paired: Paired,
    /// Of [`PRICED`], per MiB gained.
    pub price: Price,
}

/// Everything an export prints.
#[derive(Clone)]
pub struct Analysis {
    pub outcome: Outcome,
    pub rows: Vec<Row>,
    pub comparisons: Vec<Comparison>,
    pub metric: Metric,
    /// The step of the metric, in its unit.
    pub grain: Grain,
    /// The whole link; with a result check if the outcome is whole.
    pub url: String,
    pub result: Option<String>,
    /// Sentences that an exporter adds, such as on reproduction.
    pub remarks: Vec<String>,
}

impl Analysis {
    /// Analyses what is there; `base` is where the link points.
    ///
    /// # Errors
    /// An outcome without a whole seed.
    pub fn of(outcome: &Outcome, base: &str) -> Result<Analysis, Refusal> {
        let experiment = &outcome.experiment;
        let (grain, metric) = (grain(outcome), Metric::of(outcome));
        let labels = labels(outcome);
        let mut rows = Vec::new();
        for (index, label) in labels.iter().enumerate() {
            rows.push(row(outcome, index, label, grain)?);
        }
        let points: Vec<_> = rows.iter().map(|row| (metric.benefit(row.summary.mean), row.costs[0])).collect();
        for (row, standing) in rows.iter_mut().zip(stats::pareto(&points)?) {
            row.standing = standing;
        }
        let samples: Vec<&[f64]> = rows.iter().map(|row| row.values.as_slice()).collect();
        let base_work = cost(outcome, 0, PRICED);
        let mut comparisons = Vec::new();
        for (paired, index) in stats::compare(&samples)?.into_iter().zip(1..) {
            let minus = |new: &[f64], old: &[f64]| -> Vec<f64> { new.iter().zip(old).map(|(a, b)| a - b).collect() };
            let work = minus(&cost(outcome, index, PRICED), &base_work);
            let gain: Vec<f64> =
                minus(samples[index], samples[0]).into_iter().map(|gain| metric.benefit(gain)).collect();
            let price = stats::price(&work, &gain)?;
            comparisons.push(Comparison { label: labels[index].clone(), paired, price });
        }
        let result = link::result_hash(outcome);
        let mut link = Permalink::of(experiment.clone());
        link.result = result.clone().map(|hash| link::Promise::of(hash, experiment));
        let url = link::url(base, &link::write(&link));
        Ok(Analysis { outcome: outcome.clone(), rows, comparisons, metric, grain, url, result, remarks: Vec::new() })
    }

    /// The verdicts in words, one sentence each.
    pub fn verdicts(&self) -> Vec<String> {
        let base = &self.rows[0].label;
        self.comparisons
            .iter()
            .map(|one| {
                let sentence = one.paired.verdict.sentence(&one.label, base);
                match (one.paired.percent(), one.paired.verdict.word()) {
                    (Some(percent), "higher" | "lower") => {
                        let n = one.paired.n;
                        let by = self.grain.percent(percent, n, one.paired.base);
                        sentence.replacen(" on average (", &format!(" on average: {by} % ("), 1)
                    }
                    _ => sentence,
                }
            })
            .collect()
    }

    /// What the gain of a policy costs, in words.
    pub fn prices(&self) -> Vec<String> {
        let unit = self.metric.short_unit();
        let sentence = |one: &Comparison| match &one.price.per_gain {
            PerGain::Ratio { ratio, interval } => {
                let range = interval.map_or(String::new(), |i| format!(" [{:.1}..{:.1}]", i.low, i.high));
                format!("{}: {ratio:.1}{range} more pages migrated per {unit} gained.", one.label)
            }
            PerGain::NoGain { why } => format!("{}: no price per {unit}: {why}.", one.label),
        };
        self.comparisons.iter().map(sentence).collect()
    }

    /// The footnotes: the test, the power, the stopping rule, the grain, and what the numbers are not.
    pub fn footnotes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(first) = self.comparisons.first() {
            notes.push(first.paired.footnote());
            if first.paired.comparisons > 1 {
                notes.push("Intervals are not adjusted for the number of comparisons.".to_owned());
            }
        }
        for one in &self.comparisons {
            if one.paired.verdict.word() == "ns" {
                notes.push(format!("{}: {}", one.label, one.paired.detectable_sentence()));
            }
        }
        if let (Some(stop), Some(until)) = (self.outcome.stop, self.outcome.experiment.until) {
            notes.push(stop.sentence(&until.rule()));
        }
        notes.push(format!("The metric is {}.", self.grain.sentence(&self.metric.unit)));
        notes.extend(self.iterations());
        // Pages that moved and none that was scanned look like a mistake.
        for row in self.rows.iter().filter(|row| row.costs[0] > 0.0 && row.costs[1] == 0.0) {
            let label = &row.label;
            notes.push(format!(
                "compact_*_scanned are counted as a compaction ends; under {label} none has by the end."
            ));
        }
        notes.push("A model, not a kernel: it shows whether and why a policy finds memory, not latency.".to_owned());
        notes.extend(self.remarks.iter().cloned());
        notes
    }

    /// What the table leaves out of boots with several workers.
    fn iterations(&self) -> Option<String> {
        let sheet = |index| self.outcome.policy(index).iter().map(|cell| &cell.iterations);
        let most = sheet(0).map(Vec::len).max().filter(|&most| most > 1 && self.metric.name == "oom_bytes")?;
        let mean = |index| {
            let all: Vec<u64> = sheet(index).flatten().copied().collect();
            Summary::of_counts(&all).ok().map(|summary| summary.mean / 1_048_576.0)
        };
        let means = (0..self.rows.len()).map(mean).collect::<Option<Vec<f64>>>()?;
        let each: Vec<String> = std::iter::zip(&self.rows, &means)
            .enumerate()
            .map(|(index, (row, mean))| match index {
                0 => format!("{} {mean:.1}", row.label),
                _ => format!("{} {mean:.1} ({:+.1}%)", row.label, (mean / means[0] - 1.0) * 100.0),
            })
            .collect();
        Some(format!("Only the first worker of a boot counts above. Mean MiB of all {most}: {}.", each.join(", ")))
    }

    /// Two heaps where there are two, and ends other than by the OOM killer: what a mean hides.
    pub fn warnings(&self) -> Vec<String> {
        let mut found = Vec::new();
        if !self.outcome.is_whole() {
            let (n, of) = (self.outcome.seeds.len(), self.outcome.experiment.seeds.len());
            found.push(format!("PARTIAL: {n} of {of} seeds; there is no result check for a part."));
        }
        for row in &self.rows {
            for (end, count) in &row.other_ends {
                found.push(format!("{}: {count} of {} runs ended with `{end}`.", row.label, row.summary.n));
            }
            if let Some(shape) = row.shape.filter(|shape| shape.heaps.is_some()) {
                found.push(format!("{}: {}", row.label, shape.sentence(self.grain, &self.metric.unit)));
            }
            if row.summary.n > 1 && row.summary.stdev == Some(0.0) {
                found.push(format!("{}: every seed gave the same value.", row.label));
            }
        }
        found
    }

    /// The policy that beats this one on both the metric and the priced work, if one does.
    pub fn beaten_by(&self, row: &Row) -> Option<&str> {
        match row.standing {
            Standing::Beaten { by } => Some(&self.rows[by].label),
            Standing::Front => None,
        }
    }

    /// The model's version, in words.
    pub fn model(&self) -> String {
        format!("oompoint {}, model {MODEL_VERSION} (of Linux 7.3)", env!("CARGO_PKG_VERSION"))
    }
}

/// The step of the metric: a chunk, where every run got whole ones, else a page; scores count ones.
fn grain(outcome: &Outcome) -> Grain {
    if outcome.cells.iter().any(|cell| cell.score.is_some()) {
        return Grain::ONE;
    }
    let workload = &outcome.experiment.workload;
    let has_chunk = workload.entry().knobs.iter().any(|knob| knob.name == "secret-chunk-mib");
    let whole = outcome.cells.iter().all(|cell| cell.oom_bytes.is_multiple_of(2 << 20));
    let step = match (has_chunk, whole) {
        (true, _) => f64::from(workload.knob("secret-chunk-mib")),
        (false, true) => 2.0,
        (false, false) => 1.0 / 256.0,
    };
    Grain::new(step).unwrap_or(Grain::ONE)
}

fn row(outcome: &Outcome, index: usize, label: &str, grain: Grain) -> Result<Row, Refusal> {
    let is_score = outcome.cells.first().is_some_and(|cell| cell.score.is_some());
    let unit = if is_score { 1.0 } else { MIB };
    let values: Vec<f64> = outcome.values(index, CellResult::value).iter().map(|&value| value as f64 / unit).collect();
    let mut other_ends: Vec<(String, usize)> = Vec::new();
    // A score is of a run that came to its end, bytes are of one that the OOM killer ended.
    let usual = if is_score { "complete" } else { "oom-kill" };
    for cell in outcome.policy(index).iter().filter(|cell| cell.end != usual) {
        match other_ends.iter_mut().find(|(end, _)| *end == cell.end) {
            Some((_, count)) => *count += 1,
            None => {
                let at = other_ends.partition_point(|(end, _)| *end < cell.end);
                other_ends.insert(at, (cell.end.clone(), 1));
            }
        }
    }
    let mean = |name: &&str| Summary::of(&cost(outcome, index, name)).map(|summary| summary.mean);
    Ok(Row {
        label: label.to_owned(),
        policy: outcome.experiment.policies[index].text(),
        summary: Summary::of(&values)?,
        shape: shape(&values, grain).ok(),
        other_ends,
        costs: COSTS.iter().map(mean).collect::<Result<_, _>>()?,
        standing: Standing::Front,
        values,
    })
}

/// A counter of each run; `allocstall_*` is the sum over zones, as people read it.
pub fn cost(outcome: &Outcome, index: usize, name: &str) -> Vec<f64> {
    let value = |counters: &std::collections::BTreeMap<String, u64>| match name {
        "allocstall_*" => {
            counters.iter().filter(|(key, _)| key.starts_with("allocstall")).map(|(_, value)| value).sum()
        }
        _ => counters.get(name).copied().unwrap_or(0),
    };
    outcome.policy(index).iter().map(|cell| value(&cell.counters) as f64).collect()
}

/// The names of the policies, made unique by a number where knobs alone tell them apart.
fn labels(outcome: &Outcome) -> Vec<String> {
    let names: Vec<_> = outcome.experiment.policies.iter().map(|spec| spec.policy.name).collect();
    let number = |index: usize| names[..=index].iter().filter(|name| **name == names[index]).count();
    let is_single = |index: usize| names.iter().filter(|name| **name == names[index]).count() == 1;
    (0..names.len())
        .map(
            |index| {
                if is_single(index) { names[index].to_owned() } else { format!("{}/{}", names[index], number(index)) }
            },
        )
        .collect()
}
