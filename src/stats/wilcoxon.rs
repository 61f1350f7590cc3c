// SPDX-License-Identifier: GPL-2.0-only
//! Wilcoxon's signed-rank test of paired differences (Wilcoxon 1945; zeros after Pratt 1959).

use serde::Serialize;

use super::dist::normal_above;
use super::ranks::{Law, NullLaw, doubled_ranks, tie_term};
use super::verdict::{Refusal, require};

/// The number of non-zero differences up to which the null law is counted exactly, with or without ties.
pub const EXACT_UP_TO: usize = 50;

/// What to do with differences of exactly zero (a seed that the policy did not change).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Zeros {
    /// Wilcoxon's way: drop them before ranking. Forgets how many seeds showed nothing.
    Drop,
    /// Pratt's way: rank them with the rest, then drop their ranks. The default of the comparisons here, because
    /// dropping first can make a sample look more extreme when a difference moves towards zero.
    Pratt,
}

/// The result of a signed-rank test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Wilcoxon {
    /// Number of non-zero differences.
    pub used: usize,
    /// Number of differences of exactly zero.
    pub zeros: usize,
    /// How zeros were handled.
    pub handling: Zeros,
    /// Sum of the ranks of positive differences.
    pub plus: f64,
    /// Sum of the ranks of negative differences.
    pub minus: f64,
    /// Whether absolute differences tie.
    pub ties: bool,
    /// Which null law gave `p`.
    pub law: NullLaw,
    /// Two-sided p-value; 1 if every difference is zero.
    pub p: f64,
}

/// The signed-rank test of `differences`: exact up to [`EXACT_UP_TO`] non-zero ones, else normal.
///
/// # Errors
/// No difference, or one that is not finite.
pub fn wilcoxon(differences: &[f64], handling: Zeros) -> Result<Wilcoxon, Refusal> {
    let used = differences.iter().filter(|&&difference| difference != 0.0).count();
    let law = if used <= EXACT_UP_TO { NullLaw::Exact } else { NullLaw::Normal };
    wilcoxon_by(differences, handling, law)
}

/// The signed-rank test by a null law of choice; the normal one has tie and zero corrections and, as it is meant
/// for more than [`EXACT_UP_TO`] differences, no continuity correction.
///
/// # Errors
/// No difference, one that is not finite, or an exact law of more than 120 differences.
pub fn wilcoxon_by(differences: &[f64], handling: Zeros, law: NullLaw) -> Result<Wilcoxon, Refusal> {
    let what = "a signed-rank test";
    require(differences, 1, what)?;
    let nonzero = |difference: &&f64| **difference != 0.0;
    let kept: Vec<f64> = match handling {
        Zeros::Drop => differences.iter().filter(nonzero).copied().collect(),
        Zeros::Pratt => differences.to_vec(),
    };
    let sizes: Vec<f64> = kept.iter().map(|difference| difference.abs()).collect();
    let (mut plus, mut minus, mut ranks) = (0_usize, 0_usize, Vec::new());
    for (rank, difference) in doubled_ranks(&sizes).into_iter().zip(&kept).filter(|(_, difference)| **difference != 0.0)
    {
        *if *difference > 0.0 { &mut plus } else { &mut minus } += rank as usize;
        ranks.push(rank);
    }
    let used = ranks.len();
    if law == NullLaw::Exact && used > 120 {
        return Err(Refusal::TooMany { what: "an exact signed-rank test", have: used, most: 120 });
    }
    let p = match law {
        NullLaw::Exact => Law::of_subsets(&ranks).two_sided(plus),
        NullLaw::Normal => normal_p(&ranks, plus, minus),
    };
    let ties = tie_term(&ranks) > 0.0;
    let (plus, minus, zeros) = (plus as f64 / 2.0, minus as f64 / 2.0, differences.len() - used);
    Ok(Wilcoxon { used, zeros, handling, plus, minus, ties, law, p })
}

/// The two-sided normal p-value. The variance of W+ given the ranks is the sum of their squares over 4, which holds
/// the usual corrections for ties and for Pratt's zeros without naming them.
fn normal_p(doubled: &[u32], plus: usize, minus: usize) -> f64 {
    let squares: f64 = doubled.iter().map(|&rank| f64::from(rank).powi(2)).sum();
    if squares == 0.0 {
        return 1.0;
    }
    // With doubled ranks: mean (plus + minus) / 2, standard deviation sqrt(squares) / 2.
    let z = (plus as f64 - minus as f64).abs() / squares.sqrt();
    (2.0 * normal_above(z)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_p_of_six_pairs() {
        let result = wilcoxon(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], Zeros::Drop).unwrap();
        assert_eq!((result.plus, result.minus, result.p), (21.0, 0.0, 2.0 / 64.0));
    }

    #[test]
    fn darwins_maize() {
        // Fisher 1935 after Darwin 1876, fifteen pairs: W- = 24, two-sided exact p = 0.041260 (1352/32768).
        let heights = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48].map(f64::from);
        let result = wilcoxon(&heights, Zeros::Drop).unwrap();
        assert_eq!((result.minus, result.p), (24.0, 1352.0 / 32768.0));
    }

    #[test]
    fn only_zeros_are_no_evidence() {
        for handling in [Zeros::Drop, Zeros::Pratt] {
            for law in [NullLaw::Exact, NullLaw::Normal] {
                let result = wilcoxon_by(&[0.0, -0.0, 0.0], handling, law).unwrap();
                assert_eq!((result.used, result.zeros, result.p), (0, 3, 1.0));
            }
        }
    }

    #[test]
    fn pratt_keeps_the_ranks_of_zeros() {
        let result = wilcoxon(&[0.0, 1.0, -2.0], Zeros::Pratt).unwrap();
        assert_eq!((result.plus, result.minus, result.zeros), (2.0, 3.0, 1));
        let result = wilcoxon(&[0.0, 1.0, -2.0], Zeros::Drop).unwrap();
        assert_eq!((result.plus, result.minus, result.zeros), (1.0, 2.0, 1));
    }
}
