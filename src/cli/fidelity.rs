// SPDX-License-Identifier: GPL-2.0-only
//! `oompoint fidelity`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::done::{DIFFERS, Done, MISSED};
use super::files::Failure;
use super::pool::in_parallel;
use crate::experiment::fidelity::known;
use crate::experiment::fidelity::mail::{POLICIES, SETTINGS};
use crate::experiment::fidelity::measure::mean;
use crate::experiment::fidelity::sensitivity::trials;
use crate::experiment::fidelity::{CELLS, Fixture, Measure, Observed, Spec, observe};
use crate::experiment::parse_seeds;
use crate::experiment::{Cell, CellResult};
use crate::report::fidelity::{self as report, Boots, Changed, Record};

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  oompoint fidelity                          the comparison, over seeds 1-16 (races over 1-32)
  oompoint fidelity --only k0- --seeds 1-4   cells whose name contains `k0-`
  oompoint fidelity --sensitivity --mail     the tables of assumptions and of the mail's guest
  oompoint fidelity --write                  all of it, into FIDELITY.md, www/fidelity.* and www/fidelity/
  oompoint fidelity --write --table          the comparison and the time-lines only
  oompoint fidelity --check                  run every cell again; is the outcome what www/fidelity.json says?

Exit status: 0 fine, 2 bad input, 3 --check found another outcome, 4 a comparison misses its bar and is not listed.")]
pub struct Args {
    /// Seeds: one number, a range A-B, or several separated by commas.
    #[arg(long, default_value = "1-16")]
    seeds: String,
    /// Only cells whose name contains this.
    #[arg(long)]
    only: Option<String>,
    /// The comparison with real runs; what is printed when no table is named.
    #[arg(long)]
    table: bool,
    /// Change every assumption, one at a time.
    #[arg(long)]
    sensitivity: bool,
    /// The mail's guest, setting by setting, and what the blunt fix costs.
    #[arg(long)]
    mail: bool,
    /// What the modules' headers say is modelled, simplified, absent and different.
    #[arg(long)]
    ledger: bool,
    /// Print the comparison as one JSON object.
    #[arg(long, conflicts_with_all = ["table", "sensitivity", "mail", "ledger", "write"])]
    json: bool,
    /// Write the generated parts, all of them if no table is named.
    #[arg(long, conflicts_with = "only")]
    write: bool,
    /// Take the comparison from www/fidelity.json and run nothing: for a change of reasons or of the layout.
    #[arg(long, conflicts_with_all = ["only", "json", "sensitivity", "mail"])]
    recorded: bool,
    /// Run every cell again and say whether the outcome is the recorded one; prints nothing else.
    #[arg(long, conflicts_with_all = ["seeds", "only", "table", "sensitivity", "mail", "ledger", "json", "write", "recorded"])]
    check: bool,
    /// Root of the repository: runs are read from its tests/kernel/runs.
    #[arg(long, default_value = ".")]
    root: PathBuf,
    /// Worker threads; 0 is one a CPU of this machine. The result does not depend on it.
    #[arg(long, default_value_t = 0)]
    jobs: usize,
}

/// The model's runs by [`Spec::key`].
type All = BTreeMap<String, Vec<Observed>>;

pub fn run(args: &Args) -> Result<Done, Failure> {
    if args.recorded {
        return recorded(args).map(Done::from);
    }
    let fixture = fixture(args)?;
    let seeds = parse_seeds(&args.seeds, ',').map_err(|error| format!("--seeds {}", error.problem))?;
    let named = args.table || args.sensitivity || args.mail || args.ledger;
    let wanted = |flag: bool| flag || args.write && !named;
    let with_table = args.table || !named;
    let all = if with_table || args.mail { observe_all(args, &seeds)? } else { All::new() };
    let of = |spec: &Spec| all.get(&spec.key()).map_or(&[][..], Vec::as_slice);
    let record = Record::new(&fixture, &of);
    if args.check {
        return check(args, &record, &all);
    }
    if args.json {
        return Ok(judged(record.json(), &record));
    }
    let mut parts = Vec::new();
    if with_table {
        parts.push(("fidelity", report::table(&record)));
    }
    if wanted(args.sensitivity) {
        parts.push(("sensitivity", sensitivity(args, &seeds)?));
    }
    if wanted(args.mail) {
        parts.push(("mail", mail(args, &seeds, &all)?));
    }
    if wanted(args.ledger) {
        parts.push(("ledger", ledger(&args.root)?));
    }
    if args.write {
        write_parts(&args.root.join("FIDELITY.md"), &parts)?;
        if with_table {
            write_record(&args.root, &record)?;
            for spec in CELLS {
                if let Some(svg) = spec.svg {
                    let picture = report::timeline(spec, of(spec), &fixture.runs(spec.name));
                    write(&args.root.join("www/fidelity").join(svg), &picture)?;
                }
            }
        }
    }
    let text = parts.into_iter().map(|(_, text)| text + "\n").collect();
    Ok(if with_table { judged(text, &record) } else { Done::from(text) })
}

