// SPDX-License-Identifier: GPL-2.0-only
//! A linear axis with round ticks; places are percent of its length, so that a picture may have any width while its
//! text keeps its size.

/// Share of the axis left free at either end, for markers.
const MARGIN: f64 = 0.03;

#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    low: f64,
    high: f64,
    pub ticks: Vec<f64>,
}

impl Scale {
    /// An axis over all finite values with about `wanted` ticks, one if they are all the same. `None` if there is none.
    pub fn over(values: impl Iterator<Item = f64>, wanted: usize) -> Option<Scale> {
        let (low, high) = values
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |ends, v| (f64::min(ends.0, v), f64::max(ends.1, v)));
        if low > high {
            return None;
        }
        if low == high {
            return Some(Scale { low: low - 1.0, high: high + 1.0, ticks: vec![low] });
        }
        let width = high - low;
        let (low, high) = (low - width * MARGIN, high + width * MARGIN);
        let step = step((high - low) / wanted.max(1) as f64);
        let first = (low / step).ceil() as i64;
        let last = (high / step).floor() as i64;
        let ticks = (first..=last).map(|i| i as f64 * step).collect();
        Some(Scale { low, high, ticks })
    }

    /// Where a value lies, percent.
    pub fn percent(&self, value: f64) -> f64 {
        100.0 * (value - self.low) / (self.high - self.low)
    }

    /// What lies at a place, percent.
    pub fn value(&self, percent: f64) -> f64 {
        self.low + percent * (self.high - self.low) / 100.0
    }

    /// A tick's label: no more decimals than the step has.
    pub fn label(&self, tick: f64) -> String {
        let alone = if tick.fract() == 0.0 { 1.0 } else { 0.01 };
        let step = self.ticks.windows(2).next().map_or(alone, |pair| pair[1] - pair[0]);
        match tick.abs() {
            large if large >= 10_000.0 && step >= 100.0 => {
                let decimals = usize::from(step < 1000.0);
                format!("{:.decimals$}k", tick / 1000.0)
            }
            _ if step >= 1.0 => format!("{tick:.0}"),
            _ => {
                // A step of 0.005 as a float may lie a little below it.
                let decimals = (0.0 - libm::log10(step * 1.000_001).floor()) as usize;
                format!("{tick:.decimals$}")
            }
        }
    }
}

/// The next step of 1, 2, 5 times a power of ten.
fn step(least: f64) -> f64 {
    let power = libm::pow(10.0, libm::log10(least).floor());
    [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|step| *step >= least).unwrap_or(power * 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let scale = Scale::over([94.0, 728.0].into_iter(), 6).unwrap();
        assert_eq!(scale.ticks, [200.0, 400.0, 600.0]);
        assert!(scale.percent(94.0) > 0.0 && scale.percent(728.0) < 100.0);
        assert!((scale.percent(scale.value(-8.0)) + 8.0).abs() < 1e-9);
        assert_eq!(Scale::over(std::iter::empty(), 6), None);
        let point = Scale::over([5.0].into_iter(), 4).unwrap();
        assert_eq!((point.percent(5.0), point.ticks.clone(), point.label(5.0)), (50.0, vec![5.0], "5".to_owned()));
        let fine = Scale::over([0.0, 0.03].into_iter(), 6).unwrap();
        let labels: Vec<_> = fine.ticks.iter().map(|tick| fine.label(*tick)).collect();
        assert_eq!(labels, ["0.000", "0.010", "0.020", "0.030"].map(|label| &label[..4]));
        assert_eq!(Scale::over([20_000.0, 45_000.0].into_iter(), 5).unwrap().label(20_000.0), "20k");
    }
}
