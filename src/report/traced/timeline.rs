// SPDX-License-Identifier: GPL-2.0-only
//! How often each kind of event was printed, over time: a small picture a row, and the same as a table.

use std::fmt::Write;

use super::words::{number, seconds_of};
use crate::report::panel::html::escape;
use crate::trace::Imported;

/// Bins of time.
pub const BINS: usize = 80;
/// Height of a picture in its own units.
const HEIGHT: u64 = 20;

struct Row {
    name: &'static str,
    all: u32,
    bins: [u32; BINS],
}

struct Lines {
    begin_us: u64,
    width_us: u64,
    /// Events whose time is far from all others': damaged, most likely.
    outside: u64,
    /// The most frequent first.
    rows: Vec<Row>,
}

pub fn html(trace: &Imported) -> String {
    let Some(lines) = Lines::of(trace) else {
        return "<h3>Events over time</h3><p>No event was found in it.</p>".to_owned();
    };
    let at = |bin: usize| seconds_of(lines.begin_us + bin as u64 * lines.width_us);
    let mut html = format!(
        "<h3>Events over time</h3><p>{BINS} bins of {} from {} to {} after boot; each row has a scale of its own.",
        seconds_of(lines.width_us),
        at(0),
        at(BINS)
    );
    match lines.outside {
        0 => {}
        1 => html += " 1 event lies outside and is not drawn.",
        many => _ = write!(html, " {} events lie outside and are not drawn.", number(many)),
    }
    html += "</p><div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Events over time\"><table id=\"timeline\">\
             <thead><tr><th scope=\"col\">event</th><th scope=\"col\">count</th><th scope=\"col\">most in a bin</th>\
             <th scope=\"col\">over time</th></tr></thead><tbody>";
    for row in &lines.rows {
        let (peak, most) =
            row.bins.iter().copied().enumerate().fold((0, 0), |best, one| if one.1 > best.1 { one } else { best });
        let some = row.bins.iter().filter(|count| **count > 0).count();
        let said = format!(
            "{}: {} events in {some} of {BINS} bins; most, {}, from {} on",
            row.name,
            number(u64::from(row.all)),
            number(u64::from(most)),
            at(peak)
        );
        _ = write!(
            html,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td class=\"over\"><svg viewBox=\"0 0 {BINS} {HEIGHT}\" \
             preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\"><path d=\"{}\"/></svg></td></tr>",
            escape(row.name),
            number(u64::from(row.all)),
            number(u64::from(most)),
            escape(&said),
            path(&row.bins, most)
        );
    }
    html + "</tbody></table></div>" + &twin(&lines)
}

/// One bar a bin; a bin with any event is at least visible.
fn path(bins: &[u32; BINS], most: u32) -> String {
    let mut path = String::new();
    for (bin, &count) in bins.iter().enumerate().filter(|(_, count)| **count > 0) {
        let height = (u64::from(count) * HEIGHT).div_ceil(u64::from(most.max(1)));
        _ = write!(path, "M{bin} {HEIGHT}v-{height}h1v{height}z");
    }
    path
}

fn twin(lines: &Lines) -> String {
    let mut html = "<details class=\"screen\"><summary>The same as a table, one row for each bin</summary>\
                    <div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Events by bin\"><table id=\"bins\"><thead><tr>\
                    <th scope=\"col\">from</th>"
        .to_owned();
    for row in &lines.rows {
        _ = write!(html, "<th scope=\"col\">{}</th>", escape(row.name));
    }
    html += "</tr></thead><tbody>";
    for bin in 0..BINS {
        _ = write!(html, "<tr><th scope=\"row\">{}</th>", seconds_of(lines.begin_us + bin as u64 * lines.width_us));
        for row in &lines.rows {
            _ = write!(html, "<td>{}</td>", row.bins[bin]);
        }
        html += "</tr>";
    }
    html + "</tbody></table></div></details>"
}

impl Lines {
    fn of(trace: &Imported) -> Option<Lines> {
        let (begin_us, end_us) = range(trace)?;
        let width_us = ((end_us - begin_us) / BINS as u64 + 1).max(1);
        let mut rows: Vec<Row> = Vec::new();
        for &(name, all) in trace.counts.iter() {
            let at = rows.partition_point(|row| row.all >= all);
            rows.insert(at, Row { name, all, bins: [0; BINS] });
        }
        let mut outside = 0;
        for event in &trace.events {
            let name = event.kind.name();
            let bin =
                event.time_us.checked_sub(begin_us).map(|since| since / width_us).filter(|bin| *bin < BINS as u64);
            match (bin, rows.iter_mut().find(|row| row.name == name)) {
                (Some(bin), Some(row)) => row.bins[bin as usize] += 1,
                _ => outside += 1,
            }
        }
        Some(Lines { begin_us, width_us, outside, rows })
    }
}

/// First and last time. A few times far from all others do not count: they would squeeze the rest into one bin.
fn range(trace: &Imported) -> Option<(u64, u64)> {
    let mut times: Vec<u64> = trace.events.iter().map(|event| event.time_us).collect();
    times.sort_unstable();
    times.first()?;
    let few = times.len() / 200;
    let (low, high) = (times[few], times[times.len() - 1 - few.max(usize::from(times.len() > 2))]);
    let inner = (high - low).max(1);
    // Up to twice what nearly all of them span is taken for real.
    let (least, most) = (low.saturating_sub(inner / 2), high + inner / 2);
    let mut real = times.into_iter().filter(|time| (least..=most).contains(time));
    let begin = real.next()?;
    Some((begin, real.next_back().unwrap_or(begin)))
}
