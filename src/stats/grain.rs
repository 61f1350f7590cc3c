// SPDX-License-Identifier: GPL-2.0-only
//! The grain of a metric, and printing no more digits than it supports.
//!
//! secretmem is counted in 2 MiB chunks, so a single run is known to 2 MiB and a mean of n runs moves in steps of
//! 2/n MiB. Digits finer than such a step are made by the division and measured by nobody.

use serde::Serialize;

/// The step in which a metric can change, in the metric's unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Grain {
    step: f64,
}

impl Grain {
    /// The 2 MiB chunk of the mail's workload, for values in MiB.
    pub const CHUNK_MIB: Grain = Grain { step: 2.0 };

    /// Whole counts: pages, stalls, flips.
    pub const ONE: Grain = Grain { step: 1.0 };

    /// A grain of `step` units; none unless it is finite and positive.
    pub fn new(step: f64) -> Option<Grain> {
        (step.is_finite() && step > 0.0).then_some(Grain { step })
    }

    /// The step in the metric's unit.
    pub fn step(self) -> f64 {
        self.step
    }

    /// Decimals for a single run: as many as the step itself has, at most 6.
    pub fn decimals(self) -> usize {
        digits(self.step)
    }

    /// Decimals for a mean, a spread or an interval's end over `n` runs: those of the step `step / n`, but never
    /// more than one beyond a single run's, the usual rule for means.
    pub fn decimals_of_mean(self, n: usize) -> usize {
        digits(self.step / n.max(1) as f64).min(self.decimals() + 1)
    }

    /// Decimals for a mean difference in per cent of `base`, at most one.
    pub fn decimals_of_percent(self, n: usize, base: f64) -> usize {
        // A base of zero has no percentage; zero decimals is then the harmless answer.
        if base > 0.0 { digits(100.0 * self.step / n.max(1) as f64 / base).min(1) } else { 0 }
    }

    /// A single run's value.
    pub fn value(self, value: f64) -> String {
        fixed(value, self.decimals())
    }

    /// A mean (or spread, or interval's end) over `n` runs.
    pub fn mean(self, value: f64, n: usize) -> String {
        fixed(value, self.decimals_of_mean(n))
    }

    /// A signed percentage of `base` for a mean difference over `n` runs, without the per cent sign.
    pub fn percent(self, value: f64, n: usize, base: f64) -> String {
        let text = fixed(value, self.decimals_of_percent(n, base));
        if text.starts_with('-') { text } else { format!("+{text}") }
    }

    /// The grain in words for a footnote, such as "counted in steps of 2 MiB".
    pub fn sentence(self, unit: &str) -> String {
        format!("counted in steps of {} {unit}", fixed(self.step, self.decimals()))
    }
}

/// The decimals whose last digit is the coarsest not above `step`: 2 -> 0, 0.5 -> 1, 0.25 -> 1, 0.03 -> 2.
fn digits(step: f64) -> usize {
    let mut unit = 1.0;
    for decimals in 0..6 {
        if unit <= step * (1.0 + 1e-9) {
            return decimals;
        }
        unit /= 10.0;
    }
    6
}

/// Fixed decimals, without a minus before a zero: "-0.0" would name a direction that the digits do not show.
fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| c == '0' || c == '.') => rest.to_string(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_of_the_mail() {
        let grain = Grain::CHUNK_MIB;
        assert_eq!(grain.value(614.0), "614");
        assert_eq!(grain.mean(651.5, 4), "651.5");
        assert_eq!(grain.mean(594.666_67, 3), "594.7");
        assert_eq!(grain.mean(594.123_456, 64), "594.1");
        assert_eq!(grain.percent(-8.723, 3, 651.5), "-8.7");
        assert_eq!(grain.percent(13.3, 3, 10.0), "+13");
        assert_eq!(grain.sentence("MiB"), "counted in steps of 2 MiB");
    }

    #[test]
    fn means_of_one_run_have_no_more_digits_than_the_run() {
        assert_eq!(Grain::ONE.mean(3.5, 1), "4");
        assert_eq!(Grain::new(0.25).unwrap().value(1.25), "1.2");
        assert_eq!(Grain::new(1e-9).unwrap().decimals(), 6);
        assert!(Grain::new(0.0).is_none() && Grain::new(f64::NAN).is_none());
    }

    #[test]
    fn zero_has_no_direction() {
        assert_eq!(Grain::CHUNK_MIB.mean(-0.01, 4), "0.0");
        assert_eq!(Grain::CHUNK_MIB.percent(-0.01, 4, 650.0), "+0.0");
    }
}
