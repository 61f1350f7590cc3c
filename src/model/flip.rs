// SPDX-License-Identifier: GPL-2.0-only
//! Taking a whole pageblock out of the direct map, and putting it back.
//!
//! Stands for `__rmqueue_direct_map` of the series (20260225-page_alloc-unmapped-v1-17-e8808a03cd66@google.com and
//! later versions): called once everything else failed; takes a whole free block of the other mapping state.
//!
//! Modelled: where the block comes from, that the rest of it supplies later requests, counts of flips and failures.
//! Simplified: changing the direct map always succeeds; its page-table pages are the caller's to allocate.
//! Absent: the lock being dropped in between.

use super::alloc_flags;
use super::frames::{Kind, Order, Pfn};
use super::freetype::{self, Freetype};
use super::pageblock::PAGEBLOCK_ORDER;
use super::rmqueue::RmqueueMode;
use super::zone::Zone;

/// What a flip did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flip {
    pub pfn: Pfn,
    /// Pageblocks that changed their mapping.
    pub blocks: u32,
}

impl Zone {
    /// Serves a request of `ft` from a whole free block of the other mapping state, if one exists.
    pub(crate) fn flip(&mut self, order: Order, ft: Freetype, flags: u32) -> Option<Flip> {
        let from = if ft == freetype::UNMAPPED { freetype::UNMOVABLE } else { freetype::UNMAPPED };
        let whole = order.max(PAGEBLOCK_ORDER);
        let pfn = self.rmqueue_any(whole, from, flags & !alloc_flags::NOFRAGMENT, &mut RmqueueMode::Normal)?;
        self.adopt_flipped(pfn, whole, order, ft);
        Some(Flip { pfn, blocks: 1 << (whole - PAGEBLOCK_ORDER) })
    }

    /// Retags an allocated whole block and keeps its lowest part for the request; the rest becomes free.
    pub(crate) fn adopt_flipped(&mut self, pfn: Pfn, whole: Order, order: Order, ft: Freetype) {
        self.change_pageblock_range(pfn, whole, ft);
        let rest = self.expand(pfn, order, whole, ft);
        self.account_freepages(i64::from(rest), ft);
        self.frames.set(pfn, Kind::Used, order);
    }
}
