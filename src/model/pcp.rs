// SPDX-License-Identifier: GPL-2.0-only
//! Per-CPU page lists: sizes, refill amounts, what a free gives back.
//!
//! Stands for `struct per_cpu_pages` and mm/page_alloc.c@7.3: zone_batchsize, zone_highsize, nr_pcp_alloc,
//! nr_pcp_high, nr_pcp_free, order_to_pindex. The lists themselves live in `Zone` because pages are linked there.
//!
//! Modelled: sizing, auto-tuned high, alloc_factor, free_count, both flags. Absent: remote-node decay, CPU hotplug.

use super::frames::Order;
use super::freetype::{self, Freetype};
use super::pageblock::PAGEBLOCK_ORDER;

/// The kernel's 14 lists (3 types x orders 0..=3, order 9 Movable or not), then the unmapped bank of the series:
/// orders 0..=3 and 9.
pub const NR_PCP_LISTS: usize = 19;
/// Lists a kernel without the series has.
pub const NR_PCP_LISTS_STOCK: usize = 14;
/// `CONFIG_PCP_BATCH_SCALE_MAX`.
pub const BATCH_SCALE_MAX: u32 = 5;
/// `MIN_PERCPU_PAGELIST_HIGH_FRACTION`.
pub const HIGH_FRACTION_MIN: u32 = 8;

pub mod pcp_flag {
    /// The last free on this CPU was of order 1 to 3.
    pub const PREV_FREE_HIGH_ORDER: u8 = 1;
    /// The CPU's cache is large enough to keep a batch before freeing high orders.
    pub const FREE_HIGH_BATCH: u8 = 2;
}

/// Sizes and tuning state of one CPU's lists in one zone. All amounts in pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pcp {
    pub count: u32,
    pub high: u32,
    pub high_min: u32,
    pub high_max: u32,
    pub batch: u32,
    pub alloc_factor: u32,
    pub free_count: u32,
    pub flags: u8,
}

impl Pcp {
    /// The boot pageset: high 0, batch 1.
    pub fn boot() -> Pcp {
        Pcp { batch: 1, ..Pcp::default() }
    }

    /// How many blocks to fetch for an empty list (mm/page_alloc.c:nr_pcp_alloc@7.3). Tunes `high` and the factor.
    pub(super) fn nr_alloc(&mut self, order: Order, below_high: bool) -> u32 {
        self.high = clamp(self.high, self.high_min, self.high_max);
        let mut high = self.high;
        if high < self.batch {
            return 1;
        }
        let mut n = if order > 0 { self.batch } else { self.batch << self.alloc_factor };
        if self.high_min != self.high_max && !below_high {
            high = (high + n).min(self.high_max);
            self.high = high;
        }
        if order == 0 {
            let room = i64::from(high) - i64::from(self.count) - i64::from(self.batch);
            let cap = room.max(i64::from(self.batch)) as u32;
            if n <= cap && self.alloc_factor < BATCH_SCALE_MAX {
                self.alloc_factor += 1;
            }
            n = n.min(cap);
        }
        if n > 1 { (n >> order).max(2) } else { n }
    }

    /// The level above which a free gives pages back (mm/page_alloc.c:nr_pcp_high@7.3).
    #[inline]
    pub(super) fn nr_high(&mut self, free_high: bool, reclaim_active: bool, below_high: bool) -> u32 {
        self.high = clamp(self.high, self.high_min, self.high_max);
        let high = self.high;
        let shrink = |by: u32| high.saturating_sub(by).max(self.high_min);
        if high == 0 {
            return 0;
        }
        if free_high {
            self.high = shrink(self.batch << BATCH_SCALE_MAX);
            return 0;
        }
        if reclaim_active {
            self.high = shrink(self.free_count.max(self.batch));
            return (self.batch << 2).min(self.high);
        }
        if self.high_min == self.high_max {
            return high;
        }
        if below_high {
            self.high = shrink(self.free_count.max(self.batch));
            return self.count.max(self.high_min);
        }
        if self.count >= high && self.high < self.free_count + self.batch {
            self.high = clamp(self.free_count + self.batch, self.high_min, self.high_max);
        }
        high
    }

    /// How many single pages can be freed while the level stays where it is and they stay below it: nothing but counts
    /// then changes, as `note_pages_below` does, where `note_free` and `nr_high` would be asked for each.
    #[inline]
    pub(super) fn room(&self, reclaim_active: bool, below_high: bool) -> u32 {
        let level = if self.high < self.high_min || self.high > self.high_max {
            0
        } else if !reclaim_active && !below_high {
            self.high
        } else if self.high > self.high_min {
            // Each free lowers it.
            0
        } else if reclaim_active {
            (self.batch << 2).min(self.high)
        } else {
            self.high
        };
        level.saturating_sub(self.count + 1)
    }

    /// Counts the frees of so many single pages, for which there is room.
    #[inline]
    pub(super) fn note_pages_below(&mut self, pages: u32) {
        self.alloc_factor = self.alloc_factor.checked_shr(pages).unwrap_or(0);
        self.count += pages;
        self.flags &= !pcp_flag::PREV_FREE_HIGH_ORDER;
        let most = self.batch << BATCH_SCALE_MAX;
        if self.free_count < most {
            self.free_count = (self.free_count + pages).min(most);
        }
    }

