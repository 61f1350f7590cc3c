// SPDX-License-Identifier: GPL-2.0-only
//! A machine: zones, owners of pages, kernel threads' state, settings, costs and counters.
//!
//! Everything that happens to memory goes through here. Time is simulated: each operation charges work, and whoever
//! schedules the machine turns that into the clock.

use std::rc::Rc;

use super::alloc_flags;
use super::decide::{Decide, NoBlock};
use super::frames::{Order, Pfn};
use super::freetype::{self, Freetype};
use super::gfp::Gfp;
use super::isolated::Isolated;
use super::journal::{Journal, Kind, What};
use super::kthread::{Kcompactd, Kswapd};
use super::node::Node;
use super::owners::Owners;
use super::request::Request;
use super::settings::{Costs, Settings};
use super::shrinker::{Shrinker, SlabPool};
use super::tally::Tally;

#[derive(Clone)]
pub struct Machine {
    pub node: Node,
    pub owners: Owners,
    pub settings: Settings,
    pub costs: Costs,
    /// Never changes, so that clones share it.
    pub policy: Rc<dyn Decide + Send>,
    /// What the policy says of secretmem, kept because every page asks.
    secretmem_freetype: Freetype,
    pub kswapd: Kswapd,
    pub kcompactd: Kcompactd,
    pub tally: Tally,
    pub journal: Journal,
    /// The machine at the entry at which it was to be kept.
    pub caught: Option<Box<Machine>>,
    /// Partially unmapped huge pages waiting for the deferred-split shrinker: head, and the frames a split frees.
    pub deferred_splits: Vec<(Pfn, Vec<Pfn>)>,
    pub(super) split_shrinker: Shrinker,
    /// Slab objects that shrinkers can free.
    pub slab: SlabPool,
    /// The clock of whoever acts, ns since boot.
    pub now_ns: u64,
    /// Work charged since the scheduler last looked, ns.
    charged_ns: u64,
    /// Until when the task that acts sleeps, ns.
    sleeps_until_ns: Option<u64>,
    /// The task that acts found few enough pages isolated: whoever sleeps for that is to wake.
    pub(super) wakes_sleepers: bool,
    /// What kcompactd has isolated, and the task that compacted last.
    pub(super) isolated: [Isolated; 2],
}

impl Machine {
    pub fn new(node: Node, settings: Settings, costs: Costs, policy: Box<dyn Decide + Send>) -> Machine {
        let secretmem_freetype = if policy.unmaps_blocks() { freetype::UNMAPPED } else { freetype::UNMOVABLE };
        Machine {
            node,
            owners: Owners::default(),
            settings,
            costs,
            policy: policy.into(),
            secretmem_freetype,
            kswapd: Kswapd::default(),
            kcompactd: Kcompactd::default(),
            tally: Tally::default(),
            journal: Journal::default(),
            caught: None,
            deferred_splits: Vec::new(),
            split_shrinker: Shrinker::default(),
            slab: SlabPool::default(),
            now_ns: 0,
            charged_ns: 0,
            sleeps_until_ns: None,
            wakes_sleepers: false,
            isolated: Default::default(),
        }
    }

    /// Adds simulated work, ns.
    pub fn charge(&mut self, ns: u64) {
        self.charged_ns += ns;
    }

    /// The task that acts sleeps before it goes on.
    pub(super) fn sleep_until(&mut self, ns: u64) {
        self.sleeps_until_ns = Some(ns);
    }

    /// Whether the task that acted sleeps now, and until when, ns.
    #[inline]
    pub fn take_sleep(&mut self) -> Option<u64> {
        self.sleeps_until_ns.take()
    }

    /// Whether the task that acted wakes those that sleep so.
    #[inline]
    pub fn take_wake(&mut self) -> bool {
        std::mem::take(&mut self.wakes_sleepers)
    }

    /// The work since the last call, ns.
    pub fn take_charged(&mut self) -> u64 {
        std::mem::take(&mut self.charged_ns)
    }

    /// The freetype that secretmem is requested with.
    pub fn secretmem_freetype(&self) -> Freetype {
        self.secretmem_freetype
    }

    /// The first try of an allocation (mm/page_alloc.c:__alloc_frozen_pages_noprof@7.3).
    pub fn alloc_fast(&mut self, gfp: Gfp, order: Order, ft: Freetype) -> Option<Pfn> {
        if order == 0
            && let Some(pfn) = self.take_at_hand(gfp, ft)
        {
            return Some(pfn);
        }
        self.alloc_by_walk(gfp, order, ft)
    }

    pub(super) fn alloc_by_walk(&mut self, gfp: Gfp, order: Order, ft: Freetype) -> Option<Pfn> {
        let nofragment = self.node.starts_nofragment(gfp.highest_zoneidx());
        let request = Request { freetype: ft, ..Request::fast(gfp, order, nofragment) };
        let got = self.walk(&request);
        if got.is_none() {
            self.decide(What::of(Kind::SlowPath, &request, 0, 0));
        }
        got
    }

    /// What a fault on secretmem costs beside its allocation, ns; in a block that is unmapped already it flushes nothing.
    pub fn secretmem_fault_ns(&self) -> u64 {
        if self.unmaps_blocks() { self.costs.unmapped_fault_ns } else { self.costs.secretmem_fault_ns }
    }

