// SPDX-License-Identifier: GPL-2.0-only
//! Emptying one chosen pageblock by isolation and migration.
//!
//! Stands for mm/page_isolation.c@7.3: start_isolate_page_range; mm/page_alloc.c: alloc_contig_frozen_range as a
//! flip would use it: isolate the block, migrate what is in it, keep it instead of undoing the isolation.
//!
//! Modelled: which blocks pass (no page that cannot move), targets from the ordinary allocator under its watermarks.
//! Simplified: the cheapest block is found by looking at all of them; free pages of the block are taken at once.

use super::flip::Flip;
use super::frames::{Kind, Pfn, flag};
use super::freetype::{self, MOVABLE};
use super::gfp::Gfp;
use super::machine::Machine;
use super::owners;
use super::pageblock::PAGEBLOCK_PAGES;
use super::request::Request;
use super::zone::Zone;

impl Machine {
    /// Makes a whole free block in zone `i` and flips it for an unmapped request.
    pub(super) fn isolate_and_flip(&mut self, i: usize, request: &Request) -> Option<Flip> {
        let (block, _) = cheapest_block(&mut self.node.zones[i])?;
        self.charge(u64::from(self.node.zones[i].blocks.len()) * self.costs.scan_ns);
        let zone = &mut self.node.zones[i];
        let pages: Vec<Pfn> = (block..block + PAGEBLOCK_PAGES)
            .filter(|&pfn| zone.frames.kind(pfn) == Kind::Used && zone.frames.flags(pfn) & flag::LRU != 0)
            .collect();
        let old = zone.blocks.freetype(block);
        if !zone.move_freepages_block(block, old, freetype::ISOLATE) {
            return None;
        }
        // Isolated first, drained then: what leaves the lists stays in the block and does not merge with its buddy.
        for cpu in 0..zone.pcp.len() as u8 {
            zone.drain_cpu(cpu);
        }
        let done = pages.into_iter().all(|pfn| self.move_out(i, pfn));
        let zone = &mut self.node.zones[i];
        if !done || !is_all_free(zone, block) {
            zone.move_freepages_block(block, freetype::ISOLATE, old);
            return None;
        }
        zone.take_isolated_block(block);
        zone.adopt_flipped(block, 9, request.order, request.freetype);
        Some(Flip { pfn: block, blocks: 1 })
    }

    /// Migrates one page to wherever the allocator finds room.
    fn move_out(&mut self, i: usize, pfn: Pfn) -> bool {
        let zone = &self.node.zones[i];
        if zone.frames.flags(pfn) & flag::PINNED != 0 {
            return false;
        }
        let Some(target) = self.alloc_fast(Gfp::GFP_USER.with(Gfp::MOVABLE), 0, MOVABLE) else { return false };
        let zone = &mut self.node.zones[i];
        let (flags, slot) = (zone.frames.flags(pfn) & !flag::LRU, zone.frames.owner(pfn));
        zone.lru_del(pfn, 0);
        let to = self.node.zone_of(target).expect("an allocated page lies in a zone");
        self.node.zones[to].frames.set_owner(target, slot);
        self.node.zones[to].lru_add(target, 0, flags);
        if slot != owners::NONE {
            self.owners.moved(slot, target);
        }
        self.node.zones[i].free_at_hand(pfn, 0);
        self.tally.pgmigrate_success += 1;
        self.charge(self.costs.migrate_success_ns);
        true
    }
}

/// One of the block's pages cannot move.
const NEVER: u16 = u16::MAX;

/// The movable block with the fewest pages to move, none of them immovable; and how many those are. What each block takes
/// is kept with the zone and looked at again only when the block has changed, so that a search costs a look at one number
/// a block, however many pages the guest has.
fn cheapest_block(zone: &mut Zone) -> Option<(Pfn, u16)> {
    let mut known = std::mem::take(&mut zone.emptying);
    known.resize(zone.blocks.len() as usize, NEVER);
    let mut best = None;
    let mut limit = NEVER;
    for (block, cost) in zone.blocks.starts().zip(&mut known) {
        if zone.frames.take_touched(block) {
            // mm/page_isolation.c:has_unmovable_pages@7.3.
            *cost = zone.frames.pages_to_move(block).unwrap_or(NEVER);
        }
        if *cost < limit && zone.spans_block(block) && freetype::is_mergeable(zone.blocks.freetype(block)) {
            (best, limit) = (Some((block, *cost)), *cost);
        }
    }
    zone.emptying = known;
    best
}

