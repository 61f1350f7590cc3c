// SPDX-License-Identifier: GPL-2.0-only
//! Distribution functions: thin names over `statrs`, plus the noncentral t that it lacks. Other functions come
//! from `libm`: the same digits on every machine, and an error function with a fourth of the coefficients.

use std::f64::consts::SQRT_2;

use libm::{erfc, exp, log};
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};
use statrs::function::beta::{beta_reg, ln_beta};

/// P(|T| >= |t|) of Student's t with `df` > 0 degrees of freedom (may be fractional, as in Welch's test).
pub fn student_two_sided(t: f64, df: f64) -> f64 {
    let square = t * t;
    if square < 1.0 {
        // Near t = 0 the usual argument df / (df + t^2) rounds to 1 and half of the digits are lost; far from it this
        // complement would lose the digits of a small p instead.
        1.0 - beta_reg(0.5, df / 2.0, square / (df + square))
    } else {
        beta_reg(df / 2.0, 0.5, df / (df + square))
    }
}

/// The t that |T| exceeds with probability `alpha` (two-sided critical value) for `df` > 0.
pub fn student_critical(alpha: f64, df: f64) -> f64 {
    let law = StudentsT::new(0.0, 1.0, df).expect("degrees of freedom are positive");
    law.inverse_cdf(1.0 - alpha / 2.0)
}

/// P(Z >= z) of the standard normal, accurate in the far tail.
pub fn normal_above(z: f64) -> f64 {
    erfc(z / SQRT_2) / 2.0
}

/// P(Z <= z) of the standard normal.
pub fn normal_below(z: f64) -> f64 {
    erfc(-z / SQRT_2) / 2.0
}

/// The z that Z stays below with probability `share` in (0, 1).
pub fn normal_quantile(share: f64) -> f64 {
    Normal::standard().inverse_cdf(share)
}

/// P(T <= t) of the noncentral t with `df` > 0 and noncentrality `delta` (|delta| <= 37).
///
/// Lenth 1989, "Algorithm AS 243: Cumulative distribution function of the non-central t distribution": a Poisson
/// mixture of incomplete beta functions, summed until the remaining weight cannot change the result. From one to the
/// next they differ by a term that has a recurrence of its own: I(a + 1, b) = I(a, b) - x^a (1 - x)^b / (a B(a, b)).
pub fn noncentral_t_below(t: f64, df: f64, delta: f64) -> f64 {
    if t < 0.0 {
        return 1.0 - noncentral_t_below(-t, df, -delta);
    }
    if t == 0.0 {
        return normal_below(-delta);
    }
    let (x, b) = (t * t / (t * t + df), df / 2.0);
    let first = |a: f64| (beta_reg(a, b, x), exp(a * log(x) + b * log(1.0 - x) - ln_beta(a, b)) / a);
    let (mut below_even, mut step_even) = first(0.5);
    let (mut below_odd, mut step_odd) = first(1.0);
    let half = delta * delta / 2.0;
    let mut even = 0.5 * exp(-half);
    let mut odd = even * delta * (2.0 / std::f64::consts::PI).sqrt();
    // The Poisson weights peak at `half`; ten standard deviations beyond it they are below 1e-20.
    let last = (half + 10.0 * half.sqrt() + 40.0) as u32;
    let mut total = 0.0;
    for j in 0..=last {
        let j = f64::from(j);
        total += even * below_even + odd * below_odd;
        below_even = (below_even - step_even).max(0.0);
        below_odd = (below_odd - step_odd).max(0.0);
        step_even *= x * (j + 0.5 + b) / (j + 1.5);
        step_odd *= x * (j + 1.0 + b) / (j + 2.0);
        even *= half / (j + 1.0);
        odd *= half / (j + 1.5);
    }
    (total + normal_below(-delta)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn critical_values_of_the_printed_tables() {
        // Any textbook's table of t: 12.706, 2.776, 2.093 at 5 % for df 1, 4 and 19.
        for (df, printed) in [(1.0, 12.706), (4.0, 2.776), (19.0, 2.093)] {
            assert!((student_critical(0.05, df) - printed).abs() < 5e-4);
        }
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-12);
    }

    #[test]
    fn quantile_and_tail_are_inverse() {
        for df in [1.0, 2.7, 19.0, 63.0, 999.0] {
            let t = student_critical(0.05, df);
            assert!((student_two_sided(t, df) - 0.05).abs() < 1e-12, "df {df}");
        }
    }

    #[test]
    fn the_central_case_is_students() {
        for t in [-3.0, -0.5, 0.0, 1.0, 4.0] {
            let below = noncentral_t_below(t, 7.0, 0.0);
            let tail = student_two_sided(t, 7.0) / 2.0;
            assert!((below - if t < 0.0 { tail } else { 1.0 - tail }).abs() < 1e-13);
        }
    }

    #[test]
    fn the_recurrence_is_the_sum_of_beta_functions() {
        for (t, df, delta) in [(2.13, 15.0, 3.0), (0.7, 2.5, -1.5), (12.7, 1.0, 18.5), (2.0, 63.0, 36.0)] {
            let (x, half): (f64, f64) = (t * t / (t * t + df), delta * delta / 2.0);
            let mut even = 0.5 * (-half).exp();
            let mut odd = even * delta * (2.0 / std::f64::consts::PI).sqrt();
            let mut sum = normal_below(-delta);
            for j in 0..2000 {
                let j = f64::from(j);
                sum += even * beta_reg(j + 0.5, df / 2.0, x) + odd * beta_reg(j + 1.0, df / 2.0, x);
                even *= half / (j + 1.0);
                odd *= half / (j + 1.5);
            }
            assert!((noncentral_t_below(t, df, delta) - sum).abs() < 1e-12, "{t} {df} {delta}");
        }
    }
}
