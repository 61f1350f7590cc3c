// SPDX-License-Identifier: GPL-2.0-only
//! Reclaim: what direct reclaim and kswapd take from the page cache.
//!
//! Stands for mm/vmscan.c@7.3: try_to_free_pages, do_try_to_free_pages, shrink_zones, shrink_node, shrink_lruvec,
//! compaction_ready.
//!
//! Modelled: priorities, the target of 32, the second and third walk without progress, file lists only (no swap), second
//! chance, pages that are locked while they are read, the compaction-ready early exit, progress as reclaimed pages, the
//! shrinkers of slab (`model::shrinker`) and of deferred splits.
//! Simplified: page age is list order plus one referenced bit; the multi-generational LRU is the same two lists
//! without the active list's protection. The error is bounded by the file LRU.
//! Absent: swap, memory cgroups, writeback, refault distances.

use super::compact::suitable;
use super::frames::{Kind, Pfn, flag};
use super::journal::{self, What};
use super::lru::Lru;
use super::machine::Machine;
use super::owners;
use super::request::Request;
use super::tally::Reclaimer;
use super::watermark::{WMARK_HIGH, WMARK_MIN};
use super::zone::{COSTLY_ORDER, Zone};

/// `SWAP_CLUSTER_MAX`.
pub const CLUSTER: u64 = 32;
/// `DEF_PRIORITY`.
pub const PRIORITY_DEFAULT: u32 = 12;
/// Batch of the multi-generational LRU (`MIN_LRU_BATCH`).
const MGLRU_BATCH: u64 = 64;

/// The walks of one direct reclaim that makes no progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Walk {
    Partial,
    Full,
    Forced,
}

impl Zone {
    /// mm/vmscan.c:zone_reclaimable_pages@7.3 without swap: the file lists.
    pub fn reclaimable_pages(&self) -> u64 {
        self.lru_pages(Lru::InactiveFile) + self.lru_pages(Lru::ActiveFile)
    }
}

impl Machine {
    /// mm/vmscan.c:try_to_free_pages@7.3. Whether there was progress.
    pub fn try_to_free_pages(&mut self, order: u8, request: &Request) -> bool {
        let (reclaimed, progress) = self.do_try_to_free_pages(order, request);
        let values = [reclaimed as u32, 0, 0, 0];
        self.decide(
            What::new(journal::Kind::DirectReclaim, order, request.freetype, values).detail(u8::from(progress)),
        );
        progress
    }

    /// mm/vmscan.c:do_try_to_free_pages@7.3: all priorities, and all once more when nothing came of it: the first time
    /// is a partial walk of the memory cgroups, even where there are none. The classic LRU then tries a third time,
    /// deactivating what it spared. Each walk counts as a stall. Pages, and whether that is progress.
    fn do_try_to_free_pages(&mut self, order: u8, request: &Request) -> (u64, bool) {
        let mut spared = false;
        for walk in [Walk::Partial, Walk::Full, Walk::Forced] {
            if walk == Walk::Forced && !spared {
                break;
            }
            let (reclaimed, ready) = self.walk_priorities(order, request, walk, &mut spared);
            if reclaimed > 0 || ready {
                return (reclaimed, true);
            }
        }
        (0, false)
    }

    fn walk_priorities(&mut self, order: u8, request: &Request, walk: Walk, spared: &mut bool) -> (u64, bool) {
        let highest = request.highest_zone;
        self.tally.allocstall[usize::from(highest)] += 1;
        let (mut reclaimed, mut ready) = (0, false);
        for priority in (0..=PRIORITY_DEFAULT).rev() {
            let (any, all) = if order > COSTLY_ORDER { self.compaction_ready(order, request) } else { (false, false) };
            if !all {
                *spared |= self.spares_active(priority, highest);
                reclaimed += self.shrink(CLUSTER, priority, highest, Reclaimer::Direct, walk == Walk::Forced);
            }
            ready |= any;
            if reclaimed >= CLUSTER || ready {
                break;
            }
        }
        (reclaimed, ready)
    }

    /// Pages of the inactive and of the active file list in zones up to one.
    fn file_lists(&self, highest_zone: u8) -> (u64, u64) {
        let zones = self.node.zones.iter().filter(|zone| zone.span.index <= highest_zone);
        zones.fold((0, 0), |(inactive, active), zone| {
            (inactive + zone.lru_pages(Lru::InactiveFile), active + zone.lru_pages(Lru::ActiveFile))
        })
    }

    /// Whether the classic LRU would look at active pages but for the length of the inactive list.
    fn spares_active(&self, priority: u32, highest_zone: u8) -> bool {
        let (inactive, active) = self.file_lists(highest_zone);
        !self.settings.mglru && inactive >= active && active >> priority > 0
    }

    /// One pass over the node at a priority. Pages reclaimed.
    pub fn shrink_node(&mut self, target: u64, priority: u32, highest_zone: u8, who: Reclaimer) -> u64 {
        self.shrink(target, priority, highest_zone, who, false)
    }

