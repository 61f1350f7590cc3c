// SPDX-License-Identifier: GPL-2.0-only
//! Cost beside benefit: the work per MiB gained, and which policies no other one beats on both.

use serde::Serialize;

use super::dist::student_critical;
use super::paired::{T_FROM, mean_difference};
use super::summary::{Interval, moments, sum};
use super::verdict::{ALPHA, Refusal, require};

/// What one unit of benefit costs in one kind of work (pages migrated, pages scanned, stalls, flips, splits).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Price {
    /// Mean extra work per run, policy minus baseline.
    pub work: f64,
    /// Mean extra benefit per run (MiB), policy minus baseline.
    pub gain: f64,
    /// The price, or why there is none.
    pub per_gain: PerGain,
}

/// A ratio of mean paired differences.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum PerGain {
    /// Extra work per unit of benefit gained; negative where the policy gains with less work.
    Ratio {
        /// Mean extra work over mean gain.
        ratio: f64,
        /// Its 95 % interval (Fieller); none below [`T_FROM`] pairs.
        interval: Option<Interval>,
    },
    /// No price: the gain is not shown to be above zero, and dividing by it would invent a number.
    NoGain {
        /// The reason, as a clause.
        why: String,
    },
}

/// The price of the gain, from paired differences `work[seed]` and `gain[seed]` of the same n >= 1 seeds.
///
/// The ratio is that of the means, not the mean of ratios: single seeds may gain nothing, and their ratios would be
/// infinite. `work` is in any unit, `gain` usually in MiB.
///
/// # Errors
/// No seed, lengths that differ, or a value that is not finite.
pub fn price(work: &[f64], gain: &[f64]) -> Result<Price, Refusal> {
    require(work, 1, "a price")?;
    if work.len() != gain.len() {
        return Err(Refusal::Unpaired { first: work.len(), second: gain.len() });
    }
    let (gained, interval, p, _) = mean_difference(gain)?;
    let (worked, _) = moments(work);
    let per_gain = if gained < 0.0 && p <= ALPHA {
        PerGain::NoGain { why: "the policy loses instead of gaining".to_string() }
    } else if gained <= 0.0 || p > ALPHA {
        let why = match interval {
            Some(_) => "the 95 % interval of the gain includes zero".to_string(),
            None => format!("n = {} cannot show a gain", gain.len()),
        };
        PerGain::NoGain { why }
    } else {
        PerGain::Ratio { ratio: worked / gained, interval: fieller(work, gain, worked, gained) }
    };
    Ok(Price { work: worked, gain: gained, per_gain })
}

/// Where a policy stands among (benefit, cost) points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Standing {
    /// No other point has at least the benefit at no more cost, with one of the two better.
    Front,
    /// The point at this index is at least as good on both and better on one; it is itself on the front.
    Beaten {
        /// Index of the point that beats it: of those on the front, the one of highest benefit, then lowest index.
        by: usize,
    },
}

/// The Pareto front of `points` = (benefit, cost): benefit is better up, cost better down. Equal points share it.
///
/// # Errors
/// A value that is not finite.
pub fn pareto(points: &[(f64, f64)]) -> Result<Vec<Standing>, Refusal> {
    let (benefits, costs): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    require(&benefits, 0, "a front")?;
    require(&costs, 0, "a front")?;
    let beats = |a: (f64, f64), b: (f64, f64)| a.0 >= b.0 && a.1 <= b.1 && a != b;
    let front: Vec<bool> = points.iter().map(|&one| !points.iter().any(|&other| beats(other, one))).collect();
    Ok(points
        .iter()
        .map(|&one| {
            let better = (0..points.len()).filter(|&other| front[other] && beats(points[other], one));
            // `max_by` returns the last of equals, so the search runs backwards to prefer the lowest index.
            match better.rev().max_by(|&a, &b| points[a].0.total_cmp(&points[b].0)) {
                Some(by) => Standing::Beaten { by },
                None => Standing::Front,
            }
        })
        .collect())
}

/// Fieller's interval (Fieller 1954) of the ratio of two correlated means; bounded as the gain's t exceeds its
/// critical value whenever a price is given.
fn fieller(work: &[f64], gain: &[f64], worked: f64, gained: f64) -> Option<Interval> {
    let n = work.len() as f64;
    if work.len() < T_FROM {
        return None;
    }
    let per_mean = 1.0 / (n * (n - 1.0));
    let variance_work = per_mean * sum(work.iter().map(|value| (value - worked).powi(2)));
    let variance_gain = per_mean * sum(gain.iter().map(|value| (value - gained).powi(2)));
    let shared = per_mean * sum(work.iter().zip(gain).map(|(w, g)| (w - worked) * (g - gained)));
    let square = student_critical(ALPHA, n - 1.0).powi(2);
    // The ends solve (worked - r * gained)^2 = t^2 * variance(work - r * gain), a quadratic in r.
    let a = gained * gained - square * variance_gain;
    let b = worked * gained - square * shared;
    let c = worked * worked - square * variance_work;
    if a <= 0.0 {
        return None;
    }
    let root = (b * b - a * c).max(0.0).sqrt();
    Some(Interval { low: (b - root) / a, high: (b + root) / a, coverage: 1.0 - ALPHA })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_price_has_an_interval_of_no_width() {
        let gain: Vec<f64> = (0..32).map(|i| 10.0 + f64::from(i % 5)).collect();
        let work: Vec<f64> = gain.iter().map(|gain| 128.0 * gain).collect();
        let PerGain::Ratio { ratio, interval } = price(&work, &gain).unwrap().per_gain else { panic!() };
        assert!((ratio - 128.0).abs() < 1e-9 && interval.unwrap().width() < 1e-4);
    }

    #[test]
    fn no_gain_no_price() {
        let work = [5.0; 8];
        let losing = price(&work, &[-1.0, -2.0, -3.0, -4.0, -5.0, -6.0, -7.0, -8.0]).unwrap();
        assert!(matches!(losing.per_gain, PerGain::NoGain { why } if why.contains("loses")));
        let unclear = price(&work, &[1.0, -2.0, 3.0, -4.0, 5.0, -6.0, 7.0, -3.0]).unwrap();
        assert!(matches!(unclear.per_gain, PerGain::NoGain { why } if why.contains("includes zero")));
        let few = price(&[5.0; 3], &[1.0, 2.0, 3.0]).unwrap();
        assert!(matches!(few.per_gain, PerGain::NoGain { why } if why == "n = 3 cannot show a gain"));
        let shown = price(&work, &[2.0; 8]).unwrap().per_gain;
        assert_eq!(shown, PerGain::Ratio { ratio: 2.5, interval: None });
    }

    #[test]
    fn the_front_of_four_policies() {
        let points = [(600.0, 0.0), (590.0, 50.0), (800.0, 900.0), (800.0, 900.0), (700.0, 900.0)];
        let standings = pareto(&points).unwrap();
        assert_eq!(standings[0], Standing::Front);
        assert_eq!(standings[1], Standing::Beaten { by: 0 });
        assert_eq!((standings[2], standings[3]), (Standing::Front, Standing::Front));
        assert_eq!(standings[4], Standing::Beaten { by: 2 });
        assert!(pareto(&[(f64::NAN, 1.0)]).is_err() && pareto(&[]).unwrap().is_empty());
    }
}
