// SPDX-License-Identifier: GPL-2.0-only
//! Time-lines of free blocks by order, the model over the real runs, as SVG.
//!
//! One small panel an order. The model is a band (lowest to highest seed) with its mean, each real run a line. Colours
//! follow the reader's light or dark preference; the text alternative says what is drawn.

use crate::experiment::fidelity::real::Run;
use crate::experiment::fidelity::watch::SAMPLE_PAGES;
use crate::experiment::fidelity::{Observed, Spec};
use crate::model::zone::NR_ORDERS;

const PANEL_WIDTH: f64 = 228.0;
const PANEL_HEIGHT: f64 = 120.0;
const COLUMNS: usize = 4;
const MARGIN: f64 = 46.0;
const TOP: f64 = 54.0;
const GAP: f64 = 44.0;

const STYLE: &str = "text{font:11px system-ui,sans-serif;fill:#222}.t{font-size:14px}.a{stroke:#888;fill:none}\
.m{stroke:#0b5cad;fill:none;stroke-width:1.6}.b{fill:#0b5cad;opacity:.22}.r{stroke:#b3400a;fill:none;stroke-width:1.2;\
stroke-dasharray:4 2}@media(prefers-color-scheme:dark){text{fill:#ddd}.a{stroke:#999}.m{stroke:#6cb4ff}.b{fill:#6cb4ff}\
.r{stroke:#ff9a5c}}";

/// Free blocks of one order at one sample.
struct Point {
    mib: f64,
    low: f64,
    mean: f64,
    high: f64,
}

/// The picture of a cell.
pub fn timeline(spec: &Spec, observed: &[Observed], runs: &[&Run]) -> String {
    let name = match spec.set.contains("vm.defrag_mode=1") {
        true => format!("{}, defrag_mode", spec.group),
        false => spec.group.to_owned(),
    };
    let width = MARGIN + COLUMNS as f64 * (PANEL_WIDTH + GAP);
    let rows = NR_ORDERS.div_ceil(COLUMNS) as f64;
    let height = TOP + rows * (PANEL_HEIGHT + GAP);
    let samples = observed.iter().map(|one| one.timeline.len()).max().unwrap_or(0);
    let last_pages = runs.iter().filter_map(|run| run.timeline.last()).map(|row| row[0]).max().unwrap_or(0);
    let end_mib = (samples as f64 * mib(SAMPLE_PAGES)).max(mib(last_pages)).max(1.0);
    let (seeds, boots) = (observed.len(), runs.len());
    let mut text = format!(
        "<!-- SPDX-License-Identifier: GPL-2.0-only -->\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" \
         aria-labelledby=\"t d\">\n<title id=\"t\">{name}: free blocks by order while secretmem grows</title>\n\
         <desc id=\"d\">Eleven panels, orders 0 to 10: free blocks over MiB of secretmem at each 16 MiB. Model: band from \
         the lowest to the highest of {seeds} seeds and their mean. Real kernel: {boots} runs, dashed. {}</desc>\n\
         <style>{STYLE}</style>\n<text class=\"t\" x=\"{MARGIN}\" y=\"18\">{name}</text>\n",
        summary(observed, runs)
    );
    text += &format!(
        "<path class=\"m\" d=\"M{MARGIN} 33h24\"/><text x=\"{}\" y=\"37\">model, {seeds} seeds</text>\
         <path class=\"r\" d=\"M{} 33h24\"/><text x=\"{}\" y=\"37\">real kernel, {boots} runs</text>\n",
        MARGIN + 30.0,
        MARGIN + 170.0,
        MARGIN + 200.0
    );
    for order in 0..NR_ORDERS {
        text += &panel(order, end_mib, &points(order, observed, samples), runs);
    }
    text + "</svg>\n"
}

fn mib(pages: u64) -> f64 {
    pages as f64 / 256.0
}

