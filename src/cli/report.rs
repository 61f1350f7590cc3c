// SPDX-License-Identifier: GPL-2.0-only
//! `oompoint report`: the table of shards, and the built-in example.

use std::path::PathBuf;

use super::files::{self, Failure};
use super::output::Output;
use crate::report::export::{self, samples};
use crate::report::shards;

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  oompoint report 1.jsonl 2.jsonl                   (from `oompoint sweep`)
  oompoint report --format markdown *.jsonl
  oompoint report --partial 1.jsonl                 (a part is better than nothing, and says that it is one)
  oompoint report --samples mine.txt                (your own runs: a line `NAME: BYTES BYTES ...` a kernel)
  oompoint report --example mail                    (what four runs against three can and cannot show)")]
pub struct Args {
    /// Files of `oompoint sweep`, in any order.
    #[arg(required_unless_present_any = ["example", "samples"])]
    shards: Vec<PathBuf>,
    /// Print a built-in example instead.
    #[arg(long, value_parser = ["mail"], conflicts_with_all = ["shards", "partial", "json", "format", "out", "base"])]
    example: Option<String>,
    /// Compare somebody's own, unpaired runs: NAME: NUMBER..., a sample a line, in bytes or with KiB, MiB, GiB.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["shards", "example", "partial", "json", "format", "out", "base"])]
    samples: Option<PathBuf>,
    /// Report on the seeds that are complete, though others are missing.
    #[arg(long)]
    partial: bool,
    #[command(flatten)]
    output: Output,
}

pub fn run(args: &Args) -> Result<String, Failure> {
    args.output.check()?;
    if args.example.is_some() {
        return export::example::mail().map_err(|refusal| refusal.to_string());
    }
    if let Some(path) = &args.samples {
        let place = |problem: String| format!("{}: {problem}", path.display());
        let text = String::from_utf8(files::read(path)?).map_err(|_| place("not a text".to_owned()))?;
        let samples = samples::parse(&text).map_err(place)?;
        return samples::samples(&samples).map_err(|refusal| place(refusal.to_string()));
    }
    let read = |path: &PathBuf| -> Result<_, Failure> {
        let text = String::from_utf8(files::read(path)?).map_err(|_| format!("{}: not a text", path.display()))?;
        Ok((path.display().to_string(), text))
    };
    let merged = shards::merge(&args.shards.iter().map(read).collect::<Result<Vec<_>, _>>()?)?;
    if let Some(missing) = merged.missing().filter(|_| !args.partial) {
        let notes: String = merged.notes.iter().map(|note| format!("{note}\n")).collect();
        return Err(format!("{notes}{missing}, or use --partial"));
    }
    args.output.render(&merged.sheet.outcome(&merged.experiment), &[])
}
