// SPDX-License-Identifier: GPL-2.0-only
//! Many single pages at once, as long as each of them would be at hand: what a task takes fault after fault, and what an
//! unmapping or an exit frees.
//!
//! Stands for as many ways through mm/page_alloc.c@7.3: __alloc_frozen_pages_noprof and __free_frozen_pages, and through
//! include/linux/mm_inline.h@7.3: lruvec_add_folio and lruvec_del_folio, as `at_hand` and `lru` go them one by one. What is
//! otherwise is left to those.

use super::frames::{Pfn, flag};
use super::freetype::Freetype;
use super::gfp::Gfp;
use super::machine::Machine;
use super::owners::Owners;
use super::pcp::page_to_pindex;
use super::zone::Zone;

impl Machine {
    /// Takes pages off the CPU's list and puts them on the LRU list that these flags name, one that is not kept in order, as
    /// long as `take` wants the next, at most `most`. `take` may give the page another owner. How many.
    ///
    /// Taking from the CPU's list changes nothing that `is_at_ease` looks at, so that it need not be asked again.
    #[inline]
    pub fn take_many(
        &mut self,
        (gfp, ft): (Gfp, Freetype),
        most: u32,
        flags: u8,
        mut take: impl FnMut(Pfn, &mut u32, &mut Owners) -> bool,
    ) -> u32 {
        let highest = gfp.highest_zoneidx();
        let Machine { node, owners, tally, .. } = self;
        let Some(zone) = node.zones.last_mut() else { return 0 };
        if zone.span.index > highest || !zone.is_at_ease(highest) {
            return 0;
        }
        let (list, lru) = (zone.pcp_list(page_to_pindex(ft)), Zone::lru_of(flags));
        let take = |pfn: Pfn, owner: &mut u32| take(pfn, owner, owners);
        let count = zone.frames.take_first_pages(list, most, flags | flag::LRU, take);
        zone.lru_pages[lru as usize] += u64::from(count);
        let pcp = zone.pcp_mut();
        pcp.free_count = pcp.free_count.checked_shr(count).unwrap_or(0);
        pcp.count -= count;
        tally.pgalloc[usize::from(zone.span.index)] += u64::from(count);
        count
    }

    /// Frees single pages that are on LRU lists, in this order.
    pub fn free_many_from_lru(&mut self, mut pages: &[Pfn]) {
        while let Some(&pfn) = pages.first() {
            let count = self.node.zones.last_mut().map_or(0, |zone| zone.give_many_to_hand(pages));
            if count == 0 {
                self.free_from_lru(pfn);
            }
            self.tally.pgfree += count as u64;
            pages = &pages[count.max(1)..];
        }
    }
}

impl Zone {
    /// Puts pages of one LRU list that is not kept in order on the CPU's list, from the first on as long as they are alike.
    /// How many; 0 if the first one must go the usual way.
    #[inline]
    fn give_many_to_hand(&mut self, pages: &[Pfn]) -> usize {
        let Some(&pfn) = pages.first().filter(|&&pfn| self.contains(pfn) && !self.blocks.is_isolated(pfn)) else {
            return 0;
        };
        let (flags, room) = (self.frames.flags(pfn), self.room() as usize);
        let lru = Zone::lru_of(flags);
        if flags & flag::LRU == 0 || self.lru_list(lru).is_some() || room == 0 {
            return 0;
        }
        let list = self.pcp_list(page_to_pindex(self.blocks.freetype(pfn)));
        let count = self.frames.give_first_pages(list, &pages[..room.min(pages.len())], flags);
        self.lru_pages[lru as usize] -= count as u64;
        if count > 0 {
            self.pcp_mut().note_pages_below(count as u32);
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::at_hand::tests::{digest_of, machine};
    use crate::model::check;
    use crate::model::dice::Dice;
    use crate::model::zone::zone_flag;

    const ANON: u8 = flag::ACTIVE;
    const SECRET: u8 = flag::UNEVICTABLE | flag::PINNED;

    fn take_one(machine: &mut Machine, (gfp, ft): (Gfp, Freetype), flags: u8, pages: &mut Vec<Pfn>) -> bool {
        let Some(pfn) = machine.alloc_fast(gfp, 0, ft) else { return false };
        let owner = machine.owners.add(pfn);
        let zone = machine.node.zone_of(pfn).expect("an allocated page lies in a zone");
        machine.node.zones[zone].frames.set_owner(pfn, owner);
        machine.node.zones[zone].lru_add(pfn, 0, flags);
        pages.push(pfn);
        true
    }

    #[test]
    fn many_are_as_one_by_one() {
        let (mut near, mut far, mut dice) = (machine(), machine(), Dice(5));
        let (mut held, mut at_once): (Vec<Pfn>, u32) = (Vec::new(), 0);
        let gfps = [Gfp::GFP_HIGHUSER_MOVABLE, Gfp::GFP_USER, Gfp::DMA];
        for step in 0..12_000u32 {
            let most = 1 + dice.below(60);
            if held.is_empty() || dice.below(16) < if step / 3000 % 2 == 0 { 12 } else { 5 } {
                let gfp = gfps[dice.below(20).saturating_sub(17) as usize];
                let (what, flags) = ((gfp, gfp.migratetype()), [ANON, SECRET, flag::FILE][dice.below(20) as usize / 9]);
                let mut pages: [Vec<Pfn>; 2] = [Vec::new(), Vec::new()];
                let refused = dice.below(2000);
                if flags & flag::FILE == 0 {
                    at_once += near.take_many(what, most, flags, |pfn, owner, owners| {
                        if pfn % 2000 == refused {
                            return false;
                        }
                        *owner = owners.add(pfn);
                        pages[0].push(pfn);
                        true
                    });
                }
                // What was not at hand comes one by one.
                while pages[0].len() < most as usize && take_one(&mut near, what, flags, &mut pages[0]) {}
                while pages[1].len() < most as usize && take_one(&mut far, what, flags, &mut pages[1]) {}
                assert_eq!(pages[0], pages[1], "step {step}");
                held.append(&mut pages[0]);
            } else {
                let first = dice.below(held.len() as u32) as usize;
                let mut pages: Vec<Pfn> = held.drain(first..held.len().min(first + most as usize)).collect();
                if dice.below(3) == 0 {
                    pages.reverse();
                }
                near.free_many_from_lru(&pages);
                pages.iter().for_each(|&pfn| far.free_from_lru(pfn));
            }
            if dice.below(100) == 0 {
                let (cpu, flags) = (dice.below(2) as u8, [0, zone_flag::RECLAIM_ACTIVE][dice.below(2) as usize]);
                for machine in [&mut near, &mut far] {
                    machine.node.set_cpu(cpu);
                    machine.node.zones[1].flags = machine.node.zones[1].flags & !zone_flag::RECLAIM_ACTIVE | flags;
                }
            }
            let lru = |machine: &Machine| machine.node.zones.iter().map(|zone| zone.lru_pages).collect::<Vec<_>>();
            let same = lru(&near) == lru(&far) && (step % 50 > 0 || digest_of(&near) == digest_of(&far));
            assert!(same, "the twins differ by step {step}");
        }
        let owner = |machine: &Machine, pfn| machine.node.zone_of(pfn).map(|i| machine.node.zones[i].frames.owner(pfn));
        assert!(held.iter().all(|&pfn| owner(&near, pfn) == owner(&far, pfn)));
        near.node.zones.iter().for_each(check::assert_sound);
        assert!(at_once > 50_000, "{at_once} pages came at once");
    }
}
