// SPDX-License-Identifier: GPL-2.0-only
//! The block for a mail: pure ASCII, at most 72 columns, complete without its link.

use super::analysis::{Analysis, COSTS, Comparison, PRICED, Row};
use super::table::Table;
use super::words::{WIDTH, wrap};
use crate::environment;
use crate::experiment::seeds_text;
use crate::link::{LENGTH_MAX, length_note};
use crate::stats::{Axis, Standing, legend};

/// The most bins of a line.
const BINS_MAX: usize = 40;

/// The whole block.
pub fn text(analysis: &Analysis) -> String {
    let mut lines = header(analysis);
    let mut part = |block: Vec<String>| {
        if !block.is_empty() {
            lines.push(String::new());
            lines.extend(block);
        }
    };
    part(results(analysis));
    part(sentences(analysis));
    part(bins(analysis));
    part(costs(analysis));
    part(policies(analysis));
    part(notes(analysis));
    part(link(analysis));
    lines.join("\n") + "\n"
}

fn header(analysis: &Analysis) -> Vec<String> {
    let mut lines = wrap("", "", &analysis.metric.title());
    lines.extend(wrap("", "", &analysis.model()));
    for (name, value) in setting(analysis) {
        lines.extend(wrap(&format!("{name}: "), "  ", &value));
    }
    lines
}

/// What was run, as names and values.
pub fn setting(analysis: &Analysis) -> Vec<(&'static str, String)> {
    let experiment = &analysis.outcome.experiment;
    let guest = &experiment.environment;
    let preset = environment::PRESETS.iter().find(|preset| preset.name == guest.name);
    let about = preset.map_or("", |preset| preset.about);
    let changes = preset.map_or(Vec::new(), |preset| environment::changes(guest, &preset.environment()));
    // Memory and CPUs are said in any case.
    let changes = changes.into_iter().filter(|(name, _)| !["memory_mib", "cpus"].contains(&name.as_str()));
    let changes: Vec<_> = changes.map(|(name, value)| format!("{name}={value}")).collect();
    let set = if changes.is_empty() { String::new() } else { format!("; set: {}", changes.join(" ")) };
    let cpus = if guest.cpus == 1 { "1 CPU".to_owned() } else { format!("{} CPUs", guest.cpus) };
    let environment = format!("{} ({about}); {} MiB, {cpus}{set}", guest.name, guest.memory_mib);
    let entry = experiment.workload.entry();
    let knobs = entry.knobs.iter().map(|knob| {
        let value = experiment.workload.knob(knob.name);
        let value = match (knob.is_switch(), value) {
            (true, 0) => "off".to_owned(),
            (true, _) => "on".to_owned(),
            _ => value.to_string(),
        };
        format!("{}={value}", knob.name)
    });
    let knobs = knobs.collect::<Vec<_>>().join(" ");
    let workload = match &experiment.workload.custom {
        Some(plan) => format!("{} (a plan of its author's; the link holds it)", plan.name),
        None => format!("{}: {knobs}", entry.name),
    };
    let seeds = &analysis.outcome.seeds;
    let usual = seeds.iter().zip(1..).all(|(seed, wanted)| *seed == wanted);
    let chosen = if usual { "" } else { "; chosen: the usual seeds are 1 to n" };
    let seeds = format!("{} (n = {}, the same for every policy{chosen})", seeds_text(seeds, ','), seeds.len());
    vec![("environment", environment), ("workload", workload), ("seeds", seeds)]
}

/// The main table; in two where one would be too wide.
fn results(analysis: &Analysis) -> Vec<String> {
    let whole = table(analysis, true, true);
    if whole.width() <= WIDTH {
        return whole.lines();
    }
    let mut lines = table(analysis, true, false).lines();
    lines.push(String::new());
    lines.extend(table(analysis, false, true).lines());
    lines
}

pub fn table(analysis: &Analysis, with_sample: bool, with_comparison: bool) -> Table {
    let mut head = vec!["policy"];
    head.extend(if with_sample { &["n", "mean", "stdev", "min", "max"][..] } else { &[] });
    head.extend(if with_comparison { &["delta", "95%_interval", "verdict"][..] } else { &[] });
    let mut table = Table::new(&head);
    for (index, row) in analysis.rows.iter().enumerate() {
        let mut cells = vec![row.label.clone()];
        if with_sample {
            cells.extend(sample(analysis, row));
        }
        if with_comparison {
            match index.checked_sub(1) {
                None => cells.extend(["base", "-", "-"].map(str::to_owned)),
                Some(index) => cells.extend(comparison(analysis, &analysis.comparisons[index])),
            }
        }
        table.add(cells);
    }
    table
}

/// n, mean, stdev, min and max as they are printed.
pub fn sample(analysis: &Analysis, row: &Row) -> [String; 5] {
    let (grain, summary) = (analysis.grain, &row.summary);
    let n = summary.n;
    let stdev = summary.stdev.map_or("-".to_owned(), |stdev| grain.mean(stdev, n));
    [n.to_string(), grain.mean(summary.mean, n), stdev, grain.value(summary.min), grain.value(summary.max)]
}

