// SPDX-License-Identifier: GPL-2.0-only
//! Who holds a page: a table of slots, so that migration can tell the holder.
//!
//! Stands for the reverse map (mm/rmap.c@7.3): each user page has one slot, the slot holds the page's frame, the
//! frame's owner field holds the slot. Migration rewrites the slot and the holder never notices.
//!
//! Simplified: one mapping a page.

use super::frames::Pfn;

/// No owner, or no page.
pub const NONE: u32 = u32::MAX;

/// Slots, each `NONE` or a frame.
#[derive(Clone, Debug, Default)]
pub struct Owners {
    pages: Vec<Pfn>,
    free: Vec<u32>,
}

impl Owners {
    /// Makes room for so many more.
    pub fn expect(&mut self, slots: usize) {
        self.pages.reserve(slots.saturating_sub(self.free.len()));
    }

    /// A slot that holds `pfn`.
    #[inline]
    pub fn add(&mut self, pfn: Pfn) -> u32 {
        if let Some(slot) = self.free.pop() {
            self.pages[slot as usize] = pfn;
            return slot;
        }
        self.pages.push(pfn);
        (self.pages.len() - 1) as u32
    }

    /// The page in a slot; `None` for an empty slot.
    pub fn page(&self, slot: u32) -> Option<Pfn> {
        self.pages.get(slot as usize).copied().filter(|&pfn| pfn != NONE)
    }

    /// The page of a slot is now elsewhere.
    pub fn moved(&mut self, slot: u32, to: Pfn) {
        self.pages[slot as usize] = to;
    }

    /// The page of a slot is gone; the slot stays its holder's.
    pub fn evict(&mut self, slot: u32) {
        self.pages[slot as usize] = NONE;
    }

    /// A slot without a page.
    pub fn reserve(&mut self) -> u32 {
        self.add(NONE)
    }

    /// Bytes held, for reports of memory.
    pub fn bytes(&self) -> u64 {
        (self.pages.capacity() + self.free.capacity()) as u64 * 4
    }

    /// Takes a slot back from its holder, who forgets it. The page that it held, unless that was evicted.
    #[inline]
    pub fn remove(&mut self, slot: u32) -> Option<Pfn> {
        let pfn = self.page(slot);
        self.pages[slot as usize] = NONE;
        self.free.push(slot);
        pfn
    }
}
