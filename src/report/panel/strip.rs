// SPDX-License-Identifier: GPL-2.0-only
//! The strip plot: paired differences first, then one band for each policy with every seed, the mean and its interval.

use std::fmt::Write;

use super::html::escape;
use super::marks;
use super::scale::Scale;
use super::sight::{Comparison, Row, Sight};
use crate::experiment::MODEL_VERSION;

const BAND: f64 = 46.0;
const AXIS: f64 = 34.0;
const WIDTH: f64 = 720.0;
/// Around a picture that stands alone.
const MARGIN: f64 = 24.0;
const HEAD: f64 = 42.0;
const FOOT: f64 = 34.0;
/// Characters of a link that fit under it.
const FOOT_MAX: usize = 90;

/// The picture as SVG. One that stands alone brings its own colours and width.
pub fn svg(sight: &Sight, is_alone: bool) -> String {
    let differences = sight.comparisons.iter();
    let of_difference = |one: &Comparison| {
        let ends = one.interval.map_or([one.difference; 2], |(low, high)| [low, high]);
        one.differences.iter().copied().chain(ends).collect::<Vec<f64>>()
    };
    let below = Scale::over(differences.clone().flat_map(of_difference).chain([0.0]), 6);
    let values = Scale::over(sight.rows.iter().flat_map(|row| row.values.iter().copied()), 6);
    let mut body = String::new();
    let mut y = 0.0;
    if let Some(scale) = below.filter(|_| !sight.comparisons.is_empty()) {
        let bottom = y + BAND * sight.comparisons.len() as f64;
        axis(&mut body, &scale, y, bottom, &format!("difference, {}", sight.unit));
        let zero = scale.percent(0.0);
        _ = write!(body, "<line class=\"zero\" x1=\"{zero:.2}%\" x2=\"{zero:.2}%\" y1=\"{y}\" y2=\"{bottom}\"/>");
        for (i, one) in differences.enumerate() {
            let mark = Mark { policy: i + 1, y, seeds: &sight.seeds };
            let text = format!("{} minus {}: {:+.1} {}", one.label, one.base, one.difference, sight.unit);
            mark.band(&mut body, &scale, &text, &one.differences, one.difference, one.interval);
            y += BAND;
        }
        y += AXIS + 8.0;
    }
    if let Some(scale) = values {
        let bottom = y + BAND * sight.rows.len() as f64;
        axis(&mut body, &scale, y, bottom, &sight.unit);
        for (i, row) in sight.rows.iter().enumerate() {
            let mark = Mark { policy: i, y, seeds: &sight.seeds };
            let text = format!("{}: mean {} {}", row.label, row.sample[1], sight.unit);
            mark.band(&mut body, &scale, &text, &row.values, row.mean, row.interval);
            y += BAND;
        }
        y += AXIS;
    }
    wrap(sight, &body, &summary(sight), "strip", y, is_alone)
}

/// The outer element of a picture with an accessible name. One that stands alone has a ground, so that it can be read
/// wherever it is put, and says what it shows and how to get it again.
pub fn wrap(sight: &Sight, body: &str, name: &str, prefix: &str, height: f64, is_alone: bool) -> String {
    let (name, definitions) = (escape(name), marks::definitions(prefix, sight.rows.len()));
    if !is_alone {
        return format!(
            "<svg width=\"100%\" height=\"{height}\" role=\"img\" aria-label=\"{name}\">{definitions}{body}</svg>"
        );
    }
    let link = format!("#{}", sight.fragment);
    let again = if link.len() <= FOOT_MAX { link } else { sight.result.clone().unwrap_or_default() };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" role=\"img\" aria-label=\"{name}\">{}\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/><text class=\"name\" x=\"{MARGIN}\" y=\"26\">{}</text>\
         <svg x=\"{MARGIN}\" y=\"{HEAD}\" width=\"{WIDTH}\" height=\"{height}\" overflow=\"visible\">{definitions}{body}</svg>\
         <text class=\"soft\" x=\"{MARGIN}\" y=\"{}\">oompoint, model {MODEL_VERSION}: {}</text></svg>",
        WIDTH + 2.0 * MARGIN,
        HEAD + height + FOOT,
        marks::style(),
        escape(&sight.title),
        HEAD + height + FOOT - 14.0,
        escape(&again)
    )
}

