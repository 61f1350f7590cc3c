// SPDX-License-Identifier: GPL-2.0-only
//! `oompoint link`: reproduces a link.

use serde_json::Value;

use super::done::{DIFFERS, Done};
use super::files::Failure;
use super::output::Output;
use super::pool;
use crate::experiment::Outcome;
use crate::link::{self, LinkCheck};
use crate::report::export;

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  oompoint link 'https://oompoint.example.org/#v=1&s=1-16&c=g4'
  oompoint link 'v=1&p=base~blunt&s=1-8'           (the fragment is enough; quote it, & means something to a shell)
  oompoint link result.json                        (a file of `oompoint run --format json`, or a report with its link)

Exit status: 0 reproduced, or nothing was promised; 2 bad link; 3 the result is not the one that the link promises or
the file holds.")]
pub struct Args {
    /// URL, fragment, or file.
    link: String,
    /// Run a link whose check does not fit, as it is.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    output: Output,
    /// Worker threads; 0 is one a CPU.
    #[arg(long, default_value_t = 0)]
    jobs: usize,
}

pub fn run(args: &Args) -> Result<Done, Failure> {
    args.output.check()?;
    let opened = link::open(&text_of(&args.link)?).map_err(|error| error.to_string())?;
    if opened.check == LinkCheck::Wrong && !args.force {
        return Err(format!("{} (--force runs it as it is.)", opened.notes.join(" ")));
    }
    opened.notes.iter().for_each(|note| eprintln!("oompoint: {note}"));
    let outcome = pool::run_whole(&opened.link.experiment, args.jobs)?;
    let found = link::compare(&opened.link, &outcome).expect("the outcome is whole");
    let mut sentence = found.sentence();
    let edited = edited(&args.link, &outcome);
    sentence += &edited.as_ref().map_or(String::new(), |what| format!(" But {what}."));
    let text = args.output.render(&outcome, std::slice::from_ref(&sentence))?;
    let differs = found.is_broken() || edited.is_some();
    Ok(Done { text, status: if differs { DIFFERS } else { 0 }, said: Some(sentence) })
}

/// The first figure of a JSON file that this run does not give.
fn edited(argument: &str, outcome: &Outcome) -> Option<String> {
    let tree: Value = serde_json::from_slice(&std::fs::read(argument).ok()?).ok()?;
    let given = tree.get("cells")?.as_array()?;
    let now = serde_json::to_value(export::summary(outcome)).expect("results are plain data");
    let now = now["cells"].as_array()?;
    if given.len() != now.len() {
        return Some(format!("the file holds {} runs and the link names {}", given.len(), now.len()));
    }
    let (given, now) = given.iter().zip(now).find(|(given, now)| given != now)?;
    let run = format!("under {}, seed {}", now["policy"], now["seed"]);
    let (mut given, mut now) = (Some(given), now);
    let mut field = String::new();
    while let Value::Object(fields) = now {
        let (name, value) =
            fields.iter().find(|(name, value)| given.and_then(|given| given.get(name)) != Some(value))?;
        (given, now) = (given.and_then(|given| given.get(name)), value);
        field += &format!("{}{name}", if field.is_empty() { "" } else { "." });
    }
    let written = given.map_or("nothing".to_owned(), Value::to_string);
    Some(format!("{run}, the file says {field} {written}, this run {now}"))
}

/// The link in an argument: itself, what a JSON file holds under `experiment`, or the last link of a report.
pub fn text_of(argument: &str) -> Result<String, Failure> {
    if !std::path::Path::new(argument).is_file() && argument.contains('=') {
        return Ok(argument.to_owned());
    }
    let bytes = super::files::read(argument.as_ref())?;
    let text = String::from_utf8_lossy(&bytes);
    if let Some(link) = text.lines().rfind(|line| line.starts_with("https://") && line.contains("#v=")) {
        return Ok(link.to_owned());
    }
    let tree: Value = serde_json::from_slice(&bytes).map_err(|error| format!("{argument}: {error}"))?;
    let fragment = tree.get("experiment").and_then(|fragment| fragment.as_str());
    fragment.map(str::to_owned).ok_or(format!("{argument}: it has no `experiment`, as --format json writes it"))
}
