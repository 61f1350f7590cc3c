// SPDX-License-Identifier: GPL-2.0-only
//! Values on an axis: bins for a plain-text report, positions for a strip plot.

use serde::Serialize;

use super::grain::Grain;
use super::verdict::{Refusal, require};

/// The characters of filled bins, from fewest to most; an empty bin is '.', which survives collapsing of blanks.
const LEVELS: [char; 6] = ['-', '+', 'o', '*', '#', '@'];

/// An axis of equal bins shared by all samples of a figure, in the metric's unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Axis {
    /// Left end.
    pub low: f64,
    /// Width of a bin; a whole number of grains.
    pub width: f64,
    /// Number of bins, at least 1.
    pub bins: usize,
}

impl Axis {
    /// An axis of `bins` bins that holds every value of `samples`.
    ///
    /// The width is a whole number of grains, and the left end lies half a grain below a multiple of the grain: a
    /// width of 1.5 grains would give every other bin twice the values, and draw peaks where there are none.
    ///
    /// # Errors
    /// No value at all, no bin, or a value that is not finite.
    pub fn around(samples: &[&[f64]], bins: usize, grain: Grain) -> Result<Axis, Refusal> {
        let all = samples.concat();
        require(&all, 1, "an axis")?;
        if bins == 0 {
            return Err(Refusal::Parameter("an axis needs at least one bin"));
        }
        let step = grain.step();
        let first = (all.iter().copied().fold(f64::INFINITY, f64::min) / step).round();
        let last = (all.iter().copied().fold(f64::NEG_INFINITY, f64::max) / step).round();
        let steps = ((last - first + 1.0) / bins as f64).ceil().max(1.0);
        // The free room is shared between both ends, so that a lone value stands in the middle.
        let room = ((steps * bins as f64 - (last - first + 1.0)) / 2.0).floor();
        Ok(Axis { low: (first - room - 0.5) * step, width: steps * step, bins })
    }

    /// Right end.
    pub fn high(&self) -> f64 {
        self.low + self.width * self.bins as f64
    }

    /// The bin of a value; values beyond an end fall into the end's bin.
    pub fn bin(&self, value: f64) -> usize {
        // A negative float saturates to 0 in the cast.
        (((value - self.low) / self.width).floor() as usize).min(self.bins - 1)
    }

    /// Number of values in each bin.
    pub fn counts(&self, values: &[f64]) -> Vec<usize> {
        let mut counts = vec![0; self.bins];
        for &value in values {
            counts[self.bin(value)] += 1;
        }
        counts
    }

    /// Place of a value in 0..=1 along the axis, for a strip plot.
    pub fn place(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high() - self.low)).clamp(0.0, 1.0)
    }

    /// One character for each bin, relative to the fullest bin of this sample: '.' for none, then `- + o * # @`.
    /// Where no bin holds two values each is '@'.
    pub fn ascii(&self, values: &[f64]) -> String {
        let counts = self.counts(values);
        let most = counts.iter().copied().max().unwrap_or(0);
        counts.iter().map(|&count| level(count, most)).collect()
    }
}

/// The legend of [`Axis::ascii`].
pub fn legend() -> String {
    let levels: Vec<String> = LEVELS.iter().map(char::to_string).collect();
    format!("bins: . none, {} from few to most runs", levels.join(" "))
}

fn level(count: usize, most: usize) -> char {
    match count {
        0 => '.',
        // The fullest bin is the last level, and any value at all is at least the first.
        _ => LEVELS[(count * LEVELS.len()).div_ceil(most) - 1],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mails_baseline() {
        let (base, patched) = ([614.0, 630.0, 680.0, 682.0], [526.0, 598.0, 660.0]);
        let axis = Axis::around(&[&base, &patched], 40, Grain::CHUNK_MIB).unwrap();
        assert_eq!((axis.width, axis.bins), (4.0, 40));
        assert_eq!(axis.ascii(&base), "......................@...@...........@@");
        assert_eq!(axis.ascii(&patched), "@.................@..............@......");
    }

    #[test]
    fn levels_are_relative_and_nothing_is_lost() {
        let axis = Axis { low: 0.0, width: 1.0, bins: 4 };
        let values = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1.5, 3.5, 3.5, 3.5];
        assert_eq!(axis.counts(&values), [6, 1, 0, 3]);
        assert_eq!(axis.ascii(&values), "@-.o");
        assert_eq!(axis.ascii(&[]), "....");
        assert_eq!(axis.counts(&[-9.0, 99.0]), [1, 0, 0, 1]);
        assert!(legend().is_ascii());
    }

    #[test]
    fn equal_values_stand_in_the_middle() {
        let axis = Axis::around(&[&[100.0; 5]], 5, Grain::ONE).unwrap();
        assert_eq!((axis.width, axis.ascii(&[100.0; 5])), (1.0, "..@..".to_string()));
        assert!((axis.place(100.0) - 0.5).abs() < 1e-12);
        assert!(Axis::around(&[&[]], 5, Grain::ONE).is_err() && Axis::around(&[&[1.0]], 0, Grain::ONE).is_err());
    }

    #[test]
    fn a_uniform_grid_fills_bins_evenly() {
        let values: Vec<f64> = (0..120).map(|i| 2.0 * f64::from(i)).collect();
        let axis = Axis::around(&[&values], 40, Grain::CHUNK_MIB).unwrap();
        assert!(axis.counts(&values).iter().all(|&count| count == 3));
    }
}
