// SPDX-License-Identifier: GPL-2.0-only
//! The comparisons within one cell.
//!
//! Distance of two states by order: pages whose order differs, over all free pages: sum over orders of
//! |pages of the model - pages of the real run| / pages of the real run, both as means over runs. 0 is the same, 2 is
//! nothing in common. For pageblocks by type the same with blocks. Beside it stands the largest distance of one real
//! run from the mean of its cell: no model can be closer than that.

use super::cells::{Bar, Spec};
use super::measure::{Measure, mean, number};
use super::real::{Fixture, Mean, Run};
use super::watch::Observed;

/// Free blocks after the antagonist may lie so far apart, per cent: single real boots lie up to 16.5 % from the mean of
/// their own cell.
const STATE_PERCENT: f64 = 16.0;

pub const BYTES: &str = "bytes at OOM";
pub const ITERATIONS: &str = "mean of all iterations of a boot";
pub const RANGE: &str = "range of bytes";
pub const FREE: &str = "free pages at OOM";
pub const PCP: &str = "per-CPU pages at OOM";
pub const BOOST: &str = "boost pages at OOM";
pub const UNMAPPED: &str = "blocks unmapped";
pub const REQUEST: &str = "request that invokes OOM";
pub const DIRECT: &str = "direct compaction";
pub const STALLS: &str = "allocstall";
pub const FRAG: &str = "free blocks after the antagonist";
pub const TYPES: &str = "pageblocks after the antagonist";
const COUNTERS: [&str; 3] = ["compact_migrate_scanned", "pgmigrate_success", "pgmigrate_fail"];

/// Every comparison of a cell, in a fixed order.
pub fn compare(spec: &Spec, fixture: &Fixture, observed: &[Observed]) -> Vec<Measure> {
    let runs = fixture.runs(spec.name);
    let published = fixture.mean(spec.name);
    if runs.is_empty() || observed.is_empty() {
        return Vec::new();
    }
    let mut measures = bytes(spec, &runs, published, observed);
    measures.extend(at_oom(spec, &runs, published, observed));
    for name in COUNTERS {
        let real = real_counter(&runs, published, name);
        measures.push(barred(spec, Measure::factor(spec.name, name, counter(observed, name), real, 15)));
    }
    let stalls = mean(runs.iter().map(|run| run.counters.get(STALLS).copied().unwrap_or(0)));
    measures.push(Measure::shown(spec.name, STALLS, mean(observed.iter().map(|one| one.result.stalls())), stalls));
    measures.push(request(spec, &runs, observed));
    measures.push(direct(spec, &runs, observed));
    measures.extend(states(spec, &runs, observed));
    measures
}

/// Mean of a counter over the model's runs.
pub fn counter(observed: &[Observed], name: &str) -> f64 {
    mean(observed.iter().map(|one| one.result.counters.get(name).copied().unwrap_or(0)))
}

/// The same over real runs, published ones included where they tell that counter.
pub fn real_counter(runs: &[&Run], published: Option<&Mean>, name: &str) -> f64 {
    let of = |run: &&Run, name| run.counters.get(name).copied().unwrap_or(0);
    let is_daemons = || runs.iter().all(|run| of(run, "compact_stall") == 0);
    match published {
        Some(mean) if name == "pgmigrate_success" => mean.pgmigrate_success as f64,
        Some(mean) if name == "compact_migrate_scanned" && is_daemons() => mean.compact_daemon_migrate_scanned as f64,
        _ => mean(runs.iter().map(|run| of(run, name))),
    }
}

/// Lowest and highest bytes of real runs, published ones included.
pub fn real_range(runs: &[&Run], published: Option<&Mean>) -> (u64, u64) {
    let low = runs.iter().map(|run| run.bytes).chain(published.map(|mean| mean.bytes_min)).min();
    let high = runs.iter().map(|run| run.bytes).chain(published.map(|mean| mean.bytes_max)).max();
    (low.unwrap_or(0), high.unwrap_or(0))
}

pub fn real_mean(runs: &[&Run], published: Option<&Mean>) -> f64 {
    published.map_or_else(|| mean(runs.iter().map(|run| run.bytes)), |mean| mean.bytes_mean as f64)
}

/// The same without its bar, for cells that are shown only.
fn barred(spec: &Spec, measure: Measure) -> Measure {
    if spec.bar == Bar::Shown { Measure { miss: None, tolerance: "shown".to_owned(), ..measure } } else { measure }
}

fn megabytes(bytes: f64) -> String {
    format!("{:.1}", bytes / 1e6)
}

