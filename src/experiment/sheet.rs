// SPDX-License-Identifier: GPL-2.0-only
//! The results of an experiment, folded by cell number: arrival order and the number of workers cannot show.

use super::cell::CellResult;
use super::plan::{CELLS_MAX, Experiment, Until};
use super::run::run;
use crate::environment::SpecError;
use crate::stats::{self, Refusal, Stop, StopRule};

/// Results by cell number, some of them not there yet.
pub struct Sheet {
    results: Vec<Option<CellResult>>,
}

/// Whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    GoOn,
    Cancel,
}

/// What an experiment came to, whole or in part.
#[derive(Clone)]
pub struct Outcome {
    pub experiment: Experiment,
    /// The seeds that every policy has run, ascending.
    pub seeds: Vec<u64>,
    /// The results of these seeds, policy by policy in the order of the experiment's, and seed by seed within one.
    pub cells: Vec<CellResult>,
    /// What the stopping rule came to, if there was one.
    pub stop: Option<Stop>,
}

impl Sheet {
    pub fn new(experiment: &Experiment) -> Sheet {
        Sheet { results: vec![None; experiment.cells()] }
    }

    /// Takes a result in. A cell may come again, as when a lost shard is run twice, but only with the same result.
    ///
    /// # Errors
    /// A number that the experiment does not have, a result of another cell, or one that differs from the first.
    pub fn put(&mut self, experiment: &Experiment, number: usize, result: CellResult) -> Result<(), SpecError> {
        let field = format!("cell {number}");
        if number >= experiment.cells() {
            return Err(SpecError::new(&field, format!("the experiment has {} cells", experiment.cells())));
        }
        let cell = experiment.cell(number);
        if (&result.policy, result.seed) != (&cell.policy.text(), cell.seed) {
            let found = format!("{} with seed {}", result.policy, result.seed);
            return Err(SpecError::new(
                &field,
                format!("it is {found}, not {} with seed {}", cell.policy.text(), cell.seed),
            ));
        }
        self.results.resize(experiment.cells(), None);
        match &self.results[number] {
            Some(first) if *first != result => {
                Err(SpecError::new(&field, "it came twice with different results: one of the builds is not this model"))
            }
            _ => {
                self.results[number] = Some(result);
                Ok(())
            }
        }
    }

    /// The numbers of the cells that are not there yet, in order.
    pub fn missing(&self, experiment: &Experiment) -> Vec<usize> {
        (0..experiment.cells()).filter(|&number| self.results.get(number).is_none_or(Option::is_none)).collect()
    }

    /// What is there, as whole pairs.
    pub fn outcome(&self, experiment: &Experiment) -> Outcome {
        let policies = experiment.policies.len();
        let at = |policy: usize, seed: usize| self.results.get(seed * policies + policy).and_then(Option::as_ref);
        let whole = |&seed: &usize| (0..policies).all(|policy| at(policy, seed).is_some());
        let rows: Vec<usize> = (0..experiment.seeds.len()).filter(whole).collect();
        let cells = (0..policies).flat_map(|policy| rows.iter().filter_map(move |&seed| at(policy, seed).cloned()));
        let mut outcome = Outcome {
            cells: cells.collect(),
            seeds: rows.iter().map(|&row| experiment.seeds[row]).collect(),
            experiment: experiment.clone(),
            stop: None,
        };
        outcome.stop = experiment.until.and_then(|until| outcome.enough(until).ok());
        outcome
    }

    /// Looks whether the experiment's rule wants more seeds, and adds them. Without a rule it never does.
    ///
    /// # Errors
    /// A rule that cannot be applied, such as to a baseline of zero.
    pub fn grow(&self, experiment: &mut Experiment) -> Result<bool, SpecError> {
        let Some(until) = experiment.until else { return Ok(false) };
        let outcome = self.outcome(experiment);
        let stop = outcome.enough(until).map_err(|refusal| SpecError::new("until", refusal.to_string()))?;
        let Stop::GoOn { n, likely, .. } = stop else { return Ok(false) };
        // At most double: the first spread is a poor guess, and seeds run for nothing cannot be taken back.
        experiment.extend(likely.min(2 * n.max(stats::T_FROM / 2)));
        Ok(experiment.seeds.len() > n)
    }
}

impl Outcome {
    /// Whether every seed of the experiment is there.
    pub fn is_whole(&self) -> bool {
        self.seeds.len() == self.experiment.seeds.len()
    }

