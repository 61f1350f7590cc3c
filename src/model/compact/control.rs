// SPDX-License-Identifier: GPL-2.0-only
//! How a compaction is to be done.
//!
//! Stands for `struct compact_control` (mm/internal.h@7.3) as its users fill it in: mm/compaction.c:compact_zone_order,
//! kcompactd_do_work, proactive_compact_node. The last four fields are where policies differ.

use crate::model::alloc_flags;
use crate::model::frames::Order;
use crate::model::freetype::{self, Freetype};
use crate::model::gfp::Gfp;
use crate::model::pageblock::PAGEBLOCK_ORDER;
use crate::model::request::Request;
use crate::model::watermark::{WMARK_HIGH, WMARK_MIN};

/// `enum migrate_mode`, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    Async,
    SyncLight,
    Sync,
}

/// `enum compact_priority`: smaller works harder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    SyncFull,
    SyncLight,
    Async,
}

impl Priority {
    /// The next harder one.
    pub fn stronger(self) -> Priority {
        match self {
            Priority::Async => Priority::SyncLight,
            _ => Priority::SyncFull,
        }
    }
}

/// Free pages that suitability counts as serving the request already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreeCount {
    Pages,
    /// Only those in free blocks of pageblock order and above.
    Blocks,
    /// Of these, only the ones in the direct map.
    MappedBlocks,
}

/// When a run may stop before the scanners meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinishRule {
    /// A free block of the request's type, or one it may claim. An unmapped request has no such block.
    ByType,
    /// The same for an unmovable request: a free mapped block will do.
    MappedBlock,
    Never,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// -1 compacts whatever there is.
    pub order: i8,
    pub mode: Mode,
    pub whole_zone: bool,
    pub ignore_skip: bool,
    pub ignore_block_suitable: bool,
    pub direct: bool,
    /// Proactive: the score at which the zone is good enough.
    pub score_low: Option<u64>,
    /// A round for stock: pages in free mapped blocks at which the zone has enough.
    pub stock_pages: Option<u64>,
    pub kcompactd: bool,
    pub defrag_mode: bool,
    pub freetype: Freetype,
    pub alloc_flags: u32,
    pub highest_zone: u8,
    /// The caller may enter file systems.
    pub has_fs: bool,
    /// A block of this order and type that is freed meanwhile is handed over.
    pub capture: Option<(Order, Freetype)>,
    pub free_count: FreeCount,
    pub finish: FinishRule,
    pub extfrag_threshold: i32,
}

impl Control {
    /// A direct compaction of `order` for a request.
    pub fn direct(order: Order, priority: Priority, request: &Request) -> Control {
        let full = priority == Priority::SyncFull;
        Control {
            order: order as i8,
            mode: if priority == Priority::Async { Mode::Async } else { Mode::SyncLight },
            whole_zone: full,
            ignore_skip: full,
            ignore_block_suitable: full,
            direct: true,
            freetype: request.freetype,
            alloc_flags: request.flags,
            highest_zone: request.highest_zone,
            has_fs: request.gfp.has(Gfp::FS),
            ..Control::background(order as i8)
        }
    }

    /// What kcompactd does for an order it was woken for.
    pub fn kcompactd(order: Order, highest_zone: u8, defrag_mode: bool) -> Control {
        Control {
            kcompactd: true,
            defrag_mode,
            alloc_flags: if defrag_mode { WMARK_HIGH as u32 } else { WMARK_MIN as u32 },
            highest_zone,
            free_count: if defrag_mode { FreeCount::Blocks } else { FreeCount::Pages },
            ..Control::background(order as i8)
        }
    }

    /// A proactive round, until the zone's score is at most `score_low`.
    pub fn proactive(score_low: u64) -> Control {
        Control { whole_zone: true, ignore_skip: true, score_low: Some(score_low), ..Control::background(-1) }
    }

    /// A round that makes whole mapped blocks until the zone has `pages` in them.
    pub fn stock(pages: u64) -> Control {
        Control { whole_zone: true, ignore_skip: true, stock_pages: Some(pages), ..Control::background(-1) }
    }

    /// Kernel threads compact with GFP_KERNEL, so their type is Unmovable.
    fn background(order: i8) -> Control {
        Control {
            order,
            mode: Mode::SyncLight,
            whole_zone: false,
            ignore_skip: false,
            ignore_block_suitable: false,
            direct: false,
            score_low: None,
            stock_pages: None,
            kcompactd: false,
            defrag_mode: false,
            freetype: freetype::UNMOVABLE,
            alloc_flags: WMARK_MIN as u32,
            highest_zone: 0,
            has_fs: true,
            capture: None,
            free_count: FreeCount::Pages,
            finish: FinishRule::ByType,
            extfrag_threshold: 500,
        }
    }

    /// Folios that large are left alone: nothing is gained by moving what is large enough already
    /// (mm/compaction.c:skip_isolation_on_order@7.3).
    pub(super) fn is_too_large(&self, order: Order) -> bool {
        order >= PAGEBLOCK_ORDER || self.order >= 0 && order as i8 >= self.order
    }

    /// The order of a request for a block as a list index; whole-memory runs want none.
    pub(super) fn wanted(&self) -> Option<Order> {
        Order::try_from(self.order).ok()
    }

    pub(super) fn allows_cma(&self) -> bool {
        self.alloc_flags & alloc_flags::CMA != 0
    }
}
