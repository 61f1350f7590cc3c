// SPDX-License-Identifier: GPL-2.0-only
//! The machine under test, what was handed out, and what must hold of both.

use oompoint::model::buddy::Place;
use oompoint::model::denial::{Denial, ZoneDenial};
use oompoint::model::digest::{self, Digest};
use oompoint::model::frames::{Kind, flag};
use oompoint::model::machine::Machine as Model;
use oompoint::model::node::{Node, Tuning};
use oompoint::model::request::Request;
use oompoint::model::settings::{Costs, Settings};
use oompoint::model::zone::{Zone, ZoneSpan, zone_flag};
use oompoint::model::{alloc_flags, check, freetype, view};
use oompoint::policy::{Knobs, base};

use super::op::{Op, Plan};

pub struct Machine {
    model: Model,
    /// Allocated blocks: frame and order.
    held: Vec<(u32, u8)>,
    /// Isolated blocks and the type each returns to.
    isolated: Vec<(u32, u8)>,
    pub denials: u32,
    /// Free lists at the start, by zone.
    fresh: Vec<[u32; 11]>,
}

/// Runs of free blocks of order 9 whose types would merge (I8).
fn unmerged_pairs(zone: &Zone) -> usize {
    let whole: Vec<u32> = (0..3).flat_map(|ft| view::free_list(zone, 9, ft)).collect();
    whole.iter().filter(|&&pfn| pfn & 512 == 0 && whole.contains(&(pfn | 512))).count()
}

fn total(zone: &Zone) -> u64 {
    let counters = view::counters(zone);
    counters.free + counters.pcp
}

fn zones(plan: &Plan) -> Vec<Zone> {
    let size = if plan.large { 60_000 } else { 12_000 };
    let spans = [(0, 1, 4096), (1, 4096, 4096 + size), (2, 1 << 20, (1 << 20) + size)];
    // One zone alone is DMA32, as in small guests; three are those of a large machine.
    let used = if plan.zones == 1 { &spans[1..2] } else { &spans[..plan.zones as usize] };
    let zone = |&(index, start, end): &(u8, u32, u32)| {
        let end = end - plan.ragged * u32::from(index > 0);
        let mut zone = Zone::new(ZoneSpan { index, start_pfn: start, end_pfn: end }, plan.cpus);
        zone.release_range(start, start + 159);
        zone.release_range(start + 256, end);
        zone
    };
    used.iter().map(zone).collect()
}

impl Machine {
    pub fn new(plan: &Plan) -> Machine {
        let mut node = Node::new(zones(plan), plan.defrag_mode);
        for _ in 0..plan.cma {
            make_cma(node.zones.last_mut().expect("a zone"));
        }
        let tuning =
            Tuning { drift: plan.drift, percpu_pagelist_high_fraction: plan.high_fraction, ..Tuning::default() };
        node.set_up_watermarks(&tuning);
        let fresh = node.zones.iter().map(|zone| view::counters(zone).nr_free).collect();
        let model = Model::new(node, Settings::default(), Costs::default(), (base::POLICY.make)(&Knobs::default()));
        Machine { model, held: Vec::new(), isolated: Vec::new(), denials: 0, fresh }
    }

