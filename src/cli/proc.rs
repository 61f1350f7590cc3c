// SPDX-License-Identifier: GPL-2.0-only
//! `oompoint run --proc`: the kernel's texts of a run at one of its phases.

use clap::ValueEnum;

use super::files::Failure;
use crate::experiment::Cell;
use crate::experiment::run::run_watched;
use crate::experiment::watch::Watch;
use crate::report::from_model::{layout, oom_report, proc_texts};
use crate::report::proc::view::Layout;
use crate::sim::World;

/// When to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Phase {
    /// After boot.
    Boot,
    /// After the antagonist.
    Frag,
    /// At the OOM kill, with the kernel's report.
    Oom,
    /// Some seconds after the kill.
    End,
}

impl Phase {
    /// Its name in [`Watch::phase`].
    fn name(self) -> &'static str {
        match self {
            Phase::Boot => "boot",
            Phase::Frag => "frag",
            Phase::Oom => "oom",
            Phase::End => "end",
        }
    }
}

/// Runs a cell and prints its texts, each under its file's name.
pub fn texts(cell: &Cell, phase: Phase) -> Result<String, Failure> {
    let mut looker = Looker { phase, layout: layout(&cell.environment), text: None };
    run_watched(cell, &mut looker).map_err(|error| format!("environment: {error}"))?;
    looker.text.ok_or(format!("--proc: the run has no phase `{}`", phase.name()))
}

struct Looker {
    phase: Phase,
    layout: Layout,
    text: Option<String>,
}

impl Watch for Looker {
    fn phase(&mut self, name: &str, world: &World) {
        if name != self.phase.name() || self.text.is_some() {
            return;
        }
        let text = match (self.phase, world.kills.last()) {
            (Phase::Oom, Some(kill)) => oom_report(world, &self.layout, kill).to_string(),
            _ => String::new(),
        };
        let files = proc_texts(world, &self.layout);
        let text = files.iter().fold(text, |text, (name, file)| text + &format!("==> /proc/{name} <==\n{file}"));
        self.text = Some(text);
    }
}
