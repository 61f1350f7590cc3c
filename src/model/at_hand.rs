// SPDX-License-Identifier: GPL-2.0-only
//! Single pages that need no looking for: the request whose list has one, the free whose list has room.
//!
//! Stands for the usual way through mm/page_alloc.c@7.3: __alloc_frozen_pages_noprof and __free_frozen_pages, when
//! the zone that is asked first is above its mark and the CPU's own list serves. Nearly every operation is one of these.
//! Whatever is otherwise is left, untouched, to the walk of `Machine` and to `Zone::free_pages`, which decide alike.

use super::frames::Pfn;
use super::freetype::Freetype;
use super::gfp::Gfp;
use super::machine::Machine;
use super::pcp::page_to_pindex;
use super::watermark::{WMARK_HIGH, WMARK_LOW};
use super::zone::{Zone, zone_flag};

impl Machine {
    /// A page off the CPU's list. `None`, and nothing done, if the walk must be taken.
    #[inline]
    pub(super) fn take_at_hand(&mut self, gfp: Gfp, ft: Freetype) -> Option<Pfn> {
        let highest = gfp.highest_zoneidx();
        let i = self.node.zones.len() - 1;
        let zone = &mut self.node.zones[i];
        if zone.span.index > highest || !zone.is_at_ease(highest) {
            return None;
        }
        let pfn = zone.frames.take_first_page(zone.pcp_list(page_to_pindex(ft)))?;
        let pcp = zone.pcp_mut();
        pcp.free_count >>= 1;
        pcp.count -= 1;
        self.tally.pgalloc[usize::from(zone.span.index)] += 1;
        self.decide_fallbacks(i);
        Some(pfn)
    }

    /// Puts a page on the CPU's list. `false`, and nothing done, if the usual path must be taken.
    #[inline]
    pub(super) fn give_to_hand(&mut self, pfn: Pfn) -> bool {
        self.node.zones.last_mut().is_some_and(|zone| zone.contains(pfn) && zone.give_to_hand(pfn))
    }
}

impl Zone {
    /// Whether an order-0 request passes the first test of the walk, and no boost waits to be told to kswapd. Without
    /// any discount, so that the walk's own test would pass too.
    #[inline]
    fn is_at_ease(&self, highest_zone: u8) -> bool {
        let below_high = self.flags & zone_flag::BELOW_HIGH != 0;
        let mark = self.wmark_pages(if below_high { WMARK_LOW } else { WMARK_HIGH });
        let reserve = self.lowmem_reserve[usize::from(highest_zone)];
        let unusable = self.free_highatomic + self.free_cma;
        self.flags & zone_flag::BOOSTED_WATERMARK == 0
            && self.free_seen() > unusable + u64::from(mark) + u64::from(reserve)
    }

    #[inline]
    fn give_to_hand(&mut self, pfn: Pfn) -> bool {
        if self.blocks.is_isolated(pfn) {
            return false;
        }
        let pindex = page_to_pindex(self.blocks.freetype(pfn));
        if !self.frames.give_first_page(self.pcp_list(pindex), pfn) {
            return false;
        }
        let moving = self.flags & (zone_flag::RECLAIM_ACTIVE | zone_flag::BELOW_HIGH) != 0;
        if moving || !self.pcp_mut().note_page_below() {
            self.count_page(pindex);
        }
        true
    }

    #[inline(never)]
    fn count_page(&mut self, pindex: u32) {
        if let Some(todo) = self.pcp_tune_free(pindex, 0) {
            self.give_back(todo);
        }
    }
}
