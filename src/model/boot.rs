// SPDX-License-Identifier: GPL-2.0-only
//! Handing memory to a zone.
//!
//! Stands for mm/memblock.c:__free_memory_core@7.3 and mm/mm_init.c:deferred_free_pages: ranges are freed ascending in
//! naturally aligned blocks, each to the tail of its list.
//!
//! Simplified: list order after boot is "ascending"; a real boot's order depends on reservations and threads.

use super::buddy::Place;
use super::frames::{Kind, Order, Pfn};
use super::zone::{MAX_ORDER, Zone};

impl Zone {
    /// Releases `[start, end)` to the buddy lists and counts it as managed and present.
    ///
    /// # Panics
    /// When the range leaves the zone or a frame of it was released before.
    pub fn release_range(&mut self, start: Pfn, end: Pfn) {
        assert!(start <= end && start >= self.span.start_pfn && end <= self.span.end_pfn, "{start:#x}..{end:#x}");
        let mut pfn = start;
        while pfn < end {
            let fits = (end - pfn).ilog2() as Order;
            let order = (pfn.trailing_zeros() as Order).min(fits).min(MAX_ORDER);
            assert_eq!(self.frames.kind(pfn), Kind::Absent, "{pfn:#x} was released before");
            self.frames.set_block(pfn, Kind::Used, order);
            self.managed += 1 << order;
            self.present += 1 << order;
            self.split_large_buddy(pfn, order, Place::Tail);
            pfn += 1 << order;
        }
    }
}