/// Ticks under a block of bands.
pub fn axis(body: &mut String, scale: &Scale, top: f64, bottom: f64, unit: &str) {
    for tick in &scale.ticks {
        let x = scale.percent(*tick);
        _ = write!(
            body,
            "<line class=\"rule\" x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"{top}\" y2=\"{bottom}\"/>\
             <text class=\"soft\" x=\"{x:.2}%\" y=\"{}\" text-anchor=\"{}\">{}</text>",
            bottom + 14.0,
            anchor(x),
            scale.label(*tick)
        );
    }
    if !unit.is_empty() {
        _ = write!(
            body,
            "<text class=\"soft\" x=\"100%\" y=\"{}\" text-anchor=\"end\">{}</text>",
            bottom + 28.0,
            escape(unit)
        );
    }
}

/// Text near an end is not cut.
fn anchor(percent: f64) -> &'static str {
    match percent {
        near if near < 6.0 => "start",
        far if far > 94.0 => "end",
        _ => "middle",
    }
}

/// One band: where it is and whose.
struct Mark<'a> {
    policy: usize,
    y: f64,
    seeds: &'a [u64],
}

impl Mark<'_> {
    fn band(
        &self,
        body: &mut String,
        scale: &Scale,
        text: &str,
        values: &[f64],
        mean: f64,
        interval: Option<(f64, f64)>,
    ) {
        let (class, middle) = (marks::colour(self.policy), self.y + 29.0);
        _ = write!(body, "<text x=\"0\" y=\"{}\">{}</text><g class=\"{class}\">", self.y + 13.0, escape(text));
        for (value, seed) in values.iter().zip(self.seeds) {
            _ = write!(
                body,
                "<use class=\"dot\" href=\"#strip{}\" x=\"{:.2}%\" y=\"{:.1}\"/>",
                self.policy,
                scale.percent(*value),
                middle + jitter(*seed)
            );
        }
        if let Some((low, high)) = interval {
            let (low, high) = (scale.percent(low), scale.percent(high));
            _ = write!(
                body,
                "<line class=\"line\" x1=\"{low:.2}%\" x2=\"{high:.2}%\" y1=\"{middle}\" y2=\"{middle}\"/>"
            );
            for end in [low, high] {
                let (top, bottom) = (middle - 5.0, middle + 5.0);
                _ = write!(
                    body,
                    "<line class=\"line\" x1=\"{end:.2}%\" x2=\"{end:.2}%\" y1=\"{top}\" y2=\"{bottom}\"/>"
                );
            }
        }
        let x = scale.percent(mean);
        let (top, bottom) = (middle - 10.0, middle + 10.0);
        _ = write!(body, "<line class=\"line\" x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"{top}\" y2=\"{bottom}\"/></g>");
    }
}

/// The same seed is drawn at the same height in every band; nothing else is meant by it.
fn jitter(seed: u64) -> f64 {
    (seed.wrapping_mul(7) % 11) as f64 * 1.4 - 7.0
}

fn said(one: &Comparison, sight: &Sight) -> String {
    let [delta, interval, verdict] = &one.cells;
    format!("{} minus {}: {:+.1} {} ({delta}, {interval}, {verdict})", one.label, one.base, one.difference, sight.unit)
}

/// What the picture says, for those who do not see it.
fn summary(sight: &Sight) -> String {
    let row = |row: &Row| format!("{} {}, {} to {}", row.label, row.sample[1], row.sample[3], row.sample[4]);
    let rows: Vec<_> = sight.rows.iter().map(row).collect();
    let differences: Vec<_> = sight.comparisons.iter().map(|one| said(one, sight)).collect();
    format!(
        "{}. Mean and range over {} seeds: {}. {}.",
        sight.title,
        sight.seeds.len(),
        rows.join("; "),
        differences.join("; ")
    )
}
