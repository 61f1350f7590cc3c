// SPDX-License-Identifier: GPL-2.0-only
//! One compaction of one zone, step by step.
//!
//! Modelled: mm/compaction.c:compact_zone@7.3 as a state machine: start positions, rescans of a block, drains, capture,
//! release of what is left. A step is one isolation and the migration of what it isolated: 32 pages, or the rest of
//! a block that is rescanned.
//! Simplified: a step leaves no page isolated, so two runs never see each other's pages and none waits for the limit on
//! isolated pages (what a task in direct reclaim sees of them: `model/isolated.rs`); contention for locks does not exist.

use super::targets::Targets;
use super::{Control, Mode, Status, skip, suitable};
use crate::model::frames::{Order, Pfn};
use crate::model::owners::Owners;
use crate::model::pageblock::{PAGEBLOCK_PAGES, block_start};
use crate::model::tally::Tally;
use crate::model::zone::{Capture, Zone};

/// What a step or a whole run did; the scheduler turns it into time. Pages, except `*_scanned`: frames looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    pub migrate_scanned: u64,
    pub free_scanned: u64,
    /// Sources and targets taken.
    pub isolated: u64,
    /// Sources that count as file pages.
    pub isolated_file: u64,
    pub migrated: u64,
    /// Pages that stayed, each counted once.
    pub failed: u64,
    /// Pages that left the per-CPU lists by a drain, and unused targets freed at the end.
    pub drained: u64,
}

impl Work {
    pub fn add(&mut self, more: &Work) {
        self.migrate_scanned += more.migrate_scanned;
        self.free_scanned += more.free_scanned;
        self.isolated += more.isolated;
        self.isolated_file += more.isolated_file;
        self.migrated += more.migrated;
        self.failed += more.failed;
        self.drained += more.drained;
    }
}

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    More {
        work: Work,
    },
    /// The run is over and holds nothing. `captured` belongs to the caller, who must hand it on or free it.
    Done {
        status: Status,
        captured: Option<Pfn>,
        work: Work,
    },
}

/// A compaction under way. It holds pages on private lists, so it must be stepped until it is done.
#[derive(Clone, Debug)]
pub struct Run {
    pub(super) control: Control,
    /// Where the scanners stand.
    pub(super) migrate: Pfn,
    pub(super) free: Pfn,
    /// Heads of isolated pages, the newest last.
    pub(super) sources: Vec<Pfn>,
    /// Room for a pass: sources with their targets and order. Empty between passes.
    pub(super) pairs: Vec<(Pfn, Pfn, Order)>,
    /// Pages that wait for a target.
    pub(super) nr_migrate: u32,
    pub(super) targets: Targets,
    /// Scan the block to its end, whatever was isolated.
    pub(super) finish_block: bool,
    /// The lowest frame a fast search met: 0 none yet, `Pfn::MAX` used up.
    pub(super) fast_start: Pfn,
    pub(super) fast_search_fail: u32,
    pub(super) search_order: i8,
    pub(super) work: Work,
    pub(super) gives_way: bool,
    pub(super) interrupted: bool,
    total: Work,
    captured: Option<Pfn>,
    /// Start of the block from which pages moved last; 0 when their source needs no more drain.
    last: Pfn,
    update_cached: bool,
    rescan: bool,
}

impl Run {
    /// Sets out. `Err` says why there is nothing to do: `Success` or `Skipped`.
    pub fn start(zone: &mut Zone, control: Control) -> Result<Run, Status> {
        if control.order >= 0 {
            let status = suitable::suit_allocation_order(zone, &control);
            if status != Status::Continue {
                return Err(status);
            }
        }
        Ok(Run::begin(zone, control))
    }

    /// Sets out whether or not it is worth it; a replay knows that the kernel did.
    pub(crate) fn begin(zone: &mut Zone, mut control: Control) -> Run {
        if zone.compact.restarting(control.order) {
            skip::reset_isolation_suitable(zone);
        }
        let (migrate, free) = start_positions(zone, &mut control);
        let [cached_async, cached_sync] = zone.compact.cached_migrate;
        let search_order = control.order.max(0);
        Run {
            migrate,
            free,
            sources: Vec::new(),
            pairs: Vec::new(),
            nr_migrate: 0,
            targets: Targets::default(),
            finish_block: false,
            fast_start: 0,
            fast_search_fail: 0,
            search_order,
            work: Work::default(),
            gives_way: false,
            interrupted: false,
            total: Work::default(),
            captured: None,
            last: 0,
            update_cached: control.mode == Mode::Async && cached_async == cached_sync,
            rescan: false,
            control,
        }
    }

    /// One isolation and migration. Happens on `zone.cpu`.
    ///
    /// # Panics
    /// When another capture is installed in the zone.
    pub fn step(&mut self, zone: &mut Zone, owners: &mut Owners, tally: &mut Tally) -> Step {
        self.work = Work::default();
        if let (Some((order, freetype)), None) = (self.control.capture, self.captured) {
            assert!(matches!(zone.capture, Capture::Off), "two captures in zone {}", zone.name());
            zone.capture = Capture::Waiting { order, freetype };
        }
        let status = self.advance(zone, owners);
        if status.is_some() {
            self.work.drained += self.release(zone);
        }
        self.take_capture(zone);
        self.account(tally, status.is_some());
        let work = self.work;
        match status {
            None => Step::More { work },
            Some(status) => {
                let status = if self.captured.is_some() { Status::Success } else { status };
                Step::Done { status, captured: self.captured.take(), work }
            }
        }
    }

