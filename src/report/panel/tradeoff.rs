// SPDX-License-Identifier: GPL-2.0-only
//! The trade-off plot: where a run ended against the work it cost, one mark for each seed, a large one for each mean.

use std::fmt::Write;

use super::html::escape;
use super::marks;
use super::scale::Scale;
use super::sight::Sight;
use super::strip::{axis, wrap};
use crate::report::export::analysis::PRICED;

const HEIGHT: f64 = 220.0;
const TOP: f64 = 18.0;
/// Share of the width that is left free beside the labels of the upward axis, percent.
const LABELS: f64 = 8.0;

/// The picture as SVG; none if there is nothing to weigh.
pub fn svg(sight: &Sight, is_alone: bool) -> Option<String> {
    let ends = || sight.rows.iter().flat_map(|row| row.values.iter().copied());
    let across = Scale::over(ends().chain([Scale::over(ends(), 6)?.value(-LABELS)]), 6)?;
    let up = Scale::over(sight.rows.iter().flat_map(|row| row.work.iter().copied()).chain([0.0]), 5)?;
    let y = |value: f64| TOP + (HEIGHT - TOP) * (1.0 - up.percent(value) / 100.0);
    let mut body = String::new();
    axis(&mut body, &across, TOP, HEIGHT, "");
    for tick in &up.ticks {
        let at = y(*tick);
        _ = write!(
            body,
            "<line class=\"rule\" x1=\"0\" x2=\"100%\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
             <text class=\"soft\" x=\"0\" y=\"{:.1}\">{}</text>",
            at - 3.0,
            up.label(*tick)
        );
    }
    _ = write!(
        body,
        "<text class=\"soft\" x=\"0\" y=\"11\">pages migrated ({PRICED})</text>\
         <text class=\"soft\" x=\"100%\" y=\"{}\" text-anchor=\"end\">{}</text>",
        HEIGHT + 30.0,
        escape(&sight.unit)
    );
    for (i, row) in sight.rows.iter().enumerate() {
        _ = write!(body, "<g class=\"{}\">", marks::colour(i));
        for (value, work) in row.values.iter().zip(&row.work) {
            let (x, at) = (across.percent(*value), y(*work));
            _ = write!(body, "<use class=\"dot\" href=\"#trade{i}\" x=\"{x:.2}%\" y=\"{at:.1}\"/>");
        }
        body += "</g>";
    }
    for (i, row) in sight.rows.iter().enumerate() {
        let (x, at) = (across.percent(row.mean), y(mean(&row.work)));
        let (anchor, shift) = if x > 60.0 { ("end", -12) } else { ("start", 12) };
        _ = write!(
            body,
            "<svg x=\"{x:.2}%\" y=\"{at:.1}\" overflow=\"visible\"><path class=\"{} mean\" transform=\"scale(1.6)\" d=\"{}\"/>\
             <text class=\"name\" x=\"{shift}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text></svg>",
            marks::colour(i),
            marks::shape(i),
            // Neighbours do not write over each other.
            if i % 2 == 0 { -8 } else { 18 },
            escape(&row.label)
        );
    }
    Some(wrap(sight, &body, &summary(sight), "trade", HEIGHT + 36.0, is_alone))
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn summary(sight: &Sight) -> String {
    let row = |row: &super::sight::Row| {
        let beaten = row.beaten_by.as_ref().map_or(String::new(), |by| format!(", beaten on both by {by}"));
        format!("{} {} {} at {:.0} pages{beaten}", row.label, row.sample[1], sight.unit, mean(&row.work))
    };
    let rows: Vec<_> = sight.rows.iter().map(row).collect();
    format!("Mean of each policy against its mean of pages migrated a run: {}.", rows.join("; "))
}
