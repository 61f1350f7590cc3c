// SPDX-License-Identifier: GPL-2.0-only
//! `oompoint run`.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;

use super::files::Failure;
use super::proc::{self, Phase};
use crate::environment::{self, set};
use crate::experiment::run::STEPS_MAX;
use crate::experiment::{Cell, CellResult, PolicySpec, run};
use crate::stats::Summary;
use crate::workload::Workload;

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  oompoint run --env minimal-1g --policies base,series,blunt --seeds 1-16
  oompoint run --env debian-1g --memory 512MiB --set thp=never --set vm.defrag_mode=1 --json
  oompoint run --env disk-1g --set page_cache=300MiB --set background=light --policies series --seeds 1-32
  oompoint run --workload secretmem-vs-frag:antagonist=off --policies base,series
  oompoint run --workload zolnierkiewicz-2012:compaction=off --memory 512MiB --policies base
  oompoint run --workload @my-plan.json --policies base,blunt
  oompoint run --env debian-1g --policies base --seeds 1 --proc oom")]
pub struct Args {
    /// Environment preset.
    #[arg(long, default_value = "minimal-1g")]
    env: String,
    /// Workload as NAME[:knob=value,...], or @FILE with a plan as JSON.
    #[arg(long, default_value = "secretmem-vs-frag")]
    workload: String,
    /// Policies as NAME[:knob=value,...], separated by commas; a knob's own comma is written `;`.
    #[arg(long, default_value = "base,series,blunt", value_delimiter = ',')]
    policies: Vec<String>,
    /// Seeds: one number, a range A-B, or several separated by commas.
    #[arg(long, default_value = "1-16")]
    seeds: String,
    /// RAM, such as 512MiB or 2GiB.
    #[arg(long)]
    memory: Option<String>,
    /// Any environment field as KEY=VALUE: cpus, thp, mglru, page_cache, background, vm.defrag_mode, ...
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Print what /proc and the kernel's log would say of the first cell at this moment instead.
    #[arg(long, value_name = "PHASE", conflicts_with = "json")]
    proc: Option<Phase>,
    /// Worker threads; 0 is one a CPU of this machine. The result does not depend on it.
    #[arg(long, default_value_t = 0)]
    jobs: usize,
}

#[derive(Serialize)]
struct Output {
    cells: Vec<CellResult>,
    summary: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    policy: String,
    /// What is summarised: `oom_bytes`, or the score's name.
    metric: String,
    n: u64,
    mean: f64,
    stdev: f64,
    min: u64,
    max: u64,
}

pub fn run_command(args: &Args) -> Result<String, Failure> {
    let mut environment = environment::preset(&args.env).ok_or_else(|| {
        let names: Vec<_> = environment::PRESETS.iter().map(|preset| preset.name).collect();
        format!("--env: no environment `{}`; there are {}", args.env, names.join(", "))
    })?;
    if let Some(memory) = &args.memory {
        environment = set(&environment, "memory", memory)?;
    }
    for pair in &args.set {
        let (key, value) = pair.split_once('=').ok_or(format!("--set {pair}: it is written KEY=VALUE"))?;
        environment = set(&environment, key, value)?;
    }
    environment.check().map_err(|error| format!("environment: {error}"))?;
    let workload = workload(&args.workload)?;
    let policies = args.policies.iter().map(|text| PolicySpec::parse(&text.replace(';', ",")));
    let policies = policies.collect::<Result<Vec<_>, _>>().map_err(|error| format!("--policies: {error}"))?;
    let seeds = seeds(&args.seeds)?;
    let cells: Vec<Cell> = policies
        .iter()
        .flat_map(|policy| {
            seeds.iter().map(|&seed| Cell {
                environment: environment.clone(),
                workload: workload.clone(),
                policy: policy.clone(),
                seed,
                steps_max: STEPS_MAX,
            })
        })
        .collect();
    if let (Some(phase), Some(cell)) = (args.proc, cells.first()) {
        return proc::texts(cell, phase);
    }
    let results = run_all(&cells, args.jobs)?;
    let summary = summarise(&policies, seeds.len(), &results);
    let output = Output { cells: results, summary };
    if args.json {
        return Ok(serde_json::to_string(&output).expect("results are plain data") + "\n");
    }
    Ok(table(&output))
}