    pub fn step(&mut self, op: &Op) -> Result<(), String> {
        let zones = self.model.node.zones.len() as u32;
        let at = |zone: u32| (zone % zones) as usize;
        match *op {
            Op::Walk { gfp, order, slow, extra } => {
                let fast = Request::fast(gfp, order, self.model.node.starts_nofragment(gfp.highest_zoneidx()));
                let request = if slow { Request::slow(gfp, order, self.model.node.defrag_mode) } else { fast };
                return self.walk(&request.with(request.flags | extra));
            }
            Op::Rmqueue { zone, order, ft, flags } => {
                let before = self.total();
                let got = self.model.node.zones[at(zone)].rmqueue(order, ft, flags);
                return self.took(got, order, before);
            }
            Op::Free { held } => return self.free(held, None),
            Op::FreeToBuddy { held, tail } => {
                return self.free(held, Some(if tail { Place::Tail } else { Place::Usual }));
            }
            Op::SetLru { held } if !self.held.is_empty() => {
                let (pfn, order) = self.held[held as usize % self.held.len()];
                let zone = self.model.node.zone_of(pfn).expect("a held page has a zone");
                self.model.node.zones[zone].set_page_flags(pfn, order, flag::LRU);
            }
            Op::SetLru { .. } => {}
            Op::SetCpu(cpu) => self.model.node.set_cpu(cpu),
            Op::Drain { zone, cpu } => {
                self.model.node.zones[at(zone)].drain_cpu(cpu);
                if self.model.node.zones[at(zone)].pcp[usize::from(cpu)].count != 0 {
                    return Err("a drained CPU still has pages".into());
                }
            }
            Op::Decay { zone, cpu } => self.model.node.zones[at(zone)].decay_cpu(cpu),
            Op::Isolate { zone, block } => self.isolate(at(zone), block),
            Op::Unreserve { zone, ft, force } => {
                self.model.node.zones[at(zone)].unreserve_highatomic(ft, force);
            }
            Op::Reclaim { zone } => self.model.node.zones[at(zone)].flags ^= zone_flag::RECLAIM_ACTIVE,
            Op::Kswapd { zone } => {
                let zone = &mut self.model.node.zones[at(zone)];
                zone.take_boosted();
                zone.boost = 0;
            }
            Op::Sabotage => self.model.node.zones[0].managed += 1,
        }
        Ok(())
    }

    fn total(&self) -> u64 {
        self.model.node.zones.iter().map(total).sum()
    }

    fn walk(&mut self, request: &Request) -> Result<(), String> {
        let before = self.total();
        match self.model.walk(request) {
            Some(pfn) => self.took(Some(pfn), request.order, before),
            None => {
                let denial = self.model.node.explain(request);
                self.denials += 1;
                self.took(None, request.order, before)?;
                if denial != self.model.node.explain(request) || !denial.to_string().starts_with("order-") {
                    return Err("the explanation changed without cause".into());
                }
                self.denied(&denial)
            }
        }
    }

    /// I16: an allocation takes exactly its pages from free and per-CPU lists together, a failure none.
    fn took(&mut self, got: Option<u32>, order: u8, before: u64) -> Result<(), String> {
        let after = self.total();
        let size = got.map_or(0, |_| 1 << order);
        if before - after != size {
            return Err(format!("I16: {got:?} order {order} took {} pages", before - after));
        }
        let Some(pfn) = got else { return Ok(()) };
        let zone = &self.model.node.zones[self.model.node.zone_of(pfn).ok_or("a page outside every zone")?];
        if view::frame(zone, pfn) != (Kind::Used, order) {
            return Err(format!("{pfn:#x} was handed out as {:?}", view::frame(zone, pfn)));
        }
        self.held.push((pfn, order));
        Ok(())
    }

    /// I19: every eligible zone failed its test, or holds nothing that the rules let the request have.
    fn denied(&self, denial: &Denial) -> Result<(), String> {
        let request = &denial.request;
        for &ZoneDenial { zone: index, test, .. } in &denial.zones {
            let zone = self.model.node.zones.iter().find(|zone| zone.span.index == index).ok_or("an unknown zone")?;
            let passed = test.ok() || request.flags & alloc_flags::NO_WATERMARKS != 0;
            if passed && self.obtainable(zone, request) {
                return Err(format!("I19: {denial}\nbut {} has a block", zone.name()));
            }
        }
        Ok(())
    }

    fn obtainable(&self, zone: &Zone, request: &Request) -> bool {
        let has = |from: u8, ft: u8| (from..=10).any(|order| !view::free_list(zone, order, ft).is_empty());
        let flag = |bits: u32| request.flags & bits != 0;
        let nofragment = flag(alloc_flags::NOFRAGMENT) && self.model.node.defrag_mode;
        let foreign = if nofragment { request.order.max(9) } else { request.order };
        let reserve = alloc_flags::HIGHATOMIC | alloc_flags::OOM | alloc_flags::NON_BLOCK;
        has(request.order, request.freetype)
            || (0..3).any(|ft| has(foreign, ft))
            || flag(alloc_flags::CMA) && has(request.order, freetype::CMA)
            || flag(reserve) && has(request.order, freetype::HIGHATOMIC)
    }

