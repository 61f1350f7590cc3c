// SPDX-License-Identifier: GPL-2.0-only
//! The end of secretmem-vs-frag: after the last worker the antagonist unmaps the chunks it kept.
//!
//! Stands for the end of packages/benchmarks/secretmem-vs-frag/src/fragmenter.rs of bjackman/kernel-benchmarks-nix@72bbb10,
//! as a trace of it shows: one munmap a chunk, in ascending order, each with its transient page.
//!
//! Simplified: a page table goes with the last chunk of its 2 MiB, a slab page with the chunks that fill one.

use super::actor::{Actor, Then};
use super::fragmenter::{KEPT_PER_SLAB, Knobs};
use super::world::World;

/// Pages that one page table maps.
const TABLE_PAGES: u32 = 512;

#[derive(Clone)]
pub struct Release {
    process: u32,
    knobs: Knobs,
    /// Chunks released.
    done: u32,
}

impl Release {
    pub fn new(process: u32, knobs: Knobs) -> Release {
        Release { process, knobs, done: 0 }
    }
}

impl Actor for Release {
    fn process(&self) -> Option<u32> {
        Some(self.process)
    }

    fn step(&mut self, w: &mut World) -> Then {
        let first = (self.done * self.knobs.chunk_pages) as usize;
        let Some(chunk) = w.kept.get(first..first + self.knobs.chunk_pages as usize) else {
            w.kept.clear();
            return Then::Done;
        };
        let chunk = chunk.to_vec();
        w.unmap_chunk(&chunk);
        let table = |chunks: u32| (chunks * self.knobs.keep_one_of * self.knobs.chunk_pages / TABLE_PAGES) as usize;
        for number in table(self.done)..table(self.done + 1) {
            if let Some(&pfn) = w.process(self.process).page_tables.get(number) {
                w.machine.free(pfn, 0);
            }
        }
        self.done += 1;
        if self.done.is_multiple_of(KEPT_PER_SLAB)
            && let Some((pfn, order)) = w.process(self.process).kernel.pop()
        {
            w.machine.free(pfn, order);
        }
        Then::Go
    }
}