fn fixture(args: &Args) -> Result<Fixture, Failure> {
    Fixture::load(|name| read(&args.root.join("tests/kernel/runs").join(name)))
}

/// The text, and status 4 if a comparison misses its bar without being a known failure.
fn judged(text: String, record: &Record) -> Done {
    let fails = |measure: &&Measure| !measure.passes() && known::find(&measure.cell, &measure.what).is_none();
    let missed: Vec<String> =
        record.measures().filter(fails).map(|measure| format!("{}: {}", measure.cell, measure.what)).collect();
    if missed.is_empty() {
        return Done::from(text);
    }
    Done { text, status: MISSED, said: Some(format!("a bar was missed: {}", missed.join("; "))) }
}

/// The outcome of the model of the day against the recorded one. The mail's own boots are too many for every day;
/// the rows of its second table that come from the same runs tell whether that part was forgotten.
fn check(args: &Args, record: &Record, all: &All) -> Result<Done, Failure> {
    let same = read(&args.root.join("www/fidelity.json"))?.trim_end() == record.json().trim_end();
    let rows = report::measured(&measured_guests(all));
    if same && read(&args.root.join("FIDELITY.md"))?.contains(&rows) {
        let text = format!("every cell comes out as recorded: {} comparisons\n", record.measures().count());
        return Ok(judged(text, record));
    }
    let stale = if same { "FIDELITY.md, part `mail`," } else { "www/fidelity.json" };
    let said = Some(format!("{stale} is not what the model gives: oompoint fidelity --write"));
    Ok(Done { text: String::new(), status: DIFFERS, said })
}

fn recorded(args: &Args) -> Result<String, Failure> {
    let path = args.root.join("www/fidelity.json");
    let record: Record = serde_json::from_str(&read(&path)?).map_err(|error| format!("{}: {error}", path.display()))?;
    let record = record.explained(&fixture(args)?);
    let table = report::table(&record);
    if args.write {
        write_record(&args.root, &record)?;
        write_parts(&args.root.join("FIDELITY.md"), &[("fidelity", table.clone())])?;
    }
    Ok(table)
}

/// The record, and the page made of it.
fn write_record(root: &Path, record: &Record) -> Result<(), Failure> {
    write(&root.join("www/fidelity.json"), &record.json())?;
    write(&root.join("www/fidelity.html"), &report::page(record))
}

fn write_parts(page: &Path, parts: &[(&str, String)]) -> Result<(), Failure> {
    let mut text = read(page)?;
    for (name, new) in parts {
        text = report::replace(&text, name, new).ok_or(format!("{}: no marker of `{name}`", page.display()))?;
    }
    write(page, &text)
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error} (is --root the repository?)", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    folder.and_then(|()| std::fs::write(path, text)).map_err(|error| format!("{}: {error}", path.display()))
}

/// Runs every wanted cell, those that differ only in the real kernel once.
fn observe_all(args: &Args, seeds: &[u64]) -> Result<All, Failure> {
    let wanted = |spec: &&Spec| args.only.as_ref().is_none_or(|only| spec.name.contains(only.as_str()));
    if let Some(only) = args.only.as_ref().filter(|_| !CELLS.iter().any(|spec| wanted(&spec))) {
        return Err(format!("--only {only}: no cell's name contains that; FIDELITY.md names them"));
    }
    let mut jobs: Vec<(String, Cell)> = Vec::new();
    for spec in CELLS.iter().filter(wanted) {
        if jobs.iter().all(|(key, _)| *key != spec.key()) {
            for seed in spec.seeds(seeds) {
                jobs.push((spec.key(), spec.cell(seed)?));
            }
        }
    }
    let results = in_parallel(&jobs, args.jobs, |(_, cell)| observe(cell));
    let mut all = All::new();
    for ((key, _), result) in jobs.into_iter().zip(results) {
        all.entry(key).or_default().push(result.map_err(|error| format!("environment: {error}"))?);
    }
    Ok(all)
}

