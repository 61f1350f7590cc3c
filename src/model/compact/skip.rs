// SPDX-License-Identifier: GPL-2.0-only
//! Forgetting skip hints.
//!
//! Stands for mm/compaction.c@7.3: __reset_isolation_suitable, __reset_isolation_pfn. Modelled: both cursors, the
//! sampling of every eighth page, what becomes of the cached positions.

use crate::model::frames::{Kind, Pfn, flag};
use crate::model::freetype::MOVABLE;
use crate::model::pageblock::{PAGEBLOCK_PAGES, block_end, block_start};
use crate::model::zone::Zone;

/// Does nothing unless a direct compaction met its scanners since the last time.
pub fn reset_isolation_suitable(zone: &mut Zone) {
    if !zone.compact.blockskip_flush {
        return;
    }
    reset_now(zone);
}

pub(super) fn reset_now(zone: &mut Zone) {
    zone.compact.blockskip_flush = false;
    let (mut migrate, mut free) = (zone.span.start_pfn, zone.span.end_pfn - 1);
    let (mut source_set, mut free_set) = (false, false);
    let (mut reset_migrate, mut reset_free) = (free, migrate);
    while migrate < free {
        if reset_block(zone, migrate, true, source_set) && migrate < reset_migrate {
            source_set = true;
            reset_migrate = migrate;
            zone.compact.init_migrate = migrate;
            zone.compact.cached_migrate = [migrate; 2];
        }
        if reset_block(zone, free, free_set, true) && free > reset_free {
            free_set = true;
            reset_free = free;
            zone.compact.init_free = free;
            zone.compact.cached_free = free;
        }
        migrate += PAGEBLOCK_PAGES;
        free = free.saturating_sub(PAGEBLOCK_PAGES);
    }
    if reset_migrate >= reset_free {
        zone.compact.cached_migrate = [migrate; 2];
        zone.compact.cached_free = free;
    }
}

/// Clears the block's hint when it has what is looked for: pages to move, or free pages to move to.
fn reset_block(zone: &mut Zone, pfn: Pfn, source: bool, target: bool) -> bool {
    let skip = zone.blocks.skip(pfn);
    let start = block_start(pfn).max(zone.span.start_pfn);
    if zone.frames.kind(start) == Kind::Used && zone.frames.order(start) >= 9 {
        return false;
    }
    if source && target && !skip {
        return true;
    }
    if !source && target && zone.blocks.freetype(pfn) != MOVABLE {
        return false;
    }
    let end = block_end(pfn).min(zone.span.end_pfn);
    let found = (start..end).step_by(8).any(|sample| {
        let kind = zone.frames.kind(sample);
        source && kind == Kind::Used && zone.frames.flags(sample) & flag::LRU != 0 || target && kind == Kind::Buddy
    });
    if found {
        zone.blocks.set_skip(pfn, false);
    }
    found
}
