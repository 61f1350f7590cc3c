// SPDX-License-Identifier: GPL-2.0-only
//! `oompoint validate`: says what a link or a file is, and whether it is in order, without running anything.

use std::path::Path;

use super::files::{self, Failure};
use super::link::text_of;
use crate::experiment::seeds_text;
use crate::link::{self, LinkCheck};
use crate::report::{export::lint, shards};
use crate::trace;
use crate::workload::Workload;

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  oompoint validate 'https://oompoint.example.org/#v=1&s=1-16&c=g4'
  oompoint validate 3.jsonl             (a shard of `oompoint sweep`)
  oompoint validate mail.txt            (a report: the rules of mailing lists, and the link in it)
  oompoint validate state.json.gz       (a dump of an allocator's state)
  oompoint validate trace.txt.gz        (a trace)

Exit status: 0 in order, 2 not.")]
pub struct Args {
    /// File, URL or fragment.
    what: String,
}

pub fn run(args: &Args) -> Result<String, Failure> {
    let path = Path::new(&args.what);
    if !path.is_file() && args.what.contains('=') {
        return link_in(&args.what);
    }
    let bytes = files::read(path)?;
    let name = path.display();
    let input = trace::decompress(&bytes);
    let text = String::from_utf8_lossy(&input.bytes).into_owned();
    if text.starts_with("{\"format\":\"oompoint shard") {
        let merged = shards::merge(&[(name.to_string(), text)])?;
        let whole = merged.experiment.cells();
        let here = whole - merged.sheet.missing(&merged.experiment).len();
        let notes: String = merged.notes.iter().map(|note| format!("{note}\n")).collect();
        return Ok(format!("{notes}{name}: a shard, {here} of the experiment's {whole} cells\n"));
    }
    if text.starts_with('{') {
        return match text_of(&args.what) {
            Ok(fragment) => link_in(&fragment),
            Err(_) if text.starts_with("{\"cells\":") => {
                Err(format!("{name}: the result of `oompoint run --json`, which holds no link; --format json does"))
            }
            Err(_) if Workload::from_json(&text).is_ok() => Ok(format!("{name}: a plan of a workload\n")),
            Err(_) => files::state(path).map(|state| format!("{name}: a state of {} zones\n", state.zones.len())),
        };
    }
    if text.lines().any(|line| line.starts_with("https://") && line.contains("/#v=")) {
        return mail(&name.to_string(), &text);
    }
    let trace = trace::import(&input.bytes);
    let events = trace.events.len();
    if events == 0 {
        return Err(format!("{name}: no link, no shard, no state, and no line of it is an event of a trace"));
    }
    if let Some(fault) = input.fault {
        return Err(format!("{name}: a trace of {events} events; behind line {}: {fault}", trace.lines));
    }
    let skipped = trace.skipped.first.first().map_or(String::new(), |first| {
        format!("; {} lines left out, the first is line {}: {}", trace.skipped.total, first.line, first.reason)
    });
    Ok(format!("{name}: a trace of {events} events{skipped}\n"))
}

fn mail(name: &str, text: &str) -> Result<String, Failure> {
    let found = lint::lint(text);
    if !found.is_empty() {
        return Err(format!("{name}: {}", found.join("\n")));
    }
    let link = text.lines().rfind(|line| line.starts_with("https://")).unwrap_or_default();
    Ok(format!("{name}: a report that survives mailing lists\n{}", link_in(link)?))
}

fn link_in(text: &str) -> Result<String, Failure> {
    let opened = link::open(text).map_err(|error| error.to_string())?;
    if opened.check == LinkCheck::Wrong {
        return Err(opened.notes.join(" "));
    }
    let experiment = &opened.link.experiment;
    let policies: Vec<_> = experiment.policies.iter().map(|policy| policy.text()).collect();
    let fragment = link::write(&opened.link);
    let mut lines = vec![
        format!("a link of version {}, {} characters after #", opened.version, fragment.len()),
        format!("environment: {}, {} MiB", experiment.environment.name, experiment.environment.memory_mib),
        format!("workload: {}", experiment.workload.text()),
        format!("policies: {}", policies.join(", ")),
        format!("seeds: {} ({} runs)", seeds_text(&experiment.seeds, ','), experiment.cells()),
        match &opened.link.result {
            Some(promise) => format!("result check: r={}, model {}", promise.hash, promise.model),
            None => "result check: none".to_owned(),
        },
    ];
    lines.extend(opened.notes);
    lines.push(format!("canonical: {fragment}"));
    Ok(lines.join("\n") + "\n")
}
