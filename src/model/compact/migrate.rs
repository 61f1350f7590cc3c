// SPDX-License-Identifier: GPL-2.0-only
//! Moving a batch of isolated pages.
//!
//! Stands for mm/migrate.c@7.3: migrate_pages, migrate_pages_batch, migrate_pages_sync; and mm/compaction.c:
//! compaction_alloc, compaction_free.
//!
//! Modelled: order of the batch (highest frame first), targets taken for the whole batch before any page moves, the
//! second try of failed pages in synchronous modes, what is freed when and where.
//! Simplified: a page moves or is pinned; no retries for locks or references.

use super::control::Mode;
use super::run::Run;
use crate::model::frames::{Kind, Order, Pfn, flag};
use crate::model::owners::{self, Owners};
use crate::model::tally::Tally;
use crate::model::zone::{NR_ORDERS, Zone};

/// What a batch came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Moved {
    pub failed: bool,
    pub out_of_targets: bool,
}

impl Run {
    /// Moves what was isolated; what cannot move goes back to its LRU list.
    pub(super) fn migrate_pages(&mut self, zone: &mut Zone, owners: &mut Owners, tally: &mut Tally) -> Moved {
        let mut moved = Moved::default();
        let pages: Vec<Pfn> = self.migratepages.drain(..).rev().collect();
        let mut pairs = Vec::with_capacity(pages.len());
        let mut failed = Vec::new();
        for (i, &source) in pages.iter().enumerate() {
            let order = zone.frames.order(source);
            match self.target(zone, order, tally) {
                Some(target) => pairs.push((source, target)),
                None => {
                    moved.out_of_targets = true;
                    failed.extend(&pages[i..]);
                    break;
                }
            }
        }
        let mut pinned = Vec::new();
        for (source, target) in pairs {
            let order = zone.frames.order(source);
            if zone.frames.flags(source) & flag::PINNED != 0 {
                self.return_target(zone, target, order);
                pinned.push(source);
            } else {
                move_page(zone, owners, source, target, order);
                tally.pgmigrate_success += 1 << order;
                self.work.migrated += 1 << order;
            }
        }
        if self.control.mode != Mode::Async {
            self.try_again(zone, &pinned, tally);
        }
        tally.pgmigrate_fail += pinned.len() as u64;
        self.work.failed += pinned.len() as u64;
        moved.failed = !pinned.is_empty();
        failed.splice(0..0, pinned);
        self.migratepages = failed;
        self.put_back(zone);
        moved
    }

    /// Synchronous modes try failed pages once more, one by one, each with a target of its own.
    fn try_again(&mut self, zone: &mut Zone, pinned: &[Pfn], tally: &mut Tally) {
        for &source in pinned {
            let order = zone.frames.order(source);
            let Some(target) = self.target(zone, order, tally) else { return };
            self.return_target(zone, target, order);
        }
    }

    /// mm/compaction.c:compaction_alloc@7.3.
    fn target(&mut self, zone: &mut Zone, order: Order, tally: &mut Tally) -> Option<Pfn> {
        let fits = |run: &Run| (usize::from(order)..NR_ORDERS).find(|&k| !run.freepages[k].is_empty());
        let found = fits(self).or_else(|| {
            self.isolate_freepages(zone, tally);
            fits(self)
        })?;
        let pfn = self.freepages[found].pop_front().expect("the list is not empty");
        for k in (usize::from(order)..found).rev() {
            let upper = pfn + (1 << k);
            zone.frames.set(upper, Kind::Private, k as Order);
            self.freepages[k].push_front(upper);
        }
        zone.frames.set(pfn, Kind::Private, order);
        self.nr_freepages -= 1 << order;
        self.nr_migratepages = self.nr_migratepages.saturating_sub(1 << order);
        Some(pfn)
    }

    /// mm/compaction.c:compaction_free@7.3.
    fn return_target(&mut self, zone: &mut Zone, pfn: Pfn, order: Order) {
        zone.frames.set(pfn, Kind::Private, order);
        self.freepages[usize::from(order)].push_front(pfn);
        self.nr_freepages += 1 << order;
        self.nr_migratepages += 1 << order;
    }
}

/// The holder's slot, the flags and the place on an LRU list go to the target; the source is freed.
fn move_page(zone: &mut Zone, owners: &mut Owners, source: Pfn, target: Pfn, order: Order) {
    let (flags, slot) = (zone.frames.flags(source), zone.frames.owner(source));
    zone.frames.set_block(target, Kind::Used, order);
    zone.frames.set_owner(target, slot);
    zone.lru_add(target, order, flags);
    if slot != owners::NONE {
        owners.moved(slot, target);
    }
    zone.free_pages(source, order);
}
