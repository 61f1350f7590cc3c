// SPDX-License-Identifier: GPL-2.0-only
//! `oompoint bench`: how fast the model is here. Rounds alternate between the policies in one process, so that what else
//! the machine does falls on all of them; the digests say that the same was computed.

use std::time::Instant;

use serde_json::json;
use xxhash_rust::xxh64::xxh64;

use super::files::Failure;
use crate::environment;
use crate::experiment::{Cell, CellResult, PolicySpec};
use crate::policy::REGISTRY;
use crate::workload::Workload;

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  oompoint bench                every policy on minimal-1g and on disk-1g, best of 5 rounds
  oompoint bench --small        the same at 128 MiB, one round: a test that it works
  oompoint bench --json")]
pub struct Args {
    /// 128 MiB and one round.
    #[arg(long)]
    small: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// One policy on one environment.
struct Row {
    cell: Cell,
    result: CellResult,
    best_us: u128,
}

pub fn run(args: &Args) -> Result<String, Failure> {
    let mut rows: Vec<Row> = Vec::new();
    for round in 0..if args.small { 1 } else { 5 } {
        for (i, cell) in cells(args.small)?.into_iter().enumerate() {
            let begun = Instant::now();
            let result = crate::experiment::run(&cell).map_err(|error| format!("environment: {error}"))?;
            let us = begun.elapsed().as_micros().max(1);
            if round == 0 {
                rows.push(Row { cell, result, best_us: us });
                continue;
            }
            assert_eq!(rows[i].result, result, "the same cell gives the same result");
            rows[i].best_us = rows[i].best_us.min(us);
        }
    }
    let all: String = rows.iter().map(|row| row.result.digest.as_str()).collect::<Vec<_>>().join("\n");
    let digest = format!("{:016x}", xxh64(all.as_bytes(), 0));
    Ok(if args.json { json_of(&rows, &digest) } else { table(&rows, &digest) })
}

fn cells(small: bool) -> Result<Vec<Cell>, Failure> {
    let mut cells = Vec::new();
    for name in ["minimal-1g", "disk-1g"] {
        let mut environment = environment::preset(name).expect("the preset exists");
        if small {
            environment.memory_mib = 128;
        }
        for entry in REGISTRY {
            let workload = Workload::parse("secretmem-vs-frag")?;
            let policy = PolicySpec::parse(entry.name)?;
            cells.push(Cell { environment: environment.clone(), workload, policy, seed: 1, steps_max: 100_000_000 });
        }
    }
    Ok(cells)
}

fn table(rows: &[Row], digest: &str) -> String {
    let mut text = "environment  policy            ms/run  MiB at OOM  digest\n".to_owned();
    for Row { cell, result, best_us } in rows {
        text += &format!(
            "{:<12} {:<17} {:>6} {:>11}  {}\n",
            cell.environment.name,
            result.policy,
            best_us.div_ceil(1000),
            result.oom_bytes >> 20,
            result.digest
        );
    }
    text + &format!("result digest: {digest}\n")
}

fn json_of(rows: &[Row], digest: &str) -> String {
    let of = |row: &Row| {
        json!({"environment": row.cell.environment.name, "policy": row.result.policy,
            "best_us": u64::try_from(row.best_us).unwrap_or(u64::MAX), "digest": row.result.digest})
    };
    let rows: Vec<_> = rows.iter().map(of).collect();
    format!("{:#}\n", json!({"rows": rows, "digest": digest}))
}
