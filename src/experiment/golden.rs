// SPDX-License-Identifier: GPL-2.0-only
//! Recorded cells: what a cell gave once it must give everywhere, natively and in wasm.
//!
//! One cell a line: `environment memory workload policy seed = end bytes digest`, fields separated by spaces.

use super::cell::{Cell, CellResult, PolicySpec};
use super::run::run;
use crate::environment::{preset, set};
use crate::workload::Workload;

/// Steps after which a recorded cell ends, so that a change cannot make the tests hang.
const STEPS_MAX: u64 = 20_000_000;

/// The text with every cell run anew.
///
/// # Errors
/// A line that is no cell, with its number.
pub fn rewrite(text: &str) -> Result<String, String> {
    let mut new = String::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            new += line;
        } else {
            let cell = line.split(" = ").next().unwrap_or_default().trim_end_matches(" =").trim();
            let result = run_line(cell).map_err(|error| format!("line {}: {error}", number + 1))?;
            new += &format!("{cell} = {}", show(&result));
        }
        new.push('\n');
    }
    Ok(new)
}

/// How many cells the text holds.
pub fn count(text: &str) -> usize {
    text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).count()
}

fn run_line(text: &str) -> Result<CellResult, String> {
    let fields: Vec<&str> = text.split(' ').collect();
    let &[environment, memory, workload, policy, seed] = fields.as_slice() else {
        return Err(format!("`{text}`: environment, memory, workload, policy and seed are wanted"));
    };
    let environment = preset(environment).ok_or(format!("no environment `{environment}`"))?;
    let cell = Cell {
        environment: set(&environment, "memory", memory).map_err(|error| error.to_string())?,
        workload: Workload::parse(workload)?,
        policy: PolicySpec::parse(policy)?,
        seed: seed.parse().map_err(|_| format!("`{seed}` is no seed"))?,
        steps_max: STEPS_MAX,
    };
    run(&cell).map_err(|error| error.to_string())
}

fn show(result: &CellResult) -> String {
    format!("{} {} {}", result.end, result.oom_bytes, result.digest)
}
