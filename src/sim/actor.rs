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
pub trait Actor: CloneBoxed {
    fn step(&mut self, world: &mut World) -> Then;

    /// The process it belongs to: once that is killed the actor does nothing more. Always the same one.
    fn process(&self) -> Option<u32> {
        None
    }
}

/// Copies an actor behind its trait, so that a whole simulation can be copied and run on twice.
pub trait CloneBoxed {
    fn clone_boxed(&self) -> Box<dyn Actor>;
}

impl<T: Actor + Clone + 'static> CloneBoxed for T {
    fn clone_boxed(&self) -> Box<dyn Actor> {
        Box::new(self.clone())
    }
}

impl Clone for Box<dyn Actor> {
    fn clone(&self) -> Box<dyn Actor> {
        self.as_ref().clone_boxed()
    }
}
