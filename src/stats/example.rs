// SPDX-License-Identifier: GPL-2.0-only
//! The seed mail's own table as data: what four runs against three can and cannot show.
//!
//! The mail prints n, mean, min and max of secretmem before the first OOM kill. The metric counts whole 2 MiB chunks,
//! so the samples follow from the table: the baseline's four sum to 1,303 chunks with extremes 307 and 341, hence
//! {307, x, 655 - x, 341}; the patched three sum to 892 with extremes 263 and 330, hence {263, 299, 330}. Only x in
//! 314..=341 is open, and every statement below is given as its range over x. That the difference is not shown does
//! not say that it is unreal: n = 3 against 4 could hardly have shown it.

use std::ops::RangeInclusive;

use serde::Serialize;

use super::unpaired::{Unpaired, compare_unpaired};
use super::verdict::Refusal;

/// MiB in one chunk, the metric's grain.
pub const CHUNK_MIB: f64 = 2.0;

/// The possible values of the one open number, in chunks. The samples of x and 655 - x are the same.
pub const OPEN: RangeInclusive<u32> = 314..=341;

/// The baseline's four runs in chunks, for an `x` in [`OPEN`].
pub fn baseline_chunks(x: u32) -> [u32; 4] {
    assert!(OPEN.contains(&x), "the mail's extremes allow only 314..=341 chunks");
    [307, x, 655 - x, 341]
}

/// The patched kernel's three runs in chunks.
pub const PATCHED_CHUNKS: [u32; 3] = [263, 299, 330];

/// Chunks as MiB.
pub fn mib(chunks: &[u32]) -> Vec<f64> {
    chunks.iter().map(|&chunks| f64::from(chunks) * CHUNK_MIB).collect()
}

/// The comparison of the mail's samples in MiB, for an `x` in [`OPEN`].
pub fn comparison(x: u32) -> Result<Unpaired, Refusal> {
    compare_unpaired(&mib(&baseline_chunks(x)), &mib(&PATCHED_CHUNKS))
}

/// A closed range of a number over all admissible `x`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Range {
    /// Smallest value.
    pub low: f64,
    /// Largest value.
    pub high: f64,
}

/// What the mail's table implies, whatever the open number is. Percentages are of the baseline mean (651.5 MiB).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ranges {
    /// Welch's t, patched minus baseline.
    pub t: Range,
    /// Its degrees of freedom.
    pub df: Range,
    /// Its two-sided p-value.
    pub p: Range,
    /// Lower end of its 95 % interval, per cent.
    pub low_percent: Range,
    /// Upper end of its 95 % interval, per cent.
    pub high_percent: Range,
    /// Exact permutation p-value of the difference of means.
    pub permutation: Range,
    /// Exact Mann-Whitney p-value.
    pub mann_whitney: Range,
    /// Standard deviation of the baseline, MiB.
    pub baseline_stdev: Range,
    /// Difference of the means, per cent; the same for all x.
    pub difference_percent: f64,
}

/// The ranges over all admissible samples.
///
/// # Errors
/// None in practice: the samples are constants that every test accepts.
pub fn ranges() -> Result<Ranges, Refusal> {
    let all = OPEN.map(comparison).collect::<Result<Vec<Unpaired>, Refusal>>()?;
    let welch = |pick: fn(&super::unpaired::Welch) -> f64| over(&all, |one| one.welch.as_ref().map_or(f64::NAN, pick));
    let percent = |range: Range| {
        let base = all[0].first.mean;
        Range { low: 100.0 * range.low / base, high: 100.0 * range.high / base }
    };
    Ok(Ranges {
        t: welch(|welch| welch.t),
        df: welch(|welch| welch.df),
        p: welch(|welch| welch.p),
        low_percent: percent(welch(|welch| welch.interval.low)),
        high_percent: percent(welch(|welch| welch.interval.high)),
        permutation: over(&all, |one| one.permutation.unwrap_or(f64::NAN)),
        mann_whitney: over(&all, |one| one.mann_whitney.p),
        baseline_stdev: over(&all, |one| one.first.stdev.unwrap_or(f64::NAN)),
        difference_percent: 100.0 * all[0].difference / all[0].first.mean,
    })
}

fn over(all: &[Unpaired], pick: impl Fn(&Unpaired) -> f64) -> Range {
    let values: Vec<f64> = all.iter().map(pick).collect();
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Range { low, high }
}

#[cfg(test)]
mod tests {
    use super::super::power::runs_per_arm_needed;
    use super::super::verdict::Verdict;
    use super::*;

    #[test]
    fn every_reconstruction_fits_the_printed_table() {
        for x in OPEN {
            let runs = baseline_chunks(x);
            assert_eq!(runs.iter().sum::<u32>(), 1303);
            assert_eq!((runs.iter().min(), runs.iter().max()), (Some(&307), Some(&341)));
        }
        assert_eq!(PATCHED_CHUNKS.iter().sum::<u32>(), 892);
    }

    #[test]
    fn whatever_the_open_number_the_table_shows_no_difference() {
        let ranges = ranges().unwrap();
        let near = |range: Range, low: f64, high: f64, digits: f64| {
            assert!((range.low - low).abs() <= digits && (range.high - high).abs() <= digits, "{range:?}");
        };
        near(ranges.t, -1.38, -1.33, 0.005);
        near(ranges.df, 2.5, 2.9, 0.05);
        near(ranges.permutation, 6.0 / 35.0, 7.0 / 35.0, 1e-12);
        assert!(ranges.low_percent.high < 0.0 && ranges.high_percent.low > 0.0);
        assert!((ranges.difference_percent + 8.7).abs() < 0.05);
    }

    #[test]
    fn the_verdict_is_a_refusal_with_its_reason() {
        for x in OPEN {
            let Verdict::CannotTell { why } = comparison(x).unwrap().verdict else { panic!() };
            assert_eq!(why, "n = 4 against 3: the smallest p an exact rank test can give is 0.057");
        }
    }

    #[test]
    fn runs_that_would_have_been_needed() {
        // At the printed difference (28.4 chunks), for spreads of 25 and 33 chunks. The normal approximation, which
        // forgets that the spread is estimated too, says 13 and 22.
        let difference = 892.0 / 3.0 - 1303.0 / 4.0;
        let needed = [25.0, 33.0].map(|stdev| runs_per_arm_needed(stdev, difference).unwrap().unwrap());
        assert_eq!(needed, [14, 23]);
    }
}
