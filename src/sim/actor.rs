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

/// What is left of an actor's turn.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Simulated time until somebody else is first.
    pub ns: u64,
    /// Steps that the run may still take.
    pub steps: u64,
    /// How many want its CPU.
    pub runnable: u64,
}

/// No step is free, so that simulated time always passes.
const STEP_NS_MIN: u64 = 50;

/// How long work takes on a CPU that so many share.
#[inline]
pub fn stretched(ns: u64, runnable: u64) -> u64 {
    ns.max(STEP_NS_MIN) * runnable
}

impl Room {
    /// The time that this much work takes.
    #[inline]
    pub fn stretched(&self, ns: u64) -> u64 {
        stretched(ns, self.runnable)
    }

    /// How many steps begin within it if each does this much work.
    #[inline]
    pub fn steps_of(&self, ns: u64) -> u32 {
        let steps = self.ns.div_ceil(self.stretched(ns)).min(self.steps);
        u32::try_from(steps).unwrap_or(u32::MAX)
    }
}

/// Steps that were taken at once: how many, and what each would have charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stride {
    pub steps: u32,
    pub each_ns: u64,
}

/// A task or kernel thread: a state machine whose step does a bounded amount of work and charges it.
pub trait Actor: CloneBoxed {
    fn step(&mut self, world: &mut World) -> Then;

    /// The steps that come next, several at once, if they are alike, fit into the room, and each would ask to go on. Each
    /// asks for one page; they charge nothing, wake nobody and decide nothing. `None`, and nothing done, if the next step is one by itself.
    fn stride(&mut self, _world: &mut World, _room: &Room) -> Option<Stride> {
        None
    }

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
