// SPDX-License-Identifier: GPL-2.0-only
//! The mail's table: under which settings of its guest would n = 4 against n = 3 boots show -8.7 % or the like?
//!
//! Its guest's page cache, background, CPUs, speed and iterations are unknown, so each is varied alone around the
//! estimate `mail-1g`, and a few together. How likely its table is under each follows by drawing four boots of base and three
//! of series from the model's boots, with replacement, from a seeded stream.

use rand::RngExt;

use super::sensitivity::slower;
use crate::environment;
use crate::experiment::run::STEPS_MAX;
use crate::experiment::seed::stream;
use crate::experiment::{Cell, CellResult, PolicySpec};
use crate::workload::Workload;

/// The mail's difference of means, per cent, and the means themselves: 651.5 and 594.67 MiB.
pub const DIFFERENCE: f64 = -8.72;
pub const BASE_BYTES: f64 = 651.5 * 1_048_576.0;
pub const SERIES_BYTES: f64 = 892.0 * 2.0 / 3.0 * 1_048_576.0;
/// How many boots it shows of each.
pub const BASE_RUNS: usize = 4;
pub const SERIES_RUNS: usize = 3;
/// A difference so close to the mail's, in points, is "like it".
pub const LIKE: f64 = 3.0;
const DRAWS: u32 = 20_000;

pub const POLICIES: [&str; 3] = ["base", "series", "blunt"];

/// Settings of the mail's guest.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub name: &'static str,
    set: &'static str,
    workload: &'static str,
    /// All costs times this.
    slower: u64,
}

const ESTIMATE: Setting = Setting { name: "as estimated", set: "", workload: "secretmem-vs-frag", slower: 1 };

/// Names of costs: the estimate assumes hardware virtualisation, 12 times as slow is an emulated minimal guest.
#[rustfmt::skip]
pub const SETTINGS: &[Setting] = &[
    ESTIMATE,
    Setting { name: "no page cache", set: "page_cache=0MiB", ..ESTIMATE },
    Setting { name: "120 MiB of cache", set: "page_cache=120MiB", ..ESTIMATE },
    Setting { name: "300 MiB of cache", set: "page_cache=300MiB", ..ESTIMATE },
    Setting { name: "no background", set: "background=none", ..ESTIMATE },
    Setting { name: "heavy background", set: "background=heavy", ..ESTIMATE },
    Setting { name: "no cache, no background", set: "page_cache=0MiB background=none", ..ESTIMATE },
    Setting { name: "300 MiB of cache, heavy background", set: "page_cache=300MiB background=heavy", ..ESTIMATE },
    Setting { name: "2 CPUs", set: "cpus=2", ..ESTIMATE },
    Setting { name: "12 times as slow", slower: 12, ..ESTIMATE },
    Setting { name: "12 times as slow, 300 MiB of cache", set: "page_cache=300MiB", slower: 12, ..ESTIMATE },
    Setting { name: "compaction_proactiveness 0", set: "vm.compaction_proactiveness=0", ..ESTIMATE },
    Setting { name: "5 iterations", workload: "secretmem-vs-frag:iterations=5", ..ESTIMATE },
    Setting { name: "5 iterations, not antagonized", workload: "secretmem-vs-frag:iterations=5,antagonist=off", ..ESTIMATE },
];

impl Setting {
    pub fn cell(&self, policy: &str, seed: u64) -> Result<Cell, String> {
        let mut environment = environment::preset("mail-1g").ok_or("there is no mail-1g")?;
        for pair in self.set.split_whitespace() {
            let (key, value) = pair.split_once('=').ok_or(format!("{pair}: not KEY=VALUE"))?;
            environment = environment::set(&environment, key, value)?;
        }
        let environment = slower(&environment, self.slower, 1)?;
        let workload = Workload::parse(self.workload)?;
        Ok(Cell { environment, workload, policy: PolicySpec::parse(policy)?, seed, steps_max: STEPS_MAX })
    }
}

/// What a boot's row in such a table would say: the mean of its iterations.
pub fn bytes(result: &CellResult) -> f64 {
    super::measure::mean(result.iterations.iter().copied())
}

/// How likely the mail's table is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chance {
    /// Difference of the means over all boots, per cent.
    pub difference: f64,
    /// Share of drawn tables with a difference at most the mail's.
    pub at_most: f64,
    /// Share within [`LIKE`] points of it.
    pub like: f64,
}

/// Draws tables of 4 against 3 boots.
pub fn chance(base: &[f64], series: &[f64]) -> Option<Chance> {
    if base.is_empty() || series.is_empty() {
        return None;
    }
    let mut rng = stream(1, "mail");
    let mut draw = |from: &[f64], n: usize| -> f64 {
        (0..n).map(|_| from[rng.random_range(0..from.len() as u32) as usize]).sum::<f64>() / n as f64
    };
    let percent = |base: f64, series: f64| (series / base - 1.0) * 100.0;
    let (mut at_most, mut like) = (0_u32, 0_u32);
    for _ in 0..DRAWS {
        let difference = percent(draw(base, BASE_RUNS), draw(series, SERIES_RUNS));
        at_most += u32::from(difference <= DIFFERENCE);
        like += u32::from((difference - DIFFERENCE).abs() <= LIKE);
    }
    let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
    let share = |count: u32| f64::from(count) / f64::from(DRAWS);
    Some(Chance { difference: percent(mean(base), mean(series)), at_most: share(at_most), like: share(like) })
}

#[cfg(test)]
mod tests {
    use super::chance;

    #[test]
    fn a_certain_difference_is_certain() {
        let far = chance(&[100.0, 100.0], &[50.0]).unwrap();
        assert_eq!((far.at_most, far.like), (1.0, 0.0));
        let near = chance(&[100.0], &[91.0]).unwrap();
        assert_eq!((near.at_most, near.like), (1.0, 1.0));
        assert_eq!(chance(&[], &[1.0]), None);
    }
}
