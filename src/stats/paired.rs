// SPDX-License-Identifier: GPL-2.0-only
//! Policies against the first one, seed by seed: the same seed drives every policy, so differences are paired.

use serde::Serialize;

use super::dist::{student_critical, student_two_sided};
use super::permutation::{sign_flip, smallest_sign_flip_p};
use super::power::detectable_paired;
use super::ranks::order;
use super::summary::{Interval, moments};
use super::verdict::{ALPHA, Refusal, SCOPE, Verdict, require};
use super::wilcoxon::{Wilcoxon, Zeros, wilcoxon};

/// The number of pairs from which the mean difference is judged by Student's t instead of by sign flips.
pub const T_FROM: usize = 20;

/// The test behind a p-value and an interval, for the footnote of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Method {
    /// Paired Student t.
    PairedT,
    /// Exact sign-flip permutation test.
    SignFlip,
    /// Unpaired Welch t.
    Welch,
    /// Exact permutation test of the difference of means.
    Permutation,
}

impl Method {
    /// The name to print.
    pub fn name(self) -> &'static str {
        match self {
            Method::PairedT => "paired t test",
            Method::SignFlip => "exact sign-flip test",
            Method::Welch => "Welch t test",
            Method::Permutation => "exact permutation test of means",
        }
    }
}

/// One policy against the baseline over the same seeds; values in the metric's unit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Paired {
    /// Number of pairs (seeds).
    pub n: usize,
    /// Mean of the baseline.
    pub base: f64,
    /// Mean difference, policy minus baseline.
    pub difference: f64,
    /// Standard deviation of the differences; none for one pair.
    pub stdev: Option<f64>,
    /// 95 % interval of the mean difference, not adjusted for the number of comparisons; none below 6 pairs.
    pub interval: Option<Interval>,
    /// The test behind `p` and `interval`.
    pub method: Method,
    /// Two-sided p-value of this comparison alone.
    pub p: f64,
    /// The p-value after Holm's correction over all comparisons of the call; the verdict uses this one.
    pub p_holm: f64,
    /// Number of comparisons that Holm's correction covers.
    pub comparisons: usize,
    /// Signed-rank test as a second opinion, zeros after Pratt.
    pub wilcoxon: Wilcoxon,
    /// Smallest true difference with a verdict in 80 % of such experiments (paired t, noncentral); none where no
    /// verdict is possible. For one comparison: Holm's correction needs a larger one.
    pub detectable: Option<f64>,
    /// What may be said.
    pub verdict: Verdict,
}

impl Paired {
    /// The mean difference in per cent of the baseline mean; none for a baseline of zero.
    pub fn percent(&self) -> Option<f64> {
        (self.base > 0.0).then(|| 100.0 * self.difference / self.base)
    }

    /// The detectable change in per cent of the baseline mean.
    pub fn detectable_percent(&self) -> Option<f64> {
        self.detectable.filter(|_| self.base > 0.0).map(|change| 100.0 * change / self.base)
    }

    /// What this many seeds could have shown, as an ASCII sentence: the answer to "ns, but would you have seen it?".
    pub fn detectable_sentence(&self) -> String {
        match (self.detectable_percent(), self.detectable) {
            (Some(percent), _) => {
                format!("n = {}: smallest detectable change {percent:.1} % (power 80 %, level 5 %).", self.n)
            }
            (None, Some(_)) => format!("n = {}: the baseline is 0, so a change has no percentage.", self.n),
            (None, None) => format!("n = {}: no change is detectable.", self.n),
        }
    }

    /// The footnote of a table: the test, the correction and what the interval is over.
    pub fn footnote(&self) -> String {
        let holm = match self.comparisons {
            0 | 1 => String::new(),
            several => format!(", verdicts after Holm's correction for {several} comparisons"),
        };
        format!("95 % interval and verdict by {}, n = {}{holm}; {SCOPE}.", self.method.name(), self.n)
    }
}

