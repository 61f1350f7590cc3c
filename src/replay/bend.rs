// SPDX-License-Identifier: GPL-2.0-only
//! Bending a guided replay's model to the trace after a difference, so that each difference is counted once.

use super::guided::Guided;
use super::load::zone_of_block;
use crate::model::buddy::Place;
use crate::model::frames::{Kind as Frame, Order, Pfn};
use crate::model::freetype::Freetype;
use crate::model::pcp::{BATCH_SCALE_MAX, NR_PCP_LISTS_STOCK, order_to_pindex, pcp_allowed_order};
use crate::model::percpu::GiveBack;
use crate::model::tracepoint::Tracepoint;
use crate::trace::Kind;

/// A page that really left a free list, and the chunk that was claimed for it if any.
pub(super) type RealTake = (Pfn, Option<Order>);

impl Guided {
    /// Takes the right page from wherever it is. If it lay deeper in the same per-CPU list, then lines of the trace are
    /// missing and what lay in front of it was allocated; otherwise the wrong page goes back where it came from.
    pub(super) fn adopt(&mut self, zone: usize, buddy: bool, got: Option<Pfn>, pfn: Option<Pfn>, order: Order) {
        let z = &mut self.node.zones[zone];
        let deeper = pfn.is_some_and(|pfn| z.frames.kind(pfn) == Frame::Pcp && z.frames.order(pfn) == order);
        if let Some(wrong) = got.filter(|_| buddy || !deeper) {
            let ft = z.blocks.freetype(wrong);
            if buddy || !pcp_allowed_order(order) {
                z.put_back(wrong, order);
            } else {
                let list = z.pcp_list(order_to_pindex(order, ft));
                z.frames.push_front(list, wrong);
                z.frames.set(wrong, Frame::Pcp, order);
                z.pcp_mut().count += 1 << order;
            }
        }
        if let Some(right) = pfn {
            self.report.adopted += 1;
            let z = &mut self.node.zones[zone];
            while let Some(front) = z.frames.prev(right).filter(|_| deeper && !buddy) {
                z.adopt_allocated(front, order);
            }
            z.adopt_allocated(right, order);
        }
        self.node.zones[zone].tracer.take();
    }

    /// The kernel freed this page to the buddy lists; so does the model, from wherever it has it.
    pub(super) fn adopt_drain(&mut self, pfn: Pfn, order: Order) {
        let Some(i) = self.zone_of_block(pfn, order) else { return };
        self.report.adopted += 1;
        let z = &mut self.node.zones[i];
        z.adopt_allocated(pfn, order);
        z.free_to_buddy(pfn, order, Place::Usual);
    }

    /// The kernel gives back another amount, and says what its tuning is.
    pub(super) fn adopt_trim(&mut self, trim: &Kind) {
        let &Kind::PcpTrim { zone, pindex, to_free, high, pcp_high, free_count, .. } = trim else { return };
        let Some(i) = self.position(zone) else { return };
        let pcp = self.node.zones[i].pcp_mut();
        (pcp.high, pcp.free_count) = (pcp_high.min(pcp.high_max), free_count.min(pcp.batch << BATCH_SCALE_MAX));
        if u32::from(pindex) < NR_PCP_LISTS_STOCK as u32 {
            let todo = GiveBack::new(to_free, u32::from(pindex), pcp.batch, high, true);
            self.start_giving_back(i, Some(todo));
        }
    }

    /// Makes sure that the model holds a block allocated before it is freed.
    pub(super) fn own(&mut self, zone: usize, pfn: Pfn, order: Order) {
        if let Some(kind) = self.node.zones[zone].adopt_freed(pfn, order) {
            self.report.adopted += 1;
            let line = self.line();
            self.report.diverge(line, "free", format!("{pfn:#x} allocated"), format!("{kind:?}"));
        }
    }

    /// The pages that left the free lists since the last finished operation.
    pub(super) fn real_takes(&self) -> Vec<RealTake> {
        let mut takes: Vec<RealTake> = Vec::new();
        for event in self.seen() {
            match *event {
                Tracepoint::ZoneLocked { pfn, .. } => takes.push((pfn, None)),
                Tracepoint::Extfrag { pfn, fallback_order, change_ownership, .. } => {
                    let claimed = change_ownership.then_some(fallback_order.min(10));
                    match takes.last_mut().filter(|last| last.0 == pfn) {
                        Some(last) => last.1 = claimed,
                        None => takes.push((pfn, claimed)),
                    }
                }
                _ => {}
            }
        }
        takes
    }

    /// The kernel refills empty lists only: what the model still has there was allocated by lines that are missing.
    pub(super) fn forget_list(&mut self, zone: usize, order: Order, ft: Freetype) {
        let z = &mut self.node.zones[zone];
        let list = z.pcp_list(order_to_pindex(order, ft));
        while let Some(pfn) = z.frames.first(list) {
            self.report.adopted += 1;
            z.adopt_allocated(pfn, order);
        }
    }

    /// Puts the pages that really came on the list, unless the model's are the same or lines are missing only.
    pub(super) fn adopt_refill(&mut self, zone: usize, order: Order, ft: Freetype, real: &[RealTake]) {
        let z = &mut self.node.zones[zone];
        let list = z.pcp_list(order_to_pindex(order, ft));
        let mut rest = z.frames.iter(list);
        if real.iter().all(|&(pfn, _)| rest.any(|got| got == pfn)) {
            return;
        }
        drop(rest);
        while let Some(pfn) = z.pcp_take_head(order, ft) {
            z.put_back(pfn, order);
        }
        for &(pfn, claimed) in real {
            if zone_of_block(&self.node, pfn, order) != Some(zone) {
                continue;
            }
            let z = &mut self.node.zones[zone];
            if let Some(chunk) = claimed {
                z.adopt_claim(pfn, chunk, ft);
            }
            z.adopt_allocated(pfn, order);
            z.frames.set(pfn, Frame::Pcp, order);
            z.frames.push_back(list, pfn);
            z.pcp_mut().count += 1 << order;
            self.report.adopted += 1;
        }
        self.node.zones[zone].tracer.take();
    }

    /// Pages were taken for a list that is empty here, but the line that closes the refill is missing.
    pub(super) fn adopt_lost_refill(&mut self, zone: u8, order: Order, ft: Freetype) {
        if self.seen().is_empty() || !pcp_allowed_order(order) || ft > 2 {
            return;
        }
        let real = self.real_takes();
        if let Some(i) = self.position(zone)
            && real.iter().any(|&(pfn, _)| zone_of_block(&self.node, pfn, order) == Some(i))
        {
            self.take_seen();
            self.forget_list(i, order, ft);
            self.adopt_refill(i, order, ft, &real);
        }
    }
}
