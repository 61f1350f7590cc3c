// SPDX-License-Identifier: GPL-2.0-only
//! The reserve for high-order atomic requests.
//!
//! Stands for mm/page_alloc.c@7.3: reserve_highatomic_pageblock, unreserve_highatomic_pageblock (one zone of it).
//!
//! Modelled: the limit, what is reserved and when it is dissolved. Absent: nothing of it.

use super::frames::{Order, Pfn};
use super::freetype::{self, Freetype};
use super::pageblock::{PAGEBLOCK_ORDER, PAGEBLOCK_PAGES, block_start};
use super::zone::{MAX_ORDER, Zone};

impl Zone {
    /// Reserves the block a high-order atomic page came from, up to about one percent of the zone.
    pub(crate) fn reserve_highatomic(&mut self, pfn: Pfn, order: Order) {
        if self.managed / 100 < PAGEBLOCK_PAGES {
            return;
        }
        let limit = u64::from((self.managed / 100).next_multiple_of(PAGEBLOCK_PAGES));
        let ft = self.blocks.freetype(pfn);
        if self.reserved_highatomic >= limit || !freetype::is_mergeable(ft) {
            return;
        }
        if order < PAGEBLOCK_ORDER {
            if !self.move_freepages_block(block_start(pfn), ft, freetype::HIGHATOMIC) {
                return;
            }
            self.reserved_highatomic += u64::from(PAGEBLOCK_PAGES);
        } else {
            self.change_pageblock_range(pfn, order, freetype::HIGHATOMIC);
            self.reserved_highatomic += 1 << order;
        }
    }

    /// Gives one reserved block to the requester's type. `force` takes the last one too. Whether one was given.
    pub fn unreserve_highatomic(&mut self, ft: Freetype, force: bool) -> bool {
        if ft == freetype::UNMAPPED || !force && self.reserved_highatomic <= u64::from(PAGEBLOCK_PAGES) {
            return false;
        }
        for order in 0..=MAX_ORDER {
            let Some(pfn) = self.first_free(order, freetype::HIGHATOMIC) else { continue };
            let size = u64::from(PAGEBLOCK_PAGES).max(1 << order);
            self.reserved_highatomic = self.reserved_highatomic.saturating_sub(size);
            if order < PAGEBLOCK_ORDER {
                if !self.move_freepages_block(block_start(pfn), freetype::HIGHATOMIC, ft) {
                    continue;
                }
            } else {
                self.move_to_free_list(pfn, order, freetype::HIGHATOMIC, ft);
                self.note_retyped(order, freetype::HIGHATOMIC, ft);
                self.change_pageblock_range(pfn, order, ft);
            }
            return true;
        }
        false
    }
}
