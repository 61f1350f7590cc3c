// SPDX-License-Identifier: GPL-2.0-only
//! Bending the model to what a real kernel is known to have done.
//!
//! Nothing in the kernel corresponds. A replay that disagrees with its trace records the difference and then makes
//! the model agree, so that one difference is counted once.

use super::buddy::Place;
use super::frames::{Kind, Order, Pfn};
use super::pageblock::PAGEBLOCK_ORDER;
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
                self.frames.unlink(head);
                let cpu = self.pcp_cpu_with(order);
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

    /// A CPU whose lists hold a block of this size; replays have one CPU, so the first that can is right.
    fn pcp_cpu_with(&self, order: Order) -> usize {
        self.pcp.iter().position(|pcp| pcp.count >= 1 << order).expect("some CPU holds the block")
    }
}
