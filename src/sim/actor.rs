// SPDX-License-Identifier: GPL-2.0-only
//! What the scheduler runs.

use super::world::World;

/// What an actor does after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It wants to go on as soon as a CPU is free.
    Go,
    /// It sleeps until this moment, ns.
    SleepUntil(u64),
    /// It waits until another actor wakes it.
    Wait,
    Done,
}

/// A task or kernel thread: a state machine whose step does a bounded amount of work and charges it.
pub trait Actor {
    fn step(&mut self, world: &mut World) -> Then;

    /// The process it belongs to; it ends when that process is killed.
    fn process(&self) -> Option<u32> {
        None
    }
}
