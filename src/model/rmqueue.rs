// SPDX-License-Identifier: GPL-2.0-only
//! Taking a block out of one zone, and putting one back.
//!
//! Stands for mm/page_alloc.c@7.3: rmqueue, rmqueue_buddy, __rmqueue, __free_frozen_pages, free_one_page.
//!
//! Modelled: order of attempts, the mode kept across a bulk, highatomic first and last.
//! Differs: waking kswapd after a boost is left to the caller, which reads and clears the zone's flag.

use super::alloc_flags;
use super::buddy::Place;
use super::frames::{Kind, Order, Pfn};
use super::freetype::{self, Freetype};
use super::pcp::pcp_allowed_order;
use super::watermark::WMARK_MIN;
use super::zone::{Zone, zone_flag};

/// `enum rmqueue_mode`: where the next attempt of the same bulk enters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RmqueueMode {
    Normal,
    Cma,
    Claim,
    Steal,
}

impl Zone {
    /// One block for a request (mm/page_alloc.c:rmqueue@7.3): per-CPU lists, then the buddy lists.
    #[inline]
    pub fn rmqueue(&mut self, order: Order, ft: Freetype, flags: u32) -> Option<Pfn> {
        if pcp_allowed_order(order)
            && let Some(pfn) = self.rmqueue_pcplist(order, ft, flags)
        {
            return Some(pfn);
        }
        self.rmqueue_buddy(order, ft, flags)
    }

    /// mm/page_alloc.c:rmqueue_buddy@7.3: past the per-CPU lists.
    pub fn rmqueue_buddy(&mut self, order: Order, ft: Freetype, flags: u32) -> Option<Pfn> {
        let atomic = flags & alloc_flags::HIGHATOMIC != 0;
        let reserved = if atomic { self.rmqueue_smallest(order, freetype::HIGHATOMIC) } else { None };
        let pfn = reserved.or_else(|| self.rmqueue_any(order, ft, flags, &mut RmqueueMode::Normal)).or_else(|| {
            let desperate = flags & (alloc_flags::OOM | alloc_flags::NON_BLOCK) != 0 && ft != freetype::UNMAPPED;
            if desperate { self.rmqueue_smallest(order, freetype::HIGHATOMIC) } else { None }
        })?;
        if atomic && flags & alloc_flags::WMARK_MASK == WMARK_MIN as u32 {
            self.reserve_highatomic(pfn, order);
        }
        Some(pfn)
    }

    /// mm/page_alloc.c:__rmqueue@7.3. `mode` persists inside one bulk: after a steal the bulk goes on stealing.
    pub(crate) fn rmqueue_any(
        &mut self,
        order: Order,
        ft: Freetype,
        flags: u32,
        mode: &mut RmqueueMode,
    ) -> Option<Pfn> {
        let cma = flags & alloc_flags::CMA != 0;
        if cma
            && self.free_cma > self.free.seen() / 2
            && let Some(pfn) = self.rmqueue_smallest(order, freetype::CMA)
        {
            return Some(pfn);
        }
        if *mode <= RmqueueMode::Normal
            && let Some(pfn) = self.rmqueue_smallest(order, ft)
        {
            return Some(pfn);
        }
        if *mode <= RmqueueMode::Cma
            && cma
            && let Some(pfn) = self.rmqueue_smallest(order, freetype::CMA)
        {
            *mode = RmqueueMode::Cma;
            return Some(pfn);
        }
        if *mode <= RmqueueMode::Claim
            && let Some(pfn) = self.rmqueue_claim(order, ft, flags)
        {
            *mode = RmqueueMode::Normal;
            return Some(pfn);
        }
        if flags & alloc_flags::NOFRAGMENT == 0
            && let Some(pfn) = self.rmqueue_steal(order, ft)
        {
            *mode = RmqueueMode::Steal;
            return Some(pfn);
        }
        None
    }

    /// Frees a block as the usual paths do (mm/page_alloc.c:__free_frozen_pages@7.3).
    #[inline]
    pub fn free_pages(&mut self, pfn: Pfn, order: Order) {
        assert_eq!(self.frames.kind(pfn), Kind::Used, "{pfn:#x} is not allocated");
        self.forget(pfn, order);
        if pcp_allowed_order(order) && !self.blocks.is_isolated(pfn) {
            if let Some(todo) = self.pcp_free_commit(pfn, order) {
                self.give_back(todo);
            }
        } else {
            self.split_large_buddy(pfn, order, Place::Usual);
        }
    }

    /// Frees a block past the per-CPU lists, as kernels without SMP and the pcp lock's failure path do
    /// (mm/page_alloc.c:free_one_page@7.3).
    pub fn free_to_buddy(&mut self, pfn: Pfn, order: Order, place: Place) {
        assert_eq!(self.frames.kind(pfn), Kind::Used, "{pfn:#x} is not allocated");
        self.forget(pfn, order);
        self.split_large_buddy(pfn, order, place);
    }

    /// Clears what the allocated block carried: owner flags of each frame.
    #[inline]
    pub(crate) fn forget(&mut self, pfn: Pfn, order: Order) {
        self.set_page_flags(pfn, order, 0);
    }

    /// Whether a claim since the last look asks for kswapd (the tail of mm/page_alloc.c:rmqueue@7.3). Clears it.
    #[inline]
    pub fn take_boosted(&mut self) -> bool {
        let boosted = self.flags & zone_flag::BOOSTED_WATERMARK != 0;
        self.flags &= !zone_flag::BOOSTED_WATERMARK;
        boosted
    }

    /// Gives every frame of an allocated block these flags (tail pages of a huge page are on its LRU list too).
    #[inline]
    pub fn set_page_flags(&mut self, pfn: Pfn, order: Order, flags: u8) {
        self.frames.set_flags(pfn, flags);
        // Nearly every block is a single page.
        for frame in pfn + 1..pfn + (1 << order) {
            self.frames.set_flags(frame, flags);
        }
    }
}
