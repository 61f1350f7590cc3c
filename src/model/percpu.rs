// SPDX-License-Identifier: GPL-2.0-only
//! Moving pages between the per-CPU lists and the buddy lists.
//!
//! Stands for mm/page_alloc.c@7.3: rmqueue_pcplist, rmqueue_bulk, free_frozen_page_commit, free_pcppages_bulk,
//! drain_pages_zone, decay_pcp_high.
//!
//! Modelled: order of refills and frees, trims, full drains, decay. Absent: the pcp lock's failure path.

use super::alloc_flags;
use super::buddy::Place;
use super::frames::{Kind, Order, Pfn};
use super::freetype::{self, Freetype};
use super::pcp::{BATCH_SCALE_MAX, NR_PCP_LISTS, order_to_pindex, pindex_to_order};
use super::rmqueue::RmqueueMode;
use super::tracepoint::Tracepoint;
use super::watermark::{WMARK_HIGH, ZONE_MOVABLE};
use super::zone::{NR_ORDERS, Zone, zone_flag};

/// Pages a per-CPU list still has to give back, in chunks that each hold the zone lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GiveBack {
    pub pages: u32,
    pub pindex: u32,
    /// Most pages of one chunk.
    pub chunk: u32,
    /// The level that was passed, for a trim.
    pub high: u32,
    /// Whether the end of it looks at ZONE_BELOW_HIGH (frees do, drains do not).
    pub is_trim: bool,
    /// What is left of the running chunk; large pages may overshoot it.
    pub(super) chunk_left: i64,
    chunk_pindex: u32,
}

impl GiveBack {
    pub(crate) fn new(pages: u32, pindex: u32, chunk: u32, high: u32, is_trim: bool) -> GiveBack {
        GiveBack { pages, pindex, chunk, high, is_trim, chunk_left: 0, chunk_pindex: pindex }
    }
}

impl Zone {
    /// The page of the request's own list, refilled when empty (mm/page_alloc.c:rmqueue_pcplist@7.3).
    #[inline]
    pub(super) fn rmqueue_pcplist(&mut self, order: Order, ft: Freetype, flags: u32) -> Option<Pfn> {
        self.pcp_mut().free_count >>= 1;
        self.pcp_pop(order, ft, flags)
    }

    /// mm/page_alloc.c:__rmqueue_pcplist@7.3; what the bulk interface calls without halving the free count.
    #[inline]
    pub(crate) fn pcp_pop(&mut self, order: Order, ft: Freetype, flags: u32) -> Option<Pfn> {
        let list = self.pcp_list(order_to_pindex(order, ft));
        if self.frames.is_list_empty(list) {
            let want = self.pcp_refill_size(order);
            if flags & alloc_flags::HIGHATOMIC != 0 {
                return None;
            }
            self.pcp_refill(order, want, ft, flags);
        }
        self.pcp_take_first(list, order)
    }

    /// How many blocks the next refill fetches; tunes the lists whether or not the refill happens.
    pub(crate) fn pcp_refill_size(&mut self, order: Order) -> u32 {
        let below_high = self.flags & zone_flag::BELOW_HIGH != 0;
        self.pcp_mut().nr_alloc(order, below_high)
    }

    /// mm/page_alloc.c:rmqueue_bulk@7.3 onto the list's tail. How many blocks came.
    pub fn pcp_refill(&mut self, order: Order, want: u32, ft: Freetype, flags: u32) -> u32 {
        let list = self.pcp_list(order_to_pindex(order, ft));
        let mut mode = RmqueueMode::Normal;
        let mut got = 0;
        let in_bulk = self.may_refill_in_bulk(order, ft);
        while got < want {
            if in_bulk && mode == RmqueueMode::Normal {
                got += self.refill_in_bulk(list, order, ft, want - got);
                if got == want {
                    break;
                }
            }
            if in_bulk && mode == RmqueueMode::Steal && self.may_steal_in_bulk(flags) {
                // Once one was stolen nothing else is tried.
                got += self.steal_in_bulk(list, order, ft, want - got);
                break;
            }
            let Some(pfn) = self.rmqueue_any(order, ft, flags, &mut mode) else { break };
            self.frames.set(pfn, Kind::Pcp, order);
            self.frames.push_back(list, pfn);
            got += 1;
        }
        self.pcp_mut().count += got << order;
        got
    }

