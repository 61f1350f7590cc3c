// SPDX-License-Identifier: GPL-2.0-only
//! `oompoint replay`.

use std::path::{Path, PathBuf};

use super::files::{self, Failure};
use crate::replay::{self, Given, Report};
use crate::trace::Imported;
use crate::trace::input::Fault;

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

/// A trace with more than one event in so many outside of the state's zones is of another machine; fewer can come from
/// damaged lines.
const FOREIGN_SHARE: u64 = 20;

/// The text to print, and what is wrong with the input all the same.
pub fn run(args: &Args) -> Result<(String, Option<Failure>), Failure> {
    let (trace, fault) = files::trace(&args.trace)?;
    let name = args.trace.display();
    let has_added = trace.counts.keys().any(|name| name.starts_with("PA "));
    if !args.native && !has_added {
        return Err(format!(
            "{name}: it has no \"PA\" lines of an instrumented kernel; give --native to use the others"
        ));
    }
    let (mut report, foreign) = match &args.state {
        Some(path) => with_state(args, path, &trace, fault)?,
        None => (without_state(args, &trace)?, None),
    };
    if let Some(fault) = fault {
        report.not_judged.push(format!("what follows line {}: {fault}", trace.lines));
    }
    if trace.lost_events > 0 {
        report.not_judged.push(format!("{} events that the kernel lost", trace.lost_events));
    }
    let text = if args.json {
        serde_json::to_string_pretty(&report).expect("a report is plain data") + "\n"
    } else if args.markdown {
        let folder = args.trace.parent().and_then(Path::file_name).or(args.trace.file_name()).unwrap_or_default();
        report.markdown(&folder.to_string_lossy())
    } else {
        report.to_string()
    };
    Ok((text, foreign))
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
    if end.is_some() && fault.is_some() {
        report.not_judged.push("the final state: the trace ends before it".to_owned());
    }
    let cpus = start.params.online_cpus;
    if let Some(other) = trace.events.iter().map(|event| event.cpu).find(|&cpu| cpu >= cpus) {
        report
            .not_judged
            .push(format!("whose per-CPU lists CPU {other} uses: the state has {cpus}, so CPU 0's are taken"));
    }
    let (outside, all) = replay::outside_of(&start, trace);
    let foreign = (outside * FOREIGN_SHARE > all).then(|| {
        format!(
            "{outside} of {all} events name memory outside the state's zones: this trace is of another machine; give the \
             state that was dumped with it"
        )
    });
    report.not_judged.extend(foreign.clone());
    Ok((report, foreign.map(|foreign| format!("{}: {foreign}", args.trace.display()))))
}

fn without_state(args: &Args, trace: &Imported) -> Result<Report, Failure> {
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
    Ok(replay::survey(trace))
}