    /// Steps to the end, as when nothing else runs meanwhile. The work is the whole run's.
    pub fn finish_now(
        mut self,
        zone: &mut Zone,
        owners: &mut Owners,
        tally: &mut Tally,
    ) -> (Status, Option<Pfn>, Work) {
        loop {
            if let Step::Done { status, captured, .. } = self.step(zone, owners, tally) {
                return (status, captured, self.total);
            }
        }
    }

    /// A fatal signal arrived: the run ends at its next look.
    pub fn interrupt(&mut self) {
        self.interrupted = true;
    }

    /// Proactive runs give way while kswapd runs.
    pub fn note_kswapd(&mut self, running: bool) {
        self.gives_way = running;
    }

    pub(crate) fn ignores_skip(&self) -> bool {
        self.control.ignore_skip
    }

    /// The order it works for; none when it takes whatever there is.
    pub(crate) fn order(&self) -> Option<Order> {
        self.control.wanted()
    }

    pub(crate) fn is_direct(&self) -> bool {
        self.control.direct
    }

    /// Whether the run covers the whole zone, be it asked for or because it starts where the last reset left off.
    pub(crate) fn is_whole_zone(&self) -> bool {
        self.control.whole_zone
    }

    /// Where the scanners stand.
    pub fn positions(&self) -> (Pfn, Pfn) {
        (self.migrate, self.free)
    }

    /// Goes on from elsewhere, as a replay knows the kernel did.
    pub(crate) fn set_positions(&mut self, migrate: Pfn, free: Pfn) {
        (self.migrate, self.free) = (migrate, free);
    }

    /// The free blocks held.
    pub(crate) fn private_blocks(&self) -> Vec<(Pfn, Order)> {
        self.targets.blocks().collect()
    }

    /// Everything done so far.
    pub fn total(&self) -> Work {
        self.total
    }

    /// Free pages on the private lists.
    pub fn private_pages(&self) -> u32 {
        self.targets.pages()
    }

    /// One turn of the loop; the status once it is left.
    fn advance(&mut self, zone: &mut Zone, owners: &mut Owners) -> Option<Status> {
        if !std::mem::take(&mut self.rescan) {
            let status = self.finished(zone);
            if status != Status::Continue {
                return Some(status);
            }
            self.finish_block = block_start(self.last) == block_start(self.migrate);
        }
        if self.isolate_migratepages(zone) == 0 {
            if self.update_cached {
                zone.compact.cached_migrate[1] = zone.compact.cached_migrate[0];
            }
            self.drain_behind(zone);
            return None;
        }
        self.update_cached = false;
        self.last = block_start(self.migrate - 1).max(zone.span.start_pfn);
        let outcome = self.migrate_pages(zone, owners);
        self.nr_migrate = 0;
        if outcome.no_memory && !self.scanners_met() {
            return Some(Status::Contended);
        }
        if outcome.failed && self.wants_rescan() {
            self.finish_block = true;
            self.rescan = true;
            // Draining is of no use to a huge page when a page of the block stays.
            if self.control.order == 9 {
                self.last = 0;
            }
            return None;
        }
        if self.captured.is_some() || matches!(zone.capture, Capture::Caught(_)) {
            return Some(Status::Success);
        }
        self.drain_behind(zone);
        None
    }

    /// A block with a page that would not move is scanned to its end, so that it is marked and left alone.
    fn wants_rescan(&self) -> bool {
        !self.migrate.is_multiple_of(PAGEBLOCK_PAGES)
            && !self.control.ignore_skip
            && !self.finish_block
            && self.control.mode < Mode::Sync
    }

    /// Once the scanner has left the block from which pages moved, their sources go back to the buddy lists.
    fn drain_behind(&mut self, zone: &mut Zone) {
        if self.control.order > 0 && self.last != 0 && self.last < self.migrate & !((1 << self.control.order) - 1) {
            self.work.drained += u64::from(zone.pcp_mut().count);
            zone.drain_cpu(zone.cpu);
            self.last = 0;
        }
    }

    /// A block may be caught by a drain that no look at the capture follows; the run keeps it until it ends.
    fn take_capture(&mut self, zone: &mut Zone) {
        if self.control.capture.is_some()
            && let Capture::Caught(pfn) = std::mem::take(&mut zone.capture)
        {
            self.captured = Some(pfn);
        }
    }

    /// The scanned pages are counted when the run ends, everything else as it happens.
    fn account(&mut self, tally: &mut Tally, done: bool) {
        self.total.add(&self.work);
        let (work, total) = (self.work, self.total);
        tally.compact_isolated += work.isolated;
        tally.pgmigrate_success += work.migrated;
        tally.pgmigrate_fail += work.failed;
        if done {
            tally.compact_migrate_scanned += total.migrate_scanned;
            tally.compact_free_scanned += total.free_scanned;
            if !self.control.direct {
                tally.compact_daemon_migrate_scanned += total.migrate_scanned;
                tally.compact_daemon_free_scanned += total.free_scanned;
            }
        }
    }
}

/// Both ends of the zone, or where the last run stopped (mm/compaction.c:compact_zone@7.3). Cached positions outside
/// the zone are repaired.
fn start_positions(zone: &mut Zone, control: &mut Control) -> (Pfn, Pfn) {
    let (start, last_block) = (zone.span.start_pfn, block_start(zone.span.end_pfn - 1));
    if control.whole_zone {
        return (start, last_block);
    }
    let contains = start..zone.span.end_pfn;
    if !contains.contains(&zone.compact.cached_free) {
        zone.compact.cached_free = last_block;
    }
    let mut migrate = zone.compact.cached_migrate[usize::from(control.mode != Mode::Async)];
    if !contains.contains(&migrate) {
        migrate = start;
        zone.compact.cached_migrate = [start; 2];
    }
    control.whole_zone = migrate <= zone.compact.init_migrate;
    (migrate, zone.compact.cached_free)
}