    /// Takes the head of a list that may be empty.
    #[inline]
    pub(crate) fn pcp_take_head(&mut self, order: Order, ft: Freetype) -> Option<Pfn> {
        self.pcp_take_first(self.pcp_list(order_to_pindex(order, ft)), order)
    }

    #[inline]
    fn pcp_take_first(&mut self, list: u32, order: Order) -> Option<Pfn> {
        let pfn = self.frames.first(list)?;
        self.frames.unlink(pfn);
        self.frames.set(pfn, Kind::Used, order);
        self.pcp_mut().count -= 1 << order;
        Some(pfn)
    }

    /// Puts a block on the CPU's list and says what that list must give back
    /// (mm/page_alloc.c:free_frozen_page_commit@7.3).
    #[inline]
    pub(crate) fn pcp_free_commit(&mut self, pfn: Pfn, order: Order) -> Option<GiveBack> {
        let pindex = order_to_pindex(order, self.blocks.freetype(pfn));
        let list = self.pcp_list(pindex);
        self.frames.push_front(list, pfn);
        self.frames.set(pfn, Kind::Pcp, order);
        self.pcp_tune_free(pindex, order)
    }

    /// The counting half of the above: what a free of this size does to the CPU's tuning.
    pub(crate) fn pcp_tune_free(&mut self, pindex: u32, order: Order) -> Option<GiveBack> {
        let (reclaim_active, below_high) =
            (self.flags & zone_flag::RECLAIM_ACTIVE != 0, self.flags & zone_flag::BELOW_HIGH != 0);
        let pcp = self.pcp_mut();
        pcp.alloc_factor >>= 1;
        pcp.count += 1 << order;
        let free_high = pcp.note_free(order);
        let high = pcp.nr_high(free_high, reclaim_active, below_high);
        if pcp.count < high {
            return None;
        }
        let pages = pcp.nr_free(high, free_high);
        Some(GiveBack::new(pages, pindex, pcp.batch, high, true))
    }

    /// Gives back every page of a CPU at once.
    pub fn drain_cpu(&mut self, cpu: u8) {
        let before = std::mem::replace(&mut self.cpu, cpu);
        if let Some(todo) = self.pcp_drain() {
            self.give_back(todo);
        }
        self.cpu = before;
    }

    /// The vmstat worker's turn on one CPU: lowers what its lists may hold and gives the rest back.
    pub fn decay_cpu(&mut self, cpu: u8) {
        let before = std::mem::replace(&mut self.cpu, cpu);
        if let Some(todo) = self.pcp_decay() {
            self.give_back(todo);
        }
        self.cpu = before;
    }

    /// What idle seconds do to a CPU's level: it falls to its minimum.
    pub fn settle_pcp(&mut self, cpu: u8) {
        let before = std::mem::replace(&mut self.cpu, cpu);
        let pcp = self.pcp_mut();
        pcp.high = pcp.high_min;
        self.cpu = before;
    }

    /// All of a CPU's pages (mm/page_alloc.c:drain_pages_zone@7.3).
    pub(crate) fn pcp_drain(&mut self) -> Option<GiveBack> {
        let pcp = self.pcp_mut();
        let (pages, chunk) = (pcp.count, pcp.batch << BATCH_SCALE_MAX);
        (pages > 0).then_some(GiveBack::new(pages, 0, chunk, 0, false))
    }

    /// What the vmstat worker gives back about once a second (mm/page_alloc.c:decay_pcp_high@7.3).
    pub(crate) fn pcp_decay(&mut self) -> Option<GiveBack> {
        let pcp = self.pcp_mut();
        if pcp.high > pcp.high_min {
            let by_count = pcp.count.saturating_sub(pcp.batch << BATCH_SCALE_MAX);
            pcp.high = by_count.max(pcp.high - (pcp.high >> 3)).max(pcp.high_min);
        }
        let pages = pcp.count.saturating_sub(pcp.high);
        (pages > 0).then_some(GiveBack::new(pages, 0, pcp.batch, pcp.high, false))
    }

