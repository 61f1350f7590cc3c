// SPDX-License-Identifier: GPL-2.0-only
//! Watermarks: how much must stay free, and the test of it.
//!
//! Stands for mm/page_alloc.c@7.3: calculate_min_free_kbytes, __setup_per_zone_wmarks, setup_per_zone_lowmem_reserve,
//! __zone_watermark_ok, zone_watermark_fast, and mm/khugepaged.c:set_recommended_min_free_kbytes.
//!
//! Modelled: all of them, for zones up to Normal. Absent: the Movable zone's own minimum, memory tiering.

use super::alloc_flags;
use super::frames::Order;
use super::freetype;
use super::zone::{MAX_ORDER, Zone};

pub const WMARK_MIN: usize = 0;
pub const WMARK_LOW: usize = 1;
pub const WMARK_HIGH: usize = 2;
pub const WMARK_PROMO: usize = 3;
pub const WMARK_NAMES: [&str; 4] = ["min", "low", "high", "promo"];

/// Zone index of user-movable requests: the column of `lowmem_reserve` they are held against.
pub const ZONE_MOVABLE: u8 = 3;

/// One watermark test, line by line. All amounts in pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatermarkTest {
    pub order: Order,
    /// Free pages the test started from.
    pub free: i64,
    /// Taken off `free`: pages the request may not use, and 2^order - 1.
    pub unusable: i64,
    /// The mark after the request's discounts.
    pub mark: i64,
    pub reserve: i64,
    /// Whether a free block of the order exists that the request may take (always true at order 0).
    pub has_block: bool,
}

impl WatermarkTest {
    pub fn ok(&self) -> bool {
        self.free - self.unusable > self.mark + self.reserve && self.has_block
    }
}

impl Zone {
    /// `wmark_pages()`: with the boost.
    #[inline]
    pub fn wmark_pages(&self, index: usize) -> u32 {
        self.watermark[index] + self.boost
    }

    /// Pages in free blocks of a pageblock or more that are mapped, as the counters show it.
    pub fn free_blocks_mapped(&self) -> u64 {
        self.free_blocks.seen().saturating_sub(self.free_blocks_unmapped.seen())
    }

    /// `zone_page_state(NR_FREE_PAGES)`: what allocation decisions see.
    #[inline]
    pub fn free_seen(&self) -> u64 {
        self.free.seen()
    }

    /// mm/page_alloc.c:zone_watermark_ok@7.3 against the counter as the kernel sees it.
    #[inline]
    pub fn zone_watermark_ok(&self, order: Order, mark: u32, highest_zone: u8, flags: u32) -> bool {
        self.watermark_test(order, mark, highest_zone, flags, self.free.seen()).ok()
    }

    /// mm/page_alloc.c:__zone_watermark_ok@7.3, as numbers.
    pub fn watermark_test(&self, order: Order, mark: u32, highest_zone: u8, flags: u32, free: u64) -> WatermarkTest {
        let mut unusable = (1 << order) - 1;
        if flags & alloc_flags::RESERVES == 0 {
            unusable += self.free_highatomic as i64;
        }
        if flags & alloc_flags::CMA == 0 {
            unusable += self.free_cma as i64;
        }
        let mut mark = i64::from(mark);
        if flags & alloc_flags::MIN_RESERVE != 0 {
            mark -= mark / 2;
            if flags & alloc_flags::NON_BLOCK != 0 {
                mark -= mark / 4;
            }
        }
        if flags & alloc_flags::OOM != 0 {
            mark -= mark / 2;
        }
        let reserve = i64::from(self.lowmem_reserve[usize::from(highest_zone)]);
        let has_block = order == 0 || self.has_block_for(order, flags);
        WatermarkTest { order, free: free as i64, unusable, mark, reserve, has_block }
    }

