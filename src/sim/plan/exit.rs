// SPDX-License-Identifier: GPL-2.0-only
//! The exit of a plan's process: its share of every set, then what every process holds.

use crate::sim::actor::{Actor, Then};
use crate::sim::exit::Exit;
use crate::sim::world::World;

#[derive(Clone)]
pub struct PlanExit {
    process: u32,
    next_set: usize,
    rest: Exit,
}

impl PlanExit {
    pub fn new(process: u32) -> PlanExit {
        PlanExit { process, next_set: 0, rest: Exit::new(process) }
    }
}

impl Actor for PlanExit {
    /// A set a step: chunks of a plan are small beside the machine.
    fn step(&mut self, w: &mut World) -> Then {
        if self.next_set < w.plan.sets.len() {
            w.plan_release_some(self.next_set, Some(self.process), usize::MAX);
            self.next_set += 1;
            return Then::Go;
        }
        self.rest.step(w)
    }
}
