// SPDX-License-Identifier: GPL-2.0-only
//! Finding a block to empty by the free chunks it has, instead of scanning.
//!
//! Modelled: mm/compaction.c@7.3: fast_find_migrateblock, freelist_scan_limit, update_fast_start_pfn,
//! reinit_migrate_pfn, move_freelist_tail; the rotations of the free lists are seen by later allocations.

use super::{CLUSTER, Run};
use crate::model::frames::{Order, Pfn};
use crate::model::freetype::MOVABLE;
use crate::model::pageblock::{PAGEBLOCK_ORDER, block_start};
use crate::model::zone::{COSTLY_ORDER, Zone, list_of};

impl Run {
    /// Where to scan next: the block of a low free Movable chunk whose skip bit is clear, or the old place.
    pub(super) fn fast_find_migrateblock(&mut self, zone: &mut Zone) -> Pfn {
        if !self.may_search_fast(zone) {
            return self.migrate;
        }
        let limit = self.scan_limit();
        let mut distance = (self.free - self.migrate) >> 1;
        if self.migrate != zone.span.start_pfn {
            distance >>= 2;
        }
        let high = block_start(self.migrate + distance);
        let (mut scanned, mut found) = (0, None);
        for order in (COSTLY_ORDER..self.control.order as Order).rev() {
            if found.is_some() || scanned >= limit {
                break;
            }
            found = search_list(zone, order, high, limit, &mut scanned);
        }
        self.work.migrate_scanned += u64::from(scanned);
        let Some(pfn) = found else {
            self.fast_search_fail += 1;
            return self.restart_at_lowest();
        };
        if self.fast_start != Pfn::MAX {
            self.fast_start = if self.fast_start == 0 { pfn } else { self.fast_start.min(pfn) };
        }
        self.fast_search_fail = 0;
        block_start(pfn).max(zone.span.start_pfn)
    }

    /// mm/compaction.c:freelist_scan_limit@7.3: halves with each search that found nothing.
    pub(super) fn scan_limit(&self) -> u32 {
        CLUSTER.checked_shr(self.fast_search_fail).unwrap_or(0) + 1
    }

    fn may_search_fast(&self, zone: &Zone) -> bool {
        let mid_block = self.migrate != zone.span.start_pfn && self.migrate != block_start(self.migrate);
        let small =
            self.control.direct && self.control.freetype != MOVABLE && self.control.order < PAGEBLOCK_ORDER as i8;
        !self.control.ignore_skip
            && !self.finish_block
            && !mid_block
            && self.control.order > COSTLY_ORDER as i8
            && !small
    }

    /// After a search in vain: once, the lowest chunk that an earlier search found.
    fn restart_at_lowest(&mut self) -> Pfn {
        if self.fast_start != 0 && self.fast_start != Pfn::MAX {
            self.migrate = std::mem::replace(&mut self.fast_start, Pfn::MAX);
        }
        self.migrate
    }
}

/// Walks one list from its head. A chunk that is chosen, and the one at which the limit is reached, go to the tail
/// with everything in front of them, so that the next search sees others first.
fn search_list(zone: &mut Zone, order: Order, high: Pfn, limit: u32, scanned: &mut u32) -> Option<Pfn> {
    let list = list_of(order, MOVABLE);
    let mut entry = zone.frames.first(list);
    while let Some(pfn) = entry {
        let exhausted = *scanned >= limit;
        *scanned += 1;
        let next = zone.frames.next(pfn);
        if exhausted || pfn < high && !zone.blocks.skip(pfn) {
            if let Some(next) = next {
                zone.frames.rotate_to_front(list, next);
            }
            return (!exhausted).then_some(pfn);
        }
        entry = next;
    }
    None
}
