// SPDX-License-Identifier: GPL-2.0-only
//! khugepaged: collapses fully populated 2 MiB ranges of the antagonist into huge pages.
//!
//! Stands for mm/khugepaged.c@7.3: khugepaged_do_scan with pages_to_scan 4096 every 10 s, collapse_huge_page.
//!
//! Modelled: eight ranges a scan, the order-9 page it takes, the 512 pages it frees, what partial unmapping leaves.
//! Simplified: only one process is scanned; ranges are groups of 512 pages in order of touch.

use super::actor::{Actor, Then};
use super::world::World;
use crate::model::frames::{Pfn, flag};
use crate::model::freetype::MOVABLE;
use crate::model::gfp::Gfp;
use crate::model::machine::Machine;

/// khugepaged_scan_sleep_millisecs.
const SLEEP_NS: u64 = 10_000_000_000;
/// khugepaged_pages_to_scan / 512.
const RANGES_PER_SCAN: u32 = 8;
const RANGE: usize = 512;

#[derive(Clone)]
pub struct Khugepaged {
    process: u32,
    next_range: usize,
    left: u32,
    next_scan_ns: u64,
}

impl Khugepaged {
    /// First scan at `first_ns`: the daemon's period runs since boot, unrelated to the benchmark.
    pub fn new(process: u32, first_ns: u64) -> Khugepaged {
        Khugepaged { process, next_range: 0, left: RANGES_PER_SCAN, next_scan_ns: first_ns }
    }
}

impl Actor for Khugepaged {
    fn step(&mut self, w: &mut World) -> Then {
        if w.processes[self.process as usize].gone {
            return Then::Done;
        }
        if w.machine.now_ns < self.next_scan_ns {
            return Then::SleepUntil(self.next_scan_ns);
        }
        let start = self.next_range * RANGE;
        let slots: Vec<u32> = w.processes[self.process as usize].anon.iter().skip(start).take(RANGE).copied().collect();
        let pages: Vec<Option<Pfn>> = slots.iter().map(|&slot| w.machine.owners.page(slot)).collect();
        if self.left == 0 || slots.len() < RANGE {
            self.left = RANGES_PER_SCAN;
            self.next_scan_ns += SLEEP_NS;
            return Then::SleepUntil(self.next_scan_ns);
        }
        self.left -= 1;
        self.next_range += 1;
        if pages.iter().all(Option::is_some) {
            collapse(w, &slots);
        }
        Then::Go
    }
}

/// mm/khugepaged.c:collapse_huge_page@7.3.
fn collapse(w: &mut World, slots: &[u32]) {
    let m = &mut w.machine;
    let Some(huge) = m.alloc_fast(Gfp::GFP_TRANSHUGE, 9, MOVABLE) else { return };
    for (i, &slot) in slots.iter().enumerate() {
        let old = m.owners.page(slot).expect("every page of the range is there");
        let zone = m.node.zone_of(old).expect("a held page lies in a zone");
        m.node.zones[zone].lru_del(old, 0);
        m.free(old, 0);
        m.owners.moved(slot, huge + i as u32);
    }
    let zone = m.node.zone_of(huge).expect("an allocated page lies in a zone");
    let zone = &mut m.node.zones[zone];
    // Once it is split each of its pages can be moved, and its holder must follow.
    (huge..).zip(slots).for_each(|(pfn, &slot)| zone.frames.set_owner(pfn, slot));
    zone.lru_add(huge, 9, flag::ACTIVE);
    m.tally.thp_collapse_alloc += 1;
    m.charge(512 * m.costs.anon_fault_ns);
}

impl Machine {
    /// One page of a huge page is unmapped; the page stays until the shrinker splits it.
    pub fn note_deferred_split(&mut self, head: Pfn, pfn: Pfn) {
        match self.deferred_splits.iter_mut().find(|split| split.0 == head) {
            Some((_, pages)) => pages.push(pfn),
            None => self.deferred_splits.push((head, vec![pfn])),
        }
    }
}
