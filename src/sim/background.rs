// SPDX-License-Identifier: GPL-2.0-only
//! What else runs on the machine: programs on disk, a log, short-lived processes.
//!
//! Stands for the background load of the measured guests: `light` maps 8 MiB of disk text in each of four processes
//! and touches 8 pages of it every 200 ms, writes a 4 KiB log line to tmpfs every 100 ms and forks once a second;
//! `heavy` touches 16 pages every 20 ms, logs every 20 ms and forks every 100 ms.
//!
//! Simplified: pages touched are drawn evenly. Who is killed is not started again; what the log wrote stays in tmpfs.

use super::actor::{Actor, Then};
use super::file_cache::{PageRead, Read};
use super::fragmenter::ANON_GFP;
use super::scheduler::Scheduler;
use super::world::World;
use crate::environment::Background;
use crate::model::gfp::Gfp;

const TEXT_PAGES: u32 = 2048;
const PROCESSES: u32 = 4;
/// Anonymous pages of a short-lived process, its page tables and kernel stack besides.
const FORK_PAGES: u32 = 60;
/// Kernel pages of a fork.
const FORK_KERNEL_PAGES: u32 = 20;
/// What a fault on file text asks with.
const FAULT_GFP: Gfp = Gfp(Gfp::GFP_HIGHUSER_MOVABLE.0 | Gfp::COMP.0);
const MS: u64 = 1_000_000;
/// How long it has run when a workload begins. The texts are resident by then, as in the measured guests, whose log had
/// written for 3.1 to 5.5 s longer at the kill than the worker ran; the antagonist took 1 to 1.5 s of that.
pub const SETTLE_NS: u64 = 3000 * MS;

struct Rates {
    touch_pages: u32,
    touch_ns: u64,
    log_ns: u64,
    fork_ns: u64,
}

/// Starts the load, if there is any.
pub fn start(background: Background, w: &mut World, scheduler: &mut Scheduler, cpus: u8) {
    let rates = match background {
        Background::None => return,
        Background::Light => Rates { touch_pages: 8, touch_ns: 200 * MS, log_ns: 100 * MS, fork_ns: 1000 * MS },
        Background::Heavy => Rates { touch_pages: 16, touch_ns: 20 * MS, log_ns: 20 * MS, fork_ns: 100 * MS },
    };
    let now_ns = w.machine.now_ns;
    for i in 0..PROCESSES {
        let file = w.add_file(TEXT_PAGES, true);
        let touch = Toucher {
            file,
            pages: rates.touch_pages,
            period_ns: rates.touch_ns,
            first: true,
            page: 0,
            left: TEXT_PAGES,
            ahead: false,
            read: Read::default(),
        };
        scheduler.add(Box::new(touch), (i % u32::from(cpus)) as u8, now_ns);
    }
    let log = w.add_process("log", 0);
    let cpu = w.below(u32::from(cpus)) as u8;
    scheduler.add(Box::new(Log { process: log, period_ns: rates.log_ns }), cpu, now_ns);
    let fork = w.add_process("sh", 0);
    let cpu = w.below(u32::from(cpus)) as u8;
    scheduler.add(Box::new(Fork { process: fork, period_ns: rates.fork_ns }), cpu, now_ns);
}

/// A process that runs text from disk.
///
/// A miss in a mapping that can be executed reads from that page on, not around it, up to the readahead window or the
/// end of the mapping (mm/filemap.c:do_sync_mmap_readahead@7.3). The window is longer than the text: a virtio disk
/// counts as rotating and names no best size, so it is twice the 4 MiB of the largest request
/// (block/blk-settings.c:blk_apply_bdi_limits@7.3). Eight touches drawn evenly over a text that is gone miss 2.7 times
/// and read 670 pages each time; the measured guests refault 378 to 709 a miss in seven boots of eight.
#[derive(Clone)]
struct Toucher {
    file: u32,
    pages: u32,
    period_ns: u64,
    /// The first pass reads the whole text once.
    first: bool,
    page: u32,
    /// Touches left before the next pause.
    left: u32,
    /// A miss is being followed by the rest of the text.
    ahead: bool,
    read: Read,
}

