// SPDX-License-Identifier: GPL-2.0-only
//! The Mann-Whitney U test of two unpaired samples (Mann and Whitney 1947).

use serde::Serialize;

use super::dist::normal_above;
use super::ranks::{Law, NullLaw, doubled_ranks, tie_term};
use super::verdict::{Refusal, require};

/// The number of values in both samples together up to which the null law is counted exactly, with or without ties.
pub const EXACT_UP_TO: usize = 60;

/// The result of a Mann-Whitney test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MannWhitney {
    /// Pairs (a of the first, b of the second sample) with a > b, ties counted half.
    pub u: f64,
    /// Whether values tie.
    pub ties: bool,
    /// Which null law gave `p`; the normal one has tie and continuity corrections.
    pub law: NullLaw,
    /// Two-sided p-value.
    pub p: f64,
}

/// The Mann-Whitney test of `first` against `second`: exact up to [`EXACT_UP_TO`] values, else normal.
///
/// # Errors
/// An empty sample or a value that is not finite.
pub fn mann_whitney(first: &[f64], second: &[f64]) -> Result<MannWhitney, Refusal> {
    let law = if first.len() + second.len() <= EXACT_UP_TO { NullLaw::Exact } else { NullLaw::Normal };
    mann_whitney_by(first, second, law)
}

/// The Mann-Whitney test by a null law of choice.
///
/// # Errors
/// An empty sample, a value that is not finite, or an exact law of more than 120 values.
pub fn mann_whitney_by(first: &[f64], second: &[f64], law: NullLaw) -> Result<MannWhitney, Refusal> {
    require(first, 1, "a rank-sum test")?;
    require(second, 1, "a rank-sum test")?;
    let all = [first, second].concat();
    if law == NullLaw::Exact && all.len() > 120 {
        return Err(Refusal::TooMany { what: "an exact rank-sum test", have: all.len(), most: 120 });
    }
    let ranks = doubled_ranks(&all);
    let sum: usize = ranks[..first.len()].iter().map(|&rank| rank as usize).sum();
    // Doubled: rank sum minus n(n + 1) / 2 becomes sum - n(n + 1).
    let u = (sum - first.len() * (first.len() + 1)) as f64 / 2.0;
    let ties = tie_term(&ranks);
    let p = match law {
        NullLaw::Exact => exact_p(&ranks, first.len(), sum),
        NullLaw::Normal => normal_p(u, first.len() as f64, second.len() as f64, ties),
    };
    Ok(MannWhitney { u, ties: ties > 0.0, law, p })
}

/// The smallest two-sided p that an exact rank test of `first` against `second` runs can give: 2 / C(n, first).
pub fn smallest_p(first: usize, second: usize) -> f64 {
    (2.0 / choices(first + second, first)).min(1.0)
}

/// The number of ways to choose `k` of `n`, as a float (exact below 2^53).
pub fn choices(n: usize, k: usize) -> f64 {
    // Multiplying before dividing keeps every intermediate value a whole number.
    (1..=k.min(n - k)).fold(1.0, |ways, i| ways * (n + 1 - i) as f64 / i as f64)
}

/// Counts choices of the smaller sample: the same law seen from the other side, with a smaller table.
fn exact_p(ranks: &[u32], first: usize, sum: usize) -> f64 {
    let second = ranks.len() - first;
    if first <= second {
        return Law::of_choices(ranks, first).two_sided(sum);
    }
    let total: usize = ranks.iter().map(|&rank| rank as usize).sum();
    Law::of_choices(ranks, second).two_sided(total - sum)
}

fn normal_p(u: f64, first: f64, second: f64, ties: f64) -> f64 {
    let n = first + second;
    let variance = first * second / 12.0 * (n + 1.0 - ties / (n * (n - 1.0)));
    if variance <= 0.0 {
        return 1.0;
    }
    // The continuity correction may take the distance below zero; the p-value is then 1.
    let z = ((u - first * second / 2.0).abs() - 0.5) / variance.sqrt();
    (2.0 * normal_above(z)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floors_of_small_samples() {
        assert!((smallest_p(4, 3) - 2.0 / 35.0).abs() < 1e-16);
        assert_eq!(smallest_p(1, 1), 1.0);
        assert_eq!(choices(20, 10), 184_756.0);
        assert_eq!(choices(5, 0), 1.0);
    }

    #[test]
    fn total_separation_reaches_the_floor() {
        let result = mann_whitney(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0, 7.0]).unwrap();
        assert_eq!((result.u, result.ties), (0.0, false));
        assert!((result.p - smallest_p(3, 4)).abs() < 1e-16);
    }

    #[test]
    fn the_documented_example_of_scipy() {
        // Ages at diagnosis, 5 men and 4 women: U = 17, exact p = 0.1111.
        let result = mann_whitney(&[19.0, 22.0, 16.0, 29.0, 24.0], &[20.0, 11.0, 17.0, 12.0]).unwrap();
        assert_eq!(result.u, 17.0);
        assert!((result.p - 1.0 / 9.0).abs() < 1e-15);
    }

    #[test]
    fn equal_samples_are_no_evidence() {
        for law in [NullLaw::Exact, NullLaw::Normal] {
            let result = mann_whitney_by(&[3.0; 5], &[3.0; 4], law).unwrap();
            assert_eq!((result.u, result.p), (10.0, 1.0));
        }
    }
}
