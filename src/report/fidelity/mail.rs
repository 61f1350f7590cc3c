// SPDX-License-Identifier: GPL-2.0-only
//! The mail's table under each setting of its guest, and what the blunt fix costs there.

use crate::experiment::CellResult;
use crate::experiment::fidelity::mail::{BASE_BYTES, DIFFERENCE, LIKE, SERIES_BYTES, bytes, chance};
use crate::experiment::fidelity::measure::mean;

/// The boots of one setting, by policy.
#[derive(Clone, Debug)]
pub struct Boots {
    pub name: String,
    pub base: Vec<CellResult>,
    pub series: Vec<CellResult>,
    pub blunt: Vec<CellResult>,
}

/// Both tables. `others` are settings outside the mail's guest, for the costs of the fix.
pub fn mail(boots: &[Boots], others: &[Boots]) -> String {
    let mut text = format!(
        "The mail: {:.1} MB of four boots of base, {:.1} MB of three of series, {DIFFERENCE:.1} %. `at most`: share of \
         tables of 4 against 3 drawn boots with that difference or a more negative one; `like it`: within {LIKE:.0} \
         points of it.\n\n",
        BASE_BYTES / 1e6,
        SERIES_BYTES / 1e6
    );
    text += "| mail-1g with | base MB | series MB | series range | series against base | at most | like it |\n";
    text += "|---|---|---|---|---|---|---|\n";
    boots.iter().for_each(|setting| text += &row(setting));
    if let Some(first) = boots.first() {
        text += &format!("\nEach row: {} boots of either policy.\n", first.base.len());
    }
    text += "\n### What the blunt fix costs, and when\n\n";
    text += "Means of blunt and of base over the same seeds, ";
    let boots_of = |of: &[Boots]| of.iter().map(|one| one.base.len().min(one.blunt.len())).max().unwrap_or(0);
    text += &format!("{} boots of a measured guest, {} of the mail's.\n\n", boots_of(others), boots_of(boots));
    text += "| guest | bytes | pages migrated | frames scanned | direct compactions | walks of direct reclaim | simulated time in all |\n";
    text += "|---|---|---|---|---|---|---|\n";
    text += &measured(others);
    boots.iter().for_each(|setting| text += &cost(&format!("mail-1g, {}", setting.name), setting));
    text
}

/// The rows of the guests that real kernels were measured in.
pub fn measured(others: &[Boots]) -> String {
    others.iter().map(|setting| cost(&setting.name, setting)).collect()
}

fn row(setting: &Boots) -> String {
    let of = |results: &[CellResult]| -> Vec<f64> { results.iter().map(bytes).collect() };
    let (base, series) = (of(&setting.base), of(&setting.series));
    let Some(chance) = chance(&base, &series) else { return String::new() };
    let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64 / 1e6;
    let low = series.iter().copied().fold(f64::INFINITY, f64::min) / 1e6;
    let high = series.iter().copied().fold(0.0, f64::max) / 1e6;
    format!(
        "| {} | {:.1} | {:.1} | {low:.1}..{high:.1} | {:+.1} % | {:.1} % | {:.1} % |\n",
        setting.name,
        mean(&base),
        mean(&series),
        chance.difference,
        chance.at_most * 100.0,
        chance.like * 100.0
    )
}

fn cost(name: &str, setting: &Boots) -> String {
    if setting.base.is_empty() || setting.blunt.is_empty() {
        return String::new();
    }
    // The first boots are those of the first seeds, under each policy.
    let n = setting.base.len().min(setting.blunt.len());
    let figure = |results: &[CellResult], of: &dyn Fn(&CellResult) -> u64| mean(results.iter().map(of));
    let both = |of: &dyn Fn(&CellResult) -> u64, unit: f64| {
        let (blunt, base) = (figure(&setting.blunt[..n], of), figure(&setting.base[..n], of));
        let times = if base > 0.0 { format!(" ({:.2})", blunt / base) } else { String::new() };
        format!("{:.1} / {:.1}{times}", blunt / unit, base / unit)
    };
    let counter = |name: &'static str| move |one: &CellResult| one.counters.get(name).copied().unwrap_or(0);
    format!(
        "| {name} | {} MB | {} k | {} k | {} | {} | {} s |\n",
        both(&|one| one.oom_bytes, 1e6),
        both(&counter("pgmigrate_success"), 1e3),
        both(&counter("compact_migrate_scanned"), 1e3),
        both(&counter("compact_stall"), 1.0),
        both(&CellResult::stalls, 1.0),
        both(&|one| one.simulated_ms, 1e3),
    )
}
