// SPDX-License-Identifier: GPL-2.0-only
//! The migrate scanner: isolates pages to move, from the bottom of the zone upward.
//!
//! Stands for mm/compaction.c@7.3: isolate_migratepages, isolate_migratepages_block, suitable_migration_source.
//!
//! Modelled: skip hints, batch of 32, whole-block scans, the all-or-nothing blocks of asynchronous direct compaction.
//! Absent: holes, hugetlb, movable_ops pages, page locks.

use super::control::Mode;
use super::run::{Isolated, Run};
use crate::model::frames::{Kind, Order, Pfn, flag};
use crate::model::freetype::{self, MOVABLE};
use crate::model::pageblock::{PAGEBLOCK_ORDER, block_end, block_start};
use crate::model::tally::Tally;
use crate::model::zone::Zone;

/// `COMPACT_CLUSTER_MAX`.
const CLUSTER: u32 = 32;

impl Run {
    pub(super) fn isolate_migratepages(&mut self, zone: &mut Zone, tally: &mut Tally) -> Isolated {
        let mut pfn = self.fast_find_migrateblock(zone);
        let mut end = block_end(pfn);
        let mut fast = pfn != self.migrate && self.fast_search_fail == 0;
        while end <= self.free {
            let aligned = pfn.is_multiple_of(512) || pfn == zone.span.start_pfn;
            let skip = aligned && !fast && !self.control.ignore_skip && zone.blocks.skip(pfn);
            if !skip && self.suits_as_source(zone, pfn) {
                self.isolate_block(zone, pfn, end, tally);
                break;
            }
            if !skip {
                self.update_cached_migrate(zone, end);
            }
            fast = false;
            self.migrate = end;
            pfn = end;
            end += 512;
        }
        if self.nr_migratepages > 0 { Isolated::Success } else { Isolated::None }
    }

    /// mm/compaction.c:suitable_migration_source@7.3.
    fn suits_as_source(&self, zone: &Zone, pfn: Pfn) -> bool {
        let start = block_start(pfn).max(zone.span.start_pfn);
        if zone.frames.kind(start) == Kind::Used && zone.frames.order(start) >= PAGEBLOCK_ORDER {
            return false;
        }
        if !self.control.direct {
            return true;
        }
        let ft = zone.blocks.freetype(pfn);
        if ft == freetype::CMA && !self.control.allows_cma() {
            return false;
        }
        if self.control.mode != Mode::Async {
            return true;
        }
        if self.control.freetype == MOVABLE || self.control.order >= PAGEBLOCK_ORDER as i8 {
            freetype::is_movable(ft)
        } else {
            ft == self.control.freetype
        }
    }

    /// Scans one block from `low`; isolates at most a batch unless the block is to be finished.
    fn isolate_block(&mut self, zone: &mut Zone, low: Pfn, end: Pfn, tally: &mut Tally) {
        let all_or_nothing = self.control.direct && self.control.mode == Mode::Async && self.control.order > 0;
        let step = 1 << self.control.order.max(0);
        let mut next = if all_or_nothing { (low + 1).next_multiple_of(step) } else { Pfn::MAX };
        let (mut valid, mut hint_done, mut isolated) = (None, false, 0);
        let mut pfn = low;
        self.migrate = low;
        while pfn < end {
            if pfn >= next {
                if isolated > 0 {
                    break;
                }
                next = (pfn + 1).next_multiple_of(step);
            }
            self.work.migrate_scanned += 1;
            if valid.is_none() && (pfn.is_multiple_of(512) || pfn == zone.span.start_pfn) {
                if !self.control.ignore_skip && zone.blocks.skip(pfn) {
                    pfn = end;
                    break;
                }
                valid = Some(pfn);
            }
            let order = zone.frames.order(pfn);
            match zone.frames.kind(pfn) {
                Kind::Buddy => {
                    self.work.migrate_scanned += (1 << order) - 1;
                    pfn += 1 << order;
                    continue;
                }
                Kind::Used if self.isolates(zone, pfn, order) => {
                    if let (Some(first), false) = (valid, hint_done) {
                        hint_done = true;
                        if !self.control.ignore_skip && zone.blocks.skip(first) && !self.finish_block {
                            pfn = end;
                            break;
                        }
                        if !self.control.ignore_skip {
                            zone.blocks.set_skip(first, true);
                        }
                    }
                    zone.lru_del(pfn, order);
                    self.migratepages.push(pfn);
                    self.nr_migratepages += 1 << order;
                    isolated += 1u32 << order;
                    self.work.migrate_scanned += (1 << order) - 1;
                    pfn += 1 << order;
                    if self.nr_migratepages >= CLUSTER && !self.finish_block {
                        break;
                    }
                    continue;
                }
                Kind::Used if self.skips_whole(order) => pfn += (1 << order) - 1,
                _ => {}
            }
            if all_or_nothing && isolated > 0 {
                self.put_back(zone);
                isolated = 0;
            }
            if all_or_nothing && pfn < next {
                pfn = next - 1;
                next += step;
            }
            pfn += 1;
        }
        self.migrate = pfn.min(end);
        if self.migrate == end && (isolated == 0 || self.finish_block) {
            self.mark_scanned(zone, valid.filter(|_| !hint_done));
        }
        tally.compact_isolated += u64::from(isolated);
    }

    /// The block gave nothing more: its hint is set, and the next run starts behind it.
    fn mark_scanned(&self, zone: &mut Zone, first: Option<Pfn>) {
        if let (Some(first), false) = (first, self.control.ignore_skip) {
            zone.blocks.set_skip(first, true);
        }
        self.update_cached_migrate(zone, self.migrate);
    }

    /// Folios as large as what is to be made are left alone.
    fn skips_whole(&self, order: Order) -> bool {
        order > 0 && (self.control.order != -1 && order as i8 >= self.control.order || order >= PAGEBLOCK_ORDER)
    }

    /// Whether the page is on an LRU list and may be moved in this mode.
    fn isolates(&self, zone: &Zone, pfn: Pfn, order: Order) -> bool {
        let flags = zone.frames.flags(pfn);
        let file = flags & flag::FILE != 0;
        flags & flag::LRU != 0
            && !self.skips_whole(order)
            && (self.control.has_fs || !file)
            && !(self.control.mode == Mode::Async && file && flags & flag::DIRTY != 0)
    }

    /// Returns isolated pages to their LRU lists (mm/migrate.c:putback_movable_pages@7.3).
    pub(super) fn put_back(&mut self, zone: &mut Zone) {
        for pfn in self.migratepages.drain(..) {
            let (order, flags) = (zone.frames.order(pfn), zone.frames.flags(pfn));
            zone.lru_add(pfn, order, flags);
        }
        self.nr_migratepages = 0;
    }
}
