// SPDX-License-Identifier: GPL-2.0-only
//! Two imported samples whose runs are not paired, such as a pasted table: Welch's t, ranks and permutations.

use serde::Serialize;

use super::dist::{student_critical, student_two_sided};
use super::mann_whitney::{MannWhitney, choices, mann_whitney, smallest_p};
use super::paired::Method;
use super::permutation::{MOST_SPLITS, permutation};
use super::summary::{Interval, Summary, moments};
use super::verdict::{ALPHA, Refusal, Verdict, require};

/// Welch's t test (Welch 1947), degrees of freedom after Satterthwaite.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Welch {
    /// Difference of the means (second minus first) over its standard error.
    pub t: f64,
    /// Degrees of freedom, fractional.
    pub df: f64,
    /// Two-sided p-value.
    pub p: f64,
    /// 95 % interval of the difference of the means.
    pub interval: Interval,
}

/// One sample against another; values in the metric's unit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Unpaired {
    /// The baseline.
    pub first: Summary,
    /// The other sample.
    pub second: Summary,
    /// Difference of the means, second minus first.
    pub difference: f64,
    /// Welch's test; none if a sample has one value or both are constant.
    pub welch: Option<Welch>,
    /// Rank test as a second opinion.
    pub mann_whitney: MannWhitney,
    /// Exact permutation p-value of the difference of means; none where too many splits would have to be counted.
    pub permutation: Option<f64>,
    /// The test behind the verdict: the exact one where it is counted, else Welch's.
    pub method: Method,
    /// The p-value behind the verdict.
    pub p: f64,
    /// What may be said.
    pub verdict: Verdict,
}

/// Compares `second` with the baseline `first`.
///
/// A verdict is refused where even ranks cannot reach 5 % in two tails. With unequal sizes the permutation test of
/// means may fall below that floor, as the opposite split is less extreme, but one lucky split is no evidence.
///
/// # Errors
/// An empty sample, a value that is not finite, or two constant samples of more than 10^6 splits.
pub fn compare_unpaired(first: &[f64], second: &[f64]) -> Result<Unpaired, Refusal> {
    let (summary, other) = (Summary::of(first)?, Summary::of(second)?);
    let difference = other.mean - summary.mean;
    let welch_result = welch(first, second).ok();
    let countable = choices(first.len() + second.len(), first.len()) <= MOST_SPLITS;
    let exact = if countable { Some(permutation(first, second)?) } else { None };
    let ranks = mann_whitney(first, second)?;
    let (method, p) = match (exact, welch_result) {
        (Some(p), _) => (Method::Permutation, p),
        (None, Some(welch)) => (Method::Welch, welch.p),
        (None, None) => return Err(Refusal::Constant),
    };
    let floor = smallest_p(first.len(), second.len());
    let verdict = if floor > ALPHA {
        Verdict::CannotTell { why: floor_in_words(first.len(), second.len(), floor) }
    } else {
        Verdict::of(p, difference)
    };
    Ok(Unpaired {
        first: summary,
        second: other,
        difference,
        welch: welch_result,
        mann_whitney: ranks,
        permutation: exact,
        method,
        p,
        verdict,
    })
}

/// Welch's t test of `second` minus `first`, without assuming equal spreads.
///
/// # Errors
/// Fewer than two values in a sample, a value that is not finite, or two constant samples.
pub fn welch(first: &[f64], second: &[f64]) -> Result<Welch, Refusal> {
    require(first, 2, "Welch's t test")?;
    require(second, 2, "Welch's t test")?;
    let (old, old_spread) = moments(first);
    let (new, new_spread) = moments(second);
    // Both samples have two values, so both spreads exist.
    let old_error = old_spread.unwrap_or(0.0) / (first.len() as f64).sqrt();
    let new_error = new_spread.unwrap_or(0.0) / (second.len() as f64).sqrt();
    let error = old_error.hypot(new_error);
    if error == 0.0 {
        return Err(Refusal::Constant);
    }
    // Satterthwaite with the shares of the variance: no fourth power of a spread can overflow.
    let (old_share, new_share) = ((old_error / error).powi(2), (new_error / error).powi(2));
    let df = 1.0 / (old_share.powi(2) / (first.len() - 1) as f64 + new_share.powi(2) / (second.len() - 1) as f64);
    let difference = new - old;
    let (t, reach) = (difference / error, student_critical(ALPHA, df) * error);
    let interval = Interval { low: difference - reach, high: difference + reach, coverage: 1.0 - ALPHA };
    Ok(Welch { t, df, p: student_two_sided(t, df), interval })
}

fn floor_in_words(first: usize, second: usize, floor: f64) -> String {
    format!("n = {first} against {second}: the smallest p an exact rank test can give is {floor:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_against_four_cannot_tell() {
        let result = compare_unpaired(&[1.0, 2.0, 3.0, 4.0], &[11.0, 12.0, 13.0]).unwrap();
        let Verdict::CannotTell { why } = &result.verdict else { panic!("{:?}", result.verdict) };
        assert_eq!(why, "n = 4 against 3: the smallest p an exact rank test can give is 0.057");
        assert!((result.permutation.unwrap() - 1.0 / 35.0).abs() < 1e-15);
    }

    #[test]
    fn equal_spreads_give_the_pooled_t() {
        // Two samples of equal spread and size: Welch's t is the pooled t and df is 2n - 2.
        let result = welch(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]).unwrap();
        assert!((result.t - 3.0 / (2.0_f64 / 3.0).sqrt()).abs() < 1e-14 && (result.df - 4.0).abs() < 1e-14);
    }

    #[test]
    fn constants_are_left_to_the_exact_tests() {
        assert_eq!(welch(&[5.0; 4], &[6.0; 4]), Err(Refusal::Constant));
        let result = compare_unpaired(&[5.0; 4], &[6.0; 4]).unwrap();
        assert_eq!((result.welch, &result.verdict), (None, &Verdict::Higher));
        assert!((result.p - 2.0 / 70.0).abs() < 1e-15);
        assert_eq!(compare_unpaired(&[5.0; 40], &[6.0; 40]), Err(Refusal::Constant));
    }

    #[test]
    fn larger_samples_are_judged_by_welch() {
        let low: Vec<f64> = (0..30).map(f64::from).collect();
        let high: Vec<f64> = (20..50).map(f64::from).collect();
        let result = compare_unpaired(&high, &low).unwrap();
        assert_eq!((result.method, &result.verdict, result.permutation), (Method::Welch, &Verdict::Lower, None));
    }
}
