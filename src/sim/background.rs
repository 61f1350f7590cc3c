// SPDX-License-Identifier: GPL-2.0-only
//! What else runs on the machine: programs on disk, a log, short-lived processes.
//!
//! Stands for the background load of the measured guests: `light` maps 8 MiB of disk text in each of four processes
//! and touches 8 pages of it every 200 ms, writes a 4 KiB log line to tmpfs every 100 ms and forks once a second;
//! `heavy` touches 16 pages every 20 ms, logs every 20 ms and forks every 100 ms.
//!
//! Simplified: pages touched are drawn evenly; a miss reads the aligned 2 MiB around it.

use super::actor::{Actor, Then};
use super::file_cache::{PageRead, Read};
use super::fragmenter::ANON_GFP;
use super::scheduler::Scheduler;
use super::world::World;
use crate::environment::Background;
use crate::model::gfp::Gfp;

/// Pages read around a miss (mm/filemap.c:do_sync_mmap_readahead@7.3 with the disk's readahead size). The measured
/// guests refault 380 to 517 pages for each major fault, some of a window being resident: a window of 2 MiB.
const READ_AROUND: u32 = 512;
const TEXT_PAGES: u32 = 2048;
const PROCESSES: u32 = 4;
/// Anonymous pages of a short-lived process, its page tables and kernel stack besides.
const FORK_PAGES: u32 = 60;
/// Kernel pages of a fork.
const FORK_KERNEL_PAGES: u32 = 20;
/// What a fault on file text asks with.
const FAULT_GFP: Gfp = Gfp(Gfp::GFP_HIGHUSER_MOVABLE.0 | Gfp::COMP.0);
const MS: u64 = 1_000_000;

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
            around: 0,
            read: Read::default(),
        };
        scheduler.add(Box::new(touch), (i % u32::from(cpus)) as u8, now_ns);
    }
    let log = w.add_process("log", 0);
    let cpu = w.below(u32::from(cpus)) as u8;
    scheduler.add(Box::new(Log { process: log, period_ns: rates.log_ns }), cpu, now_ns);
    let fork = w.add_process("sh", 0);
    let cpu = w.below(u32::from(cpus)) as u8;
    scheduler.add(Box::new(Fork { process: fork, period_ns: rates.fork_ns, kernel: Vec::new() }), cpu, now_ns);
}

/// A process that runs text from disk.
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
    /// Pages of the running read-around still to look at.
    around: u32,
    read: Read,
}

impl Actor for Toucher {
    fn step(&mut self, w: &mut World) -> Then {
        if self.around == 0 {
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
                    self.page &= !(READ_AROUND - 1);
                    self.around = READ_AROUND;
                }
                _ => {}
            }
            return Then::Go;
        }
        match self.read.page(w, self.file, self.page, super::file_cache::READAHEAD_GFP) {
            PageRead::Pending => {}
            PageRead::NoMemory => self.around = 0,
            PageRead::Resident | PageRead::Fetched => {
                self.page += 1;
                self.around -= 1;
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
    fn step(&mut self, w: &mut World) -> Then {
        if let Some(pfn) = w.machine.alloc_fast(ANON_GFP, 0, ANON_GFP.migratetype()) {
            w.hold_anon(self.process, pfn);
        }
        Then::SleepUntil(w.machine.now_ns + self.period_ns)
    }
}

/// A process that lives for a moment.
#[derive(Clone)]
struct Fork {
    process: u32,
    period_ns: u64,
    kernel: Vec<u32>,
}

impl Actor for Fork {
    fn step(&mut self, w: &mut World) -> Then {
        for slot in std::mem::take(&mut w.process(self.process).anon) {
            w.unmap_anon(slot);
        }
        for pfn in std::mem::take(&mut self.kernel) {
            w.machine.free(pfn, 0);
        }
        for _ in 0..FORK_PAGES {
            if let Some(pfn) = w.machine.alloc_fast(ANON_GFP, 0, ANON_GFP.migratetype()) {
                w.hold_anon(self.process, pfn);
            }
        }
        for _ in 0..FORK_KERNEL_PAGES {
            self.kernel.extend(w.machine.alloc_fast(Gfp::GFP_KERNEL_ACCOUNT, 0, 0));
        }
        Then::SleepUntil(w.machine.now_ns + self.period_ns)
    }
}
