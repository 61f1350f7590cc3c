// SPDX-License-Identifier: GPL-2.0-only
//! A comparison as a page needs it: numbers to draw, and every sentence ready.

use serde::{Deserialize, Serialize};

use super::headline;
use crate::experiment::{Outcome, seeds_text};
use crate::link::{self, Permalink};
use crate::report::export::{self, Analysis, analysis};
use crate::stats::{Refusal, mean_difference};

/// What is shown of a comparison, whole or in part.
#[derive(Clone, Debug, PartialEq)]
pub struct Sight {
    /// The experiment's part of a link: what these figures are of.
    pub config: String,
    /// Seeds that are in, and seeds that were asked for.
    pub seeds: Vec<u64>,
    pub seeds_wanted: u64,
    /// `MiB`, or the unit of the workload's score.
    pub unit: String,
    pub less_is_better: bool,
    /// What the numbers are.
    pub title: String,
    /// The experiment in words: name and value.
    pub setting: Vec<(String, String)>,
    /// One for each comparison, the answer first.
    pub headlines: Vec<String>,
    /// What a mean hides.
    pub warnings: Vec<String>,
    pub rows: Vec<Row>,
    pub comparisons: Vec<Comparison>,
    /// Counter and its mean a run under each policy.
    pub costs: Vec<(String, Vec<f64>)>,
    pub prices: Vec<String>,
    pub notes: Vec<String>,
    /// The block for a mail.
    pub text: String,
    pub tsv: String,
    pub json: String,
    /// The whole link; with a result check if every seed is in.
    pub fragment: String,
    pub result: Option<String>,
    /// What holding the result against the link's promise came to.
    pub reproduction: Option<Reproduced>,
}

/// One policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub label: String,
    /// The name with its knobs.
    pub policy: String,
    pub about: String,
    pub source: String,
    pub changes: String,
    /// The metric of each run, in its unit, seed by seed.
    pub values: Vec<f64>,
    /// Pages migrated in each run.
    pub work: Vec<f64>,
    pub mean: f64,
    /// 95 % interval of the mean.
    pub interval: Option<(f64, f64)>,
    /// n, mean, stdev, min, max as they are printed.
    pub sample: [String; 5],
    /// Which policy beats it on both the metric and the work.
    pub beaten_by: Option<String>,
}

/// One policy against the first.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    pub label: String,
    pub base: String,
    /// In the metric's unit, seed by seed.
    pub differences: Vec<f64>,
    pub difference: f64,
    pub interval: Option<(f64, f64)>,
    /// delta, interval and verdict as they are printed.
    pub cells: [String; 3],
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reproduced {
    pub sentence: String,
    /// Whether a result that was promised did not come.
    pub is_broken: bool,
}

impl Sight {
    /// What an outcome shows. `link` is what was opened, for its promise; `base` is where links point.
    ///
    /// # Errors
    /// An outcome without a whole seed.
    pub fn of(outcome: &Outcome, link: &Permalink, base: &str) -> Result<Sight, Refusal> {
        let analysis = Analysis::of(outcome, base)?;
        let reproduction = link.result.as_ref().and_then(|_| link::compare(link, outcome));
        let reproduction =
            reproduction.map(|found| Reproduced { sentence: found.sentence(), is_broken: found.is_broken() });
        let rows = (0..analysis.rows.len()).map(|index| row(&analysis, index)).collect::<Result<Vec<Row>, _>>()?;
        let costs = analysis::COSTS.iter().enumerate();
        let costs = costs.map(|(i, name)| ((*name).to_owned(), analysis.rows.iter().map(|row| row.costs[i]).collect()));
        Ok(Sight {
            config: link::config(&outcome.experiment),
            seeds: outcome.seeds.clone(),
            seeds_wanted: outcome.experiment.seeds.len() as u64,
            unit: analysis.metric.unit.clone(),
            less_is_better: analysis.metric.less_is_better,
            title: analysis.metric.title(),
            setting: export::setting(&analysis).into_iter().map(|(name, text)| (name.to_owned(), text)).collect(),
            headlines: (0..analysis.comparisons.len()).map(|index| headline::of(&analysis, index)).collect(),
            warnings: analysis.warnings(),
            comparisons: (0..analysis.comparisons.len()).map(|index| comparison(&analysis, index, &rows)).collect(),
            rows,
            costs: costs.collect(),
            prices: analysis.prices().into_iter().chain(export::front(&analysis)).collect(),
            notes: analysis.footnotes(),
            text: export::text(&analysis),
            tsv: export::tsv(&analysis),
            json: export::short(&analysis),
            fragment: analysis.url.split_once('#').map_or(String::new(), |(_, fragment)| fragment.to_owned()),
            result: analysis.result.clone(),
            reproduction,
        })
    }

    /// Whether every seed is in.
    pub fn is_whole(&self) -> bool {
        self.seeds.len() as u64 == self.seeds_wanted
    }

    /// The seeds that are in, as a list of ranges.
    pub fn seeds_text(&self) -> String {
        seeds_text(&self.seeds, ',')
    }
}

fn row(analysis: &Analysis, index: usize) -> Result<Row, Refusal> {
    let row = &analysis.rows[index];
    let policy = analysis.outcome.experiment.policies[index].policy;
    let interval = match row.values.len() {
        0 | 1 => None,
        _ => mean_difference(&row.values)?.1,
    };
    Ok(Row {
        label: row.label.clone(),
        policy: row.policy.clone(),
        about: policy.about.to_owned(),
        source: policy.source.to_owned(),
        changes: policy.changes.to_owned(),
        values: row.values.clone(),
        work: analysis::cost(&analysis.outcome, index, analysis::PRICED),
        mean: row.summary.mean,
        interval: interval.map(|interval| (interval.low, interval.high)),
        sample: export::sample(analysis, row),
        beaten_by: analysis.beaten_by(row).map(str::to_owned),
    })
}

fn comparison(analysis: &Analysis, index: usize, rows: &[Row]) -> Comparison {
    let one = &analysis.comparisons[index];
    let differences = rows[index + 1].values.iter().zip(&rows[0].values).map(|(new, old)| new - old);
    Comparison {
        label: one.label.clone(),
        base: rows[0].label.clone(),
        differences: differences.collect(),
        difference: one.paired.difference,
        interval: one.paired.interval.map(|interval| (interval.low, interval.high)),
        cells: export::comparison(analysis, one),
    }
}
