// SPDX-License-Identifier: GPL-2.0-only
//! The command line: reads files, calls the pure modules, prints.
//!
//! Exit status: 0 fine, 2 bad input, 3 a result differs from what was promised, 4 a bar was missed.

pub mod bench;
mod done;
mod fidelity;
mod files;
mod grid;
mod link;
mod lists;
mod output;
mod pool;
mod proc;
mod replay;
mod report;
mod run;
mod sweep;
mod validate;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::done::{BAD_INPUT, Done};

#[derive(Parser)]
#[command(
    name = "oompoint",
    version,
    about = "A model of the Linux 7.3 page allocator",
    max_term_width = 100,
    after_help = "\
Exit status: 0 fine, 2 bad input, 3 a result differs from what was promised, 4 a bar was missed.

Examples:
  oompoint run                                     three policies over 16 seeds, as a block for a mail
  oompoint link 'v=1&p=base~blunt&s=1-8&c=..'      run what somebody else ran, and say whether it is the same
  oompoint policies                                what can be compared, and what its knobs are"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run an experiment: a workload under policies and seeds.
    Run(run::Args),
    /// Run a slice of an experiment and print JSON Lines, for machines beside each other.
    Sweep(sweep::Args),
    /// Merge the slices of a sweep to the table that one machine would have given.
    Report(report::Args),
    /// Run what a link names, and say whether the result is the one it promises.
    Link(link::Args),
    /// Say what a link or a file is and whether it is in order, without running anything.
    Validate(validate::Args),
    /// Hold the model against a trace of a real kernel.
    Replay(replay::Args),
    /// List the policies with their sources and knobs.
    Policies(lists::Args),
    /// List the workloads with their sources and knobs.
    Workloads(lists::Args),
    /// List the environments with their fields.
    Environments(lists::Args),
    /// Hold the model against runs of real kernels; writes the generated parts of FIDELITY.md.
    Fidelity(fidelity::Args),
    /// Time the model on a fixed set of cells, and print a digest of what it computed.
    Bench(bench::Args),
}

pub fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Run(args) => run::run_command(&args).map(Done::from),
        Command::Sweep(args) => sweep::run(&args).map(Done::from),
        Command::Report(args) => report::run(&args).map(Done::from),
        Command::Link(args) => link::run(&args),
        Command::Validate(args) => validate::run(&args).map(Done::from),
        Command::Replay(args) => replay::run(&args).map(|(text, wrong)| {
            // What was wrong is said after the report, which is still worth reading.
            Done { text, status: if wrong.is_some() { BAD_INPUT } else { 0 }, said: wrong }
        }),
        Command::Policies(args) => Ok(lists::policies(&args).into()),
        Command::Workloads(args) => Ok(lists::workloads(&args).into()),
        Command::Environments(args) => Ok(lists::environments(&args).into()),
        Command::Fidelity(args) => fidelity::run(&args),
        Command::Bench(args) => bench::run(&args).map(Done::from),
    };
    match result {
        Ok(done) => {
            // A reader that went away, such as `head`, is no error of ours.
            _ = std::io::stdout().write_all(done.text.as_bytes());
            done.said.iter().for_each(|said| eprintln!("oompoint: {said}"));
            ExitCode::from(done.status)
        }
        Err(error) => {
            eprintln!("oompoint: {error}");
            ExitCode::from(BAD_INPUT)
        }
    }
}