impl Actor for Toucher {
    fn step(&mut self, w: &mut World) -> Then {
        if !self.ahead {
            if self.left == 0 {
                self.first = false;
                self.left = self.pages;
                return Then::SleepUntil(w.machine.now_ns + self.period_ns);
            }
            self.page = if self.first { TEXT_PAGES - self.left } else { w.below(TEXT_PAGES) };
            self.left -= 1;
            match self.read.page(w, self.file, self.page, FAULT_GFP) {
                PageRead::Pending => self.left += 1,
                PageRead::Fetched if !self.first => {
                    w.machine.tally.pgmajfault += 1;
                    self.ahead = true;
                }
                _ => {}
            }
            return Then::Go;
        }
        match self.read.page(w, self.file, self.page, super::file_cache::READAHEAD_GFP) {
            PageRead::Pending => {}
            PageRead::NoMemory => self.ahead = false,
            PageRead::Resident | PageRead::Fetched => {
                self.page += 1;
                self.ahead = self.page < TEXT_PAGES;
            }
        }
        Then::Go
    }
}

/// A log on tmpfs: one page a period that stays.
#[derive(Clone)]
struct Log {
    process: u32,
    period_ns: u64,
}

impl Actor for Log {
    fn process(&self) -> Option<u32> {
        Some(self.process)
    }

    /// The page belongs to tmpfs, not to the writer: no kill frees it.
    fn step(&mut self, w: &mut World) -> Then {
        if let Some(pfn) = w.machine.alloc_fast(ANON_GFP, 0, ANON_GFP.migratetype()) {
            w.hold_page(pfn);
        }
        Then::SleepUntil(w.machine.now_ns + self.period_ns)
    }
}

/// A process that lives for a moment.
#[derive(Clone)]
struct Fork {
    process: u32,
    period_ns: u64,
}

impl Actor for Fork {
    fn process(&self) -> Option<u32> {
        Some(self.process)
    }

    fn step(&mut self, w: &mut World) -> Then {
        for slot in std::mem::take(&mut w.process(self.process).anon) {
            w.unmap_anon(slot);
        }
        for (pfn, order) in std::mem::take(&mut w.process(self.process).kernel) {
            w.machine.free(pfn, order);
        }
        for _ in 0..FORK_PAGES {
            if let Some(pfn) = w.machine.alloc_fast(ANON_GFP, 0, ANON_GFP.migratetype()) {
                w.hold_anon(self.process, pfn);
            }
        }
        for _ in 0..FORK_KERNEL_PAGES {
            let page = w.machine.alloc_fast(Gfp::GFP_KERNEL_ACCOUNT, 0, 0);
            w.process(self.process).kernel.extend(page.map(|pfn| (pfn, 0)));
        }
        Then::SleepUntil(w.machine.now_ns + self.period_ns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::exit::Exit;
    use crate::sim::world::testing::booted;

    fn allocated(w: &World) -> u64 {
        w.machine.tally.pgalloc.iter().sum()
    }

    #[test]
    fn a_miss_reads_from_its_page_to_the_end() {
        let mut w = booted();
        let file = w.add_file(TEXT_PAGES, true);
        let read = Read::default();
        let mut touch = Toucher { file, pages: 8, period_ns: MS, first: false, page: 0, left: 8, ahead: false, read };
        touch.step(&mut w);
        let missed = touch.page;
        while touch.ahead {
            touch.step(&mut w);
        }
        let resident: Vec<u32> = (0..TEXT_PAGES).filter(|&page| w.files[file as usize].slot(page).is_some()).collect();
        assert_eq!(resident, (missed..TEXT_PAGES).collect::<Vec<_>>());
        assert_eq!(w.machine.tally.pgmajfault, 1);
    }

    #[test]
    fn who_is_killed_stops_and_gives_back_what_was_its_own() {
        let mut w = booted();
        let mut scheduler = Scheduler::new(2, 0);
        let log = w.add_process("log", 0);
        scheduler.add(Box::new(Log { process: log, period_ns: MS }), 0, 0);
        let fork = w.add_process("sh", 0);
        scheduler.add(Box::new(Fork { process: fork, period_ns: MS }), 1, 0);
        scheduler.run(&mut w, 1_000_000, |w, _| w.machine.now_ns > 10 * MS);
        let held = w.process(fork).anon.len() + w.process(fork).kernel.len();
        assert_eq!((held as u32, w.process(log).anon.len()), (FORK_PAGES + FORK_KERNEL_PAGES, 0));
        (w.process(log).dying, w.process(fork).dying) = (true, true);
        let (taken, freed) = (allocated(&w), w.machine.tally.pgfree);
        let now_ns = w.machine.now_ns;
        scheduler.add(Box::new(Exit::new(fork)), 0, now_ns);
        scheduler.run(&mut w, 1_000_000, |w, _| w.machine.now_ns > 20 * MS);
        assert!(scheduler.is_done(0) && scheduler.is_done(1));
        assert_eq!((allocated(&w), w.machine.tally.pgfree - freed), (taken, held as u64));
    }
}
