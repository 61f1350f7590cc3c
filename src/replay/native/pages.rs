// SPDX-License-Identifier: GPL-2.0-only
//! Frees, and what the per-CPU lists give back.

use super::{Freed, Native};
use crate::model::buddy::Place;
use crate::model::frames::{Kind as Frame, Order, Pfn};
use crate::model::pcp::{order_to_pindex, pcp_allowed_order};
use crate::model::percpu::GiveBack;
use crate::model::zone::{Zone, zone_flag};
use crate::trace::Kind;

/// Flags that change what a free gives back, in the order in which they are tried when a free gave back another
/// amount than expected.
const FLAGS: [u8; 4] =
    [0, zone_flag::RECLAIM_ACTIVE, zone_flag::BELOW_HIGH, zone_flag::RECLAIM_ACTIVE | zone_flag::BELOW_HIGH];

impl Native<'_> {
    /// `mm_page_free`.
    pub(super) fn freed(&mut self, at: usize, pfn: Pfn, order: Order) {
        let batched = self.ahead.batched(at).is_some();
        self.freed.insert(pfn, Freed { at, order, batched });
        self.lru.drain(&mut self.node);
        if batched || self.stays_private(at, pfn, order) {
            return;
        }
        if order == 0 && self.freed_range(at, pfn) {
            return;
        }
        self.commit_free(at, pfn, order);
    }

    /// A block that is freed page by page in consecutive lines was split, and comes back as naturally aligned chunks
    /// without further lines (mm/page_alloc.c:free_contig_range@7.3, which vfree uses). Whether this is one.
    fn freed_range(&mut self, at: usize, first: Pfn) -> bool {
        let Some(zone) = self.node.zone_of(first) else { return false };
        let frames = &self.node.zones[zone].frames;
        let size = 1 << frames.order(first);
        if frames.kind(first) != Frame::Used || size == 1 {
            return false;
        }
        let mut members = vec![at];
        while let Some(i) = self.ahead.task(members[members.len() - 1])
            && self.ahead.batched(i).is_none()
            && matches!(self.events[i].kind, Kind::Free { pfn, order: 0 } if pfn == first + members.len() as u32)
        {
            members.push(i);
        }
        if members.len() < size {
            return false;
        }
        let (mut pfn, end) = (first, first + members.len() as u32);
        members.iter().for_each(|&i| self.done[i] = true);
        while pfn < end {
            let order = (pfn.trailing_zeros() as Order).min((end - pfn).ilog2() as Order).min(10);
            self.commit_free(members[members.len() - 1], pfn, order);
            pfn += 1 << order;
        }
        true
    }

    /// The free takes effect.
    pub(super) fn commit_free(&mut self, at: usize, pfn: Pfn, order: Order) {
        let Some(zone) = self.zone_of_block(pfn, order) else { return };
        self.own(at, zone, pfn, order);
        self.lru.freed(pfn, order);
        let z = &mut self.node.zones[zone];
        if !pcp_allowed_order(order) || z.blocks.is_isolated(pfn) {
            z.free_to_buddy(pfn, order, Place::Usual);
            return;
        }
        z.forget(pfn, order);
        let (before, flags) = (z.pcp_mut().clone(), z.flags);
        let mut todo = z.pcp_free_commit(pfn, order);
        let run = self.run_of_drains(at);
        let z = &mut self.node.zones[zone];
        let exact = gives_back(todo, run);
        if todo.is_some() || run > 0 {
            self.report.trims.add(exact);
        }
        if !exact {
            let pindex = order_to_pindex(order, z.blocks.freetype(pfn));
            let found = FLAGS.iter().find_map(|toggle| {
                *z.pcp_mut() = before.clone();
                z.flags = flags ^ toggle;
                let todo = z.pcp_tune_free(pindex, order);
                gives_back(todo, run).then_some(todo)
            });
            todo = found.unwrap_or_else(|| {
                *z.pcp_mut() = before;
                z.flags = flags;
                z.pcp_tune_free(pindex, order);
                let pcp = z.pcp_mut();
                if run == 0 {
                    pcp.high = (pcp.count + 1).min(pcp.high_max).max(pcp.high);
                }
                (run > 0).then(|| GiveBack::new(run, pindex, pcp.batch, 0, true))
            });
        }
        if let Some(todo) = todo {
            self.giving_back.insert(self.events[at].pid, (zone, todo));
        }
    }

    /// Makes sure that the model holds a block allocated before it is freed.
    pub(super) fn own(&mut self, at: usize, zone: usize, pfn: Pfn, order: Order) {
        if let Some(kind) = self.node.zones[zone].adopt_freed(pfn, order) {
            self.report.adopted += 1;
            self.report.diverge(self.line(at), "mm_page_free", format!("{pfn:#x} allocated"), format!("{kind:?}"));
        }
    }

    /// Pages that this task gives back in the lines right behind this one.
    fn run_of_drains(&self, at: usize) -> u32 {
        let mut pages = 0;
        let mut next = self.ahead.task(at);
        while let Some(i) = next
            && let Kind::PcpuDrain { order, .. } = self.events[i].kind
        {
            pages += 1 << order.min(10);
            next = self.ahead.task(i);
        }
        pages
    }

    /// `mm_page_pcpu_drain`: the model names the page, then the line is adopted.
    pub(super) fn drained(&mut self, at: usize, pfn: Pfn, order: Order) {
        let pid = self.events[at].pid;
        let Some(of_page) = self.zone_of_block(pfn, order) else { return };
        self.report.drained += 1;
        let known = self.giving_back.remove(pid).filter(|&(zone, _)| zone == of_page);
        let (zone, mut todo) = known.unwrap_or_else(|| (of_page, self.full_drain(at, of_page, order)));
        let z = &mut self.node.zones[zone];
        let got = z.give_back_page(&mut todo);
        self.report.drained_exact += u64::from(got == Some(pfn));
        if got != Some(pfn) {
            self.report.adopted += 1;
            z.adopt_given_back(got.map(|got| (got, Zone::last_pindex(&todo))), pfn, order);
            let got = got.map_or("none".to_owned(), |got| format!("{got:#x}"));
            self.report.diverge(self.line(at), "mm_page_pcpu_drain", format!("{pfn:#x}"), got);
        }
        let z = &mut self.node.zones[zone];
        // What is more than the model has is drained without an expectation, not looked into line by line.
        if z.is_given_back(&todo) && (todo.is_trim || z.pcp_mut().count > 0) {
            z.end_give_back(&todo);
        } else {
            self.giving_back.insert(pid, (zone, todo));
        }
    }

    /// Pages leave the lists without a free: all of them, or those above a decayed level.
    fn full_drain(&mut self, at: usize, zone: usize, order: Order) -> GiveBack {
        let pages = self.run_of_drains(at) + (1 << order);
        let z = &mut self.node.zones[zone];
        if pages < z.pcp_mut().count
            && let Some(todo) = z.pcp_decay()
        {
            return todo;
        }
        GiveBack::new(pages, 0, u32::MAX, 0, false)
    }

    /// The task does something else: whatever the model still wanted to give back was too much.
    pub(super) fn stop_giving_back(&mut self, pid: u32) {
        if let Some((zone, todo)) = self.giving_back.remove(pid) {
            self.node.zones[zone].end_give_back(&todo);
        }
    }
}

/// Whether an intention agrees with the number of pages that were given back.
fn gives_back(todo: Option<GiveBack>, run: u32) -> bool {
    todo.map_or(0, |todo| todo.pages) == run
}
