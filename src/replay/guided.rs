// SPDX-License-Identifier: GPL-2.0-only
//! Guided replay: the trace gives the order of operations and what happens outside the allocator; the model answers
//! which page, and the trace says which page it was.
//!
//! From the trace: which operation comes next, in which zone; when lists are drained or decay; what compaction
//! isolates and how it rotates lists; whether a claim below pageblock order was granted (it depends on LRU batches).
//! From the model: everything else. After a difference the model is bent to the trace, so each counts once.

use std::collections::{BTreeMap, VecDeque};

use super::load::zone_of_block;
use super::lru::LruBatch;
use super::report::Report;
use crate::few::Few;
use crate::model::buddy::Place;
use crate::model::frames::{Order, Pfn};
use crate::model::node::Node;
use crate::model::pcp::{order_to_pindex, pcp_allowed_order};
use crate::model::percpu::GiveBack;
use crate::model::tracepoint::Tracepoint;
use crate::model::zone::{Capture, KnownClaim, Zone};
use crate::trace::{Event, Kind};

/// One replay under way.
pub struct Guided {
    pub node: Node,
    pub report: Report,
    /// Position of each zone index in the node.
    positions: [Option<usize>; 4],
    /// Order of the last `mm_page_free` of each page, which batched frees do not print.
    freed_orders: BTreeMap<Pfn, u32>,
    /// By task.
    giving_back: Few<u32, Giving>,
    last_trim: Option<GiveBack>,
    claims: VecDeque<KnownClaim>,
    captures: VecDeque<(Pfn, Order)>,
    /// Tracepoints of the kernel since the last finished operation.
    seen: Vec<Tracepoint>,
    lru: LruBatch,
    line: u32,
    pid: u32,
}

/// What a task still has to give back of a CPU's lists in a zone.
struct Giving {
    zone: usize,
    cpu: u8,
    todo: GiveBack,
}

/// An allocation the trace shows.
#[derive(Clone, Copy)]
struct Allocation {
    zone: u8,
    order: u8,
    pfn: Option<Pfn>,
}

impl Guided {
    pub fn new(mut node: Node) -> Guided {
        let positions = prepare(&mut node);
        Guided {
            node,
            report: Report { mode: "guided".to_owned(), ..Report::default() },
            positions,
            freed_orders: BTreeMap::new(),
            giving_back: Few::default(),
            last_trim: None,
            claims: VecDeque::new(),
            captures: VecDeque::new(),
            seen: Vec::new(),
            lru: LruBatch::default(),
            line: 0,
            pid: 0,
        }
    }

    /// Goes on from another state.
    pub(super) fn restart_from(&mut self, mut node: Node) {
        self.positions = prepare(&mut node);
        self.node = node;
        self.giving_back.clear();
    }

    /// Replays one event. `Snapshot` events are the caller's.
    pub fn step(&mut self, event: &Event) {
        self.report.events += 1;
        (self.line, self.pid) = (event.line, event.pid);
        for zone in &mut self.node.zones {
            zone.cpu = known_cpu(zone, event.cpu);
        }
        match event.kind {
            Kind::PcpAlloc { order, migratetype, .. } if !pcp_allowed_order(order) || migratetype > 2 => {
                self.report.impossible += 1;
            }
            Kind::PcpAlloc { zone, order, migratetype, alloc_flags, pfn, free } => {
                let wanted = Allocation { zone, order, pfn };
                self.adopt_lost_refill(zone, order, migratetype);
                self.allocation(wanted, "pcp_alloc", |z| {
                    z.pcp_mut().free_count >>= 1;
                    if z.frames.is_list_empty(z.pcp_list(order_to_pindex(order, migratetype)))
                        && alloc_flags & crate::model::alloc_flags::HIGHATOMIC != 0
                    {
                        z.pcp_refill_size(order);
                    }
                    z.pcp_take_head(order, migratetype)
                });
                self.free_counter(zone, free);
            }
            Kind::BuddyAlloc { zone, order, migratetype, alloc_flags, pfn, free } => {
                let wanted = Allocation { zone, order, pfn };
                self.allocation(wanted, "buddy_alloc", |z| z.rmqueue_buddy(order, migratetype, alloc_flags));
                self.free_counter(zone, free);
            }
            Kind::BulkAlloc { migratetype, .. } if migratetype > 2 => self.report.impossible += 1,
            Kind::BulkAlloc { zone, migratetype, pfn } => {
                let wanted = Allocation { zone, order: 0, pfn: Some(pfn) };
                self.allocation(wanted, "bulkalloc", |z| z.pcp_take_head(0, migratetype));
            }
            Kind::Bulk { zone, order, want, got, migratetype, alloc_flags } => {
                self.refill(zone, order, migratetype, alloc_flags, (want, got));
            }
            Kind::Alloc { pfn: Some(pfn), order, gfp, .. } => self.lru.allocated(&mut self.node, pfn, order, gfp),
            Kind::Free { pfn, order } => {
                self.freed_orders.insert(pfn, u32::from(order));
                self.lru.drain(&mut self.node);
            }
            Kind::FreeBatched { pfn } => {
                let order = self.freed_orders.get(&pfn).map_or(0, |&order| order as Order);
                self.free_to_pcp(pfn, order, None);
            }
            Kind::PcpFree { pfn, order, migratetype } => self.free_to_pcp(pfn, order, Some(migratetype)),
            Kind::BuddyFree { pfn, order } => self.free_to_buddy(pfn, order),
            Kind::PcpuDrain { pfn, order, .. } => self.drained(pfn, order),
            _ => self.outside(&event.kind),
        }
    }

