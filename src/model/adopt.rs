// SPDX-License-Identifier: GPL-2.0-only
//! Bending the model to what a real kernel is known to have done.
//!
//! Nothing in the kernel corresponds. A replay that disagrees with its trace records the difference and then makes
//! the model agree, so that one difference is counted once.

use super::alloc_flags;
use super::buddy::Place;
use super::fallback::Fallback;
use super::frames::{Kind, Order, Pfn};
use super::freetype::{self, Freetype};
use super::pageblock::{PAGEBLOCK_ORDER, block_start};
use super::pcp::{NR_PCP_LISTS, pindex_to_order};
use super::zone::{MAX_ORDER, Zone};

impl Zone {
    /// Makes `[pfn, pfn + 2^order)` one allocated block, wherever its frames are now: free blocks are split, per-CPU
    /// pages taken off their lists, absent frames counted in. Frames of the block that were allocated stay so.
    pub(crate) fn adopt_allocated(&mut self, pfn: Pfn, order: Order) {
        for frame in pfn..pfn + (1 << order) {
            self.take_frame(frame);
        }
        self.frames.set_block(pfn, Kind::Used, order);
    }

    /// Makes sure that a block is allocated before it is freed. What its first frame was, where any of it was free.
    pub(crate) fn adopt_freed(&mut self, pfn: Pfn, order: Order) -> Option<Kind> {
        let kind = self.frames.kind(pfn);
        if (kind, self.frames.order(pfn)) == (Kind::Used, order) {
            return None;
        }
        let is_free = |frame| matches!(self.block_around(frame), Some((_, Kind::Buddy | Kind::Pcp, _)));
        let free = (pfn..pfn + (1 << order)).any(is_free);
        self.adopt_allocated(pfn, order);
        free.then_some(kind)
    }

    /// Dissolves the allocated or private block around one frame into single frames, or takes the frame out of a
    /// free block. Afterwards the frame is an allocated block of order 0.
    pub(crate) fn take_frame(&mut self, pfn: Pfn) {
        let Some((head, kind, order)) = self.block_around(pfn) else {
            if self.frames.kind(pfn) == Kind::Absent {
                self.managed += 1;
                self.present += 1;
            }
            self.frames.set(pfn, Kind::Used, 0);
            return;
        };
        match kind {
            Kind::Buddy => self.carve(head, order, pfn),
            Kind::Pcp => {
                let cpu = usize::from(self.pcp_cpu_of(head));
                self.frames.unlink(head);
                self.pcp[cpu].count -= 1 << order;
                self.release_around(head, order, pfn);
            }
            Kind::Used | Kind::Private => (head..head + (1 << order)).for_each(|f| self.frames.set(f, Kind::Used, 0)),
            Kind::Absent | Kind::Tail => unreachable!("block_around finds heads"),
        }
    }

    /// The block that holds a frame: head, what it is, order. `None` for absent frames and frames of no block.
    pub(crate) fn block_around(&self, pfn: Pfn) -> Option<(Pfn, Kind, Order)> {
        (0..=MAX_ORDER).map(|order| pfn & !((1 << order) - 1)).find_map(|head| {
            let kind = if self.contains(head) { self.frames.kind(head) } else { Kind::Absent };
            let order = self.frames.order(head.max(self.frames.base()));
            let heads = matches!(kind, Kind::Buddy | Kind::Pcp | Kind::Used | Kind::Private);
            (heads && head + (1 << order) > pfn).then_some((head, kind, order))
        })
    }

    /// Takes one frame out of a free block; what is left goes to the heads of its lists, unmerged.
    fn carve(&mut self, head: Pfn, order: Order, pfn: Pfn) {
        let ft = self.blocks.freetype(head);
        self.del_from_free_list(head, order, ft);
        let (mut head, mut order) = (head, order);
        while order > 0 {
            order -= 1;
            let upper = head + (1 << order);
            let (keep, give) = if pfn < upper { (head, upper) } else { (upper, head) };
            let give_ft = if order < PAGEBLOCK_ORDER { ft } else { self.blocks.freetype(give) };
            self.add_to_free_list(give, order, give_ft, false);
            head = keep;
        }
        self.account_freepages(-1, ft);
        self.frames.set(pfn, Kind::Used, 0);
    }