    /// mm/page_alloc.c:zone_watermark_fast@7.3: an order-0 request with reserves is tested against the unboosted
    /// minimum too, so that a boost does not deny what it was not meant for.
    #[inline]
    pub fn zone_watermark_fast(&self, order: Order, index: usize, highest_zone: u8, flags: u32) -> bool {
        let mark = self.wmark_pages(index);
        if order == 0 && self.is_above_undiscounted(mark, highest_zone, flags) {
            return true;
        }
        if self.zone_watermark_ok(order, mark, highest_zone, flags) {
            return true;
        }
        order == 0
            && flags & alloc_flags::MIN_RESERVE != 0
            && self.boost > 0
            && flags & alloc_flags::WMARK_MASK == WMARK_MIN as u32
            && self.zone_watermark_ok(order, self.watermark[WMARK_MIN], highest_zone, flags)
    }

    /// The shortcut of an order-0 request (the head of mm/page_alloc.c:zone_watermark_fast@7.3): what passes the mark
    /// without any discount passes it with all of them.
    #[inline]
    fn is_above_undiscounted(&self, mark: u32, highest_zone: u8, flags: u32) -> bool {
        let mut unusable = 0;
        if flags & alloc_flags::RESERVES == 0 {
            unusable += self.free_highatomic;
        }
        if flags & alloc_flags::CMA == 0 {
            unusable += self.free_cma;
        }
        let reserve = u64::from(self.lowmem_reserve[usize::from(highest_zone)]);
        self.free.seen() > unusable + u64::from(mark) + reserve
    }

    /// Some list of a high enough order holds a block the request may have.
    fn has_block_for(&self, order: Order, flags: u32) -> bool {
        let has = |ft| self.smallest_order(order, ft).is_some();
        (order..=MAX_ORDER).any(|o| self.nr_free[usize::from(o)] > 0)
            && (has(freetype::UNMOVABLE)
                || has(freetype::MOVABLE)
                || has(freetype::RECLAIMABLE)
                || has(freetype::UNMAPPED)
                || flags & alloc_flags::CMA != 0 && has(freetype::CMA)
                || flags & (alloc_flags::HIGHATOMIC | alloc_flags::OOM) != 0 && has(freetype::HIGHATOMIC))
    }
}

/// mm/page_alloc.c:calculate_min_free_kbytes@7.3. `lowmem_pages` is the sum of the zones' managed pages.
pub fn min_free_kbytes(lowmem_pages: u64) -> u32 {
    (lowmem_pages * 4 * 16).isqrt().clamp(128, 262_144) as u32
}

/// mm/khugepaged.c:set_recommended_min_free_kbytes@7.3: what transparent huge pages raise it to.
/// `zones` is the number of populated zones up to Normal, `available` the sum of their managed pages less the high
/// marks that hold by then.
pub fn recommended_min_free_kbytes(available: u64, zones: u32) -> u32 {
    let pages = u64::from(512 * zones * 2 + 512 * zones * 9);
    (pages.min(available / 20) * 4) as u32
}

/// `[min, low, high, promo]` of one zone (mm/page_alloc.c:__setup_per_zone_wmarks@7.3).
/// `total` is the sum of managed pages of all zones but Movable; `scale` is vm.watermark_scale_factor.
pub fn zone_watermarks(min_free_kbytes: u32, managed: u32, total: u64, scale: u32) -> [u32; 4] {
    let pages_min = u64::from(min_free_kbytes / 4);
    let min = (pages_min * u64::from(managed) / total.max(1)) as u32;
    let scaled =
        u64::from(managed) / 10_000 * u64::from(scale) + u64::from(managed) % 10_000 * u64::from(scale) / 10_000;
    let gap = (min / 4).max(scaled as u32);
    [min, min + gap, min + 2 * gap, min + 3 * gap]
}

/// `lowmem_reserve[]` of zone `index` (mm/page_alloc.c:setup_per_zone_lowmem_reserve@7.3).
/// `managed` and `ratio` are by zone index.
pub fn lowmem_reserve(index: usize, managed: &[u32; 5], ratio: &[u32; 5]) -> [u32; 5] {
    let mut reserve = [0; 5];
    let mut sum = 0;
    for upper in index + 1..5 {
        sum += managed[upper];
        if ratio[index] > 0 && managed[index] > 0 {
            reserve[upper] = sum / ratio[index];
        }
    }
    reserve
}

/// `sysctl_lowmem_reserve_ratio` of x86-64, by zone index.
pub const LOWMEM_RESERVE_RATIO: [u32; 5] = [256, 256, 32, 0, 0];
