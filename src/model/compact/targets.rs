// SPDX-License-Identifier: GPL-2.0-only
//! The private lists of free blocks from which migration takes its targets.
//!
//! Modelled: mm/compaction.c@7.3: compaction_alloc, compaction_free, release_free_list, and the end of compact_zone.

use std::collections::VecDeque;

use super::{CompactEvent, Run};
use crate::model::alloc_flags;
use crate::model::frames::{Kind, Order, Pfn};
use crate::model::freetype;
use crate::model::pageblock::block_start;
use crate::model::watermark::WMARK_MIN;
use crate::model::zone::{NR_ORDERS, Zone};

/// Free blocks by order, head to tail.
#[derive(Clone, Debug, Default)]
pub(super) struct Targets {
    lists: [VecDeque<Pfn>; NR_ORDERS],
    pages: u32,
}

impl Targets {
    /// `nr_freepages` of struct compact_control.
    pub fn pages(&self) -> u32 {
        self.pages
    }

    pub fn push_back(&mut self, pfn: Pfn, order: Order) {
        self.lists[usize::from(order)].push_back(pfn);
        self.pages += 1 << order;
    }

    /// Whether a source of this order gets a target as it is.
    pub fn holds(&self, order: Order) -> bool {
        !self.lists[usize::from(order)].is_empty()
    }

    /// Single pages.
    pub fn singles(&self) -> usize {
        self.lists[0].len()
    }

    /// What is left when the first `count` single pages are taken and come back one by one.
    pub fn turn_singles(&mut self, count: usize) {
        (0..count / 2).for_each(|i| self.lists[0].swap(i, count - 1 - i));
    }

    /// Every block, by order, head to tail.
    pub fn blocks(&self) -> impl Iterator<Item = (Pfn, Order)> + '_ {
        (0..).zip(&self.lists).flat_map(|(order, list)| list.iter().map(move |&pfn| (pfn, order)))
    }

    fn push_front(&mut self, pfn: Pfn, order: Order) {
        self.lists[usize::from(order)].push_front(pfn);
        self.pages += 1 << order;
    }

    /// The front of the smallest list that fits; its upper halves go to the fronts of theirs.
    fn take(&mut self, zone: &mut Zone, order: Order) -> Option<Pfn> {
        if let Some(pfn) = self.lists[usize::from(order)].pop_front() {
            self.pages -= 1 << order;
            return Some(pfn);
        }
        self.take_larger(zone, order)
    }

    fn take_larger(&mut self, zone: &mut Zone, order: Order) -> Option<Pfn> {
        let high = (order + 1..NR_ORDERS as Order).find(|&o| !self.lists[usize::from(o)].is_empty())?;
        let pfn = self.lists[usize::from(high)].pop_front()?;
        self.pages -= 1 << high;
        for o in (order..high).rev() {
            let upper = pfn + (1 << o);
            zone.frames.set(upper, Kind::Private, o);
            self.push_front(upper, o);
        }
        Some(pfn)
    }
}

impl Run {
    /// A target for a source of this order (mm/compaction.c:compaction_alloc@7.3). The free scanner runs when the
    /// lists are empty; what it then does not find, there is not.
    pub(super) fn alloc_target(&mut self, zone: &mut Zone, src: Pfn, order: Order) -> Option<Pfn> {
        let mut dst = self.targets.take(zone, order);
        if dst.is_none() {
            self.isolate_freepages(zone);
            dst = self.targets.take(zone, order);
        }
        if let Some(dst) = dst {
            zone.frames.set(dst, Kind::Used, order);
            self.nr_migrate -= 1 << order;
        }
        zone.tracer.compaction(|| CompactEvent::Target { src, dst, order });
        dst
    }

    /// A target that is not needed after all (mm/compaction.c:compaction_free@7.3).
    pub(super) fn return_target(&mut self, zone: &mut Zone, dst: Pfn, order: Order) {
        zone.frames.set(dst, Kind::Private, order);
        self.targets.push_front(dst, order);
        self.nr_migrate += 1 << order;
        zone.tracer.compaction(|| CompactEvent::TargetBack { dst, order });
    }

    /// Takes one free block off its list if the watermark allows (mm/page_alloc.c:__isolate_free_page@7.3). The test
    /// is against the unboosted minimum and no reserve. How many pages came.
    pub(super) fn take_free_block(&mut self, zone: &mut Zone, pfn: Pfn, order: Order) -> u32 {
        let mark = zone.watermark[WMARK_MIN] + (1 << order);
        let isolated = zone.blocks.freetype(pfn) == freetype::ISOLATE;
        let allowed = isolated || zone.zone_watermark_ok(0, mark, 0, alloc_flags::CMA);
        let taken = if allowed { 1 << order } else { 0 };
        zone.tracer.compaction(|| CompactEvent::IsolateFree { pfn, order, taken });
        if allowed {
            zone.isolate_free_page(pfn, order);
            self.targets.push_back(pfn, order);
        }
        taken
    }

    /// Frees every unused target the usual way, small ones first, and lets the next run's free scanner start where
    /// the highest of them was. How many pages (the end of mm/compaction.c:compact_zone@7.3).
    pub(super) fn release(&mut self, zone: &mut Zone) -> u64 {
        let mut highest = None;
        for order in 0..NR_ORDERS {
            while let Some(pfn) = self.targets.lists[order].pop_front() {
                highest = highest.max(Some(pfn));
                zone.frames.set(pfn, Kind::Used, order as Order);
                zone.tracer.compaction(|| CompactEvent::Release { pfn, order: order as Order });
                zone.free_at_hand(pfn, order as Order);
            }
        }
        let pages = std::mem::take(&mut self.targets.pages);
        if let Some(pfn) = highest {
            zone.compact.cached_free = zone.compact.cached_free.max(block_start(pfn));
        }
        u64::from(pages)
    }
}
