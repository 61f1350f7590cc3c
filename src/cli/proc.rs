// SPDX-License-Identifier: GPL-2.0-only
//! `oompoint run --proc`: the kernel's texts of a run at one of its phases.

use clap::ValueEnum;

use super::files::Failure;
use crate::environment::{Environment, Thp};
use crate::experiment::Cell;
use crate::experiment::run::{Watch, run_watched};
use crate::report::from_model::{Listed, oom_report, proc_texts};
use crate::report::proc::view::Layout;
use crate::sim::World;
use crate::sim::process::Process;

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

/// Debian's configuration for guests with its settings, the small kernel's for the others.
fn layout(environment: &Environment) -> Layout {
    if environment.mglru || environment.thp == Thp::Always { Layout::debian() } else { Layout::minimal() }
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
        let listed = |process: &Process| listed(world, process);
        let living: Vec<Listed> = world.processes.iter().filter(|process| !process.gone).map(listed).collect();
        let page_tables = living.iter().map(|process| process.page_tables).sum();
        let mut text = String::new();
        if let (Phase::Oom, Some(kill)) = (self.phase, world.kills.last()) {
            let victim = listed(&world.processes[kill.victim as usize]);
            text += &oom_report(&world.machine, &self.layout, &kill.event, &living, &victim).to_string();
        }
        for (name, file) in proc_texts(&world.machine, &self.layout, page_tables) {
            text += &format!("==> /proc/{name} <==\n{file}");
        }
        self.text = Some(text);
    }
}

/// A guest's first processes have numbers below 100.
fn listed(world: &World, process: &Process) -> Listed {
    let resident = process.anon.iter().filter(|&&slot| world.machine.owners.page(slot).is_some());
    Listed {
        pid: process.id + 100,
        name: process.name.to_owned(),
        anon: resident.count() as u64,
        file: process.secretmem.len() as u64,
        page_tables: process.page_tables.len() as u64,
        oom_score_adj: process.oom_score_adj,
    }
}
