// SPDX-License-Identifier: GPL-2.0-only
//! Reclaim: what a pass over the node takes from the page cache, be it direct reclaim's or kswapd's.
//!
//! Stands for mm/vmscan.c@7.3: shrink_node, shrink_lruvec, shrink_inactive_list, shrink_active_list.
//!
//! Modelled: file lists only (no swap), second chance, pages that are locked while they are read, the shrinkers of slab
//! (`model::shrinker`) and of deferred splits.
//! Simplified: page age is list order plus one referenced bit; the multi-generational LRU is the same two lists
//! without the active list's protection. The error is bounded by the file LRU.
//! Differs: active pages of a program's text that were used again go to the inactive list too; the kernel keeps those.
//! Absent: swap, memory cgroups, writeback, refault distances.

use super::frames::{Kind, Pfn, flag};
use super::lru::Lru;
use super::machine::Machine;
use super::owners;
use super::tally::Reclaimer;
use super::zone::Zone;

/// `MAX_RECLAIM_RETRIES`: rounds or passes without progress after which a task or kswapd gives up.
pub const RECLAIM_RETRIES_MAX: u32 = 16;
/// `SWAP_CLUSTER_MAX`.
pub const CLUSTER: u64 = 32;
/// `DEF_PRIORITY`.
pub const PRIORITY_DEFAULT: u32 = 12;
/// Batch of the multi-generational LRU (`MIN_LRU_BATCH`).
const MGLRU_BATCH: u64 = 64;

impl Zone {
    /// mm/vmscan.c:zone_reclaimable_pages@7.3 without swap: the file lists.
    pub fn reclaimable_pages(&self) -> u64 {
        self.lru_pages(Lru::InactiveFile) + self.lru_pages(Lru::ActiveFile)
    }
}

impl Machine {
    /// Pages of the inactive and of the active file list in zones up to one.
    pub(super) fn file_lists(&self, highest_zone: u8) -> (u64, u64) {
        let zones = self.node.zones.iter().filter(|zone| zone.span.index <= highest_zone);
        zones.fold((0, 0), |(inactive, active), zone| {
            (inactive + zone.lru_pages(Lru::InactiveFile), active + zone.lru_pages(Lru::ActiveFile))
        })
    }

    /// Whether the classic LRU would look at active pages but for the length of the inactive list.
    pub(super) fn spares_active(&self, priority: u32, highest_zone: u8) -> bool {
        let (inactive, active) = self.file_lists(highest_zone);
        !self.settings.mglru && inactive >= active && active >> priority > 0
    }

    /// One pass of kswapd over the node at a priority. Pages reclaimed.
    pub fn shrink_node(&mut self, target: u64, priority: u32, highest_zone: u8) -> u64 {
        let mut left = self.begin_shrink(priority, highest_zone, false);
        let mut reclaimed = 0;
        while left > 0 && reclaimed < target {
            let n = left.min(self.shrink_batch());
            reclaimed += self.shrink_inactive(n, highest_zone, Reclaimer::Kswapd);
            left -= n;
        }
        self.end_shrink(priority);
        reclaimed
    }

    /// The begin of a pass: pages to scan on the inactive list. `forced` deactivates whatever the lists' lengths.
    pub(super) fn begin_shrink(&mut self, priority: u32, highest_zone: u8, forced: bool) -> u64 {
        self.charge(self.costs.reclaim_pass_ns);
        let (inactive, active) = self.file_lists(highest_zone);
        let mglru = self.settings.mglru;
        if mglru || inactive < active || forced {
            self.deactivate(active >> priority, highest_zone);
        }
        if mglru { (inactive + active) >> priority } else { inactive >> priority }
    }

    pub(super) fn shrink_batch(&self) -> u64 {
        if self.settings.mglru { MGLRU_BATCH } else { CLUSTER }
    }

    /// The end of a pass: what is no page of a list.
    pub(super) fn end_shrink(&mut self, priority: u32) {
        self.shrink_slab(priority);
        self.split_deferred(priority);
    }

    /// One pass over the slab caches at a priority (mm/shrinker.c:shrink_slab@7.3).
    fn shrink_slab(&mut self, priority: u32) {
        let (scanned, pages) = self.slab.shrink(priority);
        self.tally.slabs_scanned += scanned;
        for &pfn in &pages {
            self.free(pfn, 0);
        }
        self.charge(pages.len() as u64 * self.costs.reclaim_page_ns);
    }