    /// Zone of an index, or a note that the state has no such zone.
    pub(super) fn position(&mut self, zone: u8) -> Option<usize> {
        let found = self.positions.get(usize::from(zone)).copied().flatten();
        self.report.impossible += u64::from(found.is_none());
        found
    }

    /// Zone of a block, or a note that the state has no zone that holds it whole.
    pub(super) fn zone_of_block(&mut self, pfn: Pfn, order: Order) -> Option<usize> {
        let found = zone_of_block(&self.node, pfn, order);
        self.report.impossible += u64::from(found.is_none());
        found
    }

    fn allocation(&mut self, wanted: Allocation, event: &str, predict: impl FnOnce(&mut Zone) -> Option<Pfn>) {
        let Allocation { zone, order, pfn, .. } = wanted;
        let Some(i) = self.position(zone) else { return };
        if order > 10 || pfn.is_some_and(|pfn| self.zone_of_block(pfn, order) != Some(i)) {
            return;
        }
        let z = &mut self.node.zones[i];
        z.known_claims = Some(std::mem::take(&mut self.claims));
        let got = predict(z);
        self.compare_tracepoints(i);
        let hex = |pfn: Option<Pfn>| pfn.map_or("none".to_owned(), |pfn| format!("{pfn:#x}"));
        if got != pfn {
            self.report.diverge(self.line, event, hex(pfn), hex(got));
        }
        match pfn {
            None => self.report.refusals.add(got.is_none()),
            Some(pfn) => {
                self.report.allocations += 1;
                self.report.pfn_exact += u64::from(got == Some(pfn));
                self.report.pageblock_exact += u64::from(got.is_some_and(|got| got >> 9 == pfn >> 9));
            }
        }
        if got != pfn {
            self.adopt(i, event == "buddy_alloc", got, pfn, order);
        }
    }

    fn refill(&mut self, zone: u8, order: Order, migratetype: u8, flags: u32, expected: (u32, u32)) {
        let Some(i) = self.position(zone) else { return };
        if !pcp_allowed_order(order) || migratetype > 2 {
            self.report.impossible += 1;
            return;
        }
        let real = self.real_takes();
        self.forget_list(i, order, migratetype);
        let z = &mut self.node.zones[i];
        z.known_claims = Some(std::mem::take(&mut self.claims));
        let want = z.pcp_refill_size(order);
        let got = z.pcp_refill(order, want, migratetype, flags);
        self.compare_tracepoints(i);
        self.report.refills.add((want, got) == expected);
        if (want, got) != expected {
            let show = |(want, got): (u32, u32)| format!("{got} of {want}");
            self.report.diverge(self.line, "bulk", show(expected), show((want, got)));
        }
        self.adopt_refill(i, order, migratetype, &real);
    }

    /// NR_FREE_PAGES as printed with an allocation, which shows the per-CPU drift.
    fn free_counter(&mut self, zone: u8, free: u32) {
        if let Some(i) = self.positions.get(usize::from(zone)).copied().flatten() {
            let seen = self.node.zones[i].free_seen();
            self.report.free_counter.add(seen == u64::from(free));
        }
    }

    fn free_to_pcp(&mut self, pfn: Pfn, order: Order, migratetype: Option<u8>) {
        let Some(i) = self.zone_of_block(pfn, order) else { return };
        if !pcp_allowed_order(order) {
            self.report.impossible += 1;
            return;
        }
        self.own(i, pfn, order);
        self.lru.freed(pfn, order);
        let z = &mut self.node.zones[i];
        if let Some(expected) = migratetype {
            let ft = z.blocks.freetype(pfn);
            let got = if ft > 2 { 1 } else { ft };
            self.report.free_types.add(got == expected);
            if got != expected {
                self.report.diverge(self.line, "pcp_free", format!("type {expected}"), format!("type {got}"));
            }
        }
        let z = &mut self.node.zones[i];
        z.forget(pfn, order);
        let todo = z.pcp_free_commit(pfn, order);
        self.start_giving_back(i, todo);
    }

