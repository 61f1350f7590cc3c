// SPDX-License-Identifier: GPL-2.0-only
//! How much each assumption matters: every cost and the pages boot leaves on per-CPU lists, halved and doubled one at a
//! time.

use serde_json::Value;

use super::cells::{Spec, find};
use crate::environment::Environment;
use crate::experiment::Cell;

/// The cells whose means are watched.
pub const KEY_CELLS: [&str; 4] = ["debian/ant/1024/thp=always/defrag=0", "k0-off", "k0-fix", "k1-pc300-bglight-series"];

/// All costs at once: how fast the guest is against the kernel's own timers.
pub const SPEED: &str = "speed (all costs together)";
pub const PCP: &str = "pages on per-CPU lists at boot";
const COSTS: &str = "costs";

/// One assumption changed in one cell.
#[derive(Clone)]
pub struct Trial {
    pub assumption: String,
    /// Halves: 1 is half of the assumed value, 4 is twice.
    pub halves: u64,
    pub key_cell: &'static str,
    pub cells: Vec<Cell>,
}

/// Every trial over the seeds, those with nothing changed first.
pub fn trials(seeds: &[u64]) -> Result<Vec<Trial>, String> {
    let mut trials = Vec::new();
    for halves in [2, 1, 4] {
        for key_cell in KEY_CELLS {
            let spec = find(key_cell).ok_or("a key cell is not in the table")?;
            let names = if halves == 2 { vec![String::new()] } else { assumptions(spec)? };
            for assumption in names {
                let changed = |&seed: &u64| change(spec.cell(seed)?, &assumption, halves);
                let cells = seeds.iter().map(changed).collect::<Result<_, String>>()?;
                trials.push(Trial { assumption, halves, key_cell, cells });
            }
        }
    }
    Ok(trials)
}

/// The names of all assumptions; costs come from the environment itself, so that none is forgotten.
pub fn assumptions(spec: &Spec) -> Result<Vec<String>, String> {
    let tree = tree(&spec.cell(1)?.environment);
    let costs = tree.get(COSTS).and_then(Value::as_object).ok_or("an environment has no costs")?;
    let mut names = vec![SPEED.to_owned()];
    names.extend(costs.keys().map(|key| format!("{COSTS}.{key}")));
    names.push(PCP.to_owned());
    Ok(names)
}

fn tree(environment: &Environment) -> Value {
    serde_json::to_value(environment).expect("an environment is plain data")
}

/// A cell with an assumption at `halves`/2 of its value.
pub fn change(mut cell: Cell, assumption: &str, halves: u64) -> Result<Cell, String> {
    let mut tree = tree(&cell.environment);
    let fields: Vec<String> = match assumption.split_once('.') {
        Some((_, cost)) => vec![format!("/{COSTS}/{cost}")],
        None if assumption == SPEED => {
            let costs = tree.get(COSTS).and_then(Value::as_object);
            costs.into_iter().flat_map(|costs| costs.keys()).map(|key| format!("/{COSTS}/{key}")).collect()
        }
        None if assumption == PCP => {
            let kinds =
                ["pcp_pages_min", "pcp_pages_max", "pcp_unmovable_pages", "pcp_reclaimable_pages", "late_refill_pages"];
            kinds.map(|kind| format!("/footprint/{kind}")).to_vec()
        }
        None => Vec::new(),
    };
    for field in fields {
        let value = tree.pointer_mut(&field).ok_or(format!("{field}: no such field"))?;
        *value = Value::from(value.as_u64().ok_or(format!("{field}: not a number"))? * halves / 2);
    }
    cell.environment = serde_json::from_value(tree).map_err(|error| format!("{assumption}: {error}"))?;
    Ok(cell)
}

/// All costs times `numerator`/`denominator`.
pub fn slower(environment: &Environment, numerator: u64, denominator: u64) -> Result<Environment, String> {
    let mut tree = tree(environment);
    let costs = tree.get_mut(COSTS).and_then(Value::as_object_mut).ok_or("an environment has no costs")?;
    for value in costs.values_mut() {
        *value = Value::from(value.as_u64().unwrap_or(0) * numerator / denominator);
    }
    serde_json::from_value(tree).map_err(|error| error.to_string())
}