    /// Moves the oldest active pages to the inactive list (mm/vmscan.c:shrink_active_list@7.3).
    fn deactivate(&mut self, pages: u64, highest_zone: u8) {
        for _ in 0..pages {
            let Some((i, pfn)) = self.oldest(Lru::ActiveFile, highest_zone) else { return };
            let zone = &mut self.node.zones[i];
            let flags = zone.frames.flags(pfn) & !(flag::LRU | flag::ACTIVE | flag::REFERENCED);
            zone.lru_del(pfn, 0);
            zone.lru_add(pfn, 0, flags);
            self.tally.pgdeactivate += 1;
        }
    }

    /// mm/vmscan.c:shrink_inactive_list@7.3: frees clean pages, gives referenced ones a second chance, keeps those that
    /// are being read.
    pub(super) fn shrink_inactive(&mut self, pages: u64, highest_zone: u8, who: Reclaimer) -> u64 {
        let (mut reclaimed, mut kept) = (0, 0);
        for _ in 0..pages {
            let Some((i, pfn)) = self.oldest(Lru::InactiveFile, highest_zone) else { break };
            self.tally.count_scan(who);
            let zone = &mut self.node.zones[i];
            let flags = zone.frames.flags(pfn) & !flag::LRU;
            zone.lru_del(pfn, 0);
            if flags & flag::LOCKED == 0 && flags & flag::REFERENCED != 0 {
                zone.lru_add(pfn, 0, flags & !flag::REFERENCED | flag::ACTIVE);
                self.tally.pgactivate += 1;
                kept += 1;
            } else if flags & (flag::LOCKED | flag::DIRTY) != 0 {
                zone.lru_add(pfn, 0, flags);
                kept += 1;
            } else {
                self.evict(i, pfn);
                self.tally.count_steal(who);
                reclaimed += 1;
            }
        }
        // A page that stays goes from one list to another, as in a drain.
        self.charge(reclaimed * self.costs.reclaim_page_ns + kept * self.costs.drain_page_ns);
        reclaimed
    }

    fn evict(&mut self, i: usize, pfn: Pfn) {
        let slot = self.node.zones[i].frames.owner(pfn);
        if slot != owners::NONE {
            self.owners.evict(slot);
        }
        self.free(pfn, 0);
    }

    /// The tail of a list; of several zones the one whose list is longest, as one node-wide list would mostly give.
    fn oldest(&self, lru: Lru, highest_zone: u8) -> Option<(usize, Pfn)> {
        let zones = self.node.zones.iter().enumerate().filter(|(_, zone)| zone.span.index <= highest_zone);
        let (i, zone) = zones.max_by_key(|(_, zone)| zone.lru_pages(lru))?;
        zone.frames.last(zone.lru_list(lru)?).map(|pfn| (i, pfn))
    }

    /// mm/huge_memory.c:deferred_split_scan@7.3: splits huge pages of which part is unmapped, the first ones first; that
    /// part is freed, which does not count as reclaimed.
    fn split_deferred(&mut self, priority: u32) {
        let queued = self.deferred_splits.len() as u64;
        let scanned = self.split_shrinker.scan(queued, priority);
        self.tally.slabs_scanned += scanned;
        for (head, pages) in self.deferred_splits.drain(..scanned.min(queued) as usize).collect::<Vec<_>>() {
            self.tally.thp_split_page += 1;
            self.split_huge_page(head);
            for &pfn in &pages {
                let zone = self.node.zone_of(pfn).expect("a huge page lies in a zone");
                self.node.zones[zone].lru_del(pfn, 0);
                self.free(pfn, 0);
            }
        }
    }

    /// mm/huge_memory.c:split_huge_page@7.3: the frames become pages of their own, on the same LRU list.
    pub fn split_huge_page(&mut self, head: Pfn) {
        let zone = self.node.zone_of(head).expect("a huge page lies in a zone");
        let zone = &mut self.node.zones[zone];
        let flags = zone.frames.flags(head) & !flag::LRU;
        zone.lru_del(head, 9);
        for pfn in head..head + 512 {
            zone.frames.set(pfn, Kind::Used, 0);
            zone.lru_add(pfn, 0, flags);
        }
    }
}
