// SPDX-License-Identifier: GPL-2.0-only
//! A quick search for a block to empty: one that already has a large free chunk.
//!
//! Stands for mm/compaction.c@7.3: fast_find_migrateblock, update_fast_start_pfn, move_freelist_tail.
//! Modelled: all of it, the reordering of free lists included.

use super::run::Run;
use crate::model::frames::{Order, Pfn};
use crate::model::freetype::MOVABLE;
use crate::model::pageblock::{PAGEBLOCK_ORDER, block_start};
use crate::model::zone::{Zone, list_of};

/// `COMPACT_CLUSTER_MAX`.
const CLUSTER: u32 = 32;
const COSTLY_ORDER: i8 = 3;

impl Run {
    /// Where the migrate scanner goes on.
    pub(super) fn fast_find_migrateblock(&mut self, zone: &mut Zone) -> Pfn {
        let c = &self.control;
        let mid_block = !self.migrate.is_multiple_of(512) && self.migrate != zone.span.start_pfn;
        let unmovable = c.direct && c.freetype != MOVABLE && c.order < PAGEBLOCK_ORDER as i8;
        if c.ignore_skip || self.finish_block || mid_block || c.order <= COSTLY_ORDER || unmovable {
            return self.migrate;
        }
        let limit = CLUSTER.checked_shr(self.fast_search_fail.min(63)).unwrap_or(0) + 1;
        let mut distance = self.free.saturating_sub(self.migrate) / 2;
        if self.migrate != zone.span.start_pfn {
            distance /= 4;
        }
        let high = block_start(self.migrate + distance);
        let mut scanned = 0;
        let mut found = None;
        for order in (COSTLY_ORDER as Order..(c.order as Order)).rev() {
            if found.is_some() || scanned >= limit {
                break;
            }
            found = self.search_list(zone, order, high, limit, &mut scanned);
        }
        self.work.migrate_scanned += u64::from(scanned);
        if let Some(pfn) = found {
            self.fast_search_fail = 0;
            return pfn;
        }
        self.fast_search_fail += 1;
        if self.fast_start != 0 && self.fast_start != Pfn::MAX {
            self.migrate = std::mem::replace(&mut self.fast_start, Pfn::MAX);
        }
        self.migrate
    }

    fn search_list(&mut self, zone: &mut Zone, order: Order, high: Pfn, limit: u32, scanned: &mut u32) -> Option<Pfn> {
        let list = list_of(order, MOVABLE);
        let mut next = zone.frames.first(list);
        while let Some(pfn) = next {
            next = zone.frames.next(pfn);
            *scanned += 1;
            if *scanned > limit {
                rotate_behind(zone, list, pfn);
                return None;
            }
            if pfn < high && !zone.blocks.skip(pfn) {
                rotate_behind(zone, list, pfn);
                if self.fast_start != Pfn::MAX {
                    self.fast_start = if self.fast_start == 0 { pfn } else { self.fast_start.min(pfn) };
                }
                return Some(block_start(pfn).max(zone.span.start_pfn));
            }
        }
        None
    }
}

/// Entries up to and including `pfn` move to the tail.
fn rotate_behind(zone: &mut Zone, list: u32, pfn: Pfn) {
    if let Some(first) = zone.frames.next(pfn) {
        zone.frames.rotate_to_front(list, first);
    }
}
