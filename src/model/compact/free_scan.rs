// SPDX-License-Identifier: GPL-2.0-only
//! The free scanner: downward through the zone for free pages to move to.
//!
//! Modelled: mm/compaction.c@7.3: isolate_freepages, isolate_freepages_block, suitable_migration_target,
//! update_pageblock_skip, the stride. Absent: strict isolation.
//! Differs: blocks outside the direct map are never targets, as the patched kernels guard; the types alone would let a
//! run at full priority take them.

use super::{CLUSTER, CompactEvent, Run, control::Mode};
use crate::model::frames::{Kind, Pfn};
use crate::model::freetype;
use crate::model::pageblock::{PAGEBLOCK_ORDER, PAGEBLOCK_PAGES, block_end, block_start};
use crate::model::zone::Zone;

impl Run {
    /// Fills the private lists: by the free lists if that gives anything, else block by block downward.
    pub(super) fn isolate_freepages(&mut self, zone: &mut Zone) {
        self.fast_isolate_freepages(zone);
        if self.targets.pages() > 0 {
            return;
        }
        let mut start = self.free;
        let mut block = block_start(start);
        let mut end = (block + PAGEBLOCK_PAGES).min(zone.span.end_pfn);
        let low = block_end(self.migrate);
        let mut stride = if self.control.mode == Mode::Async { CLUSTER } else { 1 };
        while block >= low {
            if self.is_target(zone, block) && self.is_worth_a_scan(zone, block) {
                let (stop, isolated) = self.isolate_freepages_block(zone, start, end, stride);
                start = stop;
                if start == end {
                    let below = block - PAGEBLOCK_PAGES;
                    zone.blocks.set_skip(block, true);
                    zone.compact.cached_free = zone.compact.cached_free.min(below);
                }
                if self.has_targets() {
                    if start >= end {
                        start = block - PAGEBLOCK_PAGES;
                    }
                    break;
                }
                if start < end {
                    break;
                }
                stride = if isolated > 0 { 1 } else { (stride << 1).min(CLUSTER) };
            }
            end = block;
            block -= PAGEBLOCK_PAGES;
            start = block;
        }
        self.free = start;
    }

    /// Takes the free blocks of `[start, end)` until every source has a target. Where it stopped, and how many pages.
    pub(super) fn isolate_freepages_block(&mut self, zone: &mut Zone, start: Pfn, end: Pfn, stride: u32) -> (Pfn, u32) {
        let mut pfn = start;
        let (mut scanned, mut total) = (0, 0);
        while pfn < end {
            scanned += 1;
            let (kind, order) = (zone.frames.kind(pfn), zone.frames.order(pfn));
            let pages = 1u32 << order;
            if kind == Kind::Used && order > 0 && pfn + pages <= end {
                pfn += pages - 1;
                scanned += pages - 1;
            } else if kind == Kind::Buddy {
                let taken = self.take_free_block(zone, pfn, order);
                if taken == 0 {
                    break;
                }
                scanned += taken - 1;
                total += taken;
                if self.has_targets() {
                    pfn += taken;
                    break;
                }
                pfn += taken - 1;
            }
            pfn += stride;
        }
        let stop = pfn.min(end);
        zone.tracer.compaction(|| CompactEvent::IsolateFreepages { start, end: stop, scanned, taken: total });
        self.work.free_scanned += u64::from(scanned);
        self.work.isolated += u64::from(total);
        (stop, total)
    }

    /// Every source has a target.
    pub(super) fn has_targets(&self) -> bool {
        self.targets.pages() >= self.nr_migrate
    }

    /// mm/compaction.c:suitable_migration_target@7.3, for the block whose first frame is given.
    pub(super) fn is_target(&self, zone: &Zone, block: Pfn) -> bool {
        let order = self.control.wanted().filter(|&order| order > 0).unwrap_or(PAGEBLOCK_ORDER);
        let free = zone.contains(block) && zone.frames.kind(block) == Kind::Buddy && zone.frames.order(block) >= order;
        let unmapped = zone.blocks.is_unmapped(block);
        !free && !unmapped && (self.control.ignore_block_suitable || freetype::is_movable(zone.blocks.freetype(block)))
    }
}
