// SPDX-License-Identifier: GPL-2.0-only
//! "Run until the interval is below X %": when to stop, and the sentence that an export owes its reader for it.

use serde::Serialize;

use super::paired::{T_FROM, mean_difference};
use super::summary::moments;
use super::verdict::{Refusal, require};

/// When to stop adding seeds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StopRule {
    /// Stop once the 95 % interval is narrower than this, from end to end, in per cent of the baseline mean.
    pub target_percent: f64,
    /// Stop at this number of seeds whatever the interval.
    pub hard_stop: usize,
}

impl StopRule {
    /// The default: 2 % of the baseline mean, at most 1,024 seeds.
    pub const DEFAULT: StopRule = StopRule { target_percent: 2.0, hard_stop: 1_024 };
}

/// What to do after `n` seeds. Widths are of the 95 % interval, in per cent of the baseline mean.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub enum Stop {
    /// Run more seeds.
    GoOn {
        /// Seeds so far.
        n: usize,
        /// Width so far; none below the first look, or where there is no interval yet.
        width_percent: Option<f64>,
        /// The total number of seeds that the spread so far asks for, at most the hard stop.
        likely: usize,
    },
    /// The interval is narrow enough.
    Narrow {
        /// Seeds run.
        n: usize,
        /// Width reached.
        width_percent: f64,
    },
    /// The hard stop came first.
    Limit {
        /// Seeds run.
        n: usize,
        /// Width reached; none where there is no interval.
        width_percent: Option<f64>,
    },
}

impl Stop {
    /// Whether no more seeds are wanted.
    pub fn is_final(&self) -> bool {
        !matches!(self, Stop::GoOn { .. })
    }

    /// The ASCII sentences for an export. They name the rule, because a number of runs that the data chose is part
    /// of the experiment: looking at the width (not at the verdict) costs little coverage, but it costs some.
    pub fn sentence(&self, rule: &StopRule) -> String {
        let (target, most) = (rule.target_percent, rule.hard_stop);
        let known = |width: &Option<f64>| width.map_or("not yet known".to_string(), |width| format!("{width:.1} %"));
        match self {
            Stop::GoOn { n, width_percent, likely } => format!(
                "Not finished: after {n} seeds the 95 % interval is {} wide, target {target} %; about {likely} seeds \
                 in all are likely to be needed.",
                known(width_percent)
            ),
            Stop::Narrow { n, width_percent } => format!(
                "Optional stopping: seeds were added until the 95 % interval was narrower than {target} % of the \
                 baseline mean (first look at n = {T_FROM}, at most {most}); reached {width_percent:.1} % at n = {n}. \
                 The rule looks at the width, not at the verdict; its true coverage is slightly below 95 %."
            ),
            Stop::Limit { n, width_percent } => format!(
                "Stopped at the limit of {n} seeds: the 95 % interval is {} wide and did not get below {target} % of \
                 the baseline mean.",
                known(width_percent)
            ),
        }
    }
}

/// Whether the paired `differences` so far suffice, for a baseline of mean `base` > 0 in the same unit.
///
/// The first look is at [`T_FROM`] seeds: before, a spread that happens to be small would stop too early. The
/// caller may look after every seed or every batch; looking later is never worse.
///
/// # Errors
/// A difference that is not finite, or a base, a target or a limit that is not positive.
pub fn enough(differences: &[f64], base: f64, rule: &StopRule) -> Result<Stop, Refusal> {
    require(differences, 0, "a stopping rule")?;
    let positive = |value: f64| value.is_finite() && value > 0.0;
    if !positive(base) || !positive(rule.target_percent) || rule.hard_stop == 0 {
        return Err(Refusal::Parameter("a stopping rule needs a positive baseline mean, target and limit"));
    }
    let n = differences.len();
    let width_percent = match n {
        0 => None,
        _ => mean_difference(differences)?.1.map(|interval| 100.0 * interval.width() / base),
    };
    if n >= T_FROM
        && let Some(width_percent) = width_percent.filter(|&width| width < rule.target_percent)
    {
        return Ok(Stop::Narrow { n, width_percent });
    }
    if n >= rule.hard_stop {
        return Ok(Stop::Limit { n, width_percent });
    }
    Ok(Stop::GoOn { n, width_percent, likely: likely(differences, base, rule) })
}

/// The n at which the interval would be narrow enough if the spread stayed: width = 2 * 1.96 * stdev / sqrt(n).
fn likely(differences: &[f64], base: f64, rule: &StopRule) -> usize {
    let spread = if differences.len() > 1 { moments(differences).1.unwrap_or(0.0) } else { 0.0 };
    let wanted = (2.0 * 1.96 * spread / (rule.target_percent / 100.0 * base)).powi(2).ceil();
    let least = (differences.len() + 1).max(T_FROM);
    // A float beyond the limit saturates in the cast, so no overflow can wrap it into a small number.
    (wanted as usize).max(least).min(rule.hard_stop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alternating(n: usize, size: f64) -> Vec<f64> {
        (0..n).map(|i| if i % 2 == 0 { size } else { -size }).collect()
    }

    #[test]
    fn narrow_only_from_the_first_look_on() {
        let rule = StopRule::DEFAULT;
        assert!(!enough(&alternating(T_FROM - 1, 0.01), 100.0, &rule).unwrap().is_final());
        assert!(matches!(enough(&alternating(T_FROM, 0.01), 100.0, &rule), Ok(Stop::Narrow { n: 20, .. })));
        assert!(matches!(enough(&[], 100.0, &rule), Ok(Stop::GoOn { n: 0, width_percent: None, likely: 20 })));
    }

    #[test]
    fn the_guess_is_about_right() {
        let rule = StopRule::DEFAULT;
        let Stop::GoOn { likely, .. } = enough(&alternating(30, 5.0), 100.0, &rule).unwrap() else { panic!() };
        assert!((95..=110).contains(&likely), "{likely}");
        assert!(enough(&alternating(likely + 4, 5.0), 100.0, &rule).unwrap().is_final());
        assert!(!enough(&alternating(likely - 12, 5.0), 100.0, &rule).unwrap().is_final());
    }

    #[test]
    fn the_limit_is_kept_and_said() {
        let rule = StopRule { target_percent: 0.001, hard_stop: 64 };
        let stop = enough(&alternating(64, 5.0), 100.0, &rule).unwrap();
        assert!(matches!(stop, Stop::Limit { n: 64, .. }));
        assert!(stop.sentence(&rule).starts_with("Stopped at the limit of 64 seeds: the 95 % interval is 2.5 % wide"));
        let tiny = StopRule { target_percent: 1.0, hard_stop: 1 };
        assert!(enough(&[1.0], 100.0, &tiny).unwrap().sentence(&tiny).contains("not yet known"));
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(enough(&[1.0], 0.0, &StopRule::DEFAULT).is_err());
        assert!(enough(&[1.0], 1.0, &StopRule { target_percent: f64::NAN, hard_stop: 9 }).is_err());
        assert!(enough(&[f64::INFINITY], 1.0, &StopRule::DEFAULT).is_err());
    }
}