/// Delta, interval and verdict as they are printed.
pub fn comparison(analysis: &Analysis, one: &Comparison) -> [String; 3] {
    let (grain, paired) = (analysis.grain, &one.paired);
    let percent = |value: f64| grain.percent(value, paired.n, paired.base);
    let delta = paired.percent().map_or("-".to_owned(), |value| format!("{}%", percent(value)));
    let interval = paired.interval.and_then(|interval| interval.percent_of(paired.base));
    let interval = interval.map_or("-".to_owned(), |i| format!("[{},{}]%", percent(i.low), percent(i.high)));
    [delta, interval, paired.verdict.word().to_owned()]
}

fn sentences(analysis: &Analysis) -> Vec<String> {
    let all = analysis.warnings().into_iter().chain(analysis.verdicts());
    all.flat_map(|sentence| wrap("", "  ", &sentence)).collect()
}

fn bins(analysis: &Analysis) -> Vec<String> {
    let samples: Vec<&[f64]> = analysis.rows.iter().map(|row| row.values.as_slice()).collect();
    let label = analysis.rows.iter().map(|row| row.label.len()).max().unwrap_or(0);
    let ends = |axis: &Axis| {
        let half = analysis.grain.step() / 2.0;
        [axis.low + half, axis.high() - half].map(|end| analysis.grain.value(end.max(0.0)))
    };
    let Ok(axis) = Axis::around(&samples, BINS_MAX, analysis.grain) else { return Vec::new() };
    let room = WIDTH.saturating_sub(label + ends(&axis).iter().map(String::len).sum::<usize>() + 7);
    // An axis of fewer bins is a little longer, and so may be its ends.
    let Ok(axis) = Axis::around(&samples, room.clamp(8, BINS_MAX), analysis.grain) else { return Vec::new() };
    let [low, high] = ends(&axis);
    let mut lines = vec![legend()];
    for row in &analysis.rows {
        lines.push(format!("{:<label$}  {low} |{}| {high}", row.label, axis.ascii(&row.values)));
    }
    lines
}

/// Cost rows: as many policies beside each other as fit.
fn costs(analysis: &Analysis) -> Vec<String> {
    let name = COSTS.iter().map(|name| name.len()).max().unwrap_or(0);
    let mut lines = wrap("", "", "Costs: mean a run, under the names of /proc/vmstat");
    let mut rest = analysis.rows.as_slice();
    while !rest.is_empty() {
        let mut width = name;
        let fits = rest.iter().take_while(|row| {
            let cells = row.costs.iter().map(|cost| format!("{cost:.1}").len()).max().unwrap_or(0);
            width += 2 + cells.max(row.label.len());
            width <= WIDTH
        });
        let (now, later) = rest.split_at(fits.count().max(1));
        let mut head = vec!["counter"];
        head.extend(now.iter().map(|row| row.label.as_str()));
        let mut table = Table::new(&head);
        for (index, name) in COSTS.iter().enumerate() {
            let mut cells = vec![(*name).to_owned()];
            cells.extend(now.iter().map(|row| format!("{:.1}", row.costs[index])));
            table.add(cells);
        }
        lines.extend(table.lines());
        rest = later;
    }
    for sentence in analysis.prices().into_iter().chain(front(analysis)) {
        lines.extend(wrap("", "  ", &sentence));
    }
    lines
}

/// Which policies no other one beats on both MiB and pages migrated.
pub fn front(analysis: &Analysis) -> Option<String> {
    let rows = &analysis.rows;
    let name = if analysis.metric.name == "oom_bytes" { "MiB" } else { "score" };
    if rows.len() < 2 {
        return None;
    }
    let best = rows.iter().filter(|row| row.standing == Standing::Front).map(|row| row.label.as_str());
    let mut sentence =
        format!("No policy beats these on both mean {name} and {PRICED}: {}", best.collect::<Vec<_>>().join(", "));
    for row in rows {
        if let Some(by) = analysis.beaten_by(row) {
            sentence += &format!("; {by} is ahead of {} in both", row.label);
        }
    }
    Some(sentence + ".")
}

fn policies(analysis: &Analysis) -> Vec<String> {
    let specs = analysis.rows.iter().zip(&analysis.outcome.experiment.policies);
    specs
        .flat_map(|(row, spec)| {
            let knobs = if row.policy == row.label { String::new() } else { format!("{}: ", row.policy) };
            wrap(&format!("{}: ", row.label), "  ", &format!("{knobs}{}", spec.policy.about))
        })
        .collect()
}

fn notes(analysis: &Analysis) -> Vec<String> {
    analysis.footnotes().iter().flat_map(|note| wrap("* ", "  ", note)).collect()
}

fn link(analysis: &Analysis) -> Vec<String> {
    let mut lines = match &analysis.result {
        Some(hash) => wrap("", "  ", &format!("result check: r={hash}")),
        None => Vec::new(),
    };
    if analysis.url.len() > LENGTH_MAX {
        let note = length_note(&analysis.url).unwrap_or_default();
        lines.extend(wrap(
            "No link: ",
            "  ",
            &format!("{note} `--format json` writes one that `oompoint link` opens."),
        ));
    } else {
        lines.push(analysis.url.clone());
    }
    lines
}