fn is_all_free(zone: &Zone, block: Pfn) -> bool {
    let mut pfn = block;
    while pfn < block + PAGEBLOCK_PAGES {
        if zone.frames.kind(pfn) != Kind::Buddy {
            return false;
        }
        pfn += 1 << zone.frames.order(pfn);
    }
    true
}

impl Zone {
    /// Takes every free chunk of an isolated block off its list; the block is then one allocated block of order 9.
    fn take_isolated_block(&mut self, block: Pfn) {
        let mut pfn = block;
        while pfn < block + PAGEBLOCK_PAGES {
            let order = self.frames.order(pfn);
            self.del_from_free_list(pfn, order, freetype::ISOLATE);
            pfn += 1 << order;
        }
        self.frames.set_block(block, Kind::Used, 9);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::dice::Dice;
    use crate::model::zone::ZoneSpan;

    /// Pages to move out of a block; `None` when one of them cannot (mm/page_isolation.c:has_unmovable_pages@7.3).
    fn cost_of(zone: &Zone, block: Pfn) -> Option<u16> {
        let (mut pfn, mut cost) = (block, 0);
        while pfn < block + PAGEBLOCK_PAGES {
            let (kind, order) = (zone.frames.kind(pfn), zone.frames.order(pfn));
            match kind {
                Kind::Buddy if order >= 9 => return None,
                Kind::Buddy | Kind::Pcp => pfn += 1 << order,
                Kind::Used if zone.frames.flags(pfn) & (flag::LRU | flag::PINNED) == flag::LRU && order == 0 => {
                    cost += 1;
                    pfn += 1;
                }
                _ => return None,
            }
        }
        Some(cost)
    }

    fn all_looked_at(zone: &Zone) -> Option<(Pfn, u16)> {
        let fits = |&block: &Pfn| zone.spans_block(block) && freetype::is_mergeable(zone.blocks.freetype(block));
        let costs = zone.blocks.starts().filter(fits).filter_map(|block| Some((block, cost_of(zone, block)?)));
        costs.min_by_key(|&(_, cost)| cost)
    }

    #[test]
    fn what_is_remembered_is_what_looking_at_all_finds() {
        let mut zone = Zone::new(ZoneSpan { index: 1, start_pfn: 4096, end_pfn: 4096 + 16 * 1024 }, 1);
        zone.release_range(4096, 4096 + 16 * 1024);
        let (mut dice, mut held, mut found) = (Dice(7), Vec::new(), 0);
        for step in 0..20_000 {
            let odd = dice.below(300);
            let order = [1, 3, 9].get(odd as usize).copied().unwrap_or(0);
            match dice.below(8) {
                0..4 => {
                    let ft = if odd == 4 { freetype::UNMOVABLE } else { MOVABLE };
                    if let Some(pfn) = zone.rmqueue(order, ft, 0) {
                        if ft == MOVABLE {
                            zone.lru_add(pfn, order, [0, flag::PINNED][usize::from(odd == 5)]);
                        }
                        held.push((pfn, order, ft == MOVABLE));
                    }
                }
                4..7 if !held.is_empty() => {
                    let (pfn, order, lru) = held.swap_remove(dice.below(held.len() as u32) as usize);
                    if lru {
                        zone.lru_del(pfn, order);
                    }
                    zone.free_pages(pfn, order);
                }
                _ => zone.drain_cpu(0),
            }
            if step % 7 == 0 {
                let best = cheapest_block(&mut zone);
                assert_eq!(best, all_looked_at(&zone), "step {step}");
                found += u32::from(best.is_some());
            }
        }
        assert!(found > 1000, "a block that can be emptied was there {found} times only");
    }
}
