// SPDX-License-Identifier: GPL-2.0-only
//! A quick search for free pages to move to, on the free lists themselves.
//!
//! Stands for mm/compaction.c@7.3: fast_isolate_freepages, fast_isolate_around, next_search_order,
//! move_freelist_head. Modelled: all of it, the reordering of free lists included.

use super::control::Mode;
use super::run::Run;
use crate::model::frames::{Order, Pfn};
use crate::model::freetype::MOVABLE;
use crate::model::pageblock::block_start;
use crate::model::tally::Tally;
use crate::model::zone::{Zone, list_of};

/// `COMPACT_CLUSTER_MAX`.
const CLUSTER: u32 = 32;
/// Free-list entries looked at before any were found, on a first search from the top.
const FIRST_LIMIT: u32 = 512 >> 1;

/// State of one search over all orders.
struct Search {
    limit: u32,
    low: Pfn,
    min: Pfn,
    highest: Pfn,
    scanned: u32,
}

impl Run {
    /// Whether it found a page; then the linear scan is not needed.
    pub(super) fn fast_isolate_freepages(&mut self, zone: &mut Zone, tally: &mut Tally) -> bool {
        if self.control.order <= 0 {
            return false;
        }
        let from_top = self.free >= zone.compact.init_free;
        let base = CLUSTER.checked_shr(self.fast_search_fail.min(63)).unwrap_or(0) + 1;
        let distance = self.free.saturating_sub(self.migrate);
        let mut search = Search {
            limit: if from_top { FIRST_LIMIT } else { (base >> 1).max(1) },
            low: block_start(self.free - distance / 4),
            min: block_start(self.free - distance / 2),
            highest: 0,
            scanned: 0,
        };
        self.search_order = self.search_order.min(self.control.order - 1);
        let mut order = self.search_order;
        let mut found = None;
        while found.is_none() && order >= 0 {
            let (page, stop) = self.search_order_list(zone, order as Order, &mut search, tally);
            found = page;
            if stop || self.nr_freepages >= self.nr_migratepages && found.is_some() {
                break;
            }
            order = self.next_search_order(order);
        }
        let mut around = found;
        if found.is_none() {
            self.fast_search_fail += 1;
            if from_top {
                around = self.start_from_top(zone, &search);
            }
        }
        if search.highest > 0 && search.highest >= zone.compact.cached_free {
            zone.compact.cached_free = search.highest.saturating_sub(512).max(zone.span.start_pfn);
        }
        self.work.free_scanned += u64::from(search.scanned);
        if let Some(pfn) = around {
            self.isolate_around(zone, pfn, tally);
        }
        around.is_some() && self.nr_freepages > 0
    }

    /// Walks one list from its tail. The isolated page, and whether the whole search ends here.
    fn search_order_list(
        &mut self,
        zone: &mut Zone,
        order: Order,
        search: &mut Search,
        tally: &mut Tally,
    ) -> (Option<Pfn>, bool) {
        let list = list_of(order, MOVABLE);
        let (mut seen, mut best, mut hit, mut at) = (0, 0, None, None);
        let mut next = zone.frames.last(list);
        while let Some(pfn) = next {
            next = zone.frames.prev(pfn);
            seen += 1;
            search.scanned += 1;
            if pfn >= search.highest {
                search.highest = search.highest.max(block_start(pfn).max(zone.span.start_pfn));
            }
            if pfn >= search.low {
                self.fast_search_fail = 0;
                self.search_order = order as i8;
                (hit, at) = (Some(pfn), Some(pfn));
                break;
            }
            if pfn >= search.min && pfn > best {
                best = pfn;
                search.limit >>= 1;
            }
            if seen >= search.limit {
                at = Some(pfn);
                break;
            }
        }
        if hit.is_none() && best > 0 {
            (hit, at) = (Some(best), Some(best));
        }
        if let Some(pfn) = at {
            zone.frames.rotate_to_front(list, pfn);
        }
        let mut stop = false;
        if let Some(pfn) = hit {
            if self.isolate_one(zone, pfn, order) {
                search.scanned += (1 << order) - 1;
                tally.compact_isolated += 1 << order;
            } else {
                (hit, stop) = (None, true);
            }
        }
        if seen >= search.limit {
            search.limit = (search.limit / 2).max(1);
        }
        (hit, stop)
    }

    /// Nothing on the lists: the highest block seen, or the lowest that still counts, becomes the linear start.
    fn start_from_top(&mut self, zone: &Zone, search: &Search) -> Option<Pfn> {
        if search.highest >= search.min && search.highest > 0 {
            self.free = search.highest;
            return Some(search.highest);
        }
        if self.control.direct && zone.contains(search.min) {
            self.free = search.min;
            return self.suits_as_target(zone, search.min).then_some(search.min);
        }
        None
    }

    /// The rest of the block around a page, while more pages are needed.
    fn isolate_around(&mut self, zone: &mut Zone, pfn: Pfn, tally: &mut Tally) {
        let enough = self.nr_freepages >= self.nr_migratepages;
        if enough || self.control.direct && self.control.mode == Mode::Async {
            return;
        }
        let start = block_start(pfn).max(zone.span.start_pfn);
        let end = (block_start(pfn) + 512).min(zone.span.end_pfn);
        if zone.blocks.is_unmapped(start) {
            return;
        }
        let mut scan = start;
        self.isolate_freepages_block(zone, &mut scan, end, 1, tally);
        if scan >= end && !self.control.ignore_skip {
            zone.blocks.set_skip(start, true);
        }
    }

    /// The next order of the search, wrapping once from the smallest to the largest.
    fn next_search_order(&mut self, order: i8) -> i8 {
        let top = self.control.order - 1;
        let next = if order == 0 { top } else { order - 1 };
        if next == self.search_order {
            self.search_order = if self.search_order == 0 { top } else { self.search_order - 1 };
            return -1;
        }
        next
    }
}
