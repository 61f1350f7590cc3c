// SPDX-License-Identifier: GPL-2.0-only
//! LRU membership of a zone's pages.
//!
//! Stands for the zone's LRU counters and node lists (include/linux/mm_inline.h@7.3:lruvec_add_folio).
//!
//! Modelled: active and inactive file lists with order, counts of all five lists.
//! Simplified: anonymous pages are counted, not listed, because without swap nothing ever takes them from the list;
//! one list per zone instead of one per node and memory cgroup; per-CPU batches of 31 are left out.

use super::frames::{Order, Pfn, flag};
use super::zone::Zone;

/// The kernel's `enum lru_list`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Lru {
    InactiveAnon,
    ActiveAnon,
    InactiveFile,
    ActiveFile,
    Unevictable,
}

impl Zone {
    /// The list that a page with these flags belongs to.
    #[inline]
    pub fn lru_of(flags: u8) -> Lru {
        match (flags & flag::UNEVICTABLE != 0, flags & flag::FILE != 0, flags & flag::ACTIVE != 0) {
            (true, ..) => Lru::Unevictable,
            (_, false, false) => Lru::InactiveAnon,
            (_, false, true) => Lru::ActiveAnon,
            (_, true, false) => Lru::InactiveFile,
            (_, true, true) => Lru::ActiveFile,
        }
    }

    /// Puts an allocated block on its LRU list, at the head. `flags` without `flag::LRU`.
    #[inline]
    pub fn lru_add(&mut self, pfn: Pfn, order: Order, flags: u8) {
        self.set_page_flags(pfn, order, flags | flag::LRU);
        let lru = Zone::lru_of(flags);
        self.lru_pages[lru as usize] += 1 << order;
        if let Some(list) = self.lru_list(lru) {
            self.frames.push_front(list, pfn);
        }
    }

    /// Takes an allocated block off its LRU list. Its other flags stay.
    pub fn lru_del(&mut self, pfn: Pfn, order: Order) {
        let flags = self.lru_unlink(pfn, order);
        self.set_page_flags(pfn, order, flags & !flag::LRU);
    }

    /// The same for a block that is freed next, and its flags forgotten.
    #[inline]
    pub(super) fn lru_unlink(&mut self, pfn: Pfn, order: Order) -> u8 {
        let flags = self.frames.flags(pfn);
        assert!(flags & flag::LRU != 0, "{pfn:#x} is on no LRU list");
        let lru = Zone::lru_of(flags);
        self.lru_pages[lru as usize] -= 1 << order;
        if self.lru_list(lru).is_some() {
            self.frames.unlink(pfn);
        }
        flags
    }

    /// Takes single pages that cannot be moved off their LRU list, from `pfn` on as long as they lie side by side, at
    /// most `most`: as many calls of `lru_del` would do the same, as nothing keeps these in order. How many.
    pub(super) fn lru_del_pinned(&mut self, pfn: Pfn, most: u32) -> u32 {
        let count = self.frames.flip_pinned(pfn, most, flag::LRU);
        self.lru_pages[Lru::Unevictable as usize] -= u64::from(count);
        count
    }

    /// The way back for `count` pages.
    pub(super) fn lru_add_pinned(&mut self, pfn: Pfn, count: u32) {
        let added = self.frames.flip_pinned(pfn, count, 0);
        assert!(added == count, "{pfn:#x}: of {count} pinned pages {added} are what they were");
        self.lru_pages[Lru::Unevictable as usize] += u64::from(count);
    }

    /// Pages on one LRU list.
    pub fn lru_pages(&self, lru: Lru) -> u64 {
        self.lru_pages[lru as usize]
    }

    /// The head of a list that is kept in order.
    #[inline]
    pub(crate) fn lru_list(&self, lru: Lru) -> Option<u32> {
        let first = self.first_lru_list();
        match lru {
            Lru::InactiveFile => Some(first),
            Lru::ActiveFile => Some(first + 1),
            Lru::InactiveAnon | Lru::ActiveAnon | Lru::Unevictable => None,
        }
    }
}
