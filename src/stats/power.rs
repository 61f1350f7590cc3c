// SPDX-License-Identifier: GPL-2.0-only
//! How small a change these runs could have shown, and how many runs a given change would need.
//!
//! Power 80 % at the two-sided 5 % level of a t test, from the noncentral t itself (no normal or iterated-t
//! approximation). The observed spread stands in for the true one, so the answers are estimates.

use super::dist::{noncentral_t_below, student_critical};
use super::verdict::{ALPHA, Refusal};

/// The chance of a verdict that a detectable change must have.
pub const POWER: f64 = 0.80;

/// The most runs that [`pairs_needed`] and [`runs_per_arm_needed`] look at before they give up.
pub const MOST_RUNS: usize = 10_000;

/// The noncentrality above which AS 243 underflows; power is 1 long before it for every df used here.
const LARGEST_SHIFT: f64 = 37.0;

/// Probability that a two-sided 5 % t test with `df` rejects when its statistic is shifted by `shift`
/// (true difference over its standard error).
pub fn power(shift: f64, df: f64) -> f64 {
    power_beyond(student_critical(ALPHA, df), shift, df)
}

/// The same for a critical value that is known.
fn power_beyond(critical: f64, shift: f64, df: f64) -> f64 {
    1.0 - noncentral_t_below(critical, df, shift) + noncentral_t_below(-critical, df, shift)
}

/// The smallest true mean difference that `n` pairs detect with power 80 %, in the unit of `stdev` (the standard
/// deviation of the paired differences).
///
/// # Errors
/// Fewer than two pairs, or a spread that is not finite.
pub fn detectable_paired(stdev: f64, n: usize) -> Result<f64, Refusal> {
    if n < 2 {
        return Err(Refusal::TooFew { what: "a detectable change", have: n, need: 2 });
    }
    check_spread(stdev)?;
    Ok(shift_for_power((n - 1) as f64) * stdev / (n as f64).sqrt())
}

/// The smallest number of pairs that detects a mean difference of `effect` with power 80 %; none up to [`MOST_RUNS`].
///
/// # Errors
/// A spread or an effect that is not finite and positive.
pub fn pairs_needed(stdev: f64, effect: f64) -> Result<Option<usize>, Refusal> {
    smallest(stdev, effect, |n| (effect.abs() / stdev * (n as f64).sqrt(), (n - 1) as f64))
}

/// The smallest number of runs in each of two unpaired arms of equal spread that detects a difference of `effect`
/// between their means with power 80 %; none up to [`MOST_RUNS`].
///
/// # Errors
/// A spread or an effect that is not finite and positive.
pub fn runs_per_arm_needed(stdev: f64, effect: f64) -> Result<Option<usize>, Refusal> {
    smallest(stdev, effect, |n| (effect.abs() / stdev * (n as f64 / 2.0).sqrt(), (2 * n - 2) as f64))
}

/// The shift of a t statistic with `df` that gives power 80 %, by bisection: power grows with the shift, and so does the
/// work of computing it, so that the search begins at small ones.
fn shift_for_power(df: f64) -> f64 {
    let critical = student_critical(ALPHA, df);
    let mut high = 2.0;
    while high < LARGEST_SHIFT && power_beyond(critical, high, df) < POWER {
        high = LARGEST_SHIFT.min(high * 2.0);
    }
    let mut low = 0.0;
    // Fifty halvings reach the last bit that the sums of the noncentral t leave meaning to.
    for _ in 0..50 {
        let middle = (low + high) / 2.0;
        if power_beyond(critical, middle, df) < POWER { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

/// The smallest n in 2..=MOST_RUNS whose (shift, df) has power 80 %, by bisection.
fn smallest(stdev: f64, effect: f64, law: impl Fn(usize) -> (f64, f64)) -> Result<Option<usize>, Refusal> {
    check_spread(stdev)?;
    if stdev == 0.0 || effect == 0.0 || !effect.is_finite() {
        return Err(Refusal::Parameter("a number of runs needs a spread and an effect that are not zero"));
    }
    let enough = |n: usize| {
        let (shift, df) = law(n);
        shift >= LARGEST_SHIFT || power(shift, df) >= POWER
    };
    let (mut low, mut high) = (1, MOST_RUNS);
    if !enough(high) {
        return Ok(None);
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if enough(middle) { high = middle } else { low = middle }
    }
    Ok(Some(high))
}

fn check_spread(stdev: f64) -> Result<(), Refusal> {
    if stdev.is_finite() && stdev >= 0.0 {
        Ok(())
    } else {
        Err(Refusal::Parameter("a standard deviation is finite and not negative"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cohens_table() {
        // Cohen 1988, table 2.4.1: d = 0.5 and 0.8, two-sided 5 %, power 80 %: 64 and 26 per group.
        assert_eq!(runs_per_arm_needed(1.0, 0.5), Ok(Some(64)));
        assert_eq!(runs_per_arm_needed(1.0, -0.8), Ok(Some(26)));
        // The usual paired example: d = 0.5 needs 34 pairs.
        assert_eq!(pairs_needed(1.0, 0.5), Ok(Some(34)));
    }

    #[test]
    fn a_detectable_change_is_detected_at_its_own_n() {
        let effect = detectable_paired(3.0, 64).unwrap();
        assert_eq!(pairs_needed(3.0, effect * 1.000_001), Ok(Some(64)));
        assert_eq!(pairs_needed(3.0, effect * 0.999), Ok(Some(65)));
    }

    #[test]
    fn impossible_questions_are_refused() {
        assert!(detectable_paired(1.0, 1).is_err());
        assert!(detectable_paired(f64::NAN, 9).is_err());
        assert!(pairs_needed(0.0, 1.0).is_err());
        assert_eq!(pairs_needed(1.0, 1e-6), Ok(None));
    }
}
