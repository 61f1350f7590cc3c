// SPDX-License-Identifier: GPL-2.0-only
//! The migrate scanner: which pageblock is looked at for pages to move.
//!
//! Modelled: mm/compaction.c@7.3: isolate_migratepages, suitable_migration_source, update_cached_migrate.
//! Simplified: every pageblock of the zone is online.

use super::skip::in_huge_page;
use super::{Mode, Run};
use crate::model::alloc_flags;
use crate::model::frames::Pfn;
use crate::model::freetype;
use crate::model::pageblock::{PAGEBLOCK_ORDER, PAGEBLOCK_PAGES, block_end, block_start};
use crate::model::zone::Zone;

impl Run {
    /// Isolates pages of the first block that has some and is worth it. How many pages.
    pub(super) fn isolate_migratepages(&mut self, zone: &mut Zone) -> u32 {
        let mut low = self.fast_find_migrateblock(zone);
        // A block that the fast search chose is taken whatever its skip bit says.
        let mut chosen = low != self.migrate && self.fast_search_fail == 0;
        let mut end = block_end(low);
        while end <= self.free {
            let at_start = low.is_multiple_of(PAGEBLOCK_PAGES) || low == zone.span.start_pfn;
            let skipped = at_start && !chosen && !self.is_worth_a_scan(zone, low);
            if !skipped {
                if self.is_source(zone, low) {
                    self.isolate_block(zone, low, end);
                    break;
                }
                self.update_cached_migrate(zone, end);
            }
            chosen = false;
            low = end;
            self.migrate = low;
            end += PAGEBLOCK_PAGES;
        }
        self.nr_migrate
    }

    /// mm/compaction.c:isolation_suitable@7.3.
    pub(super) fn is_worth_a_scan(&self, zone: &Zone, pfn: Pfn) -> bool {
        self.control.ignore_skip || !zone.blocks.skip(pfn)
    }

    /// Where later runs start. Given the first frame behind a block, that is one block further
    /// (mm/compaction.c:update_cached_migrate@7.3).
    pub(crate) fn update_cached_migrate(&self, zone: &mut Zone, pfn: Pfn) {
        let next = block_end(pfn);
        let [cached_async, cached_sync] = &mut zone.compact.cached_migrate;
        *cached_async = next.max(*cached_async);
        if self.control.mode != Mode::Async {
            *cached_sync = next.max(*cached_sync);
        }
    }

    /// mm/compaction.c:suitable_migration_source@7.3: asynchronous direct runs keep to blocks of the request's type,
    /// or to Movable ones when a whole block is wanted.
    fn is_source(&self, zone: &Zone, pfn: Pfn) -> bool {
        if in_huge_page(zone, block_start(pfn)) {
            return false;
        }
        if !self.control.direct {
            return true;
        }
        let block = zone.blocks.freetype(pfn);
        if block == freetype::CMA && self.control.alloc_flags & alloc_flags::CMA == 0 {
            return false;
        }
        if self.control.mode != Mode::Async {
            return true;
        }
        if self.control.freetype == freetype::MOVABLE || self.control.order >= PAGEBLOCK_ORDER as i8 {
            freetype::is_movable(block)
        } else {
            block == self.control.freetype
        }
    }
}
