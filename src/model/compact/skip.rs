// SPDX-License-Identifier: GPL-2.0-only
//! Forgetting which pageblocks were found useless.
//!
//! Modelled: mm/compaction.c@7.3: __reset_isolation_suitable, __reset_isolation_pfn.
//! Simplified: every block of the zone is online.

use crate::model::frames::{Kind, Order, Pfn, flag};
use crate::model::freetype;
use crate::model::pageblock::{PAGEBLOCK_ORDER, PAGEBLOCK_PAGES, block_end, block_start};
use crate::model::zone::{MAX_ORDER, Zone};

/// Every which frame of a block is looked at: `1 << PAGE_ALLOC_COSTLY_ORDER`.
const SAMPLE: usize = 8;

/// Clears the skip bits of blocks that look useful and sets both scanners to the outermost of them. Does nothing
/// unless a direct compaction went through the zone since the last time
/// (mm/compaction.c:__reset_isolation_suitable@7.3).
pub fn reset_isolation_suitable(zone: &mut Zone) {
    if !std::mem::take(&mut zone.compact.blockskip_flush) {
        return;
    }
    let mut migrate = zone.span.start_pfn;
    let mut free = zone.span.end_pfn - 1;
    let (mut source, mut target) = (None, None);
    while migrate < free {
        if look(zone, migrate, true, source.is_some()) && source.is_none() {
            source = Some(migrate);
            zone.compact.init_migrate = migrate;
            zone.compact.cached_migrate = [migrate; 2];
        }
        if look(zone, free, target.is_some(), true) && target.is_none() {
            target = Some(free);
            zone.compact.init_free = free;
            zone.compact.cached_free = free;
        }
        migrate += PAGEBLOCK_PAGES;
        // In a zone that starts below the first whole block the last step may pass frame 0; the loop ends there.
        let Some(next) = free.checked_sub(PAGEBLOCK_PAGES) else { break };
        free = next;
    }
    // A side that found nothing counts as the far end, so that no distance is left between the scanners.
    let (first, last) = (zone.span.start_pfn, zone.span.end_pfn - 1);
    if source.unwrap_or(last) >= target.unwrap_or(first) {
        zone.compact.cached_migrate = [migrate; 2];
        zone.compact.cached_free = free;
    }
}

/// mm/compaction.c:__reset_isolation_pfn@7.3: whether the block may serve as a source or a target.
fn look(zone: &mut Zone, pfn: Pfn, source: bool, target: bool) -> bool {
    if !zone.contains(pfn) || in_huge_page(zone, pfn) {
        return false;
    }
    if source && target && !zone.blocks.skip(pfn) {
        return true;
    }
    if !source && target && zone.blocks.freetype(pfn) != freetype::MOVABLE {
        return false;
    }
    let start = block_start(pfn).max(zone.span.start_pfn);
    let end = block_end(pfn).min(zone.span.end_pfn);
    let useful = (start..end).step_by(SAMPLE).any(|frame| {
        source && zone.frames.flags(frame) & flag::LRU != 0 || target && zone.frames.kind(frame) == Kind::Buddy
    });
    if useful {
        zone.blocks.set_skip(pfn, false);
    }
    useful
}

/// mm/compaction.c:pageblock_skip_persistent@7.3: the frame lies in an allocated block of a pageblock or more, which
/// compaction never moves.
pub(super) fn in_huge_page(zone: &Zone, pfn: Pfn) -> bool {
    let starts = |head: Pfn, order: Order| {
        zone.contains(head) && zone.frames.kind(head) == Kind::Used && zone.frames.order(head) >= order
    };
    starts(block_start(pfn), PAGEBLOCK_ORDER) || starts(pfn & !((1 << MAX_ORDER) - 1), MAX_ORDER)
}
