// SPDX-License-Identifier: GPL-2.0-only
//! The trade-off plot: where a run ended against the work it cost, one mark for each seed, a large one for each mean.

use std::fmt::Write;

use super::html::escape;
use super::marks;
use super::scale::Scale;
use super::sight::{Row, Sight};
use super::strip::{axis, wrap};
use crate::report::export::analysis::PRICED;

const HEIGHT: f64 = 220.0;
/// Below the title of the upward axis.
const TOP: f64 = 30.0;
/// Share of the width that is left free beside the labels of the upward axis, percent.
const LABELS: f64 = 8.0;
/// Height of a line of text, px; width of a letter and the gap beside a mark, percent of a narrow picture.
const LINE: f64 = 14.0;
const LETTER: f64 = 2.2;
const GAP: f64 = 4.0;

/// The picture as SVG; none if there is nothing to weigh.
pub fn svg(sight: &Sight, is_alone: bool) -> Option<String> {
    let ends = || sight.rows.iter().flat_map(|row| row.values.iter().copied());
    let mut across = Scale::over(ends(), 6)?;
    if across.ticks.len() > 1 {
        across = Scale::over(ends().chain([across.value(-LABELS)]), 6)?;
    }
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
    let mean_at = |row: &Row| (across.percent(row.mean), y(mean(&row.work)));
    let labels: Vec<_> = sight.rows.iter().map(|row| Label::beside(mean_at(row), &row.label)).collect();
    let placed = place(&labels);
    for (i, row) in sight.rows.iter().enumerate() {
        let ((x, at), label) = (mean_at(row), &labels[i]);
        let (anchor, shift) = if label.is_left { ("end", -12) } else { ("start", 12) };
        // To the middle of the letters.
        let lead = placed[i] - at - 4.0;
        _ = write!(
            body,
            "<svg x=\"{x:.2}%\" y=\"{at:.1}\" overflow=\"visible\">\
             <line class=\"rule\" x1=\"0\" y1=\"0\" x2=\"{shift}\" y2=\"{lead:.1}\"/>\
             <path class=\"{} mean\" transform=\"scale(1.6)\" d=\"{}\"/>\
             <text class=\"name\" x=\"{shift}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text></svg>",
            marks::colour(i),
            marks::shape(i),
            placed[i] - at,
            escape(&row.label)
        );
    }
    Some(wrap(sight, &body, &summary(sight), "trade", HEIGHT + 36.0, is_alone))
}

/// The name beside a mark: its extent across, in percent of the width, and the line on which it would like to stand.
struct Label {
    left: f64,
    right: f64,
    line: f64,
    is_left: bool,
}

impl Label {
    fn beside((x, y): (f64, f64), name: &str) -> Label {
        let wide = GAP + LETTER * name.len() as f64;
        let is_left = x > 60.0;
        let (left, right) = if is_left { (x - wide, x) } else { (x, x + wide) };
        Label { left, right, line: y - 8.0, is_left }
    }

    fn meets(&self, other: &Label) -> bool {
        self.left < other.right && other.left < self.right
    }
}

/// The line of each label, so that none writes over another nor over an axis: the nearest one that is free.
fn place(labels: &[Label]) -> Vec<f64> {
    let mut lines: Vec<f64> = Vec::new();
    for (i, label) in labels.iter().enumerate() {
        let wanted = label.line.clamp(TOP + LINE, HEIGHT - 4.0);
        let is_free = |line: f64| {
            (TOP..HEIGHT).contains(&line)
                && !labels[..i].iter().zip(&lines).any(|(other, at)| label.meets(other) && (at - line).abs() < LINE)
        };
        let near = (0..32).flat_map(|step| [1.0, -1.0].map(|way| wanted + way * f64::from(step) * LINE / 2.0));
        lines.push(near.into_iter().find(|line| is_free(*line)).unwrap_or(wanted));
    }
    lines
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn summary(sight: &Sight) -> String {
    let row = |row: &Row| {
        let beaten = row.beaten_by.as_ref().map_or(String::new(), |by| format!(", behind {by} in both means"));
        format!("{} {} {} at {:.0} pages{beaten}", row.label, row.sample[1], sight.unit, mean(&row.work))
    };
    let rows: Vec<_> = sight.rows.iter().map(row).collect();
    format!("Mean of each policy against its mean of pages migrated a run: {}.", rows.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_marks_in_one_place_do_not_write_over_each_other() {
        let names = ["base", "series", "blunt", "isolate", "kcompactd-target", "tunable", "early"];
        for at in [(50.0, 120.0), (90.0, HEIGHT), (10.0, TOP)] {
            let labels: Vec<_> = names.iter().map(|name| Label::beside(at, name)).collect();
            let mut lines = place(&labels);
            lines.sort_by(f64::total_cmp);
            assert!(lines.windows(2).all(|pair| pair[1] - pair[0] >= LINE - 0.01), "{lines:?}");
            assert!(lines[0] >= TOP && lines[6] < HEIGHT, "{lines:?}");
        }
        let apart = [Label::beside((10.0, 100.0), "base"), Label::beside((90.0, 100.0), "blunt")];
        assert_eq!(place(&apart), [92.0, 92.0]);
    }
}
