// SPDX-License-Identifier: GPL-2.0-only
//! An experiment: environment x workload x policies x seeds, as cells in a fixed order.
//!
//! The first policy is the baseline, and the same seed drives every policy, so that differences are paired. Cells are
//! numbered seed by seed: whatever part of an experiment is done first, it holds whole pairs.

use super::cell::{Cell, PolicySpec};
use super::run::STEPS_MAX;
use crate::environment::{Environment, SpecError};
use crate::workload::Workload;

/// The model's version: it changes whenever any cell's result may.
pub const MODEL_VERSION: &str = "0.1";

/// The most cells of one experiment: what a table of results in memory can hold with ease.
pub const CELLS_MAX: usize = 1_000_000;

/// Add seeds until the interval of every paired difference is narrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Until {
    /// Width of the 95 % interval from end to end, in tenths of a per cent of the baseline's mean.
    pub target_tenths: u32,
    /// Seeds at which to stop whatever the width.
    pub hard_stop: u32,
}

/// What is run.
#[derive(Clone)]
pub struct Experiment {
    pub environment: Environment,
    pub workload: Workload,
    /// The first is the baseline.
    pub policies: Vec<PolicySpec>,
    /// Ascending, each once.
    pub seeds: Vec<u64>,
    /// The rule that chose the number of seeds, if one did.
    pub until: Option<Until>,
}

impl Experiment {
    /// An experiment that can be run.
    ///
    /// # Errors
    /// The part that cannot be so, by name: an environment that no machine could be built from, a policy or a seed
    /// twice, nothing to run, or too much.
    pub fn new(
        environment: Environment,
        workload: Workload,
        policies: Vec<PolicySpec>,
        mut seeds: Vec<u64>,
    ) -> Result<Experiment, SpecError> {
        environment.check()?;
        for (i, policy) in policies.iter().enumerate() {
            if policies[..i].iter().any(|other| other.text() == policy.text()) {
                return Err(SpecError::new("policies", format!("`{}` is given twice", policy.text())));
            }
        }
        seeds.sort_unstable();
        if let Some(pair) = seeds.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(SpecError::new(
                "seeds",
                format!("{} is given twice: a run counted twice is no evidence", pair[0]),
            ));
        }
        if policies.is_empty() || seeds.is_empty() {
            return Err(SpecError::new("experiment", "it needs at least one policy and one seed"));
        }
        let cells = policies.len().saturating_mul(seeds.len());
        if cells > CELLS_MAX {
            return Err(SpecError::new(
                "seeds",
                format!("{cells} cells are more than {CELLS_MAX}: run several experiments"),
            ));
        }
        Ok(Experiment { environment, workload, policies, seeds, until: None })
    }

    /// Number of cells.
    pub fn cells(&self) -> usize {
        self.policies.len() * self.seeds.len()
    }

    /// The cell of a number below [`Experiment::cells`]: all policies of the first seed, then of the second.
    pub fn cell(&self, number: usize) -> Cell {
        Cell {
            environment: self.environment.clone(),
            workload: self.workload.clone(),
            policy: self.policies[number % self.policies.len()].clone(),
            seed: self.seeds[number / self.policies.len()],
            steps_max: STEPS_MAX,
        }
    }

    /// The numbers of the cells of shard `i` of `n`, `i` from 1: consecutive, and of sizes that differ by at most one.
    pub fn shard(&self, i: usize, n: usize) -> std::ops::Range<usize> {
        let end = |i: usize| (self.cells() as u128 * i as u128 / n as u128) as usize;
        end(i - 1)..end(i)
    }

    /// Adds seeds up to `wanted` in all, each one above the largest so far.
    pub(super) fn extend(&mut self, wanted: usize) {
        while self.seeds.len() < wanted.min(CELLS_MAX / self.policies.len())
            && let Some(next) = self.seeds.last().and_then(|seed| seed.checked_add(1))
        {
            self.seeds.push(next);
        }
    }
}

/// Seeds from text: numbers and ranges `A-B`, separated by `separator`.
///
/// # Errors
/// What is no number, a range that runs backwards or is too long.
pub fn parse_seeds(text: &str, separator: char) -> Result<Vec<u64>, SpecError> {
    let (all, mut seeds) = (text, Vec::new());
    for part in text.split(separator) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let number = |text: &str| {
            text.trim()
                .parse::<u64>()
                .map_err(|_| SpecError::new("seeds", format!("`{part}` in `{all}` is not a number or a range")))
        };
        let (first, last) = (number(first)?, number(last)?);
        if first > last || last - first >= CELLS_MAX as u64 || seeds.len() >= CELLS_MAX {
            return Err(SpecError::new(
                "seeds",
                format!("`{part}`: a range runs from low to high, over at most {CELLS_MAX} seeds"),
            ));
        }
        seeds.extend(first..=last);
    }
    Ok(seeds)
}

/// Ascending seeds as the shortest list of ranges.
pub fn seeds_text(seeds: &[u64], separator: char) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut rest = seeds;
    while let Some(&first) = rest.first() {
        let run = rest.iter().zip(first..).take_while(|(seed, wanted)| *seed == wanted).count();
        let last = rest[run - 1];
        parts.push(if run == 1 { first.to_string() } else { format!("{first}-{last}") });
        rest = &rest[run..];
    }
    parts.join(&separator.to_string())
}
