// SPDX-License-Identifier: GPL-2.0-only
//! The shape of one sample: does it look like one heap or like two?
//!
//! The criterion is Hartigan's dip (Hartigan and Hartigan 1985): the largest distance between the sample's
//! distribution and the nearest one with a single peak. It assumes no family of curves, and skew does not set it
//! off, as it does the bimodality coefficient; Ashman's D would call any sample two-peaked that was cut at its best
//! split. The p-value is against the uniform law, the hardest single peak to tell from two, by seeded simulation on
//! the sample's own grain, because ties on a coarse grain raise the dip by themselves.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};
use serde::Serialize;

use super::dip::dip;
use super::grain::Grain;
use super::ranks::ascending;
use super::summary::sum;
use super::verdict::{ALPHA, Refusal, require};

/// Below this many runs no shape is claimed.
pub const LEAST: usize = 10;

/// Simulated uniform samples behind a p-value; the smallest p is 1 / (this + 1).
pub const SIMULATIONS: usize = 999;

/// The fixed seed of the simulation: the shape of a sample is a function of the sample.
const SEED: u64 = 0x6469_7000;

/// What can be said of a sample's shape.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Shape {
    /// Hartigan's dip, from 1/(2n) to 1/4.
    pub dip: f64,
    /// Share of simulated single-peaked samples with at least this dip.
    pub p: f64,
    /// The two heaps where `p` <= 5 %, none where one heap explains the sample.
    pub heaps: Option<Heaps>,
}

/// The best cut of a sample into two groups.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Heaps {
    /// Number of values in the lower group.
    pub low_n: usize,
    /// Mean of the lower group.
    pub low_mean: f64,
    /// Number of values in the upper group.
    pub high_n: usize,
    /// Mean of the upper group.
    pub high_mean: f64,
}

impl Shape {
    /// One ASCII sentence, numbers no finer than the grain.
    pub fn sentence(&self, grain: Grain, unit: &str) -> String {
        match self.heaps {
            None => "One heap explains the sample (dip test).".to_string(),
            Some(heaps) => format!(
                "Two heaps: {} {} near {} and {} near {} {unit} (dip test); the mean lies where few runs are.",
                heaps.low_n,
                if heaps.low_n == 1 { "run" } else { "runs" },
                grain.mean(heaps.low_mean, heaps.low_n),
                heaps.high_n,
                grain.mean(heaps.high_mean, heaps.high_n)
            ),
        }
    }
}

/// The shape of `values`, a metric of the given `grain`.
///
/// # Errors
/// Fewer than [`LEAST`] values, or one that is not finite.
pub fn shape(values: &[f64], grain: Grain) -> Result<Shape, Refusal> {
    require(values, LEAST, "a statement on shape")?;
    let mut sorted = values.to_vec();
    ascending(&mut sorted);
    let (dip, n) = (dip(&sorted), sorted.len());
    let steps = ((sorted[n - 1] - sorted[0]) / grain.step()).round();
    if steps < 2.0 {
        // One or two neighbouring grid points: two heaps and one heap cut by the grid look the same.
        return Ok(Shape { dip, p: 1.0, heaps: None });
    }
    let p = simulated_p(dip, n, steps);
    Ok(Shape { dip, p, heaps: (p <= ALPHA).then(|| best_cut(&sorted)) })
}

/// Share of uniform samples of `n` on a grid of `steps` + 1 points with a dip of at least `observed`, the sample
/// itself counted among them so that no p-value is 0.
fn simulated_p(observed: f64, n: usize, steps: f64) -> f64 {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(SEED);
    let mut sample = vec![0.0; n];
    let mut as_large = 0;
    for _ in 0..SIMULATIONS {
        for value in &mut sample {
            // 53 random bits as a fraction in [0, 1), then the grid point.
            let fraction = (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
            *value = (fraction * (steps + 1.0)).floor();
        }
        ascending(&mut sample);
        as_large += usize::from(dip(&sample) >= observed - 1e-12);
    }
    (as_large + 1) as f64 / (SIMULATIONS + 1) as f64
}

/// The cut with the largest variance between groups (Fisher 1958, for two groups), over sorted values.
fn best_cut(sorted: &[f64]) -> Heaps {
    let n = sorted.len();
    let middle = sum(sorted.iter().copied()) / n as f64;
    let (mut below, mut best, mut at) = (0.0, f64::NEG_INFINITY, 1);
    for cut in 1..n {
        below += sorted[cut - 1] - middle;
        // With the mean at 0 both group sums are +-below, and the variance between follows from one of them.
        let between = below * below * (1.0 / cut as f64 + 1.0 / (n - cut) as f64);
        if between > best {
            (best, at) = (between, cut);
        }
    }
    let mean = |part: &[f64]| sum(part.iter().copied()) / part.len() as f64;
    Heaps { low_n: at, low_mean: mean(&sorted[..at]), high_n: n - at, high_mean: mean(&sorted[at..]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_walls_are_two_heaps() {
        let walls: Vec<f64> =
            (0..32).map(|i| if i % 3 == 0 { 660.0 } else { 526.0 } + 2.0 * f64::from(i % 5)).collect();
        let shape = shape(&walls, Grain::CHUNK_MIB).unwrap();
        let heaps = shape.heaps.unwrap();
        assert_eq!((heaps.low_n, heaps.high_n), (21, 11));
        assert!(shape.sentence(Grain::CHUNK_MIB, "MiB").starts_with("Two heaps: 21 runs near 5"));
    }

    #[test]
    fn one_heap_is_one_heap_even_if_skewed_or_coarse() {
        let even: Vec<f64> = (0..40).map(f64::from).collect();
        let skewed: Vec<f64> = (0..40).map(|i| (f64::from(i) / 8.0).exp().round()).collect();
        let coarse: Vec<f64> = (0..40).map(|i| [0.0, 1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 3.0][i % 8]).collect();
        for sample in [even, skewed, coarse, vec![5.0; 12]] {
            assert_eq!(shape(&sample, Grain::ONE).unwrap().heaps, None, "{sample:?}");
        }
    }

    #[test]
    fn few_runs_have_no_shape() {
        let refusal = shape(&[1.0; 9], Grain::ONE).unwrap_err();
        assert_eq!(refusal.to_string(), "a statement on shape needs n >= 10; here n = 9");
    }
}