    /// What it costs to give a page of secretmem back, ns.
    pub fn secretmem_free_ns(&self) -> u64 {
        if self.unmaps_blocks() { self.costs.free_page_ns } else { self.costs.secretmem_free_ns }
    }

    /// Secretmem comes from unmapped blocks.
    pub fn unmaps_blocks(&self) -> bool {
        self.secretmem_freetype == freetype::UNMAPPED
    }

    /// One walk over the zonelist (mm/page_alloc.c:get_page_from_freelist@7.3), with flips where the policy has them.
    /// Wakes kswapd after a boost.
    pub fn walk(&mut self, request: &Request) -> Option<Pfn> {
        let mut request = *request;
        loop {
            for i in (0..self.node.zones.len()).rev() {
                let zone = &mut self.node.zones[i];
                let index = zone.span.index;
                if index > request.highest_zone || !zone.may_allocate(&request) {
                    continue;
                }
                if let Some(pfn) = self.rmqueue(i, &request) {
                    self.tally.pgalloc[usize::from(index)] += 1 << request.order;
                    return Some(pfn);
                }
            }
            if request.flags & alloc_flags::NOFRAGMENT == 0 || self.node.defrag_mode {
                return None;
            }
            request.flags &= !alloc_flags::NOFRAGMENT;
        }
    }

    /// mm/page_alloc.c:rmqueue@7.3 in one zone, then a flip if nothing else served an unmapped or unmovable request.
    #[inline]
    fn rmqueue(&mut self, i: usize, request: &Request) -> Option<Pfn> {
        let zone = &mut self.node.zones[i];
        let got = zone.rmqueue(request.order, request.freetype, request.flags);
        self.decide_fallbacks(i);
        let pfn = got.or_else(|| self.flip(i, request));
        if pfn.is_some() && request.flags & alloc_flags::KSWAPD != 0 && self.node.zones[i].take_boosted() {
            let highest = self.node.zones[i].span.index;
            self.wakeup_kswapd(0, highest, true);
        }
        pfn
    }

    #[cold]
    fn flip(&mut self, i: usize, request: &Request) -> Option<Pfn> {
        let &Request { order, freetype: ft, flags, gfp, .. } = request;
        let flips = self.policy.unmaps_blocks()
            && (ft == freetype::UNMAPPED
                || ft == freetype::UNMOVABLE
                || ft == freetype::MOVABLE && self.policy.movable_maps_back());
        if !flips || !gfp.has(Gfp::DIRECT_RECLAIM) {
            return None;
        }
        let flipped = match self.node.zones[i].flip(order, ft, flags) {
            Some(flip) => Some(flip),
            None if ft == freetype::UNMAPPED && self.policy.no_block() == NoBlock::IsolateAndMigrate => {
                self.isolate_and_flip(i, request)
            }
            None => None,
        };
        let unmap = ft == freetype::UNMAPPED;
        match flipped {
            Some(flip) => {
                let blocks = u64::from(flip.blocks);
                if unmap {
                    self.tally.blocks_unmapped += blocks
                } else {
                    self.tally.blocks_mapped_back += blocks
                }
                let cost = if unmap { self.costs.unmap_block_ns } else { self.costs.map_block_ns };
                self.charge(cost * blocks);
                let kind = if unmap { Kind::BlockUnmapped } else { Kind::BlockMapped };
                self.decide_fallbacks(i);
                self.decide(What::new(kind, order, ft, [flip.pfn, flip.blocks, 0, 0]));
                Some(flip.pfn)
            }
            None => {
                self.tally.flips_failed += u64::from(unmap);
                if unmap {
                    let index = u32::from(self.node.zones[i].span.index);
                    self.decide(What::of(Kind::FlipFailed, request, index, 0));
                }
                None
            }
        }
    }

    /// Drains the per-CPU lists of one zone on every CPU (mm/page_alloc.c:drain_all_pages@7.3).
    pub fn drain_zone(&mut self, i: usize) {
        let zone = &mut self.node.zones[i];
        for cpu in 0..zone.pcp.len() as u8 {
            let pages = zone.pcp[usize::from(cpu)].count;
            zone.drain_cpu(cpu);
            self.charged_ns += u64::from(pages) * self.costs.drain_page_ns;
        }
    }

    pub fn drain_all(&mut self) {
        let pages = self.node.zones.iter().flat_map(|zone| &zone.pcp).map(|pcp| pcp.count).sum();
        (0..self.node.zones.len()).for_each(|i| self.drain_zone(i));
        self.decide(What::new(Kind::Drain, 0, 0, [pages, 0, 0, 0]));
    }

    /// Bytes of the model's own records: frames, list heads, pageblocks, owners.
    pub fn bytes(&self) -> u64 {
        self.node.zones.iter().map(|zone| zone.frames.bytes() + u64::from(zone.blocks.len())).sum::<u64>()
            + self.owners.bytes()
    }

    /// Frees a page that is on an LRU list.
    pub fn free_from_lru(&mut self, pfn: Pfn) {
        let zone = self.node.zone_of(pfn).expect("a freed page lies in a zone");
        self.node.zones[zone].lru_unlink(pfn, 0);
        self.free(pfn, 0);
    }

    /// Frees an allocated block of any zone.
    pub fn free(&mut self, pfn: Pfn, order: Order) {
        self.tally.pgfree += 1 << order;
        if order > 0 || !self.give_to_hand(pfn) {
            self.node.free_pages(pfn, order);
        }
    }
}
