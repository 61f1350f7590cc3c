// SPDX-License-Identifier: GPL-2.0-only
//! One compaction of one zone, a batch at a time.
//!
//! Stands for mm/compaction.c:compact_zone@7.3. Modelled: the loop with its rescans, cached positions, the drain
//! behind the scanner, capture, what becomes of unused free pages.
//! Simplified: contention and the limit on isolated pages never end a run.

use std::collections::VecDeque;

use super::control::{Control, Mode};
use super::{Status, skip, suitable};
use crate::model::frames::{Kind, Pfn};
use crate::model::owners::Owners;
use crate::model::pageblock::{block_end, block_start};
use crate::model::tally::Tally;
use crate::model::zone::{Capture, NR_ORDERS, Zone};

/// What a step did; the scheduler turns it into time. Pages, except `*_scanned`, which are frames looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    pub migrate_scanned: u64,
    pub free_scanned: u64,
    pub migrated: u64,
    pub failed: u64,
    pub drained: u64,
}

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    More { work: Work },
    Done { status: Status, captured: Option<Pfn>, work: Work },
}

#[derive(Clone, Debug)]
pub struct Run {
    pub(super) control: Control,
    pub(super) whole_zone: bool,
    pub(super) migrate: Pfn,
    pub(super) free: Pfn,
    last_migrated: Pfn,
    pub(super) fast_start: Pfn,
    pub(super) fast_search_fail: u32,
    pub(super) search_order: i8,
    pub(super) finish_block: bool,
    rescan: bool,
    /// kswapd runs: a proactive round gives way.
    pub(super) gives_way: bool,
    update_cached: bool,
    /// Isolated pages; the kernel's list front is the end.
    pub(super) migratepages: Vec<Pfn>,
    pub(super) nr_migratepages: u32,
    /// Free pages held, by order.
    pub(super) freepages: [VecDeque<Pfn>; NR_ORDERS],
    pub(super) nr_freepages: u32,
    pub(super) work: Work,
    migrate_scanned: u64,
    free_scanned: u64,
}

/// What isolating pages to move came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Isolated {
    None,
    Success,
}

impl Run {
    /// Begins a run, or says why there is none.
    pub fn start(zone: &mut Zone, control: Control, _tally: &mut Tally) -> Result<Run, Status> {
        if control.order >= 0 {
            let status = suitable::suit_allocation_order(zone, &control);
            if status != Status::Continue {
                return Err(status);
            }
        }
        if zone.compact.restarting(control.order) {
            skip::reset_now(zone);
        }
        let (start, end) = (zone.span.start_pfn, zone.span.end_pfn);
        let mut run = Run {
            whole_zone: control.whole_zone,
            migrate: start,
            free: block_start(end - 1),
            last_migrated: 0,
            fast_start: 0,
            fast_search_fail: 0,
            search_order: control.order.max(0),
            finish_block: false,
            rescan: false,
            gives_way: false,
            update_cached: false,
            migratepages: Vec::new(),
            nr_migratepages: 0,
            freepages: Default::default(),
            nr_freepages: 0,
            work: Work::default(),
            migrate_scanned: 0,
            free_scanned: 0,
            control,
        };
        if !run.whole_zone {
            run.start_from_cache(zone);
        }
        let cached = zone.compact.cached_migrate;
        run.update_cached = run.control.mode == Mode::Async && cached[0] == cached[1];
        Ok(run)
    }

    fn start_from_cache(&mut self, zone: &mut Zone) {
        let (start, end) = (zone.span.start_pfn, zone.span.end_pfn);
        let memory = &mut zone.compact;
        self.migrate = memory.cached_migrate[usize::from(self.control.mode != Mode::Async)];
        self.free = memory.cached_free;
        if self.free < start || self.free >= end {
            self.free = block_start(end - 1);
            memory.cached_free = self.free;
        }
        if self.migrate < start || self.migrate >= end {
            self.migrate = start;
            memory.cached_migrate = [start; 2];
        }
        if self.migrate <= memory.init_migrate {
            self.whole_zone = true;
        }
    }

    /// Tells a proactive run whether kswapd is running.
    pub fn note_kswapd(&mut self, running: bool) {
        self.gives_way = running;
    }

