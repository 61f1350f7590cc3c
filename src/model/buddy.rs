// SPDX-License-Identifier: GPL-2.0-only
//! The buddy system: freeing with merging, splitting, moving blocks between types.
//!
//! Stands for mm/page_alloc.c@7.3: __free_one_page, expand, page_del_and_expand, __rmqueue_smallest,
//! __move_freepages_block, split_large_buddy, __isolate_free_page.
//!
//! Modelled: merge rules at and above pageblock order, head and tail placement with the merge-likely rule, capture,
//! order of expansion. Absent: shuffling (off by default), free page reporting, unaccepted memory; splitting a free
//! block of order 10 to isolate half of it, as isolation never chooses a block that is free already.

use super::frames::{Kind, Order, Pfn};
use super::freetype::{self, Freetype};
use super::pageblock::{PAGEBLOCK_ORDER, PAGEBLOCK_PAGES, block_start};
use super::tracepoint::Tracepoint;
use super::zone::{Capture, MAX_ORDER, Zone};

/// Where a freed block goes on its list (`FPI_TO_TAIL` or the default).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Head, or tail when the next merge is likely.
    Usual,
    Tail,
    /// Where an expansion had taken the block from; only a replay that takes something back asks for it.
    Head,
}

impl Zone {
    /// Frees one block and merges it with its free buddies (mm/page_alloc.c:__free_one_page@7.3).
    pub(crate) fn free_one_page(&mut self, pfn: Pfn, order: Order, ft: Freetype, place: Place) {
        self.account_freepages(1 << order, ft);
        if matches!(self.capture, Capture::Told(_)) || self.caught_at(ft).is_some() {
            self.merge_or_capture(pfn, order, ft, place);
        } else {
            self.merge_and_add(pfn, order, ft, place);
        }
    }

    /// Merges like `merge_and_add`, but the block may be caught at each order that it reaches.
    pub(super) fn merge_or_capture(&mut self, pfn: Pfn, order: Order, ft: Freetype, place: Place) {
        let (mut pfn, mut order) = (pfn, order);
        while order < MAX_ORDER {
            if self.capture(pfn, order, ft) {
                return self.account_freepages(-(1 << order), ft);
            }
            let Some(merged) = self.merge(pfn, order, ft) else { break };
            (pfn, order) = (merged, order + 1);
        }
        self.add_freed(pfn, order, ft, place);
    }

    /// Merges a block with its free buddies and puts it on its list; the caller accounts for it.
    #[inline]
    pub(super) fn merge_and_add(&mut self, pfn: Pfn, order: Order, ft: Freetype, place: Place) {
        assert!(pfn & ((1 << order) - 1) == 0, "{pfn:#x} is not aligned to order {order}");
        let (mut pfn, mut order) = (pfn, order);
        while order < MAX_ORDER
            && let Some(merged) = self.merge(pfn, order, ft)
        {
            (pfn, order) = (merged, order + 1);
        }
        self.add_freed(pfn, order, ft, place);
    }

    /// The block that a free block and its buddy make, if that is free and of a type that merges.
    #[inline]
    fn merge(&mut self, pfn: Pfn, order: Order, ft: Freetype) -> Option<Pfn> {
        let buddy = pfn ^ 1 << order;
        // Frames that the zone does not span are absent, so that it need not be asked for its bounds.
        if self.frames.is_buddy(buddy, order) { self.merge_with(buddy, pfn, order, ft) } else { None }
    }

    #[inline(never)]
    fn merge_with(&mut self, buddy: Pfn, pfn: Pfn, order: Order, ft: Freetype) -> Option<Pfn> {
        let buddy_ft = if order < PAGEBLOCK_ORDER { ft } else { self.blocks.freetype(buddy) };
        if !can_merge(ft, buddy_ft) {
            return None;
        }
        self.del_from_free_list(buddy, order, buddy_ft);
        self.frames.set(pfn, Kind::Tail, 0);
        if buddy_ft != ft {
            self.change_pageblock_range(buddy, order, ft);
        }
        Some(pfn & buddy)
    }

    #[inline]
    fn add_freed(&mut self, pfn: Pfn, order: Order, ft: Freetype, place: Place) {
        let tail = match place {
            Place::Usual => self.is_merge_likely(pfn, order),
            Place::Tail => true,
            Place::Head => false,
        };
        self.add_to_free_list(pfn, order, ft, tail);
    }

    /// Frees a block of any order by the types of its pageblocks: order 10 as two halves
    /// (mm/page_alloc.c:split_large_buddy@7.3).
    pub(crate) fn split_large_buddy(&mut self, pfn: Pfn, order: Order, place: Place) {
        let step = order.min(PAGEBLOCK_ORDER);
        for piece in (pfn..pfn + (1 << order)).step_by(1 << step) {
            self.free_one_page(piece, step, self.blocks.freetype(piece), place);
        }
    }

    /// Takes the head of the smallest fitting list of one type (mm/page_alloc.c:__rmqueue_smallest@7.3).
    pub(super) fn rmqueue_smallest(&mut self, order: Order, ft: Freetype) -> Option<Pfn> {
        let high = self.smallest_order(order, ft)?;
        let pfn = self.first_free(high, ft).expect("the non-empty mask is right");
        self.page_del_and_expand(pfn, order, high, ft);
        self.tracer.emit(|| Tracepoint::ZoneLocked { pfn, order, migratetype: ft });
        Some(pfn)
    }

    /// mm/page_alloc.c:page_del_and_expand@7.3: unlinks a block, keeps its lowest part, accounts once.
    #[inline(always)]
    pub(super) fn page_del_and_expand(&mut self, pfn: Pfn, low: Order, high: Order, ft: Freetype) {
        self.del_from_free_list(pfn, high, ft);
        self.expand(pfn, low, high, ft);
        self.account_freepages(-(1 << low), ft);
        self.frames.set(pfn, Kind::Used, low);
    }

