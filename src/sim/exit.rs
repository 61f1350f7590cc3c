// SPDX-License-Identifier: GPL-2.0-only
//! The exit of a killed process, which takes time while kernel threads go on.
//!
//! Stands for kernel/exit.c:do_exit@7.3, mm/mmap.c:exit_mmap, kernel/task_work.c:task_work_run and
//! mm/secretmem.c:secretmem_free_folio: once no thread is in the kernel any more, everything is unmapped, then the page
//! tables go, then the files. Those are closed in ascending order, each close is put in front of the work that is left,
//! and so the newest file goes first; its secretmem is truncated in batches, by ascending index, zeroed and, unless its
//! block stays unmapped, put back into the direct map. So it is in four traces (`tests/kernel/custom_svf_128_3`
//! at 4.204 s).

use super::actor::{Actor, Then};
use super::process::Secretmem;
use super::world::World;

/// Folios of one batch (`FOLIO_BATCH_SIZE`).
const BATCH: usize = 31;
/// Pages unmapped in one step.
const UNMAP_BATCH: u64 = 512;
/// What unmapping takes of a page's share of the exit, percent: 7 to 17 in four traced boots, whose frees are dearer for
/// being traced; 24 in an untraced program on a kernel 6.18.
const UNMAP_PERCENT: u64 = 11;

#[derive(Clone)]
pub struct Exit {
    process: u32,
    stage: Stage,
}

#[derive(Clone)]
enum Stage {
    Begin,
    /// So many pages of secretmem are still mapped.
    Unmap(u64),
    /// Shares of secretmem, the next one last, and how many of its pages are gone.
    Truncate(Vec<usize>, usize),
}

impl Exit {
    pub fn new(process: u32) -> Exit {
        Exit { process, stage: Stage::Begin }
    }

    fn release_anon(&self, w: &mut World) {
        let anon = std::mem::take(&mut w.process(self.process).anon);
        w.unmap_anon_all(&anon);
    }

    fn release_page_tables(&self, w: &mut World) {
        let tables = std::mem::take(&mut w.process(self.process).page_tables);
        tables.into_iter().for_each(|pfn| w.machine.free(pfn, 0));
    }

    fn release_kernel(&self, w: &mut World) {
        let kernel = std::mem::take(&mut w.process(self.process).kernel);
        kernel.into_iter().for_each(|(pfn, order)| w.machine.free(pfn, order));
        let process = w.process(self.process);
        process.secretmem = Secretmem::default();
        process.gone = true;
    }
}

impl Actor for Exit {
    fn step(&mut self, w: &mut World) -> Then {
        if w.worker.holds(self.process) {
            return Then::SleepUntil(w.machine.now_ns + w.machine.costs.slice_ns);
        }
        let each_ns = w.machine.secretmem_free_ns();
        let unmap_ns = each_ns * UNMAP_PERCENT / 100;
        match &mut self.stage {
            Stage::Begin => {
                self.release_anon(w);
                self.stage = Stage::Unmap(w.process(self.process).secretmem.pages());
            }
            Stage::Unmap(0) => {
                self.release_page_tables(w);
                let threads = w.worker.threads.max(1);
                self.stage = Stage::Truncate(w.process(self.process).secretmem.to_truncate(threads), 0);
            }
            Stage::Unmap(mapped) => {
                let pages = UNMAP_BATCH.min(*mapped);
                w.machine.charge(unmap_ns * pages);
                *mapped -= pages;
            }
            Stage::Truncate(shares, gone) => {
                let Some(&share) = shares.last() else {
                    self.release_kernel(w);
                    return Then::Done;
                };
                let World { machine, processes, .. } = w;
                let pages = &processes[self.process as usize].secretmem.share(share)[*gone..];
                let batch = &pages[..pages.len().min(BATCH)];
                machine.free_many_from_lru(batch);
                machine.charge((each_ns - unmap_ns) * batch.len() as u64);
                *gone += batch.len();
                if batch.len() == pages.len() {
                    shares.pop();
                    *gone = 0;
                }
            }
        }
        Then::Go
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::frames::{Kind, Pfn, flag};
    use crate::model::freetype;
    use crate::sim::secretmem::SECRETMEM_GFP;
    use crate::sim::world::testing::booted;

    #[test]
    fn everything_is_unmapped_before_the_newest_file_goes_first() {
        let mut w = booted();
        let process = w.add_process("test", 0);
        w.worker.begin(process, 4, 2);
        let shares: Vec<Vec<Pfn>> = (0..6)
            .map(|number| {
                let page = |_| w.machine.alloc_fast(SECRETMEM_GFP, 0, freetype::UNMOVABLE).expect("there is memory");
                let pages: Vec<Pfn> = (0..2).map(page).collect();
                for &pfn in &pages {
                    let zone = w.machine.node.zone_of(pfn).expect("it lies in a zone");
                    w.machine.node.zones[zone].lru_add(pfn, 0, flag::UNEVICTABLE | flag::PINNED);
                }
                w.process(process).secretmem.share(number).clone_from(&pages);
                pages
            })
            .collect();
        let is_held = |w: &World, pfn: Pfn| {
            let zone = w.machine.node.zone_of(pfn).expect("it lies in a zone");
            w.machine.node.zones[zone].frames.kind(pfn) == Kind::Used
        };
        let mut exit = Exit::new(process);
        let mut gone = Vec::new();
        w.machine.take_charged();
        loop {
            let over = matches!(exit.step(&mut w), Then::Done);
            let charged = w.machine.take_charged();
            let now = (0..6).filter(|&number| !gone.contains(&number) && !is_held(&w, shares[number][0]));
            let now: Vec<usize> = now.collect();
            if now.is_empty() && !over {
                assert!(gone.is_empty());
                assert!([0, 12 * (w.machine.costs.secretmem_free_ns * UNMAP_PERCENT / 100)].contains(&charged));
            }
            gone.extend(now);
            if over {
                break;
            }
        }
        assert_eq!(gone, [4, 5, 2, 3, 0, 1]);
        assert!(w.process(process).gone && w.process(process).secretmem.pages() == 0);
    }
}