/// Compares each sample after the first with the first. `samples[policy][seed]`, all of the same length n >= 1;
/// result `[policy - 1]`.
///
/// # Errors
/// No sample, lengths that differ, no seed, or a value that is not finite.
pub fn compare(samples: &[&[f64]]) -> Result<Vec<Paired>, Refusal> {
    let Some((baseline, policies)) = samples.split_first() else {
        return Err(Refusal::TooFew { what: "a comparison", have: 0, need: 1 });
    };
    require(baseline, 1, "a comparison")?;
    let mut results = Vec::with_capacity(policies.len());
    for policy in policies {
        results.push(compare_alone(baseline, policy, policies.len())?);
    }
    let adjusted = holm(&results.iter().map(|result| result.p).collect::<Vec<f64>>());
    for (result, p_holm) in results.iter_mut().zip(adjusted) {
        result.p_holm = p_holm;
        result.verdict = match too_few(result.n, result.comparisons, result.method) {
            Some(why) => Verdict::CannotTell { why },
            None => Verdict::of(p_holm, result.difference),
        };
    }
    Ok(results)
}

/// Holm's step-down adjustment (Holm 1979): the smallest p times m, the next times m - 1, and so on, never falling,
/// at most 1. Keeps the order of the argument. With one p-value nothing changes.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let order = order(p_values);
    let (mut adjusted, mut largest) = (vec![0.0; p_values.len()], 0.0_f64);
    for (step, &at) in order.iter().enumerate() {
        largest = largest.max(p_values[at] * (p_values.len() - step) as f64).min(1.0);
        adjusted[at] = largest;
    }
    adjusted
}

/// The mean of `differences`, its 95 % interval, the p-value against 0, and the test: t from [`T_FROM`], sign flips
/// below.
///
/// # Errors
/// No difference, or one that is not finite.
pub fn mean_difference(differences: &[f64]) -> Result<(f64, Option<Interval>, f64, Method), Refusal> {
    require(differences, 1, "a mean difference")?;
    let n = differences.len();
    let (mean, stdev) = moments(differences);
    if n < T_FROM {
        let exact = sign_flip(differences)?;
        return Ok((mean, exact.interval, exact.p, Method::SignFlip));
    }
    let error = stdev.unwrap_or(0.0) / (n as f64).sqrt();
    if error == 0.0 {
        // One same difference in every pair: t is 0/0 or infinite, but the sign-flip test is defined, and its p is
        // 1 for a difference of 0 and else the smallest there is.
        let p = if mean == 0.0 { 1.0 } else { smallest_sign_flip_p(n) };
        return Ok((mean, Some(Interval { low: mean, high: mean, coverage: 1.0 - ALPHA }), p, Method::SignFlip));
    }
    let df = (n - 1) as f64;
    let reach = student_critical(ALPHA, df) * error;
    let interval = Interval { low: mean - reach, high: mean + reach, coverage: 1.0 - ALPHA };
    Ok((mean, Some(interval), student_two_sided(mean / error, df), Method::PairedT))
}

fn compare_alone(baseline: &[f64], policy: &[f64], comparisons: usize) -> Result<Paired, Refusal> {
    if policy.len() != baseline.len() {
        return Err(Refusal::Unpaired { first: baseline.len(), second: policy.len() });
    }
    require(policy, 1, "a comparison")?;
    let n = baseline.len();
    let differences: Vec<f64> = policy.iter().zip(baseline).map(|(new, old)| new - old).collect();
    let (difference, interval, p, method) = mean_difference(&differences)?;
    let (_, stdev) = moments(&differences);
    let able = too_few(n, comparisons, method).is_none();
    let detectable = stdev.filter(|_| able).map(|stdev| detectable_paired(stdev, n)).transpose()?;
    Ok(Paired {
        n,
        base: moments(baseline).0,
        difference,
        stdev,
        interval,
        method,
        p,
        p_holm: p,
        comparisons,
        wilcoxon: wilcoxon(&differences, Zeros::Pratt)?,
        detectable,
        verdict: Verdict::NoEvidence,
    })
}