    /// Frees every frame of a former per-CPU block but one.
    fn release_around(&mut self, head: Pfn, order: Order, pfn: Pfn) {
        for frame in head..head + (1 << order) {
            self.frames.set(frame, Kind::Used, 0);
        }
        for frame in (head..head + (1 << order)).filter(|&frame| frame != pfn) {
            let ft = self.blocks.freetype(frame);
            self.frames.set(frame, Kind::Tail, 0);
            self.free_one_page(frame, 0, ft, Place::Usual);
        }
    }

    /// The page that was really given back instead of `wrong`, which the model has just freed to the buddy lists: what
    /// lay behind the right page went before it, unseen. If the right page is on no list, then `wrong` still is.
    pub(crate) fn adopt_given_back(&mut self, wrong: Option<(Pfn, u32)>, pfn: Pfn, order: Order) {
        if self.frames.kind(pfn) == Kind::Pcp && self.frames.order(pfn) == order {
            while let Some(behind) = self.frames.next(pfn) {
                self.adopt_allocated(behind, order);
                self.free_to_buddy(behind, order, Place::Usual);
            }
        } else if let Some((wrong, pindex)) = wrong {
            let order = pindex_to_order(pindex);
            self.adopt_allocated(wrong, order);
            let list = self.pcp_list(pindex);
            self.frames.set(wrong, Kind::Pcp, order);
            self.frames.push_back(list, wrong);
            self.pcp_mut().count += 1 << order;
        }
        self.adopt_allocated(pfn, order);
        self.free_to_buddy(pfn, order, Place::Usual);
    }

    /// Whether the free lists hold something for such a request; changes nothing.
    pub(crate) fn can_serve(&self, order: Order, ft: Freetype, flags: u32) -> bool {
        let nofragment = flags & alloc_flags::NOFRAGMENT != 0;
        let lowest = if nofragment { order.max(PAGEBLOCK_ORDER) } else { order };
        let atomic = flags & alloc_flags::HIGHATOMIC != 0;
        self.smallest_order(order, ft).is_some()
            || atomic && self.smallest_order(order, freetype::HIGHATOMIC).is_some()
            || (lowest..=MAX_ORDER).any(|o| matches!(self.find_suitable_fallback(o, ft, false), Fallback::Found(_)))
    }

    /// Every block of these orders of a type is known to be gone from its list, nobody saw where to: counts as
    /// allocated. How many pages.
    pub(crate) fn forget_free(&mut self, orders: std::ops::RangeInclusive<Order>, ft: Freetype) -> u32 {
        let mut pages = 0;
        for order in orders {
            while let Some(pfn) = self.first_free(order, ft) {
                self.adopt_allocated(pfn, order);
                pages += 1 << order;
            }
        }
        pages
    }

    /// Puts a block that the model took wrongly back where an expansion had taken it from: merged, at the head.
    pub(crate) fn put_back(&mut self, pfn: Pfn, order: Order) {
        let ft = self.blocks.freetype(pfn);
        self.free_one_page(pfn, order, ft, Place::Head);
    }

    /// Gives the pageblocks of a chunk the type that a request is known to have claimed them for.
    pub(crate) fn adopt_claim(&mut self, pfn: Pfn, chunk: Order, to: Freetype) {
        let first = block_start(pfn & !((1 << chunk) - 1));
        for block in (first..first + (1 << chunk.max(PAGEBLOCK_ORDER))).step_by(1 << PAGEBLOCK_ORDER) {
            let from = self.blocks.freetype(block.max(self.frames.base()));
            let inside_larger = self.block_around(block).is_some_and(|(head, ..)| head < block);
            if self.spans_block(block) && from != to && !inside_larger {
                self.move_freepages_block(block, from, to);
            }
        }
    }

    /// The CPU whose list holds a block: the one whose list begins where the block's list begins.
    pub(crate) fn pcp_cpu_of(&self, pfn: Pfn) -> u8 {
        let cpus = self.pcp.len() as u8;
        if cpus == 1 {
            return 0;
        }
        let first = std::iter::successors(Some(pfn), |&pfn| self.frames.prev(pfn)).last();
        let holds = |cpu: &u8| {
            let lists = (0..NR_PCP_LISTS as u32).map(|pindex| self.pcp_list_of(*cpu, pindex));
            lists.into_iter().any(|list| self.frames.first(list) == first)
        };
        (0..cpus).find(holds).expect("a per-CPU page is on some CPU's list")
    }
}
