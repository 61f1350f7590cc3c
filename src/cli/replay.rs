// SPDX-License-Identifier: GPL-2.0-only
//! `oompoint replay`.

use std::path::{Path, PathBuf};

use super::files::{self, Failure};
use crate::replay::{self, Given, Report};
use crate::trace::Imported;
use crate::trace::input::Fault;
use crate::trace::skip::Skip;

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
    /// Print one row of a Markdown table: trace, mode, pages, pageblocks, drained pages, fallbacks, states.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
}

/// Skipped lines that the text names; --json has up to a thousand.
const SKIPS_SHOWN: usize = 3;

/// The text to print, and what is wrong with the input all the same.
pub fn run(args: &Args) -> Result<(String, Option<Failure>), Failure> {
    let (trace, fault) = files::trace(&args.trace)?;
    let name = args.trace.display();
    if !args.native && !replay::has_added(&trace) {
        return Err(format!(
            "{name}: it has no \"PA\" lines of an instrumented kernel; give --native to use the others"
        ));
    }
    let (report, foreign) = match &args.state {
        Some(path) => with_state(args, path, &trace, fault)?,
        None => (without_state(args, &trace, fault)?, None),
    };
    let text = if args.json {
        let mut tree = serde_json::to_value(&report).expect("a report is plain data");
        tree["skipped"] = skips(&trace).collect();
        format!("{tree:#}\n")
    } else if args.markdown {
        let folder = args.trace.parent().and_then(Path::file_name).or(args.trace.file_name()).unwrap_or_default();
        report.markdown(&folder.to_string_lossy())
    } else {
        let mut text = report.to_string();
        for (reason, count) in trace.skipped.by_reason.iter() {
            text += &format!("  skipped {count} lines: {reason}\n");
        }
        for skip in trace.skipped.first.iter().take(SKIPS_SHOWN) {
            text += &format!("  skipped line {}: {}: {}\n", skip.line, skip.reason, skip.text);
        }
        text
    };
    Ok((text, foreign))
}

/// The lines that were left out, as far as they were kept.
fn skips(trace: &Imported) -> impl Iterator<Item = serde_json::Value> + '_ {
    let skip =
        |skip: &Skip| serde_json::json!({ "line": skip.line, "reason": skip.reason.to_string(), "text": skip.text });
    trace.skipped.first.iter().map(skip)
}

fn with_state(
    args: &Args,
    path: &Path,
    trace: &Imported,
    fault: Option<Fault>,
) -> Result<(Report, Option<Failure>), Failure> {
    let start = files::state(path)?;
    let end = args.end.as_deref().map(files::state).transpose()?;
    let snapshots = if args.native { Vec::new() } else { files::snapshots_beside(path)? };
    // The end of a cut trace is not the moment of the final state.
    let given = Given { start: &start, snapshots: &snapshots, end: end.as_ref().filter(|_| fault.is_none()) };
    let (mut report, _) =
        if args.native { replay::native(given, trace, |_| true) } else { replay::guided(given, trace, |_| true) };
    let limits = Given { end: end.as_ref(), ..given };
    let foreign = replay::note_limits(&mut report, Some(limits), trace, fault);
    Ok((report, foreign.map(|foreign| format!("{}: {foreign}", args.trace.display()))))
}

fn without_state(args: &Args, trace: &Imported, fault: Option<Fault>) -> Result<Report, Failure> {
    if !args.native {
        return Err("a guided replay needs the state before the first event: give --state, or --native to do without"
            .to_owned());
    }
    if let Some(end) = &args.end {
        let name = end.display();
        return Err(format!(
            "{name}: a final state can be compared only with a start state; give --state or omit --final"
        ));
    }
    let mut report = replay::survey(trace);
    replay::note_limits(&mut report, None, trace, fault);
    Ok(report)
}
