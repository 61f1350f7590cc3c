// SPDX-License-Identifier: GPL-2.0-only
//! What else runs on the machine: programs on disk, a log, short-lived processes.
//!
//! Stands for the background load of the measured guests: `light` maps 8 MiB of disk text in each of four processes
//! and touches 8 pages of it every 200 ms, writes a 4 KiB log line to tmpfs every 100 ms and forks once a second;
//! `heavy` touches 16 pages every 20 ms, logs every 20 ms and forks every 100 ms.
//!
//! Simplified: who is killed is not started again; what the log wrote stays in tmpfs; a fork's kernel stack is single
//! pages, none of a CPU's cache.

use super::actor::{Actor, Then};
use super::demand::{Demand, Poll};
use super::scheduler::Scheduler;
use super::text::{TEXT_PAGES, Toucher};
use super::world::World;
use crate::environment::Background;
use crate::model::gfp::Gfp;

const PROCESSES: u32 = 4;
/// Anonymous pages of a short-lived process, its page tables and kernel stack besides.
const FORK_PAGES: u32 = 60;
/// Kernel pages of a fork.
const FORK_KERNEL_PAGES: u32 = 20;
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
        let file = w.add_file(TEXT_PAGES);
        let touch = Toucher::new(file, rates.touch_pages, rates.touch_ns);
        scheduler.add(Box::new(touch), (i % u32::from(cpus)) as u8, now_ns);
    }
    let log = w.add_process("log", 0);
    let cpu = w.below(u32::from(cpus)) as u8;
    scheduler.add(Box::new(Log { process: log, period_ns: rates.log_ns, demand: None }), cpu, now_ns);
    let fork = w.add_process("sh", 0);
    let cpu = w.below(u32::from(cpus)) as u8;
    scheduler.add(Box::new(Fork { process: fork, period_ns: rates.fork_ns, left: 0, demand: None }), cpu, now_ns);
}

/// A log on tmpfs: one page a period that stays.
#[derive(Clone)]
struct Log {
    process: u32,
    period_ns: u64,
    demand: Option<Demand>,
}

impl Actor for Log {
    /// The page belongs to tmpfs, not to the writer: no kill frees it.
    fn step(&mut self, w: &mut World) -> Then {
        if self.demand.is_none() && w.is_dying(self.process) {
            return Then::Done;
        }
        match self.demand.get_or_insert_with(|| Demand::new(Gfp::ANON_FAULT, 0)).poll(w, None) {
            Poll::Pending => return Then::Go,
            Poll::Page(pfn) => _ = w.hold_page(pfn),
            Poll::Null => {}
        }
        self.demand = None;
        Then::SleepUntil(w.machine.now_ns + self.period_ns)
    }
}

/// A process that lives for a moment.
#[derive(Clone)]
struct Fork {
    process: u32,
    period_ns: u64,
    /// Pages that it still asks for, those of the kernel first.
    left: u32,
    demand: Option<Demand>,
}

impl Fork {
    fn exit(&mut self, w: &mut World) {
        for slot in std::mem::take(&mut w.process(self.process).anon) {
            w.unmap_anon(slot);
        }
        for (pfn, order) in std::mem::take(&mut w.process(self.process).kernel) {
            w.machine.free(pfn, order);
        }
    }
}

impl Actor for Fork {
    /// The child of the period before exits when the next one is forked.
    fn step(&mut self, w: &mut World) -> Then {
        if self.demand.is_none() && w.is_dying(self.process) {
            return Then::Done;
        }
        if self.left == 0 {
            self.exit(w);
            self.left = FORK_PAGES + FORK_KERNEL_PAGES;
        }
        let of_kernel = self.left > FORK_PAGES;
        let gfp = if of_kernel { Gfp::GFP_KERNEL_ACCOUNT } else { Gfp::ANON_FAULT };
        match self.demand.get_or_insert_with(|| Demand::new(gfp, 0)).poll(w, None) {
            Poll::Pending => return Then::Go,
            Poll::Page(pfn) if w.is_dying(self.process) => w.machine.free(pfn, 0),
            Poll::Page(pfn) if of_kernel => w.process(self.process).kernel.push((pfn, 0)),
            Poll::Page(pfn) => _ = w.hold_anon(self.process, pfn),
            Poll::Null => {}
        }
        self.demand = None;
        self.left -= 1;
        if self.left > 0 { Then::Go } else { Then::SleepUntil(w.machine.now_ns + self.period_ns) }
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
    fn who_is_killed_stops_and_gives_back_what_was_its_own() {
        let mut w = booted();
        let mut scheduler = Scheduler::new(2, 0);
        let log = w.add_process("log", 0);
        scheduler.add(Box::new(Log { process: log, period_ns: MS, demand: None }), 0, 0);
        let fork = w.add_process("sh", 0);
        scheduler.add(Box::new(Fork { process: fork, period_ns: MS, left: 0, demand: None }), 1, 0);
        let held = |w: &World| {
            let fork = &w.processes[fork as usize];
            fork.anon.len() + fork.kernel.len()
        };
        scheduler.run(&mut w, 1_000_000, |w, _| {
            w.machine.now_ns > 10 * MS && held(w) as u32 == FORK_PAGES + FORK_KERNEL_PAGES
        });
        let held = held(&w);
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