fn bytes(spec: &Spec, runs: &[&Run], published: Option<&Mean>, observed: &[Observed]) -> Vec<Measure> {
    let all: Vec<u64> = observed.iter().map(|one| one.result.oom_bytes).collect();
    let (low, high) = (all.iter().copied().min().unwrap_or(0), all.iter().copied().max().unwrap_or(0));
    let (model, real) = (mean(all.iter().copied()), real_mean(runs, published));
    let (real_low, real_high) = real_range(runs, published);
    let n = published.map_or(runs.len(), |mean| mean.n);
    let text = |mean: f64, low: u64, high: u64, n: usize| {
        format!("{} ({}..{}, n={n})", megabytes(mean), megabytes(low as f64), megabytes(high as f64))
    };
    let measure = match spec.bar {
        Bar::Mean(percent) => Measure::percent(spec.name, BYTES, model, real, percent),
        Bar::Race => Measure::percent(spec.name, BYTES, model, real, 25),
        Bar::Shown => Measure::shown(spec.name, BYTES, model, real),
    };
    let (model_text, real_text) = (text(model, low, high, all.len()), text(real, real_low, real_high, n));
    let mut measures = vec![Measure { model: model_text, real: real_text, ..measure }];
    if runs.iter().any(|run| run.iterations.len() > 1) {
        let model = mean(observed.iter().flat_map(|one| one.result.iterations.iter().copied()));
        let real = mean(runs.iter().flat_map(|run| run.iterations.iter().copied()));
        let (model_text, real_text) = (megabytes(model), megabytes(real));
        let measure = Measure::shown(spec.name, ITERATIONS, model, real);
        measures.push(Measure { model: model_text, real: real_text, ..measure });
    }
    if spec.bar == Bar::Race {
        // Published extremes are rounded to 0.1 MB.
        let short = (low as f64 - real_low as f64).max(real_high as f64 - high as f64).max(0.0);
        let miss = if short <= 100_000.0 { 0.0 } else { 1.0 + short / real };
        let range = |low: u64, high: u64| format!("{}..{}", megabytes(low as f64), megabytes(high as f64));
        measures.push(Measure {
            tolerance: "covers".to_owned(),
            miss: Some(miss),
            ..Measure::same(spec.name, RANGE, range(low, high), range(real_low, real_high), true)
        });
    }
    measures
}

fn at_oom(spec: &Spec, runs: &[&Run], published: Option<&Mean>, observed: &[Observed]) -> Vec<Measure> {
    let model = |f: fn(&Observed) -> u64| mean(observed.iter().map(f));
    let real = |f: fn(&Run) -> u64| mean(runs.iter().map(|run| f(run)));
    let free = published.map_or(real(|run| run.oom.free_pages), |mean| mean.free_pages_at_oom as f64);
    let unmapped = published.map_or(real(|run| run.counters.get("um_block_unmap").copied().unwrap_or(0)), |mean| {
        mean.blocks_unmapped as f64
    });
    let mut measures = vec![
        barred(spec, Measure::factor(spec.name, FREE, model(|one| one.result.free_pages_at_oom), free, 15)),
        Measure::shown(spec.name, PCP, model(|one| one.result.pcp_pages_at_oom), real(|run| run.oom.pcp_pages)),
        Measure::shown(spec.name, BOOST, model(|one| one.result.boost_pages_at_oom), real(|run| run.oom.boost_pages)),
    ];
    if unmapped > 0.0 {
        // What a race unmaps is as wide as its bytes.
        let percent = if spec.bar == Bar::Race { 25 } else { 10 };
        let model = model(|one| one.result.blocks_unmapped);
        measures.push(barred(spec, Measure::percent(spec.name, UNMAPPED, model, unmapped, percent)));
    }
    measures
}

/// The port of the series prints secretmem's request without __GFP_ZERO, so that flag is left out of the comparison.
fn name_of(order: u8, gfp: &str) -> String {
    let flags: Vec<&str> = gfp.split('|').filter(|flag| *flag != "__GFP_ZERO").collect();
    format!("order {order} {}", flags.join("\\|"))
}

/// The most frequent of names, all that are equally so, and their share in per cent.
fn most_frequent(names: &[String]) -> (Vec<String>, usize) {
    let count = |name: &String| names.iter().filter(|other| *other == name).count();
    let most = names.iter().map(count).max().unwrap_or(0);
    let mut best: Vec<String> = names.iter().filter(|name| count(name) == most).cloned().collect();
    best.sort();
    best.dedup();
    (best, most * 100 / names.len().max(1))
}

