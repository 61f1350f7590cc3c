// SPDX-License-Identifier: GPL-2.0-only
//! The seeded BCa bootstrap (Efron 1987): an interval for a statistic that has no exact one, such as a ratio.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};
use serde::Serialize;

use super::dist::{normal_below, normal_quantile};
use super::summary::{Interval, sum};
use super::verdict::{ALPHA, Refusal};

/// Below this many items a bootstrap is refused: it would resample noise it has hardly seen.
pub const LEAST: usize = 10;

/// From this many items a bootstrap needs no word of caution.
pub const RECOMMENDED: usize = 20;

/// The usual number of resamples: enough for a steady second digit of the ends.
pub const RESAMPLES: usize = 9_999;

/// A bootstrap interval and all that is needed to repeat it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bootstrap {
    /// The statistic of the sample itself.
    pub estimate: f64,
    /// The 95 % BCa interval.
    pub interval: Interval,
    /// Number of resamples.
    pub resamples: usize,
    /// Seed of Xoshiro256++ (expanded by SplitMix64).
    pub seed: u64,
    /// A caution to print beside the interval, for fewer than [`RECOMMENDED`] items.
    pub caution: Option<String>,
}

/// The BCa interval of `statistic` over `sample` (items may be pairs). The same arguments give the same bits.
///
/// Each resample draws `sample.len()` items, by the high half of a 64 x 64 bit product of the next output with the
/// length; its bias is below length / 2^64.
///
/// # Errors
/// Fewer than [`LEAST`] items, fewer than 100 resamples, a statistic that is not finite, or one that does not vary.
pub fn bootstrap<T: Copy>(
    sample: &[T],
    statistic: impl Fn(&[T]) -> f64,
    resamples: usize,
    seed: u64,
) -> Result<Bootstrap, Refusal> {
    let have = sample.len();
    if have < LEAST {
        return Err(Refusal::TooFew { what: "a bootstrap", have, need: LEAST });
    }
    if resamples < 100 {
        return Err(Refusal::Parameter("a bootstrap needs at least 100 resamples"));
    }
    let estimate = statistic(sample);
    let mut draws = resample(sample, &statistic, resamples, seed);
    if !estimate.is_finite() || draws.iter().any(|draw| !draw.is_finite()) {
        return Err(Refusal::Parameter("the statistic of a resample is not a finite number"));
    }
    let (bias, bend) = (bias(&draws, estimate)?, acceleration(sample, &statistic)?);
    super::ranks::ascending(&mut draws);
    let end = |share: f64| {
        let z = bias + normal_quantile(share);
        percentile(&draws, normal_below(bias + z / (1.0 - bend * z)))
    };
    let interval = Interval { low: end(ALPHA / 2.0), high: end(1.0 - ALPHA / 2.0), coverage: 1.0 - ALPHA };
    let caution = (have < RECOMMENDED)
        .then(|| format!("n = {have}: a bootstrap interval is reliable from about n = {RECOMMENDED}"));
    Ok(Bootstrap { estimate, interval, resamples, seed, caution })
}

fn resample<T: Copy>(sample: &[T], statistic: impl Fn(&[T]) -> f64, resamples: usize, seed: u64) -> Vec<f64> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut drawn = sample.to_vec();
    let length = sample.len() as u128;
    (0..resamples)
        .map(|_| {
            for slot in &mut drawn {
                *slot = sample[((u128::from(random.next_u64()) * length) >> 64) as usize];
            }
            statistic(&drawn)
        })
        .collect()
}

/// Median bias as a normal quantile; draws equal to the estimate count half.
fn bias(draws: &[f64], estimate: f64) -> Result<f64, Refusal> {
    let below = draws.iter().filter(|&&draw| draw < estimate).count();
    let up_to = draws.iter().filter(|&&draw| draw <= estimate).count();
    let twice = below + up_to;
    // A share of 0 or 1 has no finite quantile: the estimate is an extreme of its own resamples.
    if twice == 0 || twice == 2 * draws.len() || draws.iter().all(|&draw| draw == draws[0]) {
        return Err(Refusal::Constant);
    }
    Ok(normal_quantile(twice as f64 / (2 * draws.len()) as f64))
}

/// Acceleration by the jackknife: skewness of the leave-one-out statistics over 6.
fn acceleration<T: Copy>(sample: &[T], statistic: impl Fn(&[T]) -> f64) -> Result<f64, Refusal> {
    let n = sample.len() as f64;
    let left_out: Vec<f64> = (0..sample.len())
        .map(|out| {
            let rest: Vec<T> = [&sample[..out], &sample[out + 1..]].concat();
            statistic(&rest)
        })
        .collect();
    let mean = sum(left_out.iter().copied()) / n;
    let squares = sum(left_out.iter().map(|value| (mean - value).powi(2)));
    let cubes = sum(left_out.iter().map(|value| (mean - value).powi(3)));
    let bend = cubes / (6.0 * squares * squares.sqrt());
    if bend.is_finite() { Ok(bend) } else { Err(Refusal::Constant) }
}

/// Linear interpolation between order statistics (Hyndman and Fan's definition 7, as BCa is usually computed).
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = (place.floor() as usize).min(sorted.len() - 1);
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(values: &[f64]) -> f64 {
        sum(values.iter().copied()) / values.len() as f64
    }

    #[test]
    fn few_items_are_refused_in_words() {
        let refusal = bootstrap(&[1.0; 9], mean, RESAMPLES, 1).unwrap_err();
        assert_eq!(refusal.to_string(), "a bootstrap needs n >= 10; here n = 9");
        assert_eq!(bootstrap(&[1.0; 20], mean, RESAMPLES, 1), Err(Refusal::Constant));
    }

    #[test]
    fn a_seed_gives_the_same_bits_and_another_seed_other_ones() {
        let sample: Vec<f64> = (0..24).map(|i| f64::from(i * i % 17)).collect();
        let once = bootstrap(&sample, mean, 999, 7).unwrap();
        assert_eq!(once, bootstrap(&sample, mean, 999, 7).unwrap());
        assert_ne!(once.interval, bootstrap(&sample, mean, 999, 8).unwrap().interval);
        assert!(once.interval.contains(once.estimate) && once.caution.is_none());
        assert!(bootstrap(&sample[..12], mean, 999, 7).unwrap().caution.is_some());
    }

    #[test]
    fn percentiles_interpolate() {
        let sorted = [0.0, 10.0, 20.0];
        assert_eq!(percentile(&sorted, 0.25), 5.0);
        assert_eq!((percentile(&sorted, 0.0), percentile(&sorted, 1.0)), (0.0, 20.0));
    }
}
