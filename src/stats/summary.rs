// SPDX-License-Identifier: GPL-2.0-only
//! One sample in a few numbers: n, mean, standard deviation, extremes, quartiles; and the interval type of all others.

use serde::Serialize;

use super::ranks::ascending;
use super::verdict::{Refusal, require};

/// A sample in the unit of its values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// Number of values.
    pub n: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Sample standard deviation (divisor n - 1); none for a single value, which has no spread.
    pub stdev: Option<f64>,
    /// Smallest value.
    pub min: f64,
    /// First quartile, median and third quartile: Hyndman and Fan's definition 8 (median-unbiased).
    pub quartiles: [f64; 3],
    /// Largest value.
    pub max: f64,
}

impl Summary {
    /// The summary of `values`, summed with compensation (Neumaier 1974).
    ///
    /// # Errors
    /// An empty sample, or a value that is not finite.
    pub fn of(values: &[f64]) -> Result<Summary, Refusal> {
        require(values, 1, "a summary")?;
        let (mean, stdev) = moments(values);
        Ok(Summary::assemble(values, mean, stdev))
    }

    /// The summary of counts, with mean and variance from exact integer sums: the same bits on every machine and in
    /// every order of the values. Falls back to [`Summary::of`] where a sum would not fit 128 bits.
    ///
    /// # Errors
    /// An empty sample.
    pub fn of_counts(counts: &[u64]) -> Result<Summary, Refusal> {
        let values: Vec<f64> = counts.iter().map(|&count| count as f64).collect();
        require(&values, 1, "a summary")?;
        match integer_moments(counts) {
            Some((mean, stdev)) => Ok(Summary::assemble(&values, mean, stdev)),
            None => Summary::of(&values),
        }
    }

    /// Largest minus smallest value.
    pub fn range(&self) -> f64 {
        self.max - self.min
    }

    fn assemble(values: &[f64], mean: f64, stdev: Option<f64>) -> Summary {
        let mut sorted = values.to_vec();
        ascending(&mut sorted);
        let quartiles = [0.25, 0.5, 0.75].map(|share| quantile(&sorted, share));
        Summary { n: values.len(), mean, stdev, min: sorted[0], quartiles, max: sorted[sorted.len() - 1] }
    }
}

/// Hyndman and Fan's definition 8, within the extremes.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = (sorted.len() as f64 + 1.0 / 3.0) * share + 1.0 / 3.0;
    let (below, last) = (place as usize, sorted.len() - 1);
    let (a, b) = (sorted[below.saturating_sub(1)], sorted[below.min(last)]);
    a + (place - below as f64) * (b - a)
}

/// An interval for a mean difference or a ratio, in the unit of the values.
///
/// It is over the seeds of this model; it does not include the error of the model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Probability that such an interval covers the truth: 0.95, or a little more where the exact law is discrete.
    pub coverage: f64,
}

impl Interval {
    /// Upper minus lower end.
    pub fn width(&self) -> f64 {
        self.high - self.low
    }

    /// Whether `value` lies in the closed interval.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// The interval in per cent of `base` (the mean of the baseline); none for a base of zero.
    pub fn percent_of(&self, base: f64) -> Option<Interval> {
        // A negative base would swap the ends, and no metric of this model is negative.
        (base > 0.0).then(|| Interval { low: 100.0 * self.low / base, high: 100.0 * self.high / base, ..*self })
    }
}

/// Mean and sample standard deviation of checked, non-empty `values`, in two compensated passes.
pub(super) fn moments(values: &[f64]) -> (f64, Option<f64>) {
    let n = values.len() as f64;
    let largest = values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    if largest == 0.0 {
        return (0.0, (values.len() > 1).then_some(0.0));
    }
    if values.iter().all(|&value| value == values[0]) {
        // The sum divided by n may miss the common value by a rounding, which would read as a spread.
        return (values[0], (values.len() > 1).then_some(0.0));
    }
    // Squares of values near 1e-200 vanish; scaling is exact enough and only happens far from real metrics.
    let scale = if (1e-100..=1e100).contains(&largest) { 1.0 } else { largest };
    let mean = sum(values.iter().map(|value| value / scale)) / n;
    let squares = sum(values.iter().map(|value| (value / scale - mean).powi(2)));
    let stdev = (values.len() > 1).then(|| (squares / (n - 1.0)).sqrt() * scale);
    (mean * scale, stdev)
}

/// Neumaier's compensated sum: the error does not grow with the number of terms.
pub(super) fn sum(values: impl Iterator<Item = f64>) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0_f64);
    for value in values {
        let next = total + value;
        lost += if total.abs() >= value.abs() { (total - next) + value } else { (value - next) + total };
        total = next;
    }
    total + lost
}

/// Mean and standard deviation by exact sums: variance = (n * sum of squares - square of sum) / (n * (n - 1)).
fn integer_moments(counts: &[u64]) -> Option<(f64, Option<f64>)> {
    let n = counts.len() as u128;
    // Measured from the smallest count, so that large counts with a small spread keep every bit.
    let origin = *counts.iter().min()?;
    let (mut total, mut squares) = (0_u128, 0_u128);
    for &count in counts {
        let above = u128::from(count - origin);
        total += above;
        squares = squares.checked_add(above.checked_mul(above)?)?;
    }
    let whole = u128::from(origin).checked_mul(n)?.checked_add(total)?;
    // Whole part and remainder apart: a sum above 2^53 would lose bits before the division.
    let mean = (whole / n) as f64 + (whole % n) as f64 / n as f64;
    let spread = n.checked_mul(squares)?.checked_sub(total.checked_mul(total)?)?;
    let stdev = (n > 1).then(|| (spread as f64 / (n as f64 * (n - 1) as f64)).sqrt());
    Some((mean, stdev))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_value_has_no_spread() {
        let summary = Summary::of(&[7.0]).unwrap();
        assert_eq!((summary.mean, summary.stdev, summary.min, summary.max), (7.0, None, 7.0, 7.0));
        assert!(Summary::of(&[]).is_err());
    }

    #[test]
    fn equal_values_have_a_spread_of_exactly_zero() {
        assert_eq!(Summary::of(&[0.1; 7]).unwrap().stdev, Some(0.0));
        assert_eq!(Summary::of(&[0.1; 7]).unwrap().mean, 0.1);
    }

    #[test]
    fn counts_agree_with_floats_and_survive_extremes() {
        let counts = [307, 330, 325, 341];
        let floats = counts.map(|count| count as f64);
        assert_eq!(Summary::of_counts(&counts).unwrap(), Summary::of(&floats).unwrap());
        let huge = Summary::of_counts(&[u64::MAX, u64::MAX - 2]).unwrap();
        assert_eq!(huge.stdev, Some(2.0_f64.sqrt()));
        assert!(Summary::of_counts(&[0, u64::MAX, u64::MAX, u64::MAX]).unwrap().stdev.unwrap() > 9e18);
    }

    #[test]
    fn tiny_values_keep_their_spread() {
        let summary = Summary::of(&[1e-200, 3e-200]).unwrap();
        assert!((summary.stdev.unwrap() / (2.0_f64.sqrt() * 1e-200) - 1.0).abs() < 1e-12);
    }
}