    /// Everything at once, as when nothing else runs in between.
    pub(crate) fn give_back(&mut self, mut todo: GiveBack) {
        if self.may_give_back_in_bulk() {
            while self.give_back_list(&mut todo) {}
        } else {
            while self.give_back_page(&mut todo).is_some() {}
        }
        self.end_give_back(&todo);
    }

    /// One page, coldest first (mm/page_alloc.c:free_pcppages_bulk@7.3): the chunk's list until it is empty, then
    /// the next lists in turn. `None` when nothing is left to give back.
    #[inline(always)]
    pub(crate) fn give_back_page(&mut self, todo: &mut GiveBack) -> Option<Pfn> {
        let (list, order) = self.next_give_back(todo)?;
        let pfn = self.frames.last(list).expect("the list that is next holds a page");
        // Its new state comes with the list it goes to.
        self.frames.unlink(pfn);
        self.pcp_mut().count -= 1 << order;
        todo.chunk_left -= 1 << order;
        let ft = self.blocks.freetype(pfn);
        self.free_one_page(pfn, order, ft, Place::Usual);
        self.tracer.emit(|| Tracepoint::PcpuDrain { pfn, order, migratetype: ft });
        Some(pfn)
    }

    /// The list that is next, which is not empty, and its order; begins a chunk when none is running.
    #[inline]
    pub(super) fn next_give_back(&mut self, todo: &mut GiveBack) -> Option<(u32, Order)> {
        let count = self.pcp_mut().count;
        if count == 0 || todo.chunk_left <= 0 && todo.pages == 0 {
            return None;
        }
        if todo.chunk_left <= 0 {
            let chunk = todo.pages.min(todo.chunk);
            todo.pages -= chunk;
            todo.chunk_left = i64::from(chunk.min(count));
            todo.chunk_pindex = todo.pindex;
        }
        let first_list = self.pcp_list(0);
        while self.frames.is_list_empty(first_list + todo.chunk_pindex) {
            let next = todo.chunk_pindex + 1;
            todo.chunk_pindex = if next == NR_PCP_LISTS as u32 { 0 } else { next };
        }
        Some((first_list + todo.chunk_pindex, pindex_to_order(todo.chunk_pindex)))
    }

    /// The list that the last page came from.
    pub(crate) fn last_pindex(todo: &GiveBack) -> u32 {
        todo.chunk_pindex
    }

    /// Whether `give_back_page` would find nothing more.
    pub(crate) fn is_given_back(&mut self, todo: &GiveBack) -> bool {
        self.pcp_mut().count == 0 || todo.chunk_left <= 0 && todo.pages == 0
    }

    pub(crate) fn end_give_back(&mut self, todo: &GiveBack) {
        if todo.is_trim {
            self.leave_below_high();
        }
    }

    /// The only place that clears ZONE_BELOW_HIGH: a trim that finds the zone above its high watermark.
    fn leave_below_high(&mut self) {
        let high = self.wmark_pages(WMARK_HIGH);
        if self.flags & zone_flag::BELOW_HIGH != 0 && self.zone_watermark_ok(0, high, ZONE_MOVABLE, 0) {
            self.flags &= !zone_flag::BELOW_HIGH;
            self.tracer.emit(|| Tracepoint::BelowHigh { set: false });
        }
    }

    #[inline]
    pub(crate) fn pcp_mut(&mut self) -> &mut super::pcp::Pcp {
        &mut self.pcp[usize::from(self.cpu)]
    }

    /// Index of this CPU's list among the zone's list heads.
    #[inline]
    pub(crate) fn pcp_list(&self, pindex: u32) -> u32 {
        self.pcp_list_of(self.cpu, pindex)
    }

    #[inline]
    pub(crate) fn pcp_list_of(&self, cpu: u8, pindex: u32) -> u32 {
        let buddy_lists = (NR_ORDERS * freetype::NR_FREETYPES) as u32;
        buddy_lists + u32::from(cpu) * NR_PCP_LISTS as u32 + pindex
    }
}