    /// How many pages to give back once the level is passed (mm/page_alloc.c:nr_pcp_free@7.3).
    pub(super) fn nr_free(&self, high: u32, free_high: bool) -> u32 {
        if free_high {
            return self.count.min(self.batch << BATCH_SCALE_MAX);
        }
        if high < self.batch {
            return 1;
        }
        clamp(self.free_count, self.batch, high - self.batch)
    }

    /// Notes a free before its page is counted against the level: whether a run of high-order frees calls for
    /// giving pages back at once (mm/page_alloc.c:free_frozen_page_commit@7.3).
    #[inline]
    pub(super) fn note_free(&mut self, order: Order) -> bool {
        let mut free_high = false;
        if (1..=3).contains(&order) {
            free_high = self.free_count >= self.batch + self.high_min / 2
                && self.flags & pcp_flag::PREV_FREE_HIGH_ORDER != 0
                && (self.flags & pcp_flag::FREE_HIGH_BATCH == 0 || self.count >= self.batch);
            self.flags |= pcp_flag::PREV_FREE_HIGH_ORDER;
        } else {
            self.flags &= !pcp_flag::PREV_FREE_HIGH_ORDER;
        }
        if self.free_count < self.batch << BATCH_SCALE_MAX {
            self.free_count += 1 << order;
        }
        free_high
    }
}

/// The kernel's `clamp()`, which tests the upper bound first: with `low > high` it answers `high` for large values.
fn clamp(value: u32, low: u32, high: u32) -> u32 {
    if value >= high {
        high
    } else if value <= low {
        low
    } else {
        value
    }
}

/// Whether blocks of this order go through per-CPU lists (mm/page_alloc.c:pcp_allowed_order@7.3).
#[inline]
pub fn pcp_allowed_order(order: Order) -> bool {
    order <= 3 || order == PAGEBLOCK_ORDER
}

/// mm/page_alloc.c:order_to_pindex@7.3. Unmovable and Reclaimable share the order-9 list; types that have no list
/// of their own go to the Movable one and find their real type when they leave.
#[inline]
pub fn order_to_pindex(order: Order, ft: Freetype) -> u32 {
    if ft == freetype::UNMAPPED {
        return NR_PCP_LISTS_STOCK as u32 + if order > 3 { 4 } else { u32::from(order) };
    }
    let ft = if ft < freetype::HIGHATOMIC { ft } else { freetype::MOVABLE };
    if order > 3 { 12 + u32::from(ft == freetype::MOVABLE) } else { 3 * u32::from(order) + u32::from(ft) }
}

/// The same for a single page.
#[inline]
pub fn page_to_pindex(ft: Freetype) -> u32 {
    const PINDEX: [u8; 8] = {
        let mut of = [freetype::MOVABLE; 8];
        (of[freetype::UNMOVABLE as usize], of[freetype::RECLAIMABLE as usize]) = (0, 2);
        of[freetype::UNMAPPED as usize] = NR_PCP_LISTS_STOCK as u8;
        of
    };
    u32::from(PINDEX[usize::from(ft & 7)])
}

/// mm/page_alloc.c:pindex_to_order@7.3.
#[inline]
pub fn pindex_to_order(pindex: u32) -> Order {
    const HUGE: Order = PAGEBLOCK_ORDER;
    const ORDERS: [Order; NR_PCP_LISTS] = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, HUGE, HUGE, 0, 1, 2, 3, HUGE];
    ORDERS[pindex as usize]
}

/// mm/page_alloc.c:zone_batchsize@7.3. `managed` in pages.
pub fn zone_batchsize(managed: u32) -> u32 {
    let batch = (managed >> 12).min(64);
    if batch <= 1 { 1 } else { (1 << (batch + batch / 2).ilog2()) - 1 }
}

/// `(high_min, high_max)` of each CPU (mm/page_alloc.c:zone_highsize@7.3). `low_wmark` includes the boost;
/// `high_fraction` is vm.percpu_pagelist_high_fraction, 0 for the auto-tuned default.
pub fn zone_highsize(managed: u32, low_wmark: u32, batch: u32, cpus: u32, high_fraction: u32) -> (u32, u32) {
    let of = |pages: u32| (pages / cpus.max(1)).max(batch * 4);
    if high_fraction > 0 {
        let high = of(managed / high_fraction.max(HIGH_FRACTION_MIN));
        (high, high)
    } else {
        (of(low_wmark), of(managed / HIGH_FRACTION_MIN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batch_sizes() {
        let sizes = [3840, 21_350, 176_128, 246_000, 16_000_000];
        let got = sizes.map(|managed| (managed, zone_batchsize(managed)));
        // 21,350 pages: b = 5, 5 + 2 = 7, rounded down to a power of two less one = 3.
        assert_eq!(got, [(3840, 1), (21_350, 3), (176_128, 63), (246_000, 63), (16_000_000, 63)]);
    }

    #[test]
    fn list_indexes_round_trip() {
        for pindex in 0..NR_PCP_LISTS as u32 {
            let order = pindex_to_order(pindex);
            let fts = (0..=freetype::UNMAPPED).filter(|&ft| order_to_pindex(order, ft) == pindex);
            assert!(fts.count() > 0, "no type uses list {pindex}");
        }
        assert!((0..=freetype::UNMAPPED).all(|ft| page_to_pindex(ft) == order_to_pindex(0, ft)));
    }

    #[test]
    fn the_kernels_clamp_prefers_the_upper_bound() {
        assert_eq!((clamp(5, 4, 2), clamp(1, 4, 2), clamp(3, 2, 4)), (2, 4, 3));
    }
}