    /// The cells of one policy, seed by seed.
    pub fn policy(&self, index: usize) -> &[CellResult] {
        let n = self.seeds.len();
        &self.cells[index * n..(index + 1) * n]
    }

    /// A number of each cell of one policy, seed by seed.
    pub fn values(&self, index: usize, value: impl Fn(&CellResult) -> u64) -> Vec<u64> {
        self.policy(index).iter().map(value).collect()
    }

    /// Asks the stopping rule about the widest of the comparisons.
    fn enough(&self, until: Until) -> Result<Stop, Refusal> {
        let rule = until.rule();
        if self.experiment.policies.len() < 2 {
            return Err(Refusal::Parameter("a stopping rule compares, and there is only one policy"));
        }
        let bytes = |index| -> Vec<f64> { self.values(index, CellResult::value).iter().map(|&b| b as f64).collect() };
        let base = bytes(0);
        let mean = stats::Summary::of(&base)?.mean;
        let stops = (1..self.experiment.policies.len()).map(|index| {
            let differences: Vec<f64> = bytes(index).iter().zip(&base).map(|(new, old)| new - old).collect();
            stats::enough(&differences, mean, &rule)
        });
        let stops = stops.collect::<Result<Vec<Stop>, Refusal>>()?;
        Ok(stops.into_iter().max_by(|a, b| urgency(a).total_cmp(&urgency(b))).expect("there is a comparison"))
    }
}

impl Until {
    pub fn rule(self) -> StopRule {
        StopRule { target_percent: f64::from(self.target_tenths) / 10.0, hard_stop: self.hard_stop as usize }
    }

    /// From a per cent with at most one decimal and a number of seeds.
    ///
    /// # Errors
    /// A target or a limit that no rule can have.
    pub fn new(percent: &str, hard_stop: u32) -> Result<Until, SpecError> {
        let problem =
            || SpecError::new("until", format!("`{percent}`: a per cent from 0.1 to 100 with one decimal is wanted"));
        let (whole, tenth) = percent.split_once('.').unwrap_or((percent, "0"));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() && text.len() < 4;
        if !digits(whole) || !digits(tenth) || tenth.len() != 1 {
            return Err(problem());
        }
        let target_tenths =
            whole.parse::<u32>().map_err(|_| problem())? * 10 + tenth.parse::<u32>().map_err(|_| problem())?;
        if !(1..=1000).contains(&target_tenths) {
            return Err(problem());
        }
        if !(stats::T_FROM..=CELLS_MAX).contains(&(hard_stop as usize)) {
            let range = format!("{hard_stop}: the limit is within {}..{CELLS_MAX} seeds", stats::T_FROM);
            return Err(SpecError::new("at-most", range));
        }
        Ok(Until { target_tenths, hard_stop })
    }

    /// The target as it is written: `2.0`.
    pub fn percent_text(self) -> String {
        format!("{}.{}", self.target_tenths / 10, self.target_tenths % 10)
    }
}

/// Who still wants seeds most: of those that go on the one that wants most, else the widest.
fn urgency(stop: &Stop) -> f64 {
    match stop {
        Stop::GoOn { likely, .. } => 1e9 + *likely as f64,
        Stop::Limit { width_percent, .. } => width_percent.unwrap_or(1e6),
        Stop::Narrow { width_percent, .. } => *width_percent,
    }
}

/// Runs a whole experiment in this thread, one cell after the other, its stopping rule included. `watch` sees how many
/// cells are done and how many there are so far; when it cancels, the outcome holds the whole pairs there are.
///
/// # Errors
/// What [`run`] or the stopping rule refuses.
pub fn run_all(experiment: &Experiment, watch: &mut dyn FnMut(usize, usize) -> Flow) -> Result<Outcome, SpecError> {
    let mut experiment = experiment.clone();
    let mut sheet = Sheet::new(&experiment);
    loop {
        for number in sheet.missing(&experiment) {
            if watch(number, experiment.cells()) == Flow::Cancel {
                return Ok(sheet.outcome(&experiment));
            }
            sheet.put(&experiment, number, run(&experiment.cell(number))?)?;
        }
        if !sheet.grow(&mut experiment)? {
            watch(experiment.cells(), experiment.cells());
            return Ok(sheet.outcome(&experiment));
        }
    }
}
