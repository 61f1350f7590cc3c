// SPDX-License-Identifier: GPL-2.0-only
//! A stock trace without a start state: what it holds, and what can be judged all the same.
//!
//! Nothing is known of the free lists, so most pages cannot be predicted. What can be held against the kernel's rules:
//! alignment, types, the fallback table, and the per-CPU lists wherever the trace itself determines their heads: pages
//! freed here come back last in first out, pages of a refill in the refill's order.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::score::Score;
use crate::few::Few;
use crate::model::frames::{Order, Pfn};
use crate::model::freetype::{Freetype, fallbacks};
use crate::model::pcp::pcp_allowed_order;
use crate::trace::{Event, Imported, Kind};

/// Smallest chunk that a Movable request may claim a block for (`pageblock_order / 2`).
const CLAIM_ORDER_MIN: Order = 4;
/// Frames per 16 MiB and per 4 GiB: where zones DMA and DMA32 end on x86-64.
const ZONE_ENDS: [Pfn; 2] = [1 << 12, 1 << 20];

/// What a trace holds and how far it agrees with rules that need no state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    pub events_by_name: BTreeMap<String, u64>,
    pub cpus: Vec<u16>,
    pub begin_us: u64,
    pub end_us: u64,
    pub lost_events: u64,
    /// Blocks that begin at a multiple of their size.
    pub aligned: Score,
    /// The printed type is the one that the flags ask for.
    pub type_of_flags: Score,
    /// Allocations of pages that the trace does not show allocated already.
    pub not_allocated_twice: Score,
    /// Frees of pages whose allocation the trace shows.
    pub frees_of_seen_pages: Score,
    /// The type that helped out is in the fallback table's row of the wanted type.
    pub fallback_in_table: Score,
    /// Chunk sizes, ownership and fragmenting as claim and steal demand them.
    pub fallback_rules: Score,
    /// Steals take the smallest chunk: what a steal has split off goes next.
    pub steals_smallest_first: Score,
    /// Pages of per-CPU lists whose head the trace determines.
    pub determined_heads: Score,
    /// The same, by pageblock.
    pub determined_blocks: Score,
    /// Refills of lists that the trace says are empty.
    pub refills_when_empty: Score,
}

/// One CPU's list of one zone, order and type: the head's side of it, as far as it is determined.
#[derive(Default)]
struct Known {
    pages: VecDeque<Pfn>,
    /// Nothing is behind `pages`.
    whole: bool,
    /// A refill whose own page has not been taken yet.
    fresh: bool,
}

type List = (u16, u8, Order, Freetype);

/// A number for each frame, block or line that has one. One type for all of them: the library's map is compiled anew for
/// each pair of types.
type Numbers = BTreeMap<u32, u32>;

/// In a map of numbers: there was one, and it no longer holds. Taking entries out of a map is more code than the rest.
const NONE: u32 = u32::MAX;

#[derive(Default)]
struct Surveyor {
    out: Survey,
    /// The orders of allocated blocks.
    allocated: Numbers,
    /// The orders of freed blocks.
    freed: Numbers,
    /// Lines of frees that take effect at a later line, which is the number.
    batched: Numbers,
    /// The types of pageblocks.
    blocks: Numbers,
    lists: Few<List, Known>,
    /// The last steal of the running refill: CPU, order wanted, chunk.
    steal: Option<(u16, Order, Order)>,
    refilling: Option<List>,
    allocations: u64,
}

/// Reads a trace without a state. What it holds, and how many allocations it shows.
pub(super) fn look(trace: &Imported) -> (Survey, u64) {
    let mut surveyor = Surveyor { batched: batched_frees(&trace.events), ..Surveyor::default() };
    trace.events.iter().for_each(|event| surveyor.event(event));
    let mut out = surveyor.out;
    for &(name, count) in trace.counts.iter() {
        out.events_by_name.insert(name.to_owned(), u64::from(count));
    }
    for event in &trace.events {
        if let Err(at) = out.cpus.binary_search(&event.cpu) {
            out.cpus.insert(at, event.cpu);
        }
    }
    out.begin_us = trace.events.iter().map(|event| event.time_us).min().unwrap_or(0);
    out.end_us = trace.events.iter().map(|event| event.time_us).max().unwrap_or(0);
    out.lost_events = trace.lost_events;
    (out, surveyor.allocations)
}

/// Lines of frees that take effect at a later line, and that line.
fn batched_frees(events: &[Event]) -> Numbers {
    let mut pending = Numbers::new();
    let mut found = Numbers::new();
    for event in events {
        match event.kind {
            Kind::Free { pfn, .. } => drop(pending.insert(pfn, event.line)),
            Kind::FreeBatched { pfn } => {
                if let Some(line) = pending.insert(pfn, NONE).filter(|&line| line != NONE) {
                    found.insert(line, event.line);
                }
            }
            Kind::Alloc { pfn: Some(pfn), .. } => drop(pending.insert(pfn, NONE)),
            _ => {}
        }
    }
    found
}

fn zone_of(pfn: Pfn) -> u8 {
    ZONE_ENDS.iter().position(|&end| pfn < end).unwrap_or(ZONE_ENDS.len()) as u8
}