/// The largest gap between the means, for readers of the text.
fn summary(observed: &[Observed], runs: &[&Run]) -> String {
    let at = |rows: &[[u64; NR_ORDERS + 1]], sample: usize| rows.get(sample).map(free_pages);
    let mean = |all: Vec<f64>| (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64);
    let mut worst: Option<(f64, usize)> = None;
    for sample in 0..observed.iter().map(|one| one.timeline.len()).max().unwrap_or(0) {
        let model = mean(observed.iter().filter_map(|one| at(&one.timeline, sample)).collect());
        let real = mean(runs.iter().filter_map(|run| at(&run.timeline, sample)).collect());
        if let (Some(model), Some(real)) = (model, real) {
            let gap = model - real;
            if worst.is_none_or(|(worst, _)| gap.abs() > worst.abs()) {
                worst = Some((gap, sample + 1));
            }
        }
    }
    worst.map_or(String::new(), |(gap, sample)| {
        let side = if gap < 0.0 { "below" } else { "above" };
        format!("Free memory differs most at {} MiB: {:.0} MiB {side} the real runs.", sample * 16, gap.abs() / 256.0)
    })
}

fn free_pages(row: &[u64; NR_ORDERS + 1]) -> f64 {
    row[1..].iter().enumerate().map(|(order, &blocks)| (blocks << order) as f64).sum()
}

/// The model's points of one order; samples that fewer than half of the seeds reach are left out.
fn points(order: usize, observed: &[Observed], samples: usize) -> Vec<Point> {
    let mut points = Vec::new();
    for sample in 0..samples {
        let rows: Vec<_> = observed.iter().filter_map(|one| one.timeline.get(sample)).collect();
        if rows.len() * 2 < observed.len() {
            break;
        }
        let of = |row: &&[u64; NR_ORDERS + 1]| row[order + 1] as f64;
        points.push(Point {
            mib: rows.iter().map(|row| mib(row[0])).sum::<f64>() / rows.len() as f64,
            low: rows.iter().map(of).fold(f64::INFINITY, f64::min),
            mean: rows.iter().map(of).sum::<f64>() / rows.len() as f64,
            high: rows.iter().map(of).fold(0.0, f64::max),
        });
    }
    points
}

fn panel(order: usize, end_mib: f64, points: &[Point], runs: &[&Run]) -> String {
    let left = MARGIN + (order % COLUMNS) as f64 * (PANEL_WIDTH + GAP);
    let top = TOP + (order / COLUMNS) as f64 * (PANEL_HEIGHT + GAP) + 14.0;
    let real_max = runs.iter().flat_map(|run| &run.timeline).map(|row| row[order + 1]).max().unwrap_or(0);
    let max = points.iter().map(|point| point.high).fold(real_max as f64, f64::max).max(1.0);
    let x = |mib: f64| left + mib / end_mib * PANEL_WIDTH;
    let y = |blocks: f64| top + PANEL_HEIGHT * (1.0 - blocks / max);
    let line = |all: &mut dyn Iterator<Item = (f64, f64)>| -> String {
        all.map(|(mib, blocks)| format!("{:.1},{:.1} ", x(mib), y(blocks))).collect()
    };
    let bottom = top + PANEL_HEIGHT;
    let mut text = format!(
        "<g><text x=\"{left:.0}\" y=\"{:.0}\">order {order} (largest {max:.0})</text>\
         <path class=\"a\" d=\"M{left:.1} {top:.1}V{bottom:.1}H{:.1}\"/>\
         <text x=\"{left:.0}\" y=\"{:.0}\">0</text><text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{end_mib:.0} MiB</text>\n",
        top - 5.0,
        left + PANEL_WIDTH,
        bottom + 13.0,
        left + PANEL_WIDTH,
        bottom + 13.0
    );
    if !points.is_empty() {
        let upper = line(&mut points.iter().map(|point| (point.mib, point.high)));
        let lower = line(&mut points.iter().rev().map(|point| (point.mib, point.low)));
        text += &format!("<polygon class=\"b\" points=\"{upper}{}\"/>", lower.trim_end());
        let mean = line(&mut points.iter().map(|point| (point.mib, point.mean)));
        text += &format!("<polyline class=\"m\" points=\"{}\"/>\n", mean.trim_end());
    }
    for run in runs {
        let blocks = line(&mut run.timeline.iter().map(|row| (mib(row[0]), row[order + 1] as f64)));
        text += &format!("<polyline class=\"r\" points=\"{}\"/>\n", blocks.trim_end());
    }
    text + "</g>\n"
}
