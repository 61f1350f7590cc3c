// SPDX-License-Identifier: GPL-2.0-only
//! The questions the mechanism puts to a policy. Policies answer with verdicts; the mechanism carries them out.
//!
//! The kernel decides these in mm/page_alloc.c@7.3:__alloc_pages_slowpath, __alloc_pages_direct_compact and
//! mm/compaction.c:compaction_suit_allocation_order, __compact_finished; the patches under discussion change them there.

use super::compact::{FinishRule, FreeCount};
use super::frames::Order;
use super::freetype::{self, Freetype};
use super::pageblock::PAGEBLOCK_ORDER;

/// A request in the slow path, as far as a policy may look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    pub order: Order,
    pub freetype: Freetype,
    /// ALLOC_NOFRAGMENT is in force: the request may not mix types in a block.
    pub nofragment: bool,
}

impl Ask {
    /// The request needs pages that are not in the direct map.
    pub fn is_unmapped(self) -> bool {
        self.freetype == freetype::UNMAPPED
    }

    /// mm/page_alloc.c@7.3: defrag_mode promotes non-movable requests to a whole block while NOFRAGMENT holds.
    pub fn defrag_order(self) -> Order {
        if self.nofragment && self.freetype != freetype::MOVABLE { self.order.max(PAGEBLOCK_ORDER) } else { self.order }
    }
}

/// What a round of the slow path does for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Order that direct reclaim works for.
    pub reclaim_order: Order,
    /// Order that direct compaction works for; 0 means that it does not run.
    pub compact_order: Order,
    /// Free pages that compaction's "is it satisfied already?" counts.
    pub free_count: FreeCount,
    /// When a direct compaction may stop.
    pub finish: FinishRule,
    /// Whether a block freed in the middle of compaction may be handed over.
    pub capture: bool,
    /// The captured block keeps compaction's order while the caller thinks it has its own: what was noted in June as
    /// a leak.
    pub capture_leaks: bool,
}

/// What to do when a flip finds no whole free block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoBlock {
    Fail,
    /// Pick the cheapest block, isolate it, migrate what is in it.
    IsolateAndMigrate,
}

/// A policy.
pub trait Decide {
    /// Whether secretmem is served from unmapped blocks (the series), or page by page from mapped memory.
    fn unmaps_blocks(&self) -> bool;

    /// What the slow path does for this request.
    fn verdict(&self, ask: Ask) -> Verdict;

    fn no_block(&self) -> NoBlock {
        NoBlock::Fail
    }

    /// Whether movable requests may map wholly free unmapped blocks back.
    fn movable_maps_back(&self) -> bool {
        false
    }

    /// Free mapped pageblocks that kcompactd keeps in stock; 0 for none.
    fn kcompactd_target_blocks(&self) -> u32 {
        0
    }
}

/// 7.3 without the series: order-based, defrag_mode's promotion included.
pub fn stock_verdict(ask: Ask) -> Verdict {
    let order = ask.defrag_order();
    Verdict {
        reclaim_order: order,
        compact_order: order,
        free_count: FreeCount::Pages,
        finish: FinishRule::ByType,
        capture: true,
        capture_leaks: false,
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// The kernel without the series, for tests below the policies.
    pub struct Stock;

    impl Decide for Stock {
        fn unmaps_blocks(&self) -> bool {
            false
        }

        fn verdict(&self, ask: Ask) -> Verdict {
            stock_verdict(ask)
        }
    }
}
