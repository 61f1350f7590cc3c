// SPDX-License-Identifier: GPL-2.0-only
//! Serving a request from another type's memory: claim whole blocks, or steal single pages.
//!
//! Stands for mm/page_alloc.c@7.3: find_suitable_fallback, should_try_claim_block, try_to_claim_block,
//! __rmqueue_claim, __rmqueue_steal, boost_watermark.
//!
//! Modelled: all of it, incl. that only one list head an order is tried and that a failed attempt boosts too.
//! Simplified: "movable" counts frames whose LRU flag the model keeps; pages in a per-CPU LRU batch depend on who
//! sets that flag.
//! Differs: a boost ends at the size of the zone, so that watermarks are page counts whatever vm.watermark_boost_factor.

use super::alloc_flags;
use super::frames::{Kind, Order, Pfn, flag};
use super::freetype::{self, Freetype};
use super::pageblock::{PAGEBLOCK_ORDER, PAGEBLOCK_PAGES, block_start};
use super::tracepoint::Tracepoint;
use super::watermark::WMARK_HIGH;
use super::zone::{MAX_ORDER, Zone, zone_flag};

/// Answer of `find_suitable_fallback`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fallback {
    Found(Freetype),
    Empty,
    NoClaim,
}

impl Zone {
    /// mm/page_alloc.c:find_suitable_fallback@7.3.
    pub(crate) fn find_suitable_fallback(&self, order: Order, ft: Freetype, claimable: bool) -> Fallback {
        if claimable && !should_try_claim(order, ft) {
            return Fallback::NoClaim;
        }
        let found = freetype::fallbacks(ft).iter().find(|&&other| !self.is_free_list_empty(order, other));
        found.map_or(Fallback::Empty, |&other| Fallback::Found(other))
    }

    /// Converts a block, the largest foreign free chunk first (mm/page_alloc.c:__rmqueue_claim@7.3).
    pub(super) fn rmqueue_claim(&mut self, order: Order, ft: Freetype, flags: u32) -> Option<Pfn> {
        let nofragment = flags & alloc_flags::NOFRAGMENT != 0;
        let lowest = if order < PAGEBLOCK_ORDER && nofragment { PAGEBLOCK_ORDER } else { order };
        for current in (lowest..=MAX_ORDER).rev() {
            let other = match self.find_suitable_fallback(current, ft, true) {
                Fallback::Empty => continue,
                Fallback::NoClaim => break,
                Fallback::Found(other) => other,
            };
            let head = self.first_free(current, other).expect("the fallback list has a head");
            if let Some(pfn) = self.try_to_claim_block(head, current, order, ft, other, flags) {
                self.trace_extfrag(pfn, order, current, ft, other);
                return Some(pfn);
            }
        }
        None
    }

    /// Takes one foreign page and leaves its block's type, the smallest chunk first
    /// (mm/page_alloc.c:__rmqueue_steal@7.3).
    pub(super) fn rmqueue_steal(&mut self, order: Order, ft: Freetype) -> Option<Pfn> {
        let (current, other) = self.smallest_to_steal(order, ft)?;
        let pfn = self.first_free(current, other).expect("the fallback list has a head");
        self.page_del_and_expand(pfn, order, current, other);
        self.trace_extfrag(pfn, order, current, ft, other);
        Some(pfn)
    }

    /// The smallest foreign chunk's order and type.
    #[inline]
    pub(super) fn smallest_to_steal(&self, order: Order, ft: Freetype) -> Option<(Order, Freetype)> {
        let others = freetype::fallbacks(ft).iter();
        others.filter_map(|&other| Some((self.smallest_order(order, other)?, other))).min_by_key(|&(order, _)| order)
    }

    pub(super) fn trace_extfrag(&mut self, pfn: Pfn, order: Order, current: Order, ft: Freetype, other: Freetype) {
        let change_ownership = self.blocks.freetype(pfn) == ft;
        self.tracer.emit_fallback(|| Tracepoint::Extfrag {
            pfn,
            alloc_order: order,
            fallback_order: current,
            alloc_migratetype: ft,
            fallback_migratetype: other,
            change_ownership,
        });
    }