    fn free(&mut self, held: u32, place: Option<Place>) -> Result<(), String> {
        if self.held.is_empty() {
            return Ok(());
        }
        let (pfn, order) = self.held.swap_remove(held as usize % self.held.len());
        let before = self.total();
        let zone = self.model.node.zone_of(pfn).expect("a held page has a zone");
        match place {
            None => self.model.node.free_pages(pfn, order),
            Some(place) => self.model.node.zones[zone].free_to_buddy(pfn, order, place),
        }
        // Pages of isolated blocks do not count, whether freed now or drained on the way.
        if self.isolated.is_empty() && self.total() - before != 1 << order {
            return Err(format!("freeing {pfn:#x} order {order} gave {} pages", self.total() - before));
        }
        Ok(())
    }

    fn isolate(&mut self, zone: usize, block: u32) {
        let zone = &mut self.model.node.zones[zone];
        let blocks = view::pageblocks(zone);
        let (block, ft) = blocks[block as usize % blocks.len()];
        let pair = block & !1023;
        let in_order_10 = zone.contains(pair) && view::frame(zone, pair) == (Kind::Buddy, 10);
        if let Some(known) = self.isolated.iter().position(|&(known, _)| known == block) {
            let (block, ft) = self.isolated.swap_remove(known);
            // Isolated neighbours may have merged into one block; splitting that is the isolation code's business.
            if in_order_10 {
                self.isolated.push((block, ft));
            } else {
                assert!(zone.move_freepages_block(block, freetype::ISOLATE, ft));
            }
        } else if ft < freetype::HIGHATOMIC && !in_order_10 && zone.move_freepages_block(block, ft, freetype::ISOLATE) {
            self.isolated.push((block, ft));
        }
    }

    pub fn check(&self) -> Result<(), String> {
        let mut found: Vec<String> = self.model.node.zones.iter().flat_map(check::zone).collect();
        let held: u64 = self.held.iter().map(|&(_, order)| 1u64 << order).sum();
        let managed: u64 = self.model.node.zones.iter().map(|zone| u64::from(zone.managed)).sum();
        let isolate = |order: u8, zone| (view::free_list(zone, order, freetype::ISOLATE).len() as u64) << order;
        let isolated: u64 =
            self.model.node.zones.iter().map(|zone| (0..=10).map(|o| isolate(o, zone)).sum::<u64>()).sum();
        if held + isolated + self.total() != managed {
            found.push(format!("{held} held + {isolated} isolated + {} free are not {managed}", self.total()));
        }
        if found.is_empty() { Ok(()) } else { Err(found.join("; ")) }
    }

    pub fn digest(&self) -> u64 {
        let mut digest = Digest::new();
        self.model.node.zones.iter().for_each(|zone| digest::zone(&mut digest, zone));
        digest.finish()
    }

    /// Gives everything back. Then nothing is held, and what can merge has.
    pub fn end(mut self, plan: &Plan) -> Result<(), String> {
        while !self.held.is_empty() {
            self.free(0, None)?;
        }
        let cpus = plan.cpus;
        self.model.node.zones.iter_mut().for_each(|zone| (0..cpus).for_each(|cpu| zone.drain_cpu(cpu)));
        self.check()?;
        for (zone, fresh) in self.model.node.zones.iter().zip(&self.fresh) {
            let counters = view::counters(zone);
            if self.isolated.is_empty() && counters.free != u64::from(zone.managed) {
                return Err(format!("{} pages free of {}", counters.free, zone.managed));
            }
            // I8: without isolation or unreserving no pair of whole blocks stays apart; and without a reserved block
            // the lists are as long as at the start.
            if !plan.types_only_by_claims() {
                continue;
            }
            if unmerged_pairs(zone) > 0 {
                return Err(format!("I8: {} pairs of whole free blocks did not merge", unmerged_pairs(zone)));
            }
            if zone.reserved_highatomic == 0 && counters.nr_free != *fresh {
                return Err(format!("freed to {:?}, began with {fresh:?}", counters.nr_free));
            }
        }
        Ok(())
    }
}

/// Two pageblocks become CMA, as boot does it: taken, retyped, released.
fn make_cma(zone: &mut Zone) {
    let Some(pfn) = zone.rmqueue_buddy(10, freetype::MOVABLE, 0) else { return };
    for block in [pfn, pfn + 512] {
        assert!(zone.move_freepages_block(block, freetype::MOVABLE, freetype::CMA));
    }
    zone.free_to_buddy(pfn, 10, Place::Usual);
}
