// SPDX-License-Identifier: GPL-2.0-only
//! Finding free pages to move to by the free lists, instead of scanning.
//!
//! Modelled: mm/compaction.c@7.3: fast_isolate_freepages, fast_isolate_around, next_search_order, move_freelist_head.
//! The distance between the scanners wraps as the kernel's unsigned arithmetic does once they have met.

use super::{CompactEvent, Mode, Run};
use crate::model::frames::{Order, Pfn};
use crate::model::freetype::MOVABLE;
use crate::model::pageblock::{PAGEBLOCK_PAGES, block_end, block_start};
use crate::model::zone::{Zone, list_of};

/// One search under way.
struct Search {
    /// At or above this a chunk is taken at once.
    low: u64,
    /// At or above this it is a candidate.
    min: u64,
    limit: u32,
    scanned: u32,
    /// Block of the highest chunk seen.
    highest: Pfn,
}

impl Run {
    /// Takes chunks from the tails of the Movable lists if they lie high enough, and then what lies around the last.
    pub(super) fn fast_isolate_freepages(&mut self, zone: &mut Zone) {
        let Some(order) = self.control.wanted().filter(|&order| order > 0) else { return };
        let scan_start = self.free >= zone.compact.init_free;
        let limit = if scan_start { PAGEBLOCK_PAGES >> 1 } else { (self.scan_limit() >> 1).max(1) };
        let distance = u64::from(self.free).wrapping_sub(u64::from(self.migrate));
        let edge = |shift: u32| u64::from(self.free).wrapping_sub(distance >> shift) & !u64::from(PAGEBLOCK_PAGES - 1);
        let mut search = Search { low: edge(2), min: edge(1), limit, scanned: 0, highest: 0 };
        search.low = search.low.max(search.min);
        let (found, taken) = self.search_orders(zone, order, &mut search);
        let Search { min, scanned, highest, .. } = search;
        zone.tracer.compaction(|| CompactEvent::FastIsolateFreepages { start: min, end: self.free, scanned, taken });
        let around = found.or_else(|| {
            self.fast_search_fail += 1;
            if scan_start { self.fall_back(zone, &search) } else { None }
        });
        if highest != 0 && highest >= zone.compact.cached_free {
            // Below the first whole block this wraps, and the next run repairs a position outside the zone.
            zone.compact.cached_free = highest.wrapping_sub(PAGEBLOCK_PAGES);
        }
        self.work.free_scanned += u64::from(scanned);
        self.work.isolated += u64::from(taken);
        if let Some(pfn) = around {
            self.isolate_around(zone, pfn);
        }
    }

    /// The order the last search succeeded at, then downward and around. The last page that was chosen and got, and
    /// how many pages were taken.
    fn search_orders(&mut self, zone: &mut Zone, wanted: Order, search: &mut Search) -> (Option<Pfn>, u32) {
        let top = wanted as i8 - 1;
        self.search_order = self.search_order.min(top);
        let (mut found, mut taken) = (None, 0);
        let mut next = Some(self.search_order);
        // Each turn moves to another order until all were seen, so there are at most as many turns as orders.
        while let Some(mut order) = next.filter(|_| found.is_none()) {
            if zone.nr_free[order as usize] > 0 {
                let mut looked = 0;
                if let Some(pfn) = self.search_list(zone, order as Order, search, &mut looked) {
                    let got = self.take_free_block(zone, pfn, order as Order);
                    taken += got;
                    if got > 0 {
                        search.scanned += got - 1;
                        found = Some(pfn);
                    } else {
                        order = self.search_order + 1;
                    }
                }
                if self.has_targets() {
                    break;
                }
                if looked >= search.limit {
                    search.limit = (search.limit >> 1).max(1);
                }
            }
            next = self.next_search_order(order, top);
        }
        (found, taken)
    }

    /// Walks one list from its tail and leaves the chosen chunk, or the one where it stopped, at the head.
    fn search_list(&mut self, zone: &mut Zone, order: Order, search: &mut Search, looked: &mut u32) -> Option<Pfn> {
        let list = list_of(order, MOVABLE);
        let (mut best, mut chosen) = (0, None);
        let mut entry = zone.frames.last(list);
        while let Some(pfn) = entry {
            *looked += 1;
            search.scanned += 1;
            if pfn >= search.highest {
                search.highest = block_start(pfn).max(zone.span.start_pfn);
            }
            if u64::from(pfn) >= search.low {
                self.fast_search_fail = 0;
                self.search_order = order as i8;
                chosen = Some(pfn);
                break;
            }
            if u64::from(pfn) >= search.min && pfn > best {
                best = pfn;
                search.limit >>= 1;
            }
            if *looked >= search.limit {
                break;
            }
            entry = zone.frames.prev(pfn);
        }
        if chosen.is_none() && best != 0 {
            chosen = Some(best);
            entry = chosen;
        }
        if let Some(first) = entry {
            zone.frames.rotate_to_front(list, first);
        }
        chosen
    }

    /// mm/compaction.c:next_search_order@7.3: wraps around; the next search starts one order lower.
    fn next_search_order(&mut self, order: i8, top: i8) -> Option<i8> {
        let next = if order > 0 { order - 1 } else { top };
        if next == self.search_order {
            self.search_order = if next > 0 { next - 1 } else { top };
            return None;
        }
        Some(next)
    }

    /// At the start of a scan: the highest block seen, or for direct runs the lowest acceptable one.
    fn fall_back(&mut self, zone: &Zone, search: &Search) -> Option<Pfn> {
        if u64::from(search.highest) >= search.min {
            self.free = search.highest;
            return Some(search.highest);
        }
        let min = Pfn::try_from(search.min).ok().filter(|&min| self.control.direct && zone.contains(min))?;
        self.free = min;
        Some(min).filter(|&min| self.is_target(zone, min))
    }

    /// mm/compaction.c:fast_isolate_around@7.3: the rest of the block, unless enough was found.
    fn isolate_around(&mut self, zone: &mut Zone, pfn: Pfn) {
        if self.has_targets() || self.control.direct && self.control.mode == Mode::Async {
            return;
        }
        let start = block_start(pfn).max(zone.span.start_pfn);
        let end = block_end(pfn).min(zone.span.end_pfn);
        let (stop, _) = self.isolate_freepages_block(zone, start, end, 1);
        if stop == end {
            zone.blocks.set_skip(start, true);
        }
    }
}
