// SPDX-License-Identifier: GPL-2.0-only
//! Single pages that need no looking for: the request whose list has one, the free whose list has room.
//!
//! Stands for the usual way through mm/page_alloc.c@7.3: __alloc_frozen_pages_noprof and __free_frozen_pages, when
//! the zone that is asked first is above its mark and the CPU's own list serves. Nearly every operation is one of these.
//! Whatever is otherwise is left, untouched, to the walk of `Machine` and to `Zone::free_pages`, which decide alike.

use super::frames::{Order, Pfn};
use super::freetype::Freetype;
use super::gfp::Gfp;
use super::machine::Machine;
use super::pcp::page_to_pindex;
use super::watermark::{WMARK_HIGH, WMARK_LOW};
use super::zone::{Zone, zone_flag};

impl Machine {
    /// A page off the CPU's list. `None`, and nothing done, if the walk must be taken.
    #[inline]
    pub(super) fn take_at_hand(&mut self, gfp: Gfp, ft: Freetype) -> Option<Pfn> {
        let highest = gfp.highest_zoneidx();
        let i = self.node.zones.len() - 1;
        let zone = &mut self.node.zones[i];
        if zone.span.index > highest || !zone.is_at_ease(highest) {
            return None;
        }
        let pfn = zone.frames.take_first_page(zone.pcp_list(page_to_pindex(ft)))?;
        let pcp = zone.pcp_mut();
        pcp.free_count >>= 1;
        pcp.count -= 1;
        self.tally.pgalloc[usize::from(zone.span.index)] += 1;
        self.decide_fallbacks(i);
        Some(pfn)
    }

    /// Puts a page on the CPU's list. `false`, and nothing done, if the usual path must be taken.
    #[inline]
    pub(super) fn give_to_hand(&mut self, pfn: Pfn) -> bool {
        self.node.zones.last_mut().is_some_and(|zone| zone.contains(pfn) && zone.give_to_hand(pfn))
    }
}

impl Zone {
    /// Frees an allocated block, at hand if that serves.
    #[inline]
    pub(super) fn free_at_hand(&mut self, pfn: Pfn, order: Order) {
        if order > 0 || !self.give_to_hand(pfn) {
            self.free_pages(pfn, order);
        }
    }

    /// Whether an order-0 request passes the first test of the walk, and no boost waits to be told to kswapd. Without
    /// any discount, so that the walk's own test would pass too.
    #[inline]
    pub(super) fn is_at_ease(&self, highest_zone: u8) -> bool {
        let below_high = self.flags & zone_flag::BELOW_HIGH != 0;
        let mark = self.wmark_pages(if below_high { WMARK_LOW } else { WMARK_HIGH });
        let reserve = self.lowmem_reserve[usize::from(highest_zone)];
        let unusable = self.free_highatomic + self.free_cma;
        self.flags & zone_flag::BOOSTED_WATERMARK == 0
            && self.free_seen() > unusable + u64::from(mark) + u64::from(reserve)
    }

    #[inline]
    fn give_to_hand(&mut self, pfn: Pfn) -> bool {
        if self.blocks.is_isolated(pfn) {
            return false;
        }
        let pindex = page_to_pindex(self.blocks.freetype(pfn));
        if !self.frames.give_first_page(self.pcp_list(pindex), pfn) {
            return false;
        }
        if self.room() > 0 {
            self.pcp_mut().note_pages_below(1);
        } else {
            self.count_page(pindex);
        }
        true
    }

    /// How many single pages the CPU's lists take before one of them has to be looked at.
    #[inline]
    pub(super) fn room(&self) -> u32 {
        let is = |flag| self.flags & flag != 0;
        self.pcp[usize::from(self.cpu)].room(is(zone_flag::RECLAIM_ACTIVE), is(zone_flag::BELOW_HIGH))
    }

    #[inline(never)]
    fn count_page(&mut self, pindex: u32) {
        if let Some(todo) = self.pcp_tune_free(pindex, 0) {
            self.give_back(todo);
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::check;
    use crate::model::decide::testing::Stock;
    use crate::model::dice::Dice;
    use crate::model::digest::{self, Digest};
    use crate::model::node::{Node, Tuning};
    use crate::model::settings::{Costs, Settings};
    use crate::model::zone::ZoneSpan;

    pub(in crate::model) fn machine() -> Machine {
        let zone = |(index, start_pfn, end_pfn)| {
            let mut zone = Zone::new(ZoneSpan { index, start_pfn, end_pfn }, 2);
            zone.release_range(start_pfn, end_pfn);
            zone
        };
        let mut node = Node::new([(0, 1, 4096), (1, 4096, 40_000)].map(zone).to_vec(), false);
        node.set_up_watermarks(&Tuning::default());
        Machine::new(node, Settings::default(), Costs::default(), Box::new(Stock))
    }

    pub(in crate::model) fn digest_of(machine: &Machine) -> (u64, [u64; 5], u64) {
        let mut digest = Digest::new();
        machine.node.zones.iter().for_each(|zone| digest::zone(&mut digest, zone));
        (digest.finish(), machine.tally.pgalloc, machine.tally.pgfree)
    }

    #[test]
    fn at_hand_is_as_by_the_walk() {
        let (mut near, mut far, mut dice) = (machine(), machine(), Dice(11));
        let (mut held, mut at_hand, mut denied): (Vec<Pfn>, u32, u32) = (Vec::new(), 0, 0);
        let gfps = [Gfp::GFP_HIGHUSER_MOVABLE, Gfp::GFP_KERNEL, Gfp::GFP_NOFS.with(Gfp::RECLAIMABLE), Gfp::DMA];
        for step in 0..200_000u32 {
            let gfp = gfps[dice.below(40).saturating_sub(36) as usize];
            // The machine fills up until nothing is left, and empties, in turns.
            if held.is_empty() || dice.below(16) < if step / 50_000 % 2 == 0 { 15 } else { 6 } {
                let ft = gfp.migratetype();
                let near_page = near.take_at_hand(gfp, ft);
                at_hand += u32::from(near_page.is_some());
                let pages = [near_page.or_else(|| near.alloc_by_walk(gfp, 0, ft)), far.alloc_by_walk(gfp, 0, ft)];
                assert_eq!(pages[0], pages[1], "step {step}");
                denied += u32::from(pages[0].is_none());
                held.extend(pages[0]);
            } else {
                let pfn = held.swap_remove(dice.below(held.len() as u32) as usize);
                near.free(pfn, 0);
                far.tally.pgfree += 1;
                far.node.free_pages(pfn, 0);
            }
            if dice.below(1000) == 0 {
                let (cpu, flags) = (dice.below(2) as u8, [0, zone_flag::RECLAIM_ACTIVE][dice.below(2) as usize]);
                for machine in [&mut near, &mut far] {
                    machine.node.set_cpu(cpu);
                    machine.node.zones[1].flags = machine.node.zones[1].flags & !zone_flag::RECLAIM_ACTIVE | flags;
                    machine.node.zones[1].boost_watermark();
                }
                assert_eq!(digest_of(&near), digest_of(&far), "the twins differ by step {step}");
            }
        }
        near.node.zones.iter().for_each(check::assert_sound);
        assert!(at_hand > 50_000 && denied > 1000, "{at_hand} pages were at hand, {denied} requests denied");
    }
}
