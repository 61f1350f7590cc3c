// SPDX-License-Identifier: GPL-2.0-only
//! Exact permutation tests of means: sign flips for paired differences, splits for unpaired samples (Fisher 1935,
//! Pitman 1937). They assume no law for the values, only that labels could have been exchanged.

use serde::Serialize;

use super::mann_whitney::choices;
use super::ranks::ascending;
use super::summary::{Interval, sum};
use super::verdict::{ALPHA, Refusal, require};

/// The most paired differences whose sign flips are enumerated (2^20 of them).
pub const MOST_PAIRS: usize = 20;

/// The most splits of two unpaired samples that are enumerated (11 against 11 has 705,432).
pub const MOST_SPLITS: f64 = 1e6;

/// Sums closer than this share of the sum of magnitudes count as equal: rounding must not split a tie.
const TIE: f64 = 1e-12;

/// The result of a sign-flip test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SignFlip {
    /// Two-sided p-value: the share of the 2^n sign assignments whose sum is at least as far from 0.
    pub p: f64,
    /// All shifts that the test does not reject at 5 %; none if no outcome of so few pairs could be rejected.
    pub interval: Option<Interval>,
}

/// The exact sign-flip test of paired `differences`, with the interval from inverting it.
///
/// The one-sided count at a shift is 1 + the number of non-empty subsets with a mean not above it, so the interval's
/// ends are order statistics of the 2^n - 1 subset means (Hartigan 1969): no search, no grid.
///
/// # Errors
/// No difference, more than [`MOST_PAIRS`], or one that is not finite.
pub fn sign_flip(differences: &[f64]) -> Result<SignFlip, Refusal> {
    let what = "an exact sign-flip test";
    require(differences, 1, what)?;
    let n = differences.len();
    if n > MOST_PAIRS {
        return Err(Refusal::TooMany { what, have: n, most: MOST_PAIRS });
    }
    // Doubling gives each subset sum at most n roundings, unlike a running sum over a Gray code.
    let mut sums = Vec::with_capacity(1 << n);
    sums.push(0.0_f64);
    for &difference in differences {
        for subset in 0..sums.len() {
            sums.push(sums[subset] + difference);
        }
    }
    let total = sums[sums.len() - 1];
    let near = TIE * differences.iter().map(|difference| difference.abs()).sum::<f64>();
    let extreme = sums.iter().filter(|&&flipped| (total - 2.0 * flipped).abs() >= total.abs() - near).count();
    let p = extreme as f64 / sums.len() as f64;
    Ok(SignFlip { p, interval: subset_mean_interval(sums) })
}

/// The smallest two-sided p that a sign-flip test of `n` pairs can give: 2 / 2^n.
pub fn smallest_sign_flip_p(n: usize) -> f64 {
    2.0_f64.powi(1 - n.min(1000) as i32).min(1.0)
}

/// The exact permutation test for the difference of the means of two unpaired samples: the share of all splits of
/// the pooled values whose means are at least as far apart.
///
/// # Errors
/// An empty sample, a value that is not finite, or more than [`MOST_SPLITS`] splits.
pub fn permutation(first: &[f64], second: &[f64]) -> Result<f64, Refusal> {
    let what = "an exact permutation test";
    require(first, 1, what)?;
    require(second, 1, what)?;
    let n = first.len() + second.len();
    if choices(n, first.len()) > MOST_SPLITS {
        return Err(Refusal::TooMany { what, have: n, most: 22 });
    }
    let pooled = [first, second].concat();
    let mean = sum(pooled.iter().copied()) / n as f64;
    // With the pooled mean at 0 the difference of means is proportional to the first sum, so only that is compared.
    let centred: Vec<f64> = pooled.iter().map(|value| value - mean).collect();
    let observed = sum(centred[..first.len()].iter().copied()).abs();
    // The two sums are opposite, so the smaller sample may stand for both; it keeps the recursion shallow.
    let chosen = first.len().min(second.len());
    let near = TIE * pooled.iter().map(|value| value.abs()).sum::<f64>();
    let mut count = Count { far: 0, all: 0, threshold: observed - near };
    count.visit(&centred, chosen, 0.0);
    Ok(count.far as f64 / count.all as f64)
}

/// A running count over the splits.
struct Count {
    far: u64,
    all: u64,
    threshold: f64,
}

impl Count {
    /// Visits each choice of `left` values; the depth is `left`, at most 11 under [`MOST_SPLITS`].
    fn visit(&mut self, values: &[f64], left: usize, so_far: f64) {
        if left == 0 {
            self.all += 1;
            self.far += u64::from(so_far.abs() >= self.threshold);
            return;
        }
        for skip in 0..=values.len() - left {
            self.visit(&values[skip + 1..], left - 1, so_far + values[skip]);
        }
    }
}

/// The interval from all subset sums, in the order that doubling builds them (the index is the subset's bit mask).
fn subset_mean_interval(mut sums: Vec<f64>) -> Option<Interval> {
    let cases = sums.len();
    let cut = (ALPHA / 2.0 * cases as f64).floor() as usize;
    if cut == 0 {
        return None;
    }
    for (mask, sum) in sums.iter_mut().enumerate().skip(1) {
        *sum /= mask.count_ones() as f64;
    }
    let means = &mut sums[1..];
    ascending(means);
    let (low, high) = (means[cut - 1], means[means.len() - cut]);
    Some(Interval { low, high, coverage: 1.0 - 2.0 * cut as f64 / cases as f64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_equal_signs_give_the_range() {
        // 64 / 40 = 1.6 cases per tail: the ends are the smallest and the largest difference.
        let result = sign_flip(&[3.0, 1.0, 4.0, 1.5, 9.0, 2.5]).unwrap();
        assert_eq!(result.p, 2.0 / 64.0);
        assert_eq!(result.interval, Some(Interval { low: 1.0, high: 9.0, coverage: 1.0 - 2.0 / 64.0 }));
    }

    #[test]
    fn five_pairs_have_no_interval() {
        let result = sign_flip(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        assert_eq!((result.p, result.interval), (0.0625, None));
        assert_eq!(smallest_sign_flip_p(5), 0.0625);
    }

    #[test]
    fn fishers_maize_by_all_sign_flips() {
        // Fisher 1935, section 21: 863 of the 32,768 sums (835 beyond, 28 equal) reach the observed one, so 1,726 in two tails.
        let heights = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48].map(f64::from);
        assert_eq!(sign_flip(&heights).unwrap().p, 1726.0 / 32768.0);
    }

    #[test]
    fn rounding_does_not_split_ties() {
        // In binary 0.1 + 0.2 differs from 0.3, which must still tie with it.
        assert_eq!(sign_flip(&[0.1, 0.2, -0.3]).unwrap().p, 1.0);
        assert_eq!(permutation(&[0.3, 0.3], &[0.1, 0.2, 0.6]).unwrap(), 1.0);
    }

    #[test]
    fn splits_are_counted_and_capped() {
        assert_eq!(permutation(&[1.0, 2.0], &[3.0, 4.0]).unwrap(), 2.0 / 6.0);
        assert_eq!(permutation(&[5.0], &[5.0]).unwrap(), 1.0);
        assert!(permutation(&[0.0; 12], &[1.0; 12]).is_err());
        assert!(sign_flip(&[1.0; 21]).is_err());
    }
}
