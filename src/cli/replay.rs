// SPDX-License-Identifier: GPL-2.0-only
//! `oompoint replay`.

use std::path::PathBuf;

use super::files::{self, Failure};
use crate::replay::{self, Given};
use crate::trace::{decompress, import};

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  oompoint replay --state initial_state.json.gz --trace trace_full.txt.gz --final final_state.json.gz
  oompoint replay --native --state initial_state.json.gz --trace trace.txt.gz --json
  oompoint replay --native --trace trace.txt.gz        (no state: says what can be judged)

Dumps named state_N_label.json[.gz] beside the start state are compared at the trace's snapshot N.")]
pub struct Args {
    /// State of the allocator before the first event (JSON, plain or gzip).
    #[arg(long)]
    state: Option<PathBuf>,
    /// ftrace text, plain or gzip.
    #[arg(long)]
    trace: PathBuf,
    /// State after the last event.
    #[arg(long = "final")]
    end: Option<PathBuf>,
    /// Use the stock tracepoint lines only, which any user can record.
    #[arg(long)]
    native: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> Result<String, Failure> {
    let bytes = files::read(&args.trace)?;
    let input = decompress(&bytes);
    let name = args.trace.display();
    let trace = import(&input.bytes);
    let Some(path) = &args.state else {
        return Err(format!("{name}: no state"));
    };
    let start = files::state(path)?;
    let snapshots = files::snapshots_beside(path)?;
    let end = args.end.as_deref().map(files::state).transpose()?;
    let given = Given { start: &start, snapshots: &snapshots, end: end.as_ref() };
    let (report, _) =
        if args.native { replay::native(given, &trace, |_| true) } else { replay::guided(given, &trace, |_| true) };
    if args.json {
        return Ok(serde_json::to_string_pretty(&report).expect("a report is plain data") + "\n");
    }
    Ok(report.to_string())
}