/// The results of lists of cells, run together.
fn run_lists(args: &Args, lists: &[Vec<Cell>]) -> Result<Vec<Vec<CellResult>>, Failure> {
    let cells: Vec<&Cell> = lists.iter().flatten().collect();
    let mut results = in_parallel(&cells, args.jobs, |cell| crate::experiment::run(cell)).into_iter();
    let mut take = |n: usize| -> Result<Vec<CellResult>, Failure> {
        results.by_ref().take(n).map(|result| result.map_err(|error| format!("environment: {error}"))).collect()
    };
    lists.iter().map(|list| take(list.len())).collect()
}

fn sensitivity(args: &Args, seeds: &[u64]) -> Result<String, Failure> {
    // Means move by whole per cents here; more seeds would not change what is read from the table.
    let seeds = &seeds[..seeds.len().min(8)];
    let trials = trials(seeds)?;
    let lists: Vec<Vec<Cell>> = trials.iter().map(|trial| trial.cells.clone()).collect();
    let results = run_lists(args, &lists)?;
    let changed: Vec<Changed> = trials
        .into_iter()
        .zip(results)
        .map(|(trial, results)| Changed {
            assumption: trial.assumption,
            halves: trial.halves,
            key_cell: trial.key_cell,
            bytes: mean(results.iter().map(|one| one.oom_bytes)),
            migrated: mean(results.iter().map(|one| one.counters.get("pgmigrate_success").copied().unwrap_or(0))),
        })
        .collect();
    Ok(report::sensitivity(&changed, seeds.len()))
}

fn mail(args: &Args, seeds: &[u64], all: &All) -> Result<String, Failure> {
    // A race needs many boots to show its shape.
    let past = seeds.iter().max().map_or(0, |last| last + 1);
    let seeds: Vec<u64> = seeds.iter().copied().chain(past..past + seeds.len() as u64).collect();
    let mut lists = Vec::new();
    for setting in SETTINGS {
        for policy in POLICIES {
            // What a fix costs is steadier than where a race ends.
            let n = if policy == "blunt" { 8 } else { seeds.len() };
            lists.push(
                seeds.iter().take(n).map(|&seed| setting.cell(policy, seed)).collect::<Result<Vec<Cell>, Failure>>()?,
            );
        }
    }
    let mut results = run_lists(args, &lists)?.into_iter();
    let mut next = || results.next().unwrap_or_default();
    let boots: Vec<Boots> = SETTINGS
        .iter()
        .map(|setting| Boots { name: setting.name.to_owned(), base: next(), series: next(), blunt: next() })
        .collect();
    Ok(report::mail(&boots, &measured_guests(all)))
}

/// The guests that real kernels were measured in, as far as base and blunt were both run.
fn measured_guests(all: &All) -> Vec<Boots> {
    let of = |group: &str, policy: &str| -> Vec<CellResult> {
        let spec = CELLS.iter().find(|spec| spec.group == group && spec.policy == policy);
        let runs = spec.and_then(|spec| all.get(&spec.key())).map_or(&[][..], Vec::as_slice);
        runs.iter().map(|one| one.result.clone()).collect()
    };
    let mut groups: Vec<&str> = CELLS.iter().filter(|spec| spec.policy == "blunt").map(|spec| spec.group).collect();
    groups.dedup();
    groups
        .into_iter()
        .map(|group| Boots {
            name: group.to_owned(),
            base: of(group, "base"),
            series: of(group, "series"),
            blunt: of(group, "blunt"),
        })
        .collect()
}

/// The ledger over the modules that stand for parts of a kernel or a guest.
fn ledger(root: &Path) -> Result<String, Failure> {
    let mut files = Vec::new();
    for folder in ["src/environment", "src/model", "src/sim", "src/workload"] {
        collect(root, &root.join(folder), &mut files)?;
    }
    Ok(report::ledger(&files))
}

/// Rust files of a folder and those below it, by name.
fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) -> Result<(), Failure> {
    let failure = |error: std::io::Error| format!("{}: {error}", folder.display());
    let entries = std::fs::read_dir(folder).map_err(failure)?.collect::<Result<Vec<_>, _>>().map_err(failure)?;
    let mut paths: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            files.push((name, read(&path)?));
        }
    }
    Ok(())
}
