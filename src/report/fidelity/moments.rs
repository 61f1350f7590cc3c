// SPDX-License-Identifier: GPL-2.0-only
//! The figures of a time-line's picture, for those who read figures: free blocks by order every 64 MiB.

use serde::{Deserialize, Serialize};

use crate::experiment::fidelity::Observed;
use crate::experiment::fidelity::real::Run;
use crate::experiment::fidelity::watch::SAMPLE_PAGES;
use crate::model::zone::NR_ORDERS;

/// Samples from one moment to the next.
const SAMPLES: usize = 4;

type Sample = [u64; NR_ORDERS + 1];

/// Free blocks of orders 0 to 10, rounded means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    pub mib: u64,
    pub model: Vec<u64>,
    /// Empty where no real run got that far.
    pub real: Vec<u64>,
}

/// Moments that at least half of the seeds reach, as in the picture.
pub fn moments(observed: &[Observed], runs: &[&Run]) -> Vec<Moment> {
    let mut moments = Vec::new();
    for sample in (SAMPLES - 1..).step_by(SAMPLES) {
        let model: Vec<&Sample> = observed.iter().filter_map(|one| one.timeline.get(sample)).collect();
        if model.is_empty() || model.len() * 2 < observed.len() {
            break;
        }
        let real: Vec<&Sample> = runs.iter().filter_map(|run| run.timeline.get(sample)).collect();
        let mib = (sample as u64 + 1) * SAMPLE_PAGES / 256;
        moments.push(Moment { mib, model: means(&model), real: means(&real) });
    }
    moments
}

fn means(samples: &[&Sample]) -> Vec<u64> {
    let n = samples.len() as u64;
    if n == 0 {
        return Vec::new();
    }
    (1..=NR_ORDERS).map(|column| (samples.iter().map(|row| row[column]).sum::<u64>() + n / 2) / n).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_rounded_by_order() {
        let (mut first, mut second) = ([0; NR_ORDERS + 1], [0; NR_ORDERS + 1]);
        (first[0], first[1], first[NR_ORDERS]) = (4096, 10, 3);
        (second[0], second[1], second[NR_ORDERS]) = (4096, 13, 3);
        let means = means(&[&first, &second]);
        assert_eq!((means.len(), means[0], means[1], means[NR_ORDERS - 1]), (NR_ORDERS, 12, 0, 3));
    }
}
