// SPDX-License-Identifier: GPL-2.0-only
//! The machine with its processes, and what the OOM killer did to them.

use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;

use super::process::Process;
use super::state::{File, PlanState, Stacks, WorkerState};
use crate::model::journal::{Kind, What};
use crate::model::machine::Machine;
use crate::model::oom::{OomEvent, choose_victim};
use crate::model::request::Request;

/// A kill: the state when it was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kill {
    pub event: OomEvent,
    pub victim: u32,
}

#[derive(Clone)]
pub struct World {
    pub machine: Machine,
    pub processes: Vec<Process>,
    pub kills: Vec<Kill>,
    /// The OOM killer found nobody to kill: the kernel would panic.
    pub panicked: bool,
    /// State shared by the threads of the secretmem worker.
    pub worker: WorkerState,
    /// Kernel stacks that wait for new threads.
    pub stacks: Stacks,
    pub files: Vec<File>,
    /// Owner slots of the chunks that the antagonist keeps, in order.
    pub kept: Vec<u32>,
    /// State shared by the tasks of a plan.
    pub plan: PlanState,
    /// Actors to be woken, by number.
    pub wakes: Vec<u32>,
    /// Actors that begin as new threads.
    pub forks: Vec<u32>,
    pub rng: Xoshiro256PlusPlus,
}

impl World {
    pub fn new(machine: Machine, rng: Xoshiro256PlusPlus) -> World {
        World {
            machine,
            processes: Vec::new(),
            kills: Vec::new(),
            panicked: false,
            worker: WorkerState::default(),
            stacks: Stacks::default(),
            files: Vec::new(),
            kept: Vec::new(),
            plan: PlanState::default(),
            wakes: Vec::new(),
            forks: Vec::new(),
            rng,
        }
    }

    /// Adds a process; its number.
    pub fn add_process(&mut self, name: &'static str, oom_score_adj: i32) -> u32 {
        let id = self.processes.len() as u32;
        self.processes.push(Process { id, name, oom_score_adj, ..Process::default() });
        id
    }

    pub fn process(&mut self, id: u32) -> &mut Process {
        &mut self.processes[id as usize]
    }

    pub fn is_dying(&self, id: u32) -> bool {
        self.processes[id as usize].dying
    }

    /// mm/oom_kill.c:out_of_memory@7.3: kills one process, or nobody while an earlier victim still holds memory.
    pub fn out_of_memory(&mut self, request: &Request) {
        if self.processes.iter().any(|process| process.dying && !process.gone) {
            return;
        }
        let event = self.machine.oom_event(request);
        let total = self.machine.node.zones.iter().map(|zone| u64::from(zone.managed)).sum();
        let Some(victim) = choose_victim(self.processes.iter().filter_map(Process::candidate), total) else {
            self.panicked = true;
            self.machine.decide(What::of(Kind::OomPanic, request, 0, 0));
            return;
        };
        self.machine.tally.oom_kill += 1;
        self.processes[victim as usize].dying = true;
        self.kills.push(Kill { event, victim });
        self.machine.decide(What::of(Kind::OomKill, request, victim, 0));
    }

    /// A number in `0..n`.
    pub fn below(&mut self, n: u32) -> u32 {
        if n <= 1 { 0 } else { self.rng.random_range(0..n) }
    }
}

#[cfg(test)]
pub(super) mod testing {
    use rand::SeedableRng;

    use super::*;
    use crate::environment;
    use crate::model::decide::testing::Stock;

    /// A booted disk-1g with the kernel's own policy and nothing running.
    pub fn booted() -> World {
        let environment = environment::preset("disk-1g").expect("the preset exists");
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let machine = environment::boot(&environment, Box::new(Stock), &mut rng);
        World::new(machine, rng)
    }
}
