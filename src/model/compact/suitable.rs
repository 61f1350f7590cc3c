// SPDX-License-Identifier: GPL-2.0-only
//! Is compaction worth a try?
//!
//! Modelled: mm/compaction.c@7.3: compaction_suit_allocation_order, compaction_suitable, __compaction_suitable;
//! mm/vmstat.c@7.3: fragmentation_index.
//! Differs: which pages count as free in the first test is a choice of the policy (`FreeCount`).

use super::{COSTLY_ORDER, Control, FreeCount, Mode, Status};
use crate::model::alloc_flags;
use crate::model::frames::Order;
use crate::model::watermark::{WMARK_LOW, WMARK_MIN};
use crate::model::zone::{NR_ORDERS, Zone};

/// `sysctl_extfrag_threshold`: at or below it a failure is put down to a lack of memory, not to fragmentation.
pub const EXTFRAG_THRESHOLD: i32 = 500;

impl Zone {
    /// Free memory by size, as `struct contig_page_info`: free pages, free blocks, blocks of `order` they contain
    /// (mm/vmstat.c:fill_contig_page_info@7.3).
    pub fn contig_page_info(&self, order: Order) -> (u64, u64, u64) {
        let sizes = (0..NR_ORDERS).map(|o| (o as Order, u64::from(self.nr_free[o])));
        sizes.fold((0, 0, 0), |(pages, blocks, suitable), (o, n)| {
            let fits = if o >= order { n << (o - order) } else { 0 };
            (pages + (n << o), blocks + n, suitable + fits)
        })
    }

    /// Why an allocation of this order would fail: towards 0 lack of memory, towards 1000 fragmentation; -1000 means
    /// that it would not (mm/vmstat.c:fragmentation_index@7.3).
    pub fn fragmentation_index(&self, order: Order) -> i32 {
        let (pages, blocks, suitable) = self.contig_page_info(order);
        if blocks == 0 {
            return 0;
        }
        if suitable > 0 {
            return -1000;
        }
        1000 - ((1000 + pages * 1000 / (1 << order)) / blocks) as i32
    }

    /// mm/compaction.c:__compaction_suitable@7.3: room for the targets, and for large orders some to spare.
    pub fn has_room_to_compact(&self, order: Order, mark: u32, highest_zone: u8, free: u64) -> bool {
        let spare = if order > COSTLY_ORDER { self.wmark_pages(WMARK_LOW) - self.wmark_pages(WMARK_MIN) } else { 0 };
        let mark = mark + compact_gap(order) + spare;
        self.watermark_test(0, mark, highest_zone, alloc_flags::CMA, free).ok()
    }

    /// mm/compaction.c:compaction_suitable@7.3.
    pub fn compaction_suitable(&self, order: Order, mark: u32, highest_zone: u8) -> bool {
        if !self.has_room_to_compact(order, mark, highest_zone, self.free_seen()) {
            return false;
        }
        order <= COSTLY_ORDER || !(0..=EXTFRAG_THRESHOLD).contains(&self.fragmentation_index(order))
    }

    /// `Success`: the order is free already; `Skipped`: no use; `Continue`: compact
    /// (mm/compaction.c:compaction_suit_allocation_order@7.3).
    pub fn suit_allocation_order(&self, cc: &Control) -> Status {
        let order = cc.order as Order;
        let mark = self.wmark_pages((cc.alloc_flags & alloc_flags::WMARK_MASK) as usize);
        let free = self.free_as(cc.free_count);
        if self.watermark_test(order, mark, cc.highest_zone, cc.alloc_flags, free).ok() {
            return Status::Success;
        }
        let picky = order > COSTLY_ORDER && cc.mode == Mode::Async && cc.alloc_flags & alloc_flags::CMA == 0;
        if picky && !self.zone_watermark_ok(0, mark + compact_gap(order), cc.highest_zone, 0) {
            return Status::Skipped;
        }
        if self.compaction_suitable(order, mark, cc.highest_zone) { Status::Continue } else { Status::Skipped }
    }

    /// Free pages of one notion, as the kernel sees its counters.
    pub(super) fn free_as(&self, count: FreeCount) -> u64 {
        match count {
            FreeCount::Pages => self.free.seen(),
            FreeCount::Blocks => self.free_blocks.seen(),
            FreeCount::MappedBlocks => self.free_blocks.seen().saturating_sub(self.free_blocks_unmapped.seen()),
        }
    }
}

/// Free pages a compaction needs to work with (include/linux/compaction.h:compact_gap@7.3).
pub fn compact_gap(order: Order) -> u32 {
    (2 << order).min(super::CLUSTER)
}
