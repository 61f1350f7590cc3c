// SPDX-License-Identifier: GPL-2.0-only
//! Plays a workload that is data.
//!
//! Each branch that runs beside others is a task of its own; a task walks its part of the plan and does one bounded
//! piece of a step at a time. Simplified: khugepaged leaves the memory of plans alone; a fault allocates its page, a
//! page table for each 512 pages, and for secretmem what splitting the direct map takes.

mod churn;
mod exit;
mod fault;
mod file_io;
mod hold;
mod program;
mod progress;
mod steps;
mod task;

pub use exit::PlanExit;
pub use program::Program;
pub use task::Task;

use super::scheduler::Scheduler;
use super::state::PlanState;
use super::world::World;
use crate::workload::plan::PlanSpec;

/// Adds a plan's tasks to the scheduler. It is over once `world.plan.done`.
pub fn start(spec: &PlanSpec, thp: bool, world: &mut World, scheduler: &mut Scheduler, cpus: u8) {
    let program = std::rc::Rc::new(Program::new(spec));
    world.plan = PlanState::new(spec, program.sets.len(), program.tasks.len(), thp);
    if !spec.proactive_compaction {
        world.machine.settings.compaction_proactiveness = 0;
    }
    let now_ns = world.machine.now_ns;
    let first_cpu = world.below(u32::from(cpus));
    for number in 0..program.tasks.len() {
        let cpu = (first_cpu + number as u32) % u32::from(cpus);
        let actor = scheduler.add(Box::new(Task::new(number, program.clone())), cpu as u8, now_ns);
        world.plan.tasks[number].actor = actor;
    }
    world.plan.tasks[0].started = true;
}
