// SPDX-License-Identifier: GPL-2.0-only
//! The exit of a killed process, which takes time while kernel threads go on.
//!
//! Stands for kernel/exit.c:do_exit@7.3, mm/mmap.c:exit_mmap and mm/secretmem.c:secretmem_free_folio: anonymous pages,
//! page tables, then files, once no thread is in the kernel any more; secretmem is truncated in batches, zeroed and,
//! unless its block stays unmapped, put back into the direct map.

use super::actor::{Actor, Then};
use super::world::World;
use crate::model::freetype;

/// Folios of one batch (`FOLIO_BATCH_SIZE`).
const BATCH: usize = 31;

#[derive(Clone)]
pub struct Exit {
    process: u32,
    /// Next secretmem page.
    next: usize,
}

impl Exit {
    pub fn new(process: u32) -> Exit {
        Exit { process, next: 0 }
    }

    /// What goes first: private pages and page tables.
    fn release_private(&self, w: &mut World) {
        let process = w.process(self.process);
        let anon = std::mem::take(&mut process.anon);
        let tables = std::mem::take(&mut process.page_tables);
        w.unmap_anon_all(&anon);
        tables.into_iter().for_each(|pfn| w.machine.free(pfn, 0));
    }

    fn release_kernel(&self, w: &mut World) {
        let kernel = std::mem::take(&mut w.process(self.process).kernel);
        kernel.into_iter().for_each(|(pfn, order)| w.machine.free(pfn, order));
        let process = w.process(self.process);
        process.secretmem.clear();
        process.gone = true;
    }
}

impl Actor for Exit {
    fn step(&mut self, w: &mut World) -> Then {
        if w.worker.holds(self.process) {
            return Then::SleepUntil(w.machine.now_ns + w.machine.costs.slice_ns);
        }
        if self.next == 0 {
            self.release_private(w);
        }
        let by_block = w.machine.secretmem_freetype() == freetype::UNMAPPED;
        let costs = &w.machine.costs;
        let each_ns = if by_block { costs.free_page_ns } else { costs.secretmem_free_ns };
        let left = &w.processes[self.process as usize].secretmem[self.next..];
        let batch = &left[..left.len().min(BATCH)];
        w.machine.free_many_from_lru(batch);
        w.machine.charge(each_ns * batch.len() as u64);
        self.next += batch.len();
        if batch.len() < BATCH {
            self.release_kernel(w);
            return Then::Done;
        }
        Then::Go
    }
}
