// SPDX-License-Identifier: GPL-2.0-only
//! How one compaction is to be done: the caller's half of `struct compact_control` (mm/internal.h@7.3).
//!
//! Modelled: the settings of direct compaction at each priority, kcompactd, proactive compaction and
//! /proc/sys/vm/compact_memory, and the choices in which the policies under discussion differ.
//! Absent: contiguous allocation's settings.

use super::{Mode, Priority};
use crate::model::frames::Order;
use crate::model::freetype::{self, Freetype};
use crate::model::gfp::Gfp;
use crate::model::pageblock::PAGEBLOCK_ORDER;
use crate::model::request::Request;
use crate::model::watermark::{WMARK_HIGH, WMARK_MIN};

/// Which pages the question "is the request satisfied already?" counts as free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreeCount {
    Pages,
    /// Those in free blocks of pageblock order and above.
    Blocks,
    /// The same without unmapped blocks, which a request for a block to unmap cannot use.
    MappedBlocks,
}

/// When a free block ends a run before the scanners meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinishRule {
    /// The request's own type could take it. Nothing falls back to the unmapped list, so a run for an unmapped
    /// request goes on until the scanners meet: the "blunt" policy.
    ByType,
    /// Or an Unmovable request could take it, which is what a flip to unmapped needs: the "early" policy.
    MappedBlock,
    Never,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// The block wanted; -1 compacts the whole zone.
    pub order: i8,
    pub mode: Mode,
    pub whole_zone: bool,
    pub ignore_skip: bool,
    pub ignore_block_suitable: bool,
    pub direct: bool,
    pub proactive: bool,
    /// The request's type.
    pub freetype: Freetype,
    pub alloc_flags: u32,
    pub highest_zone: u8,
    /// Whether the request may enter file systems (`__GFP_FS`).
    pub has_fs: bool,
    /// The order and type of the request that takes a matching block as soon as it is freed.
    pub capture: Option<(Order, Freetype)>,
    pub free_count: FreeCount,
    pub finish: FinishRule,
    /// Never take targets from unmapped blocks.
    pub leave_unmapped: bool,
    /// vm.defrag_mode: background runs aim at a number of whole free blocks.
    pub defrag_mode: bool,
    /// Whether dirty file pages move without being written first (`migrate_folio` of their file system).
    pub dirty_moves: bool,
}

impl Control {
    /// mm/compaction.c:compact_zone_order@7.3. `order` is the block to make, which may be larger than the request's.
    pub fn direct(priority: Priority, order: Order, request: &Request) -> Control {
        let full = priority == Priority::SyncFull;
        Control {
            mode: if priority == Priority::Async { Mode::Async } else { Mode::SyncLight },
            whole_zone: full,
            ignore_skip: full,
            ignore_block_suitable: full,
            direct: true,
            freetype: request.freetype,
            alloc_flags: request.flags,
            highest_zone: request.highest_zone,
            has_fs: request.gfp.has(Gfp::FS),
            capture: Some((request.order, request.freetype)),
            ..Control::background(order as i8)
        }
    }

    /// mm/compaction.c:kcompactd_do_work@7.3. `zone` is the compacted zone's own index.
    pub fn kcompactd(order: Order, zone: u8, defrag_mode: bool) -> Control {
        let (mark, free_count) =
            if defrag_mode { (WMARK_HIGH, FreeCount::Blocks) } else { (WMARK_MIN, FreeCount::Pages) };
        let alloc_flags = mark as u32;
        Control { alloc_flags, free_count, highest_zone: zone, defrag_mode, ..Control::background(order as i8) }
    }

    /// mm/compaction.c:compact_node@7.3 on behalf of proactive compaction.
    pub fn proactive() -> Control {
        Control { whole_zone: true, ignore_skip: true, proactive: true, ..Control::background(-1) }
    }

    /// mm/compaction.c:compact_node@7.3 on behalf of /proc/sys/vm/compact_memory.
    pub fn compact_memory() -> Control {
        Control { mode: Mode::Sync, whole_zone: true, ignore_skip: true, ..Control::background(-1) }
    }

    /// Whether the whole zone is compacted whatever it takes (mm/compaction.c:is_via_compact_memory@7.3).
    pub fn is_whole_memory(&self) -> bool {
        self.order < 0
    }

    /// The order below which a folio may be taken apart by moving it
    /// (mm/compaction.c:skip_isolation_on_order@7.3): nothing is gained by moving what is large enough already.
    pub(super) fn is_too_large(&self, order: Order) -> bool {
        order >= PAGEBLOCK_ORDER || !self.is_whole_memory() && order as i8 >= self.order
    }

    fn background(order: i8) -> Control {
        Control {
            order,
            mode: Mode::SyncLight,
            whole_zone: false,
            ignore_skip: false,
            ignore_block_suitable: false,
            direct: false,
            proactive: false,
            freetype: freetype::UNMOVABLE,
            alloc_flags: WMARK_MIN as u32,
            highest_zone: 0,
            has_fs: true,
            capture: None,
            free_count: FreeCount::Pages,
            finish: FinishRule::ByType,
            leave_unmapped: true,
            defrag_mode: false,
            dirty_moves: true,
        }
    }
}
