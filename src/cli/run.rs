// SPDX-License-Identifier: GPL-2.0-only
//! `oompoint run`.

use super::files::Failure;
use super::grid::Grid;
use super::output::Output;
use super::pool;
use super::proc::{self, Phase};
use crate::experiment::Until;

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  oompoint run --env minimal-1g --policies base,series,blunt --seeds 1-16
  oompoint run --env debian-1g --memory 512MiB --set thp=never --set vm.defrag_mode=1 --json
  oompoint run --env disk-1g --set page_cache=300MiB --set background=light --policies series --seeds 1-32
  oompoint run --workload secretmem-vs-frag:antagonist=off --policies base,series
  oompoint run --workload zolnierkiewicz-2012:compaction=off --memory 512MiB --policies base
  oompoint run --workload @my-plan.json --policies base,blunt
  oompoint run --env debian-1g --policies base --seeds 1 --proc oom
  oompoint run --env mail-1g --until 2 --format markdown     (add seeds until every interval is below 2 %)
  oompoint run --format falba --out results                  (then: falba cmp)")]
pub struct Args {
    #[command(flatten)]
    grid: Grid,
    #[command(flatten)]
    output: Output,
    /// Print what /proc and the kernel's log would say of the first cell at this moment instead.
    #[arg(long, value_name = "PHASE", conflicts_with_all = ["json", "format", "until"])]
    proc: Option<Phase>,
    /// Add seeds until the 95 % interval of every paired difference is narrower than PERCENT of the baseline's mean.
    #[arg(long, value_name = "PERCENT", allow_hyphen_values = true)]
    until: Option<String>,
    /// Seeds at which --until stops in any case.
    #[arg(long, value_name = "SEEDS", default_value_t = 1024, requires = "until")]
    at_most: u32,
}

pub fn run_command(args: &Args) -> Result<String, Failure> {
    let mut experiment = args.grid.experiment()?;
    args.output.check()?;
    if let Some(percent) = &args.until {
        experiment.until =
            Some(Until::new(percent, args.at_most).map_err(|error| format!("--{} {}", error.field, error.problem))?);
        if experiment.policies.len() < 2 {
            return Err("--until: it compares, so it needs two policies".to_owned());
        }
    }
    if let Some(phase) = args.proc {
        return proc::texts(&experiment.cell(0), phase);
    }
    let outcome = pool::run_whole(&experiment, args.grid.jobs)?;
    args.output.render(&outcome, &[])
}