/// A workload of the catalog, or a plan from a file.
fn workload(text: &str) -> Result<Workload, Failure> {
    let Some(path) = text.strip_prefix('@') else {
        return Workload::parse(text).map_err(|error| format!("--workload: {error}"));
    };
    let bytes = super::files::read(std::path::Path::new(path))?;
    let json = String::from_utf8(bytes).map_err(|_| format!("{path}: it is not UTF-8"))?;
    Workload::from_json(&json).map_err(|error| format!("{path}: {error}"))
}

fn run_all(cells: &[Cell], jobs: usize) -> Result<Vec<CellResult>, Failure> {
    let results = in_parallel(cells, jobs, run);
    results.into_iter().map(|result| result.map_err(|error| format!("environment: {error}"))).collect()
}

/// Calls `f` with each item on several threads (0: one a CPU); results come in the order of the items.
pub(super) fn in_parallel<T: Sync, R: Send>(items: &[T], jobs: usize, f: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let jobs = if jobs == 0 { std::thread::available_parallelism().map_or(1, usize::from) } else { jobs };
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(i) else { return done };
            done.push((i, f(item)));
        }
    };
    let mut results = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..jobs.min(items.len()).max(1)).map(|_| scope.spawn(work)).collect();
        handles.into_iter().flat_map(|handle| handle.join().expect("a cell does not panic")).collect::<Vec<_>>()
    });
    results.sort_by_key(|&(i, _)| i);
    results.into_iter().map(|(_, result)| result).collect()
}

fn summarise(policies: &[PolicySpec], seeds: usize, results: &[CellResult]) -> Vec<Row> {
    let rows = policies.iter().zip(results.chunks(seeds.max(1)));
    rows.map(|(policy, cells)| {
        let value = |cell: &CellResult| cell.score.as_ref().map_or(cell.oom_bytes, |score| score.value);
        let bytes: Vec<u64> = cells.iter().map(value).collect();
        let metric = cells[0].score.as_ref().map_or("oom_bytes".to_owned(), |score| score.name.clone());
        let summary = Summary::of_counts(&bytes).expect("there is a seed");
        Row {
            policy: policy.text(),
            metric,
            n: bytes.len() as u64,
            mean: summary.mean,
            stdev: summary.stdev.unwrap_or(0.0),
            min: bytes.iter().copied().min().unwrap_or(0),
            max: bytes.iter().copied().max().unwrap_or(0),
        }
    })
    .collect()
}

fn table(output: &Output) -> String {
    let score = output.cells.first().and_then(|cell| cell.score.as_ref());
    let metric = score.map_or("bytes at OOM".to_owned(), |score| format!("{}, {}", score.name, score.unit));
    let mut text = format!("policy                 n        mean       stdev         min         max  {metric}\n");
    for row in &output.summary {
        let Row { policy, n, mean, stdev, min, max, .. } = row;
        text += &format!("{policy:<20} {n:>3} {mean:>11.0} {stdev:>11.0} {min:>11} {max:>11}\n");
    }
    text
}

/// Seeds as `A`, `A-B`, or a list of these.
pub(super) fn seeds(text: &str) -> Result<Vec<u64>, Failure> {
    let mut seeds = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let number = |text: &str| text.trim().parse::<u64>().map_err(|_| format!("--seeds {text}: not a number"));
        let (first, last) = (number(first)?, number(last)?);
        if first > last || last - first >= 100_000 {
            return Err(format!("--seeds {part}: a range runs from low to high, over at most 100,000 seeds"));
        }
        seeds.extend(first..=last);
    }
    Ok(seeds)
}