    /// Gives the upper halves back, each to the head of its list (mm/page_alloc.c:expand@7.3).
    /// Returns the pages given back; the caller accounts for them.
    #[inline(always)]
    pub(super) fn expand(&mut self, pfn: Pfn, low: Order, high: Order, ft: Freetype) -> u32 {
        for order in (low..high).rev() {
            self.add_to_free_list(pfn + (1 << order), order, ft, false);
        }
        (1 << high) - (1 << low)
    }

    /// Sets the type of every pageblock in a block (mm/page_alloc.c:change_pageblock_range@7.3).
    pub(super) fn change_pageblock_range(&mut self, pfn: Pfn, order: Order, ft: Freetype) {
        for block in (pfn..pfn + (1 << order)).step_by(PAGEBLOCK_PAGES as usize) {
            self.blocks.set_freetype(block, ft);
        }
    }

    /// Moves every free block of a pageblock to the tails of another type's lists, ascending, without merging
    /// (mm/page_alloc.c:__move_freepages_block@7.3), and gives the pageblock that type. `false`: the pageblock is
    /// not entirely inside the zone, or is part of a larger free block.
    pub fn move_freepages_block(&mut self, block: Pfn, old: Freetype, new: Freetype) -> bool {
        if !self.spans_block(block) || self.is_buddy(block & !PAGEBLOCK_PAGES, MAX_ORDER) {
            return false;
        }
        let mut pfn = block;
        while pfn < block + PAGEBLOCK_PAGES {
            if self.frames.kind(pfn) == Kind::Buddy {
                let order = self.frames.order(pfn);
                self.move_to_free_list(pfn, order, old, new);
                self.note_retyped(order, old, new);
                pfn += 1 << order;
            } else {
                pfn += 1;
            }
        }
        self.blocks.set_freetype(block, new);
        true
    }

    /// A free whole block changed its type in place: from now on its buddy would merge with it.
    pub(super) fn note_retyped(&mut self, order: Order, old: Freetype, new: Freetype) {
        let mergeable = !freetype::is_mergeable(old) && freetype::is_mergeable(new);
        self.made_mergeable += u32::from(order >= PAGEBLOCK_ORDER && mergeable);
    }

    /// Takes a specific free block off the lists for compaction (mm/page_alloc.c:__isolate_free_page@7.3) once the
    /// caller has tested the watermark. From order 8 up the touched pageblocks become Movable.
    pub(crate) fn isolate_free_page(&mut self, pfn: Pfn, order: Order) {
        let ft = self.blocks.freetype(pfn);
        self.del_from_free_list(pfn, order, ft);
        self.account_freepages(-(1 << order), ft);
        self.frames.set(pfn, Kind::Private, order);
        if order >= PAGEBLOCK_ORDER - 1 {
            for block in (block_start(pfn)..pfn + (1 << order)).step_by(PAGEBLOCK_PAGES as usize) {
                let old = self.blocks.freetype(block);
                if freetype::is_mergeable(old) {
                    self.move_freepages_block(block, old, freetype::MOVABLE);
                }
            }
        }
    }

    /// The order at which a running compaction catches freed blocks of this type, if it does.
    #[inline]
    pub(super) fn caught_at(&self, ft: Freetype) -> Option<Order> {
        match self.capture {
            Capture::Waiting { order, freetype } if is_caught(order, ft, freetype) => Some(order),
            _ => None,
        }
    }

    /// mm/page_alloc.c:compaction_capture@7.3.
    fn capture(&mut self, pfn: Pfn, order: Order, ft: Freetype) -> bool {
        match &mut self.capture {
            Capture::Off | Capture::Caught(_) => false,
            Capture::Told(next) => {
                let caught = next.front() == Some(&(pfn, order));
                if caught {
                    next.pop_front();
                    self.frames.set(pfn, Kind::Used, order);
                }
                caught
            }
            &mut Capture::Waiting { order: wanted, freetype: wanted_ft } => {
                if order != wanted || !is_caught(order, ft, wanted_ft) {
                    return false;
                }
                if ft != wanted_ft {
                    self.trace_extfrag(pfn, order, order, wanted_ft, ft);
                }
                self.capture = Capture::Caught(pfn);
                self.frames.set(pfn, Kind::Used, order);
                true
            }
        }
    }

    /// mm/page_alloc.c:buddy_merge_likely@7.3: the buddy of the block that a merge would make is free already.
    #[inline]
    fn is_merge_likely(&self, pfn: Pfn, order: Order) -> bool {
        if order >= MAX_ORDER - 1 {
            return false;
        }
        let parent = pfn & !(1 << order);
        self.frames.is_buddy(parent ^ 1 << (order + 1), order + 1)
    }
}

/// Below pageblock order both halves share a block; above it only mergeable types mix, and an unmapped block merges
/// with unmapped ones only (the series' can_merge_freetypes).
#[inline]
fn can_merge(ft: Freetype, buddy_ft: Freetype) -> bool {
    ft == buddy_ft || freetype::is_mergeable(ft) && freetype::is_mergeable(buddy_ft)
}

/// Whether a block of this order and type may serve a request that waits for one of another type.
#[inline]
fn is_caught(order: Order, ft: Freetype, wanted: Freetype) -> bool {
    ft != freetype::CMA
        && ft != freetype::ISOLATE
        && (ft == freetype::UNMAPPED) == (wanted == freetype::UNMAPPED)
        && !(order < PAGEBLOCK_ORDER && ft == freetype::MOVABLE && wanted != freetype::MOVABLE)
}
