// SPDX-License-Identifier: GPL-2.0-only
//! `oompoint run`.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;
use serde_json::Value;

use super::files::Failure;
use crate::environment::{self, Environment};
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
  oompoint run --workload @my-plan.json --policies base,blunt")]
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

/// Runs cells on several threads; results come in the order of the cells.
fn run_all(cells: &[Cell], jobs: usize) -> Result<Vec<CellResult>, Failure> {
    let jobs = if jobs == 0 { std::thread::available_parallelism().map_or(1, usize::from) } else { jobs };
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            let Some(cell) = cells.get(i) else { return done };
            done.push((i, run(cell)));
        }
    };
    let mut results = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..jobs.min(cells.len()).max(1)).map(|_| scope.spawn(work)).collect();
        handles.into_iter().flat_map(|handle| handle.join().expect("a cell does not panic")).collect::<Vec<_>>()
    });
    results.sort_by_key(|&(i, _)| i);
    results.into_iter().map(|(_, result)| result.map_err(|error| format!("environment: {error}"))).collect()
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
fn seeds(text: &str) -> Result<Vec<u64>, Failure> {
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

/// Sets one field by its name, through the field's own type.
pub fn set(environment: &Environment, key: &str, value: &str) -> Result<Environment, Failure> {
    let (key, value) = match key {
        "memory" => ("memory_mib", mebibytes(value).ok_or(format!("--memory {value}: write it as 512MiB or 2GiB"))?),
        "page_cache" => ("page_cache_mib", mebibytes(value).ok_or(format!("page_cache={value}: write it as 300MiB"))?),
        _ => (key, value.to_owned()),
    };
    let mut tree = serde_json::to_value(environment).expect("an environment is plain data");
    let mut field = &mut tree;
    for part in key.split('.') {
        let Value::Object(fields) = field else { return Err(format!("--set {key}: `{part}` has no fields")) };
        let known = fields.keys().cloned().collect::<Vec<_>>().join(", ");
        field = fields.get_mut(part).ok_or(format!("--set {key}: no field `{part}`; there are {known}"))?;
    }
    *field = match (&*field, value.as_str()) {
        (Value::Bool(_), "on" | "1" | "yes" | "true") => Value::Bool(true),
        (Value::Bool(_), "off" | "0" | "no" | "false") => Value::Bool(false),
        (Value::Number(_) | Value::Null, text) => {
            text.parse::<u64>().map(Value::from).map_err(|_| format!("--set {key}={text}: a whole number is wanted"))?
        }
        (_, text) => Value::from(text),
    };
    serde_json::from_value(tree).map_err(|error| format!("--set {key}={value}: {error}"))
}

fn mebibytes(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let units = [("gib", 1024), ("g", 1024), ("mib", 1), ("m", 1), ("", 1)];
    let (digits, factor) =
        units.iter().find_map(|(unit, factor)| lower.strip_suffix(unit).map(|rest| (rest, factor)))?;
    digits.trim().parse::<u32>().ok()?.checked_mul(*factor).map(|mib| mib.to_string())
}
