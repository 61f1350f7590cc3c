// SPDX-License-Identifier: GPL-2.0-only
//! Whether compacting a zone is worth a try.
//!
//! Stands for mm/compaction.c@7.3: __compaction_suitable, compaction_suitable, compaction_suit_allocation_order; and
//! mm/vmstat.c:__fragmentation_index. Modelled: all of it; the policy says which free pages count.

use super::control::{Control, FreeCount, Mode};
use super::{CLUSTER, Status};
use crate::model::alloc_flags;
use crate::model::frames::Order;
use crate::model::watermark::{WMARK_LOW, WMARK_MIN};
use crate::model::zone::Zone;

/// Pages that a compaction of this order may hold for itself, at most `COMPACT_CLUSTER_MAX` since 7.x (include/linux/compaction.h:compact_gap@7.3).
pub fn compact_gap(order: Order) -> u32 {
    (2 << order.min(10)).min(CLUSTER)
}

/// mm/vmstat.c:__fragmentation_index@7.3: -1000 when a block is free, towards 0 for lack of memory, towards 1000 for
/// fragmentation.
pub fn fragmentation_index(zone: &Zone, order: Order) -> i32 {
    let (mut pages, mut blocks, mut suitable) = (0u64, 0u64, 0u64);
    for (k, &n) in zone.nr_free.iter().enumerate() {
        pages += u64::from(n) << k;
        blocks += u64::from(n);
        if k >= usize::from(order) {
            suitable += u64::from(n) << (k - usize::from(order));
        }
    }
    if blocks == 0 {
        return 0;
    }
    if suitable > 0 {
        return -1000;
    }
    1000 - ((1000 + pages * 1000 / (1 << order)) / blocks) as i32
}

/// mm/compaction.c:__compaction_suitable@7.3: enough order-0 pages to work with. `mark` in pages.
pub fn is_suitable(zone: &Zone, order: Order, mark: u32, highest_zone: u8, free: u64) -> bool {
    let costly = if order > 3 { zone.wmark_pages(WMARK_LOW) - zone.wmark_pages(WMARK_MIN) } else { 0 };
    let mark = mark + compact_gap(order) + costly;
    zone.watermark_test(0, mark, highest_zone, alloc_flags::CMA, free).ok()
}

/// mm/compaction.c:compaction_suitable@7.3: and fragmentation, not lack of memory, is the reason.
pub fn compaction_suitable(zone: &Zone, order: Order, mark: u32, highest_zone: u8, threshold: i32) -> bool {
    if !is_suitable(zone, order, mark, highest_zone, zone.free_seen()) {
        return false;
    }
    let index = if order > 3 { fragmentation_index(zone, order) } else { -1 };
    !(0..=threshold).contains(&index)
}

/// mm/compaction.c:compaction_suit_allocation_order@7.3: Success, Skipped or Continue.
pub fn suit_allocation_order(zone: &Zone, control: &Control) -> Status {
    let order = control.order as Order;
    let flags = control.alloc_flags;
    let free = match control.free_count {
        FreeCount::Pages => zone.free.seen(),
        FreeCount::Blocks => zone.free_blocks.seen(),
        FreeCount::MappedBlocks => zone.free_blocks_mapped(),
    };
    let mark = zone.wmark_pages((flags & alloc_flags::WMARK_MASK) as usize);
    let highest = control.highest_zone;
    if zone.watermark_test(order, mark, highest, flags, free).ok() {
        return Status::Success;
    }
    if order > 3 && control.mode == Mode::Async && !control.allows_cma() {
        let mark = mark + compact_gap(order);
        if !zone.watermark_test(0, mark, highest, 0, zone.free.seen()).ok() {
            return Status::Skipped;
        }
    }
    if compaction_suitable(zone, order, mark, highest, control.extfrag_threshold) {
        Status::Continue
    } else {
        Status::Skipped
    }
}