/// Why `n` pairs cannot give a verdict. If even the smallest p times the number of comparisons is above 5 %, Holm
/// rejects nothing, whatever the data.
fn too_few(n: usize, comparisons: usize, method: Method) -> Option<String> {
    let smallest = smallest_sign_flip_p(n);
    if method != Method::SignFlip || smallest * comparisons as f64 <= ALPHA {
        return None;
    }
    let pairs = if n == 1 { "1 pair".to_string() } else { format!("{n} pairs") };
    let floor = format!("{pairs}: the smallest p an exact sign-flip test can give is {smallest:.3}");
    Some(match comparisons {
        1 => floor,
        _ => format!("{floor}, and Holm's correction multiplies it by {comparisons}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holm_of_the_textbook() {
        // The worked example of Wikipedia's "Holm-Bonferroni method": p = 0.01, 0.04, 0.03, 0.005.
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (got, want) in adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((got - want).abs() < 1e-15);
        }
        assert_eq!(holm(&[0.04]), [0.04]);
        assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
    }

    #[test]
    fn four_pairs_cannot_tell_and_say_why() {
        let result = &compare(&[&[1.0, 2.0, 3.0, 4.0], &[11.0, 12.0, 13.0, 15.0]]).unwrap()[0];
        let Verdict::CannotTell { why } = &result.verdict else { panic!("{:?}", result.verdict) };
        assert_eq!(why, "4 pairs: the smallest p an exact sign-flip test can give is 0.125");
        assert_eq!((result.interval, result.detectable), (None, None));
    }

    #[test]
    fn the_words_name_the_test_and_its_reach() {
        let base: Vec<f64> = (0..32).map(|seed| f64::from(100 + seed % 7)).collect();
        let other: Vec<f64> = (0..32).map(|seed| f64::from(100 + seed % 5)).collect();
        let results = compare(&[&base, &other, &base]).unwrap();
        assert_eq!(
            results[0].footnote(),
            "95 % interval and verdict by paired t test, n = 32, verdicts after Holm's correction for 2 comparisons; \
             over seeds of this model, the model's own error not included."
        );
        assert!(results[0].detectable_sentence().starts_with("n = 32: smallest detectable change 1."));
        let few = &compare(&[&base[..3], &other[..3]]).unwrap()[0];
        assert_eq!(few.detectable_sentence(), "n = 3: no change is detectable.");
    }

    #[test]
    fn comparisons_raise_the_bar() {
        let (low, high) = ([0.0; 6], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(compare(&[&low, &high]).unwrap()[0].verdict, Verdict::Higher);
        let two = compare(&[&low, &high, &high]).unwrap();
        assert!(matches!(&two[1].verdict, Verdict::CannotTell { why } if why.ends_with("multiplies it by 2")));
    }

    #[test]
    fn constant_differences_are_judged_without_dividing_by_zero() {
        let (base, same, above) = ([5.0; 24], [5.0; 24], [7.0; 24]);
        let results = compare(&[&base, &same, &above]).unwrap();
        assert_eq!((results[0].p, &results[0].verdict), (1.0, &Verdict::NoEvidence));
        assert_eq!((results[1].difference, &results[1].verdict), (2.0, &Verdict::Higher));
        assert_eq!(results[1].interval.unwrap().width(), 0.0);
        assert_eq!(results[1].percent(), Some(40.0));
    }

    #[test]
    fn samples_of_different_lengths_are_not_pairs() {
        assert_eq!(compare(&[&[1.0, 2.0], &[1.0]]), Err(Refusal::Unpaired { first: 2, second: 1 }));
        assert!(compare(&[]).is_err() && compare(&[&[]]).is_err());
        assert_eq!(compare(&[&[1.0]]), Ok(vec![]));
    }
}
