// SPDX-License-Identifier: GPL-2.0-only
//! `oompoint sweep`: a slice of a grid as JSON Lines.

use std::io::Write;

use super::files::Failure;
use super::grid::Grid;
use super::pool;
use crate::report::shards;

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  oompoint sweep --shard 1/2 --seeds 1-64 > 1.jsonl
  oompoint sweep --shard 2/2 --seeds 1-64 > 2.jsonl
  oompoint report 1.jsonl 2.jsonl

Lines are written as runs end, so a shard that was killed keeps what it had; running it again completes it. The table
is the same as that of one `oompoint run` with the same flags.")]
pub struct Args {
    #[command(flatten)]
    grid: Grid,
    /// Which slice, as I/N with I from 1 to N.
    #[arg(long, value_name = "I/N", default_value = "1/1")]
    shard: String,
}

pub fn run(args: &Args) -> Result<String, Failure> {
    let experiment = args.grid.experiment()?;
    let (i, n) = shard(&args.shard).ok_or(format!("--shard {}: write it as I/N with I from 1 to N", args.shard))?;
    let numbers: Vec<usize> = experiment.shard(i, n).collect();
    let bar = pool::bar(numbers.len());
    let mut out = std::io::stdout().lock();
    let mut write = |text: String| {
        // Flushed line by line: what a killed process had done is not done again in vain.
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| format!("standard output: {error}"))
    };
    write(shards::head(&experiment, i, n))?;
    pool::run_cells(&experiment, &numbers, args.grid.jobs, &mut |number, result| {
        bar.inc(1);
        write(shards::line(number, result))
    })?;
    bar.finish_and_clear();
    Ok(String::new())
}

fn shard(text: &str) -> Option<(usize, usize)> {
    let (i, n) = text.split_once('/')?;
    let (i, n) = (i.parse().ok()?, n.parse().ok()?);
    (1..=n).contains(&i).then_some((i, n))
}