/// The model's most frequent request must be the most frequent of the real runs, or one of them.
fn request(spec: &Spec, runs: &[&Run], observed: &[Observed]) -> Measure {
    let model: Vec<String> = observed
        .iter()
        .map(|one| {
            one.result.oom_request.as_ref().map_or("none".to_owned(), |request| name_of(request.order, &request.gfp))
        })
        .collect();
    let real: Vec<String> = runs.iter().map(|run| name_of(run.oom.order, &run.oom.gfp)).collect();
    let (model_names, share) = most_frequent(&model);
    let (real_names, real_share) = most_frequent(&real);
    let agree = model_names.iter().any(|name| real_names.contains(name));
    let text = |names: Vec<String>, share: usize| format!("{} ({share} %)", names.join(", "));
    let (model_text, real_text) = (text(model_names, share), text(real_names, real_share));
    barred(spec, Measure::same(spec.name, REQUEST, model_text, real_text, agree))
}

/// Whether direct compaction ever ran: in no run, or in some.
fn direct(spec: &Spec, runs: &[&Run], observed: &[Observed]) -> Measure {
    let model = observed.iter().filter(|one| one.result.counters.get("compact_stall").is_some_and(|&n| n > 0)).count();
    let real = runs.iter().filter(|run| run.counters.get("compact_stall").is_some_and(|&n| n > 0)).count();
    let text = |some: usize, all: usize| match some {
        0 => "never".to_owned(),
        _ => format!("in {some} of {all}"),
    };
    let (model_text, real_text) = (text(model, observed.len()), text(real, runs.len()));
    barred(spec, Measure::same(spec.name, DIRECT, model_text, real_text, (model > 0) == (real > 0)))
}

fn states(spec: &Spec, runs: &[&Run], observed: &[Observed]) -> Vec<Measure> {
    let pages = |blocks: &[u64]| -> Vec<f64> {
        blocks.iter().enumerate().map(|(order, &count)| (count << order) as f64).collect()
    };
    let blocks = |blocks: &[u64]| -> Vec<f64> { blocks.iter().map(|&count| count as f64).collect() };
    let model: Vec<Vec<f64>> = observed.iter().filter_map(|one| Some(pages(&one.frag_free_blocks?))).collect();
    let real: Vec<Vec<f64>> = runs.iter().filter_map(|run| Some(pages(&run.frag_free_blocks?))).collect();
    let model_types: Vec<Vec<f64>> = observed.iter().filter_map(|one| Some(blocks(&one.frag_pageblocks?))).collect();
    let real_types: Vec<Vec<f64>> = runs.iter().filter_map(|run| Some(blocks(&run.frag_pageblocks?))).collect();
    let measure = |what: &str, model: &[Vec<f64>], real: &[Vec<f64>]| {
        let (far, own) = (distance(&columns(model), &columns(real)), spread(real));
        let measure = Measure {
            model: format!("distance {:.1} %", far * 100.0),
            real: format!("largest of one run {:.1} %", own * 100.0),
            ratio: None,
            tolerance: format!("{} %", number(STATE_PERCENT)),
            miss: Some(far * 100.0 / STATE_PERCENT),
            ..Measure::shown(spec.name, what, 0.0, 0.0)
        };
        barred(spec, measure)
    };
    let mut measures = Vec::new();
    if !model.is_empty() && !real.is_empty() {
        measures.push(measure(FRAG, &model, &real));
    }
    if !model_types.is_empty() && !real_types.is_empty() {
        measures.push(measure(TYPES, &model_types, &real_types));
    }
    measures
}

/// Means by column.
fn columns(rows: &[Vec<f64>]) -> Vec<f64> {
    let width = rows.first().map_or(0, Vec::len);
    let column = |i: usize| rows.iter().map(|row| row[i]).sum::<f64>() / rows.len() as f64;
    (0..width).map(column).collect()
}

/// The distance defined at the top.
pub fn distance(model: &[f64], real: &[f64]) -> f64 {
    let apart: f64 = model.iter().zip(real).map(|(model, real)| (model - real).abs()).sum();
    let all: f64 = real.iter().sum();
    if all > 0.0 { apart / all } else { 0.0 }
}

/// The largest distance of one row from the mean of all.
fn spread(rows: &[Vec<f64>]) -> f64 {
    let mean = columns(rows);
    rows.iter().map(|row| distance(row, &mean)).fold(0.0, f64::max)
}