    /// The largest boost, pages: `boost_factor` of the high watermark (one and a half) within the zone's size, or 0 for
    /// none.
    pub fn boost_max(&self) -> u32 {
        let high = u64::from(self.watermark[WMARK_HIGH]);
        let factor = u64::from(self.boost_factor);
        let max = high / 10_000 * factor + high % 10_000 * factor / 10_000;
        if max == 0 { 0 } else { max.max(u64::from(PAGEBLOCK_PAGES)).min(u64::from(self.managed)) as u32 }
    }

    /// mm/page_alloc.c:boost_watermark@7.3: a pageblock a time. Whether it applied.
    pub fn boost_watermark(&mut self) -> bool {
        let max = self.boost_max();
        if self.managed < PAGEBLOCK_PAGES * 4 || max == 0 {
            return false;
        }
        self.boost = (self.boost + PAGEBLOCK_PAGES).min(max);
        let boost = self.boost;
        self.tracer.emit(|| Tracepoint::Boost { boost });
        true
    }

    /// mm/page_alloc.c:try_to_claim_block@7.3.
    fn try_to_claim_block(
        &mut self,
        head: Pfn,
        current: Order,
        order: Order,
        ft: Freetype,
        other: Freetype,
        flags: u32,
    ) -> Option<Pfn> {
        if current >= PAGEBLOCK_ORDER {
            self.del_from_free_list(head, current, other);
            self.account_freepages(-(1 << current), other);
            self.change_pageblock_range(head, current, ft);
            let added = self.expand(head, order, current, ft);
            self.account_freepages(i64::from(added), ft);
            self.frames.set(head, Kind::Used, order);
            return Some(head);
        }
        if self.boost_watermark() && flags & alloc_flags::KSWAPD != 0 {
            self.flags |= zone_flag::BOOSTED_WATERMARK;
        }
        let block = block_start(head);
        if !self.spans_block(block) {
            return None;
        }
        let predicted = self.free_and_alike(block, ft, other) >= PAGEBLOCK_PAGES / 2;
        let granted = self.is_claim_granted(block, ft, other, predicted);
        self.tracer.emit_fallback(|| Tracepoint::ClaimTried { block, from: other, to: ft, predicted, granted });
        if !granted {
            return None;
        }
        self.move_freepages_block(block, other, ft);
        self.rmqueue_smallest(order, ft)
    }

    /// Free pages of a block, and those of its allocated pages that suit the new type.
    fn free_and_alike(&self, block: Pfn, ft: Freetype, other: Freetype) -> u32 {
        let (mut free, mut movable) = (0, 0);
        let mut pfn = block;
        while pfn < block + PAGEBLOCK_PAGES {
            if self.frames.kind(pfn) == Kind::Buddy {
                let pages = 1 << self.frames.order(pfn);
                free += pages;
                pfn += pages;
            } else {
                movable += u32::from(self.frames.flags(pfn) & flag::LRU != 0);
                pfn += 1;
            }
        }
        match (ft, other) {
            (freetype::MOVABLE, _) => free + movable,
            (_, freetype::MOVABLE) => free + (PAGEBLOCK_PAGES - free - movable),
            _ => free,
        }
    }

    /// In a replay the kernel's own decision stands, because LRU batches are out of the trace's sight.
    fn is_claim_granted(&mut self, block: Pfn, ft: Freetype, other: Freetype, predicted: bool) -> bool {
        let Some(known) = &mut self.known_claims else { return predicted };
        let granted = known.front() == Some(&(block, other, ft));
        if granted {
            known.pop_front();
        }
        granted
    }
}

/// mm/page_alloc.c:should_try_claim_block@7.3: only Movable requests that look at small chunks are refused.
fn should_try_claim(order: Order, ft: Freetype) -> bool {
    order >= PAGEBLOCK_ORDER / 2 || ft == freetype::UNMOVABLE || ft == freetype::RECLAIMABLE
}
