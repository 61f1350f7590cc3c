// SPDX-License-Identifier: GPL-2.0-only
//! The command line: reads files, calls the pure modules, prints.
//!
//! Exit status: 0 fine, 2 bad input, 3 a result differs from what was promised, 4 a bar was missed.

mod files;
mod replay;
mod run;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Bad input.
pub const BAD_INPUT: u8 = 2;

#[derive(Parser)]
#[command(name = "oompoint", version, about = "A model of the Linux 7.3 page allocator", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Hold the model against a trace of a real kernel.
    Replay(replay::Args),
    /// Run an experiment: a workload under policies and seeds.
    Run(run::Args),
}

pub fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Replay(args) => replay::run(&args),
        Command::Run(args) => run::run_command(&args).map(|text| (text, None)),
    };
    match result {
        Ok((text, wrong)) => {
            // A reader that has seen enough, such as `head`, is no failure.
            let _ = std::io::stdout().write_all(text.as_bytes());
            wrong.map_or(ExitCode::SUCCESS, |wrong| {
                eprintln!("oompoint: {wrong}");
                ExitCode::from(BAD_INPUT)
            })
        }
        Err(error) => {
            eprintln!("oompoint: {error}");
            ExitCode::from(BAD_INPUT)
        }
    }
}