    fn shrink(&mut self, target: u64, priority: u32, highest_zone: u8, who: Reclaimer, forced: bool) -> u64 {
        self.charge(self.costs.reclaim_pass_ns);
        let (inactive, active) = self.file_lists(highest_zone);
        let mut scan = inactive >> priority;
        if self.settings.mglru {
            scan = (inactive + active) >> priority;
        }
        if self.settings.mglru || inactive < active || forced {
            self.deactivate(active >> priority, highest_zone);
        }
        let batch = if self.settings.mglru { MGLRU_BATCH } else { CLUSTER };
        let mut reclaimed = 0;
        while scan > 0 && reclaimed < target {
            let n = scan.min(batch);
            reclaimed += self.shrink_inactive(n, highest_zone, who);
            scan -= n;
        }
        self.shrink_slab(priority);
        self.split_deferred(priority);
        reclaimed
    }

    /// Moves the oldest active pages to the inactive list (mm/vmscan.c:shrink_active_list@7.3).
    /// One pass over the slab caches at a priority.
    fn shrink_slab(&mut self, priority: u32) {
        let (scanned, pages) = self.slab.shrink(priority);
        self.tally.slabs_scanned += scanned;
        for &pfn in &pages {
            self.free(pfn, 0);
        }
        self.charge(pages.len() as u64 * self.costs.reclaim_page_ns);
    }

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
    fn shrink_inactive(&mut self, pages: u64, highest_zone: u8, who: Reclaimer) -> u64 {
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

    /// mm/vmscan.c:compaction_ready@7.3: whether compaction could go ahead in any zone of the request, and in all.
    fn compaction_ready(&self, order: u8, request: &Request) -> (bool, bool) {
        let hz = request.highest_zone;
        let mut ready = self.node.zones.iter().filter(|zone| zone.span.index <= hz).map(|zone| {
            zone.zone_watermark_ok(order, zone.wmark_pages(WMARK_MIN), hz, 0)
                || suitable::compaction_suitable(
                    zone,
                    order,
                    zone.wmark_pages(WMARK_HIGH),
                    hz,
                    self.settings.extfrag_threshold,
                )
        });
        let first = ready.next().unwrap_or(false);
        ready.fold((first, first), |(any, all), one| (any || one, all && one))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::decide::testing::Stock;
    use crate::model::gfp::Gfp;
    use crate::model::node::{Node, Tuning};
    use crate::model::settings::{Costs, Settings};
    use crate::model::zone::ZoneSpan;

    const GFP: Gfp = Gfp::GFP_HIGHUSER_MOVABLE;

    fn machine() -> Machine {
        let mut zone = Zone::new(ZoneSpan { index: 1, start_pfn: 0, end_pfn: 40_960 }, 2);
        zone.release_range(0, 40_960);
        let mut node = Node::new(vec![zone], false);
        node.set_up_watermarks(&Tuning::default());
        Machine::new(node, Settings::default(), Costs::default(), Box::new(Stock))
    }

    /// Single pages on the inactive file list, unless `flags` say active.
    fn cache(m: &mut Machine, pages: usize, flags: u8) {
        for _ in 0..pages {
            let pfn = m.alloc_fast(GFP, 0, GFP.migratetype()).expect("most memory is free");
            let slot = m.owners.add(pfn);
            let zone = m.node.zone_of(pfn).expect("the page lies in a zone");
            m.node.zones[zone].frames.set_owner(pfn, slot);
            m.node.zones[zone].lru_add(pfn, 0, flag::FILE | flags);
        }
    }

    fn reclaim(m: &mut Machine) -> (bool, u64) {
        let request = Request::slow(GFP, 0, false);
        let progress = m.try_to_free_pages(0, &request);
        (progress, m.tally.allocstall.iter().sum())
    }

    #[test]
    fn without_progress_everything_is_walked_twice() {
        let mut m = machine();
        assert_eq!(reclaim(&mut m), (false, 2));
        cache(&mut m, 100, 0);
        assert_eq!(reclaim(&mut m), (true, 3));
        assert!(m.tally.pgsteal_direct >= CLUSTER);
    }

    #[test]
    fn spared_active_pages_are_deactivated_at_the_third_walk() {
        let mut m = machine();
        cache(&mut m, 20, flag::ACTIVE);
        cache(&mut m, 20, flag::LOCKED);
        assert_eq!(reclaim(&mut m), (true, 3));
        assert!(m.tally.pgsteal_direct > 0);
    }

    #[test]
    fn pages_that_are_being_read_stay() {
        let mut m = machine();
        cache(&mut m, 100, flag::LOCKED | flag::REFERENCED);
        assert_eq!((reclaim(&mut m), m.tally.pgsteal_direct), ((false, 2), 0));
        let zones = m.node.zones.iter();
        assert_eq!(zones.map(|zone| zone.lru_pages(Lru::InactiveFile)).sum::<u64>(), 100);
        assert!(m.tally.pgscan_direct >= 200);
    }
}
