// SPDX-License-Identifier: GPL-2.0-only
//! Pageblock state: migratetype, skip, isolate and unmapped bits.
//!
//! Stands for include/linux/pageblock-flags.h@7.3 and mm/page_alloc.c:get_pfnblock_migratetype. In 7.3 isolation is a
//! bit of its own, so it does not overwrite the type; reading the type answers Isolate while the bit is set.
//!
//! Modelled: all of the above, and the block-wide "unmapped" bit of the series. Absent: `PB_has_movable`-like hints.

use super::frames::Pfn;
use super::freetype::{self, Freetype};

/// `pageblock_order` on x86-64 with 2 MiB huge pages.
pub const PAGEBLOCK_ORDER: u8 = 9;
/// Frames of a pageblock: 512.
pub const PAGEBLOCK_PAGES: u32 = 1 << PAGEBLOCK_ORDER;

const TYPE: u8 = 7;
const SKIP: u8 = 8;
const ISOLATED: u8 = 16;
const UNMAPPED: u8 = 32;

/// First frame of the block that holds `pfn`.
pub fn block_start(pfn: Pfn) -> Pfn {
    pfn & !(PAGEBLOCK_PAGES - 1)
}

/// First frame behind the block that holds `pfn`.
pub fn block_end(pfn: Pfn) -> Pfn {
    block_start(pfn) + PAGEBLOCK_PAGES
}

/// One byte a block, from the block of `base` upward.
#[derive(Clone, Debug)]
pub struct Pageblocks {
    first: u32,
    bits: Vec<u8>,
}

impl Pageblocks {
    /// All blocks of `[base, base + frames)`, Movable as boot leaves them (mm/mm_init.c:memmap_init_range@7.3).
    pub fn new(base: Pfn, frames: u32) -> Pageblocks {
        let first = base >> PAGEBLOCK_ORDER;
        let blocks = frames.div_ceil(PAGEBLOCK_PAGES) as usize;
        Pageblocks { first, bits: vec![freetype::MOVABLE; blocks] }
    }

    pub fn len(&self) -> u32 {
        self.bits.len() as u32
    }

    pub fn is_empty(&self) -> bool {
        self.bits.is_empty()
    }

    /// First frame of each block, ascending.
    pub fn starts(&self) -> impl Iterator<Item = Pfn> + use<> {
        let first = self.first;
        (0..self.len()).map(move |i| (first + i) << PAGEBLOCK_ORDER)
    }

    /// The list that free pages of the block belong to.
    #[inline]
    pub fn freetype(&self, pfn: Pfn) -> Freetype {
        let bits = self.bits[self.at(pfn)];
        if bits & (ISOLATED | UNMAPPED) == 0 {
            bits & TYPE
        } else if bits & ISOLATED != 0 {
            freetype::ISOLATE
        } else {
            freetype::UNMAPPED
        }
    }

    /// The stored migratetype, whatever the isolate bit says (what undoing an isolation returns to).
    pub fn stored_migratetype(&self, pfn: Pfn) -> Freetype {
        self.bits[self.at(pfn)] & TYPE
    }

    /// Sets the type and clears the isolate bit (mm/page_alloc.c:set_pageblock_migratetype@7.3). `ISOLATE` sets only
    /// the bit; `UNMAPPED` is Unmovable with the unmapped bit.
    pub fn set_freetype(&mut self, pfn: Pfn, ft: Freetype) {
        let i = self.at(pfn);
        let bits = &mut self.bits[i];
        *bits = match ft {
            freetype::ISOLATE => *bits | ISOLATED,
            freetype::UNMAPPED => *bits & SKIP | freetype::UNMOVABLE | UNMAPPED,
            _ => *bits & SKIP | ft,
        };
    }

    pub fn is_unmapped(&self, pfn: Pfn) -> bool {
        self.bits[self.at(pfn)] & UNMAPPED != 0
    }

    #[inline]
    pub fn is_isolated(&self, pfn: Pfn) -> bool {
        self.bits[self.at(pfn)] & ISOLATED != 0
    }

    /// Compaction's hint that a scan of the block found nothing.
    pub fn skip(&self, pfn: Pfn) -> bool {
        self.bits[self.at(pfn)] & SKIP != 0
    }

    pub fn set_skip(&mut self, pfn: Pfn, skip: bool) {
        let i = self.at(pfn);
        self.bits[i] = if skip { self.bits[i] | SKIP } else { self.bits[i] & !SKIP };
    }

    /// The raw byte of each block, for digests.
    pub fn raw(&self) -> &[u8] {
        &self.bits
    }

    #[inline]
    fn at(&self, pfn: Pfn) -> usize {
        ((pfn >> PAGEBLOCK_ORDER) - self.first) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn isolation_keeps_the_type_and_setting_a_type_ends_it() {
        let mut blocks = Pageblocks::new(1024, 2048);
        blocks.set_skip(1536, true);
        blocks.set_freetype(1536, freetype::RECLAIMABLE);
        blocks.set_freetype(1536, freetype::ISOLATE);
        assert_eq!(
            (blocks.freetype(1600), blocks.stored_migratetype(1600)),
            (freetype::ISOLATE, freetype::RECLAIMABLE)
        );
        blocks.set_freetype(1536, freetype::UNMAPPED);
        assert!(blocks.is_unmapped(1536) && !blocks.is_isolated(1536) && blocks.skip(1536));
        blocks.set_freetype(1536, freetype::MOVABLE);
        assert_eq!(blocks.freetype(1536), freetype::MOVABLE);
        assert!(!blocks.is_unmapped(1536));
    }
}
