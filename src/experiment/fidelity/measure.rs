// SPDX-License-Identifier: GPL-2.0-only
//! One comparison: the model's figure, the real one, and how far they may be apart.

use serde::{Deserialize, Serialize};

/// Counts below one pageblock are taken as one pageblock, so that 3 against 40 pages is no factor of 13.
pub const FLOOR: f64 = 512.0;

/// A known failure that misses by less than this share of its tolerance is no failure any more.
pub const CLEARED: f64 = 0.8;

/// A misfit that has no size.
const WRONG: f64 = 9.0;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    pub cell: String,
    /// What is compared; the names are the same for all cells.
    pub what: String,
    pub model: String,
    pub real: String,
    /// Model over real.
    pub ratio: Option<f64>,
    pub tolerance: String,
    /// How far apart in units of the tolerance: up to 1 agrees. `None`: shown only.
    pub miss: Option<f64>,
}

impl Measure {
    pub fn passes(&self) -> bool {
        self.miss.is_none_or(|miss| miss <= 1.0)
    }

    /// Whether the model agrees so well that the entry of a known failure must go.
    pub fn is_cleared(&self) -> bool {
        self.miss.is_some_and(|miss| miss < CLEARED)
    }

    /// Two figures that may differ by `percent` of the real one.
    pub fn percent(cell: &str, what: &str, model: f64, real: f64, percent: u32) -> Measure {
        let miss = (model / real - 1.0).abs() * 100.0 / f64::from(percent);
        Measure { tolerance: format!("{percent} %"), miss: Some(miss), ..Measure::shown(cell, what, model, real) }
    }

    /// Two counts that may differ by a factor of `tenths`/10.
    pub fn factor(cell: &str, what: &str, model: f64, real: f64, tenths: u32) -> Measure {
        let factor = f64::from(tenths) / 10.0;
        let miss = (model.max(FLOOR) / real.max(FLOOR)).ln().abs() / factor.ln();
        Measure { tolerance: format!("factor {factor}"), miss: Some(miss), ..Measure::shown(cell, what, model, real) }
    }

    /// Two ratios that may differ by a factor of `tenths`/10.
    pub fn ratio(cell: &str, what: &str, model: f64, real: f64, tenths: u32) -> Measure {
        let factor = f64::from(tenths) / 10.0;
        let miss = (model / real).ln().abs() / factor.ln();
        let text = |value: f64| format!("{value:.2}");
        let (model_text, real_text) = (text(model), text(real));
        Measure {
            model: model_text,
            real: real_text,
            tolerance: format!("factor {factor}"),
            miss: Some(if miss.is_finite() { miss } else { WRONG }),
            ..Measure::shown(cell, what, model, real)
        }
    }

    /// Figures without a bar.
    pub fn shown(cell: &str, what: &str, model: f64, real: f64) -> Measure {
        let ratio = (real > 0.0).then(|| model / real);
        Measure { ratio, ..Measure::texts(cell, what, number(model), number(real)) }
    }

    /// Statements that agree or do not.
    pub fn same(cell: &str, what: &str, model: String, real: String, agree: bool) -> Measure {
        let miss = Some(if agree { 0.0 } else { WRONG });
        Measure { tolerance: "the same".to_owned(), miss, ..Measure::texts(cell, what, model, real) }
    }

    fn texts(cell: &str, what: &str, model: String, real: String) -> Measure {
        let (cell, what) = (cell.to_owned(), what.to_owned());
        Measure { cell, what, model, real, ratio: None, tolerance: "shown".to_owned(), miss: None }
    }
}

/// A whole number with commas.
pub fn number(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The mean of counts; 0 of none.
pub fn mean(counts: impl IntoIterator<Item = u64>) -> f64 {
    let (mut sum, mut n) = (0_u128, 0_u32);
    for count in counts {
        sum += u128::from(count);
        n += 1;
    }
    if n == 0 { 0.0 } else { sum as f64 / f64::from(n) }
}

#[cfg(test)]
mod tests {
    use super::{Measure, mean, number};

    #[test]
    fn misses_are_in_units_of_the_tolerance() {
        let at = |model, real| Measure::percent("c", "w", model, real, 4).miss.unwrap();
        assert!((at(104.0, 100.0) - 1.0).abs() < 1e-9 && (at(98.0, 100.0) - 0.5).abs() < 1e-9);
        let factor = Measure::factor("c", "w", 1500.0, 1000.0, 15);
        assert!((factor.miss.unwrap() - 1.0).abs() < 1e-9);
        assert_eq!(Measure::factor("c", "w", 3.0, 0.0, 15).miss, Some(0.0));
        assert!(!Measure::same("c", "w", String::new(), String::new(), false).passes());
    }

    #[test]
    fn numbers() {
        assert_eq!((number(1_234_567.4), number(999.0), number(0.0)), ("1,234,567".into(), "999".into(), "0".into()));
        assert!((mean([1, 2]) - 1.5).abs() < f64::EPSILON);
    }
}