    /// One turn of the loop: at most one batch isolated and moved.
    pub fn step(&mut self, zone: &mut Zone, owners: &mut Owners, tally: &mut Tally) -> Step {
        if let Some((order, freetype)) = self.control.capture {
            zone.capture = Capture::Waiting { order, freetype };
        }
        let status = self.turn(zone, owners, tally);
        self.migrate_scanned += self.work.migrate_scanned;
        self.free_scanned += self.work.free_scanned;
        let work = std::mem::take(&mut self.work);
        if status == Status::Continue {
            zone.capture = Capture::Off;
            return Step::More { work };
        }
        let work = Work { drained: work.drained + self.release_free(zone), ..work };
        let captured = match std::mem::take(&mut zone.capture) {
            Capture::Caught(pfn) => Some(pfn),
            _ => None,
        };
        self.count(tally);
        let status = if captured.is_some() { Status::Success } else { status };
        Step::Done { status, captured, work }
    }

    fn turn(&mut self, zone: &mut Zone, owners: &mut Owners, tally: &mut Tally) -> Status {
        if !std::mem::take(&mut self.rescan) {
            let status = self.finished(zone);
            if !matches!(status, Status::Continue | Status::NoSuitablePage) {
                return status;
            }
            self.finish_block = block_start(self.last_migrated) == block_start(self.migrate);
        }
        match self.isolate_migratepages(zone, tally) {
            Isolated::None => {
                if self.update_cached {
                    zone.compact.cached_migrate[1] = zone.compact.cached_migrate[0];
                }
            }
            Isolated::Success => {
                self.update_cached = false;
                self.last_migrated = zone.span.start_pfn.max(block_start(self.migrate - 1));
                if let Some(status) = self.migrate_batch(zone, owners, tally) {
                    return status;
                }
            }
        }
        if !self.rescan {
            self.check_drain(zone);
        }
        Status::Continue
    }

    /// Moves what was isolated. `Some`: the run is over.
    fn migrate_batch(&mut self, zone: &mut Zone, owners: &mut Owners, tally: &mut Tally) -> Option<Status> {
        let moved = self.migrate_pages(zone, owners, tally);
        self.nr_migratepages = 0;
        if moved.failed || moved.out_of_targets {
            if moved.out_of_targets && !self.scanners_met() {
                return Some(Status::Contended);
            }
            let rescans = !self.control.ignore_skip && !self.finish_block && self.control.mode < Mode::Sync;
            if !self.migrate.is_multiple_of(512) && rescans {
                self.finish_block = true;
                if self.control.order == 9 {
                    self.last_migrated = 0;
                }
                self.rescan = true;
            }
        }
        matches!(zone.capture, Capture::Caught(_)).then_some(Status::Success)
    }

    /// Once the scanner has left the aligned area it migrated from, what was freed there leaves the per-CPU lists.
    fn check_drain(&mut self, zone: &mut Zone) {
        if self.control.order <= 0 || self.last_migrated == 0 {
            return;
        }
        let area = self.migrate & !((1 << self.control.order) - 1);
        if self.last_migrated < area {
            self.work.drained += u64::from(zone.pcp_mut().count);
            let cpu = zone.cpu;
            zone.drain_cpu(cpu);
            self.last_migrated = 0;
        }
    }

    /// Gives unused free pages back, smallest first, and restarts the free scanner where they were.
    fn release_free(&mut self, zone: &mut Zone) -> u64 {
        let (mut highest, mut released) = (0, 0);
        for (order, list) in self.freepages.iter_mut().enumerate() {
            for pfn in list.drain(..) {
                highest = highest.max(pfn);
                released += 1 << order;
                zone.frames.set_block(pfn, Kind::Used, order as u8);
                zone.free_pages(pfn, order as u8);
            }
        }
        self.nr_freepages = 0;
        if released > 0 {
            let block = block_start(highest).max(zone.span.start_pfn);
            zone.compact.cached_free = zone.compact.cached_free.max(block);
        }
        released
    }

    /// The kernel adds what was scanned at the end of a run.
    fn count(&self, tally: &mut Tally) {
        tally.compact_migrate_scanned += self.migrate_scanned;
        tally.compact_free_scanned += self.free_scanned;
        if !self.control.direct {
            tally.compact_daemon_migrate_scanned += self.migrate_scanned;
            tally.compact_daemon_free_scanned += self.free_scanned;
        }
    }

    /// mm/compaction.c:update_cached_migrate@7.3: one block further than the block that was finished.
    pub(super) fn update_cached_migrate(&self, zone: &mut Zone, pfn: Pfn) {
        let next = block_end(pfn);
        let cached = &mut zone.compact.cached_migrate;
        cached[0] = cached[0].max(next);
        if self.control.mode != Mode::Async {
            cached[1] = cached[1].max(next);
        }
    }
}
