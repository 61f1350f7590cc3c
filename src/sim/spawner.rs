// SPDX-License-Identifier: GPL-2.0-only
//! The main thread of the worker: makes a chunk, starts its threads, and waits until the last one has ended.
//!
//! Stands for packages/benchmarks/secretmem-vs-frag/src/main.rs of bjackman/kernel-benchmarks-nix@72bbb10: worker,
//! populate_memory, whose threads live for one chunk.
//!
//! Modelled: the time between chunks, the threads' kernel stacks, the main thread's own memory (`own`).

use super::actor::{Actor, Then};
use super::own::MainPages;
use super::stack::Growing;
use super::state::Stack;
use super::world::World;

#[derive(Clone, Default)]
pub struct Spawner {
    /// The time of the chunk under way is charged.
    paid: bool,
    pages: MainPages,
    stacks: Vec<Stack>,
    growing: Growing,
}

impl Spawner {
    fn stacks(&mut self, w: &mut World) -> Then {
        while self.stacks.len() < w.worker.threads as usize {
            match self.growing.poll(w, w.worker.process) {
                Some(stack) => self.stacks.push(stack),
                None => return Then::Go,
            }
            self.growing = Growing::default();
        }
        self.paid = false;
        w.worker.stacks = self.stacks.drain(..).map(Some).collect();
        w.forks.extend(&w.worker.actors);
        Then::Wait
    }

    /// As `Thread::leave`: an allocation under way goes on to its end.
    fn leave(&mut self, w: &mut World) -> Then {
        if self.pages.finish(w) || self.growing.finish(w, w.worker.process) {
            return Then::Go;
        }
        std::mem::take(&mut self.growing).abandon(w);
        self.stacks.drain(..).for_each(|stack| w.release_stack(stack));
        Then::Done
    }
}

impl Actor for Spawner {
    fn step(&mut self, w: &mut World) -> Then {
        if w.is_dying(w.worker.process) {
            let then = self.leave(w);
            *w.worker.allocating.last_mut().expect("the main thread has the last place") = then != Then::Done;
            return then;
        }
        if !self.paid {
            self.paid = true;
            w.machine.charge(w.machine.costs.chunk_ns);
            self.pages.begin_chunk(w);
            return Then::Go;
        }
        let then = if self.pages.step(w) { self.stacks(w) } else { Then::Go };
        *w.worker.allocating.last_mut().expect("the main thread has the last place") =
            self.pages.is_under_way() || self.growing.is_under_way();
        then
    }
}
