// SPDX-License-Identifier: GPL-2.0-only
//! The time-line as SVG, and as tables that say the same. Colours are classes of the style sheet.
//!
//! Positions are per cent of the width, so that a picture fits any; only the areas are stretched.

use std::fmt::Write;

use super::areas::{self, x};
use super::lane::Lane;
use super::picture_types;
use super::timeline::{Bin, LaneBins, Sample, Timeline};
use super::words::PAGES_PER_MIB;
use crate::model::zone::NR_ORDERS;
use crate::report::panel::html::{escape, table, thinned};

/// Height of a lane: its name, and the ticks below it.
const LANE: u32 = 26;
/// Rows of a table at most.
const TABLE_ROWS: usize = 32;

/// MiB at the right end of the pictures of two runs.
pub fn width_mib(a: &Timeline, b: &Timeline) -> u32 {
    let ends = [Some(a.last_mib()), Some(b.last_mib()), a.ceiling_mib, b.ceiling_mib];
    ends.into_iter().flatten().max().unwrap_or(1).max(1)
}

fn lanes_in_use(timeline: &Timeline) -> impl Iterator<Item = &LaneBins> {
    timeline.lanes.iter().filter(|lane| !lane.bins.is_empty())
}

/// One run's lanes: a tick a bin, upwards from the lane's line for what came through, downwards for what was denied.
pub fn lanes(timeline: &Timeline, max: u32, name: &str) -> String {
    let rows = lanes_in_use(timeline).count() as u32;
    let height = rows * LANE + 18;
    let mut svg = format!(
        r#"<svg width="100%" height="{height}" role="img" aria-label="{}">"#,
        escape(&lanes_sentence(timeline, name))
    );
    for mib in axis(max) {
        let at = x(mib, max);
        _ = write!(svg, r#"<line class="rule" x1="{at:.2}%" x2="{at:.2}%" y1="0" y2="{}"/>"#, rows * LANE);
        let anchor = anchor(at);
        _ = write!(svg, r#"<text class="soft" x="{at:.2}%" y="{}" text-anchor="{anchor}">{mib}</text>"#, height - 4);
    }
    for (row, lane) in lanes_in_use(timeline).enumerate() {
        let top = row as u32 * LANE;
        let base = top + 20;
        _ = write!(svg, r#"<line class="rule" x1="0" x2="100%" y1="{base}" y2="{base}"/>"#);
        for bin in &lane.bins {
            let (at, wide) = (x(bin.requested_mib, max), x(timeline.bin_mib, max));
            let tall = |count: u32| if count == 0 { 0 } else { (3 + count.ilog2()).min(8) };
            let (up, down) = (tall(bin.count - bin.failed), tall(bin.failed).min(6));
            let class = if lane.lane == Lane::Oom { "tick oom" } else { "tick" };
            // At least a visible width, whatever the scale.
            _ = write!(
                svg,
                r#"<svg x="{at:.2}%" y="{}" width="{wide:.3}%" height="{}" overflow="visible"><rect class="{class}" width="100%" height="{up}" /><rect class="{class}" width="1.5" height="{up}"/><rect class="{class} failed" y="{up}" width="100%" height="{down}"/><rect class="{class} failed" y="{up}" width="1.5" height="{down}"/></svg>"#,
                base - up,
                up + down
            );
        }
        // After the ticks, so that it can be read over them.
        _ = write!(svg, r#"<text class="name" x="0" y="{}">{}</text>"#, top + 10, lane.lane.name());
    }
    for kill in &timeline.kills {
        let at = x(kill.requested_mib, max);
        _ = write!(svg, r#"<line class="kill" x1="{at:.2}%" x2="{at:.2}%" y1="0" y2="{}"/>"#, rows * LANE);
        let anchor = if at > 50.0 { "end" } else { "start" };
        _ = write!(svg, r#"<text class="kill" x="{at:.2}%" y="10" text-anchor="{anchor}"> OOM </text>"#);
    }
    if let Some(ceiling) = timeline.ceiling_mib {
        let at = x(ceiling, max);
        _ = write!(svg, r#"<line class="ceiling" x1="{at:.2}%" x2="{at:.2}%" y1="0" y2="{}"/>"#, rows * LANE);
        _ = write!(svg, r#"<text class="soft halo" x="{at:.2}%" y="22" text-anchor="end">ceiling </text>"#);
    }
    svg.push_str("</svg>");
    svg
}

/// What the lanes show, for those who do not see them.
pub fn lanes_sentence(timeline: &Timeline, name: &str) -> String {
    let counts: Vec<String> = lanes_in_use(timeline)
        .map(|lane| {
            let sum = |f: fn(&Bin) -> u32| lane.bins.iter().map(|bin| u64::from(f(bin))).sum::<u64>();
            let (count, failed) = (sum(|bin| bin.count), sum(|bin| bin.failed));
            let denied = if failed > 0 { format!(", {failed} of them denied") } else { String::new() };
            format!("{} {count}{denied}", lane.lane.name())
        })
        .collect();
    let kill = match (timeline.kills.first(), timeline.ceiling_mib) {
        (Some(kill), Some(most)) => format!("the first OOM kill at {} of {most} requested MiB", kill.requested_mib),
        (Some(kill), None) => format!("the first OOM kill at {} requested MiB", kill.requested_mib),
        (None, _) => "no OOM kill".to_owned(),
    };
    format!("{name}: {} decisions, {kill}. {}.", timeline.decisions, counts.join("; "))
}

fn lanes_table(timeline: &Timeline, name: &str) -> String {
    let head = ["lane", "decisions", "denied", "first at MiB", "last at MiB"].map(str::to_owned);
    let row = |lane: &LaneBins| {
        let sum = |of: fn(&Bin) -> u32| lane.bins.iter().map(|bin| u64::from(of(bin))).sum::<u64>().to_string();
        let at = |bin: Option<&Bin>| bin.map_or("-".to_owned(), |bin| bin.requested_mib.to_string());
        let (first, last) = (at(lane.bins.first()), at(lane.bins.last()));
        vec![lane.lane.name().to_owned(), sum(|bin| bin.count), sum(|bin| bin.failed), first, last]
    };
    let rows: Vec<_> = timeline.lanes.iter().map(row).collect();
    table(&format!("inside-lanes-{}", &name[..1]), &format!("{name}: decisions by lane"), &head, &rows)
}

/// Free memory by order over what was asked for: the largest order at the bottom, and a line for
/// NR_FREE_PAGES_BLOCKS. `top` is the scale's end, pages.
pub fn free_lists(timeline: &Timeline, max: u32, top: u64, name: &str) -> String {
    let height = 120;
    let mut svg = format!(
        r#"<svg width="100%" height="{}" role="img" aria-label="{}">"#,
        height + 18,
        escape(&free_sentence(timeline, name))
    );
    let (wide, high) = areas::BOX;
    _ = write!(svg, r#"<svg viewBox="0 0 {wide} {high}" preserveAspectRatio="none" width="100%" height="{height}">"#);
    let points: Vec<_> = timeline.samples.iter().map(|sample| (sample.requested_mib, &sample.free)).collect();
    areas::stack(&mut svg, &points, max, top);
    let line = |sample: &Sample| areas::corner(sample.requested_mib, max, sample.free_blocks, top);
    let line: Vec<String> = timeline.samples.iter().map(line).collect();
    _ = write!(svg, r#"<path class="blocks" d="M{}"/></svg>"#, line.join("L"));
    for mib in axis(max) {
        let at = x(mib, max);
        let anchor = anchor(at);
        _ = write!(svg, r#"<text class="soft" x="{at:.2}%" y="{}" text-anchor="{anchor}">{mib}</text>"#, height + 14);
    }
    let end = top / u64::from(PAGES_PER_MIB);
    _ = write!(svg, r#"<text class="soft" x="100%" y="11" text-anchor="end">{end} MiB free</text></svg>"#);
    svg
}

pub fn free_sentence(timeline: &Timeline, name: &str) -> String {
    let mib = |pages: u64| pages / u64::from(PAGES_PER_MIB);
    let say = |sample: &Sample| {
        let all: u64 = sample.free.iter().map(|&pages| u64::from(pages)).sum();
        let whole = mib(sample.free_blocks);
        format!("{} MiB free, {whole} of it in whole blocks, at {} requested", mib(all), sample.requested_mib)
    };
    let (Some(first), Some(last)) = (timeline.samples.first(), timeline.samples.last()) else {
        return format!("{name}: nothing was sampled.");
    };
    let fewest = timeline.samples.iter().min_by_key(|sample| sample.free_blocks).unwrap_or(last);
    format!("{name}, free lists: first {}; fewest whole blocks: {}; last {}.", say(first), say(fewest), say(last))
}

fn free_table(timeline: &Timeline, name: &str) -> String {
    let mut head = vec!["MiB asked for".to_owned()];
    head.extend((0..NR_ORDERS).map(|order| format!("order {order}")));
    head.push("whole blocks".to_owned());
    let row = |sample: &Sample| {
        let mut cells = vec![sample.requested_mib.to_string()];
        let tenths = |pages: u64| {
            let tenths = pages * 10 / u64::from(PAGES_PER_MIB);
            format!("{}.{}", tenths / 10, tenths % 10)
        };
        cells.extend(sample.free.iter().map(|&pages| tenths(pages.into())));
        cells.push(tenths(sample.free_blocks));
        cells
    };
    let rows: Vec<_> = thinned(&timeline.samples, TABLE_ROWS).map(row).collect();
    table(&format!("inside-time-{}", &name[..1]), &format!("{name}: free MiB by order"), &head, &rows)
}

/// The most that was ever free, pages.
pub fn top_pages(timeline: &Timeline) -> u64 {
    let free = |sample: &Sample| sample.free.iter().map(|&pages| u64::from(pages)).sum();
    timeline.samples.iter().map(free).max().unwrap_or(0)
}

/// Both pictures of a run with their tables, and those by type. The scales' ends are in pages.
pub fn both(timeline: &Timeline, max: u32, [top, top_of_type]: [u64; 2], name: &str) -> String {
    let title = escape(name);
    let ceiling = match timeline.ceiling_mib {
        Some(_) => "; the ceiling is what was free or cached as secretmem began",
        None => "",
    };
    format!(
        "<figure><figcaption>{title}: decisions by MiB asked for; denials hang below the line{ceiling}</figcaption>\
         <div class=\"drawn\">{}</div></figure><figure><figcaption>{title}: free memory by order, the largest at the \
         bottom; the line is NR_FREE_PAGES_BLOCKS</figcaption><div class=\"drawn\">{}</div></figure>\
         {}<details><summary>{title}: both pictures as tables</summary>{}{}</details>",
        lanes(timeline, max, name),
        free_lists(timeline, max, top, name),
        picture_types::folded(&timeline.types, max, top_of_type, name),
        lanes_table(timeline, name),
        free_table(timeline, name)
    )
}

/// Round numbers of MiB, about five of them.
fn axis(max: u32) -> impl Iterator<Item = u32> {
    let steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000];
    let step = steps.into_iter().find(|step| max / step <= 6).unwrap_or(100_000);
    (0..=max / step).map(move |i| i * step)
}

fn anchor(at: f64) -> &'static str {
    match at {
        at if at < 3.0 => "start",
        at if at > 97.0 => "end",
        _ => "middle",
    }
}
