// SPDX-License-Identifier: GPL-2.0-only
//! The free scanner: takes free pages to move to, from the top of the zone downward.
//!
//! Stands for mm/compaction.c@7.3: isolate_freepages, isolate_freepages_block, suitable_migration_target; and the
//! watermark test of mm/page_alloc.c:__isolate_free_page.
//!
//! Modelled: strides, skip hints, cached position, stopping in mid-block. Absent: holes.
//! Differs: pages of unmapped blocks are never targets, as the patched kernels guard.

use super::control::Mode;
use super::run::Run;
use crate::model::alloc_flags;
use crate::model::frames::{Kind, Order, Pfn};
use crate::model::freetype;
use crate::model::pageblock::{PAGEBLOCK_ORDER, block_end, block_start};
use crate::model::tally::Tally;
use crate::model::watermark::WMARK_MIN;
use crate::model::zone::Zone;

/// `COMPACT_CLUSTER_MAX`: the longest stride.
const CLUSTER: u32 = 32;

impl Run {
    /// Fills the private lists until there is a free page for each page to move.
    pub(super) fn isolate_freepages(&mut self, zone: &mut Zone, tally: &mut Tally) {
        if self.fast_isolate_freepages(zone, tally) {
            return;
        }
        let mut scan = self.free;
        let mut start = block_start(scan);
        let low = block_end(self.migrate);
        let mut stride = if self.control.mode == Mode::Async { CLUSTER } else { 1 };
        while start >= low.max(zone.span.start_pfn) {
            let end = (start + 512).min(zone.span.end_pfn);
            if self.suits_as_target(zone, start) && (self.control.ignore_skip || !zone.blocks.skip(start)) {
                let taken = self.isolate_freepages_block(zone, &mut scan, end, stride, tally);
                if scan >= end {
                    self.mark_exhausted(zone, start);
                }
                if self.nr_freepages >= self.nr_migratepages {
                    if scan >= end {
                        scan = start.saturating_sub(512);
                    }
                    break;
                }
                if scan < end {
                    break;
                }
                stride = if taken > 0 { 1 } else { (stride * 2).min(CLUSTER) };
            }
            if start < 512 {
                start = 0;
                scan = 0;
                break;
            }
            start -= 512;
            scan = start;
        }
        let _ = start;
        self.free = scan;
    }

    /// mm/compaction.c:suitable_migration_target@7.3.
    pub(super) fn suits_as_target(&self, zone: &Zone, pfn: Pfn) -> bool {
        let first = block_start(pfn).max(zone.span.start_pfn);
        if zone.blocks.is_unmapped(pfn) {
            return false;
        }
        if zone.frames.kind(first) == Kind::Buddy {
            let order = if self.control.order > 0 { self.control.order as Order } else { PAGEBLOCK_ORDER };
            if zone.frames.order(first) >= order {
                return false;
            }
        }
        self.control.ignore_block_suitable || freetype::is_movable(zone.blocks.freetype(pfn))
    }

    /// Takes free chunks of `[scan, end)` until there are enough. Pages taken; `scan` is where it stopped.
    pub(super) fn isolate_freepages_block(
        &mut self,
        zone: &mut Zone,
        scan: &mut Pfn,
        end: Pfn,
        stride: u32,
        tally: &mut Tally,
    ) -> u32 {
        let mut pfn = *scan;
        let mut taken = 0;
        while pfn < end {
            self.work.free_scanned += 1;
            let order = zone.frames.order(pfn);
            match zone.frames.kind(pfn) {
                Kind::Buddy => {
                    if !self.isolate_one(zone, pfn, order) {
                        break;
                    }
                    let size = 1 << order;
                    taken += size;
                    tally.compact_isolated += u64::from(size);
                    self.work.free_scanned += u64::from(size - 1);
                    if self.nr_freepages >= self.nr_migratepages {
                        pfn += size;
                        break;
                    }
                    pfn += size - 1;
                }
                Kind::Used if order > 0 && pfn + (1 << order) <= end => {
                    self.work.free_scanned += (1 << order) - 1;
                    pfn += (1 << order) - 1;
                }
                _ => {}
            }
            pfn += stride;
        }
        *scan = pfn.min(end);
        taken
    }

    /// One free chunk onto the private list of its order, if the watermark allows it.
    pub(super) fn isolate_one(&mut self, zone: &mut Zone, pfn: Pfn, order: Order) -> bool {
        let mark = zone.watermark[WMARK_MIN] + (1 << order);
        if !zone.watermark_test(0, mark, 0, alloc_flags::CMA, zone.free.seen()).ok() {
            return false;
        }
        zone.isolate_free_page(pfn, order);
        self.freepages[usize::from(order)].push_back(pfn);
        self.nr_freepages += 1 << order;
        true
    }

    /// A block that was scanned to its end is not worth another look.
    pub(super) fn mark_exhausted(&self, zone: &mut Zone, start: Pfn) {
        if self.control.ignore_skip {
            return;
        }
        zone.blocks.set_skip(start, true);
        let before = start.saturating_sub(512);
        zone.compact.cached_free = zone.compact.cached_free.min(before);
    }
}