impl Surveyor {
    fn event(&mut self, event: &Event) {
        if !matches!(event.kind, Kind::ZoneLocked { .. } | Kind::Extfrag { .. }) {
            (self.steal, self.refilling) = (None, None);
        }
        match event.kind {
            Kind::Alloc { pfn: Some(pfn), order, migratetype, gfp } => {
                self.out.type_of_flags.add(migratetype == gfp.migratetype());
                self.allocation(event.cpu, pfn, order, migratetype);
            }
            Kind::Free { pfn, order } => {
                self.align(pfn, order);
                self.out.frees_of_seen_pages.add(self.allocated.insert(pfn, NONE).is_some_and(|order| order != NONE));
                self.freed.insert(pfn, u32::from(order));
                if !self.batched.contains_key(&event.line) {
                    self.push(event.cpu, pfn, order);
                }
            }
            Kind::FreeBatched { pfn } => {
                let order = self.freed.get(&pfn).map_or(0, |&order| order as Order);
                self.push(event.cpu, pfn, order);
            }
            Kind::ZoneLocked { pfn, order, migratetype, percpu_refill } => {
                self.align(pfn, order);
                self.blocks.insert(pfn >> 9, u32::from(migratetype));
                if percpu_refill && pcp_allowed_order(order) {
                    self.refill((event.cpu, zone_of(pfn), order, migratetype), pfn);
                }
            }
            Kind::Extfrag { pfn, .. } => {
                self.align(pfn, 0);
                self.fallback(event.cpu, &event.kind);
            }
            Kind::PcpuDrain { pfn, order, migratetype } => {
                self.align(pfn, order);
                self.blocks.insert(pfn >> 9, u32::from(migratetype));
                self.drained(event.cpu, pfn, order, migratetype);
            }
            _ => {}
        }
    }

    fn align(&mut self, pfn: Pfn, order: Order) {
        self.out.aligned.add(order <= 10 && pfn.is_multiple_of(1 << order.min(10)));
    }

    fn allocation(&mut self, cpu: u16, pfn: Pfn, order: Order, ft: Freetype) {
        self.allocations += 1;
        self.align(pfn, order);
        let before = self.allocated.insert(pfn, u32::from(order));
        self.out.not_allocated_twice.add(before.is_none_or(|order| order == NONE));
        let zone = zone_of(pfn);
        if let Some(known) = self.lists.get_mut((cpu, zone, order, ft)) {
            let head = known.pages.front().copied();
            if let Some(head) = head.filter(|_| !known.fresh) {
                self.out.determined_heads.add(head == pfn);
                self.out.determined_blocks.add(head >> 9 == pfn >> 9);
            }
            known.fresh = false;
            if head == Some(pfn) {
                known.pages.pop_front();
            } else {
                *known = Known::default();
            }
        }
    }

    /// A free puts its page on the list of its block's type. While that is unknown, no list of this order is known.
    fn push(&mut self, cpu: u16, pfn: Pfn, order: Order) {
        if !pcp_allowed_order(order) {
            return;
        }
        match self.blocks.get(&(pfn >> 9)) {
            Some(&ft) => {
                let ft = if ft > 2 { 1 } else { ft as Freetype };
                self.lists.get_or_default((cpu, zone_of(pfn), order, ft)).pages.push_front(pfn);
            }
            None => self.lists.retain(|list| (list.0, list.1, list.2) != (cpu, zone_of(pfn), order)),
        }
    }

    /// A page of a refill: it goes behind the others of its refill, and nothing can be in front of the first.
    fn refill(&mut self, list: List, pfn: Pfn) {
        let known = self.lists.get_or_default(list);
        if self.refilling != Some(list) {
            self.out.refills_when_empty.add(known.pages.is_empty());
            *known = Known { whole: true, fresh: true, ..Known::default() };
        }
        known.pages.push_back(pfn);
        self.refilling = Some(list);
    }

    fn fallback(&mut self, cpu: u16, kind: &Kind) {
        let &Kind::Extfrag {
            pfn,
            alloc_order,
            fallback_order,
            alloc_migratetype,
            fallback_migratetype,
            fragmenting,
            change_ownership,
            ..
        } = kind
        else {
            return;
        };
        self.out.fallback_in_table.add(fallbacks(alloc_migratetype).contains(&fallback_migratetype));
        let may_claim = alloc_migratetype != 1 || fallback_order >= CLAIM_ORDER_MIN;
        let must_claim = fallback_order >= 9;
        let owner_fits = if change_ownership { may_claim } else { !must_claim };
        self.out.fallback_rules.add(fallback_order >= alloc_order && fragmenting == (fallback_order < 9) && owner_fits);
        let ft = if change_ownership { alloc_migratetype } else { fallback_migratetype };
        self.blocks.insert(pfn >> 9, u32::from(ft));
        let last = self.steal.take_if(|last| !change_ownership && (last.0, last.1) == (cpu, alloc_order));
        if last.filter(|last| last.2 > alloc_order).is_some() {
            self.out.steals_smallest_first.add(fallback_order == alloc_order);
        }
        self.steal = (!change_ownership).then_some((cpu, alloc_order, fallback_order));
        if pcp_allowed_order(alloc_order) && !(change_ownership && fallback_order < 9) {
            self.refill((cpu, zone_of(pfn), alloc_order, alloc_migratetype), pfn);
        }
    }

    /// Pages leave at the tail. If what is known of the list does not end there, a gap may have opened behind it.
    fn drained(&mut self, cpu: u16, pfn: Pfn, order: Order, ft: Freetype) {
        let ft = if ft > 2 { 1 } else { ft };
        if let Some(known) = self.lists.get_mut((cpu, zone_of(pfn), order, ft)) {
            if known.pages.back() == Some(&pfn) {
                known.pages.pop_back();
            } else if known.pages.contains(&pfn) || known.whole {
                *known = Known::default();
            }
        }
    }
}