    fn free_to_buddy(&mut self, pfn: Pfn, order: Order) {
        let Some(i) = self.zone_of_block(pfn, order) else { return };
        self.own(i, pfn, order);
        self.lru.freed(pfn, order);
        let z = &mut self.node.zones[i];
        z.capture = Capture::Told(std::mem::take(&mut self.captures));
        z.free_to_buddy(pfn, order, Place::Usual);
        self.keep_captures(i);
    }

    pub(super) fn start_giving_back(&mut self, zone: usize, todo: Option<GiveBack>) {
        self.last_trim = todo.filter(|todo| todo.is_trim).or(self.last_trim);
        if let Some(todo) = todo {
            if self.node.zones[zone].is_given_back(&todo) {
                self.node.zones[zone].end_give_back(&todo);
            } else {
                let cpu = self.node.zones[zone].cpu;
                self.giving_back.insert(self.pid, Giving { zone, cpu, todo });
            }
        }
    }

    fn drained(&mut self, pfn: Pfn, order: Order) {
        self.report.drained += 1;
        let Some(Giving { zone, cpu, mut todo }) = self.giving_back.remove(self.pid) else {
            self.report.diverge(self.line, "pcpu_drain", format!("{pfn:#x}"), "nothing to give back");
            self.adopt_drain(pfn, order);
            return;
        };
        let z = &mut self.node.zones[zone];
        z.cpu = cpu;
        z.capture = Capture::Told(std::mem::take(&mut self.captures));
        let got = z.give_back_page(&mut todo);
        self.keep_captures(zone);
        self.report.drained_exact += u64::from(got == Some(pfn));
        if got != Some(pfn) {
            let wrong = got.map(|got| (got, Zone::last_pindex(&todo)));
            let got = got.map_or("none".to_owned(), |got| format!("{got:#x}"));
            self.report.diverge(self.line, "pcpu_drain", format!("{pfn:#x}"), got);
            self.report.adopted += 1;
            match self.zone_of_block(pfn, order) {
                Some(i) if i == zone => self.node.zones[zone].adopt_given_back(wrong, pfn, order),
                _ => self.adopt_drain(pfn, order),
            }
        }
        let z = &mut self.node.zones[zone];
        if z.is_given_back(&todo) {
            z.end_give_back(&todo);
        } else {
            self.giving_back.insert(self.pid, Giving { zone, cpu, todo });
        }
        self.node.zones[zone].tracer.take();
    }

    fn keep_captures(&mut self, zone: usize) {
        if let Capture::Told(rest) = std::mem::take(&mut self.node.zones[zone].capture) {
            self.captures = rest;
        }
        self.node.zones[zone].capture = Capture::Told(VecDeque::new());
    }

    pub(super) fn trim_is(&self, to_free: u32, high: u32) -> bool {
        self.last_trim.is_some_and(|trim| (trim.pages, trim.high) == (to_free, high))
    }

    pub(super) fn saw(&mut self, event: Tracepoint) {
        self.seen.push(event);
    }

    pub(super) fn saw_claim(&mut self, claim: KnownClaim) {
        self.claims.push_back(claim);
    }

    pub(super) fn saw_capture(&mut self, pfn: Pfn, order: Order) {
        self.captures.push_back((pfn, order));
    }

    pub(super) fn lru_add(&mut self, pfn: Pfn, order: Order) {
        self.lru.add(&mut self.node, pfn, order);
    }

    pub(super) fn lru_drain(&mut self) {
        self.lru.drain(&mut self.node);
    }

    pub(super) fn line(&self) -> u32 {
        self.line
    }

    pub(super) fn seen(&self) -> &[Tracepoint] {
        &self.seen
    }

    pub(super) fn take_seen(&mut self) -> Vec<Tracepoint> {
        std::mem::take(&mut self.seen)
    }
}

/// The CPU of an event in the model; one that it does not have counts as the first.
pub(super) fn known_cpu(zone: &Zone, cpu: u16) -> u8 {
    if usize::from(cpu) < zone.pcp.len() { cpu as u8 } else { 0 }
}

/// Switches on what a replay listens to. Position of each zone index.
fn prepare(node: &mut Node) -> [Option<usize>; 4] {
    let mut positions = [None; 4];
    for (i, zone) in node.zones.iter_mut().enumerate() {
        if let Some(position) = positions.get_mut(usize::from(zone.span.index)) {
            *position = Some(i);
        }
        zone.known_claims = Some(VecDeque::new());
        zone.capture = Capture::Told(VecDeque::new());
        zone.tracer.switch(true);
    }
    positions
}
