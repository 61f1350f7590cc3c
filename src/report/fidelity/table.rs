// SPDX-License-Identifier: GPL-2.0-only
//! The comparison as Markdown.

use super::record::Record;
use crate::experiment::fidelity::{Measure, bars, known};

/// Titles of the tables of one figure each, in the order they are printed.
const FIGURES: [(&str, &str); 14] = [
    (bars::ITERATIONS, "Five iterations in one boot: mean of all, MB"),
    (bars::RANGE, "Races: the model's range covers the real runs (MB)"),
    (bars::FREE, "Free pages at OOM"),
    (bars::PCP, "Pages on per-CPU lists at OOM"),
    (bars::BOOST, "Watermark boost at OOM, pages"),
    (bars::UNMAPPED, "Blocks unmapped"),
    ("compact_migrate_scanned", "compact_migrate_scanned"),
    ("pgmigrate_success", "pgmigrate_success"),
    ("pgmigrate_fail", "pgmigrate_fail"),
    (bars::STALLS, "Walks of direct reclaim (`allocstall` of all zones)"),
    (bars::REQUEST, "The request that invokes the OOM killer (most frequent, its share)"),
    (bars::DIRECT, "Whether direct compaction ever ran"),
    (bars::FRAG, "Free blocks by order after the antagonist"),
    (bars::TYPES, "Pageblocks by type after the antagonist"),
];

/// All tables.
pub fn table(record: &Record) -> String {
    let mut text = format!("Digest of the runs: `{}`.\n\n", record.digest());
    text += &totals(record);
    text += "\n### Bytes at the OOM kill\n\nMB (10^6 bytes): mean (lowest..highest, runs).\n\n";
    text += &rows("cell", record.measures().filter(|measure| measure.what == bars::BYTES), false);
    text += "\n### Order of policies\n\nEvery pair whose real ranges do not overlap; means in MB.\n\n";
    text += &rows("cells", record.order.iter(), true);
    text += "\n### What the fixes cost\n\nWith 300 MiB of page cache.\n\n";
    text += &rows("cells", record.costs.iter(), true);
    for (what, title) in FIGURES {
        text += &format!("\n### {title}\n\n");
        text += &rows("cell", record.measures().filter(|measure| measure.what == what), false);
    }
    text += &reasons(record);
    text
}

/// How many bars are reached, by figure.
fn totals(record: &Record) -> String {
    let mut text = String::from("| figure | reached | of |\n|---|---|---|\n");
    let row = |title: &str, measures: Vec<&Measure>| {
        let judged: Vec<_> = measures.into_iter().filter(|measure| measure.miss.is_some()).collect();
        let reached = judged.iter().filter(|measure| measure.passes()).count();
        if judged.is_empty() { String::new() } else { format!("| {title} | {reached} | {} |\n", judged.len()) }
    };
    let of = |what: &str| record.measures().filter(|measure| measure.what == what).collect();
    text += &row(bars::BYTES, of(bars::BYTES));
    text += &row("order of policies", record.order.iter().collect());
    text += &row("cost ratios", record.costs.iter().collect());
    for (what, _) in FIGURES {
        text += &row(what, of(what));
    }
    text += &row("all", record.measures().collect());
    text
}

fn rows<'a>(head: &str, measures: impl Iterator<Item = &'a Measure>, named: bool) -> String {
    let mut text = format!("| {head} | model | real | ratio | tolerance | verdict |\n|---|---|---|---|---|---|\n");
    for measure in measures {
        let Measure { cell, what, model, real, tolerance, .. } = measure;
        let ratio = measure.ratio.map_or(String::new(), |ratio| format!("{ratio:.3}"));
        let name = if named { format!("{cell}: {what}") } else { cell.clone() };
        text += &format!("| {name} | {model} | {real} | {ratio} | {tolerance} | {} |\n", verdict(measure));
    }
    text
}

fn verdict(measure: &Measure) -> &'static str {
    let is_known = known::find(&measure.cell, &measure.what).is_some();
    match (measure.miss, measure.passes()) {
        (None, _) => "",
        (_, true) if is_known && measure.is_cleared() => "agrees, listed as failing",
        (_, true) => "agrees",
        (_, false) if is_known => "known failure",
        (_, false) => "FAILS",
    }
}

/// Why the known failures fail.
fn reasons(record: &Record) -> String {
    let mut text = String::from("\n### Known failures\n\n| cell | figure | reason |\n|---|---|---|\n");
    for measure in record.measures() {
        if let Some(known) = known::find(&measure.cell, &measure.what) {
            text += &format!("| {} | {} | {} |\n", known.cell, known.what, known.reason);
        }
    }
    text
}
