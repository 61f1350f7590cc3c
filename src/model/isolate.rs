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
        let (block, _) = cheapest_block(&self.node.zones[i])?;
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
        self.node.zones[i].free_pages(pfn, 0);
        self.tally.pgmigrate_success += 1;
        self.charge(self.costs.migrate_success_ns);
        true
    }
}

/// The movable block with the fewest pages to move, none of them immovable; and how many those are.
fn cheapest_block(zone: &Zone) -> Option<(Pfn, u32)> {
    let mut best = None;
    let mut limit = u32::MAX;
    for block in zone.blocks.starts().filter(|&block| zone.spans_block(block)) {
        if let Some(cost) = cost_below(zone, block, limit) {
            (best, limit) = (Some((block, cost)), cost);
        }
    }
    best
}

/// Pages to move out of a block; `None` when one of them cannot (mm/page_isolation.c:has_unmovable_pages@7.3), or as
/// soon as they are `limit`: a block that is not cheaper than one already found need not be counted to its end.
fn cost_below(zone: &Zone, block: Pfn, limit: u32) -> Option<u32> {
    let ft = zone.blocks.freetype(block);
    if !freetype::is_mergeable(ft) {
        return None;
    }
    let (mut pfn, mut cost) = (block, 0);
    while pfn < block + PAGEBLOCK_PAGES {
        let (kind, order) = (zone.frames.kind(pfn), zone.frames.order(pfn));
        match kind {
            Kind::Buddy if order >= 9 => return None,
            Kind::Buddy | Kind::Pcp => pfn += 1 << order,
            Kind::Used if zone.frames.flags(pfn) & (flag::LRU | flag::PINNED) == flag::LRU && order == 0 => {
                cost += 1;
                pfn += 1;
                if cost >= limit {
                    return None;
                }
            }
            _ => return None,
        }
    }
    (cost < limit).then_some(cost)
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
