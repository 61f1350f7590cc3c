// SPDX-License-Identifier: GPL-2.0-only
//! Mid-ranks, and the exact null laws of rank sums.
//!
//! Ranks are held doubled, as integers, so that the mid-ranks of ties stay exact and the null laws are counts. The
//! laws are conditional on the ties (all assignments of the observed mid-ranks are equally likely), so they need no
//! tie correction and no "no ties" proviso. Quantised metrics tie often, which is why this is not left to a normal
//! approximation. (`statrs` has Mann-Whitney, but enumerates all splits and does not do ties exactly.)

/// Twice the mid-rank of each value, from 2 for a lone smallest value; `values` hold no NaN.
pub(super) fn doubled_ranks(values: &[f64]) -> Vec<u32> {
    let order = order(values);
    let mut ranks = vec![0; values.len()];
    let mut start = 0;
    while start < order.len() {
        // `==` and not total order, so that -0.0 and 0.0 tie.
        let ties = order[start..].iter().take_while(|&&at| values[at] == values[order[start]]).count();
        for &at in &order[start..start + ties] {
            // Ranks start+1 ..= start+ties; twice their mean is first plus last.
            ranks[at] = (2 * start + ties + 1) as u32;
        }
        start += ties;
    }
    ranks
}

/// The places of the values in ascending order, equal ones in their own order.
pub(super) fn order(values: &[f64]) -> Vec<usize> {
    let mut sorted: Vec<u64> = values.iter().copied().map(key).collect();
    sorted.sort_unstable();
    let (mut order, mut taken) = (vec![0; values.len()], vec![0; values.len()]);
    for (at, &value) in values.iter().enumerate() {
        let first = sorted.partition_point(|&lower| lower < key(value));
        order[first + taken[first]] = at;
        taken[first] += 1;
    }
    order
}

/// Sorts numbers, in their total order. By way of words, since each type that is sorted is another copy of the library's
/// way in the page.
pub(super) fn ascending(values: &mut [f64]) {
    let mut keys: Vec<u64> = values.iter().copied().map(key).collect();
    keys.sort_unstable();
    for (value, key) in values.iter_mut().zip(keys) {
        *value = f64::from_bits(if key >> 63 == 1 { key ^ 1 << 63 } else { !key });
    }
}

/// A word that is in the order of words where the number is in the total order of numbers.
fn key(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits >> 63 == 0 { bits ^ 1 << 63 } else { !bits }
}

/// The sum of t^3 - t over groups of t equal ranks: the tie term of the normal approximations.
pub(super) fn tie_term(doubled: &[u32]) -> f64 {
    let mut sorted: Vec<u64> = doubled.iter().copied().map(u64::from).collect();
    sorted.sort_unstable();
    sorted.chunk_by(|a, b| a == b).map(|group| (group.len() as f64).powi(3) - group.len() as f64).sum()
}

/// A null law of a sum of doubled ranks: how many equally likely cases give each sum.
pub(super) struct Law {
    cases: Vec<u128>,
}

impl Law {
    /// The law of the sum over a random subset: each rank is in or out with probability 1/2 (signed ranks).
    /// At most 120 ranks.
    pub(super) fn of_subsets(ranks: &[u32]) -> Law {
        let most: usize = ranks.iter().map(|&rank| rank as usize).sum();
        let mut cases = vec![0_u128; most + 1];
        cases[0] = 1;
        let mut reached = 0;
        for &rank in ranks {
            let rank = rank as usize;
            reached += rank;
            // Downwards, so that each rank is used once.
            for sum in (rank..=reached).rev() {
                cases[sum] += cases[sum - rank];
            }
        }
        Law { cases }
    }

    /// The law of the sum over a random choice of exactly `chosen` of the ranks (rank-sum test). At most 120 ranks.
    pub(super) fn of_choices(ranks: &[u32], chosen: usize) -> Law {
        let most: usize = ranks.iter().map(|&rank| rank as usize).sum();
        let mut by_count = vec![vec![0_u128; most + 1]; chosen + 1];
        by_count[0][0] = 1;
        for (seen, &rank) in ranks.iter().enumerate() {
            let rank = rank as usize;
            for count in (1..=chosen.min(seen + 1)).rev() {
                let (fewer, rest) = by_count.split_at_mut(count);
                let from = &fewer[count - 1];
                for (to, &cases) in rest[0][rank..].iter_mut().zip(from) {
                    *to += cases;
                }
            }
        }
        Law { cases: by_count.swap_remove(chosen) }
    }

    /// Two-sided p-value of an observed sum: twice the smaller tail (the observed sum included), at most 1.
    pub(super) fn two_sided(&self, observed: usize) -> f64 {
        let below: u128 = self.cases[..=observed].iter().sum();
        let above: u128 = self.cases[observed..].iter().sum();
        let total: u128 = self.cases.iter().sum();
        (2.0 * below.min(above) as f64 / total as f64).min(1.0)
    }
}

/// Which null law gave a p-value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum NullLaw {
    /// Every case counted, given the observed ties.
    Exact,
    /// Normal approximation with tie correction.
    Normal,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_the_middle_rank() {
        assert_eq!(doubled_ranks(&[5.0, 1.0, 5.0, 9.0]), [5, 2, 5, 8]);
        assert_eq!(doubled_ranks(&[0.0, -0.0, 0.0]), [4, 4, 4]);
        assert_eq!(tie_term(&[5, 2, 5, 8]), 6.0);
        assert_eq!(doubled_ranks(&[]), [0; 0]);
    }

    #[test]
    fn laws_count_all_cases() {
        let ranks = [2, 4, 6, 8, 10];
        assert_eq!(Law::of_subsets(&ranks).cases.iter().sum::<u128>(), 32);
        assert_eq!(Law::of_choices(&ranks, 2).cases.iter().sum::<u128>(), 10);
        // 4 against 3 without ties: the most extreme split has 2/35, the floor named in the report.
        let seven = [2, 4, 6, 8, 10, 12, 14];
        assert!((Law::of_choices(&seven, 4).two_sided(2 + 4 + 6 + 8) - 2.0 / 35.0).abs() < 1e-15);
    }

    #[test]
    fn the_largest_supported_law_does_not_overflow() {
        let ranks: Vec<u32> = (1..=120).map(|rank| 2 * rank).collect();
        assert_eq!(Law::of_subsets(&ranks).cases.iter().sum::<u128>(), 1 << 120);
    }
}
