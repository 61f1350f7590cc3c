// SPDX-License-Identifier: GPL-2.0-only
//! Moving the isolated pages.
//!
//! Modelled: mm/migrate.c@7.3: migrate_pages, migrate_pages_sync, migrate_pages_batch: all targets of a batch are
//! taken first, then the moves happen in the same order; synchronous modes try the failures of the first pass once
//! more, one by one. Lack of a target ends it all, after the moves that have one.
//! Simplified: what fails is a pinned page (-EBUSY when it is to be moved) and a page that is locked while it is read,
//! which no mode waits for (migrate_folio_unmap) and which stays so until the run ends; a large page without a target
//! is not split; targets enter the LRU at once, not by a batch of 31.

use super::{CompactEvent, Mode, Run};
use crate::model::frames::{Order, Pfn, flag};
use crate::model::owners::{self, Owners};
use crate::model::zone::Zone;

/// `NR_MAX_BATCHED_MIGRATION`.
const BATCH_PAGES: u32 = 512;

/// How a migration ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub failed: bool,
    pub no_memory: bool,
}

/// One pass over some pages.
#[derive(Default)]
struct Pass {
    failed_pages: u32,
    no_memory: bool,
}

impl Run {
    /// Moves every source, the highest frame first, and puts the others back on the LRU.
    pub(super) fn migrate_pages(&mut self, zone: &mut Zone, owners: &mut Owners) -> Outcome {
        if self.all_stay(zone) {
            return self.leave_all(zone);
        }
        let isolated = self.nr_migrate;
        let before = self.work.migrated;
        let mut sources = std::mem::take(&mut self.sources);
        sources.reverse();
        let mut stayed = Vec::new();
        let mut outcome = Outcome::default();
        let mut rest = sources.as_slice();
        while !rest.is_empty() && !outcome.no_memory {
            let (batch, more) = rest.split_at(batch_len(zone, rest));
            rest = more;
            outcome.no_memory = self.migrate_batch_modes(zone, owners, batch, &mut stayed);
        }
        stayed.extend_from_slice(rest);
        let migrated = (self.work.migrated - before) as u32;
        zone.tracer.compaction(|| CompactEvent::Migratepages { migrated, failed: isolated - migrated });
        outcome.failed = !stayed.is_empty();
        stayed.iter().for_each(|&pfn| put_back(zone, pfn));
        outcome
    }

    /// Whether every source is a single pinned page and there are targets at hand for all of them, in one batch.
    fn all_stay(&self, zone: &Zone) -> bool {
        let some = self.sources.len() <= self.targets.singles().min(BATCH_PAGES as usize);
        some && !zone.tracer.keeps_everything() && self.sources.iter().all(|&pfn| zone.frames.is_pinned_page(pfn))
    }

    /// What the passes come to in that case: each page takes a target and gives it back.
    fn leave_all(&mut self, zone: &mut Zone) -> Outcome {
        let sources = &mut self.sources;
        self.targets.turn_singles(sources.len());
        self.work.failed += sources.len() as u64;
        for side_by_side in sources.chunk_by(|&pfn, &next| next == pfn + 1) {
            zone.lru_add_pinned(side_by_side[0], side_by_side.len() as u32);
        }
        sources.clear();
        Outcome { failed: true, no_memory: false }
    }

    /// One batch in the run's mode. Whether targets ran out.
    fn migrate_batch_modes(&mut self, zone: &mut Zone, owners: &mut Owners, batch: &[Pfn], out: &mut Vec<Pfn>) -> bool {
        let first_out = out.len();
        let first = self.migrate_pass(zone, owners, batch, out);
        if self.control.mode == Mode::Async || first.no_memory {
            self.work.failed += u64::from(first.failed_pages);
            return first.no_memory;
        }
        for &pfn in &out[first_out..] {
            if self.stays_again(zone, pfn) {
                self.work.failed += 1 << zone.frames.order(pfn);
                continue;
            }
            let mut still = Vec::new();
            let again = self.migrate_pass(zone, owners, &[pfn], &mut still);
            assert!(still == [pfn], "{pfn:#x} moved at the second try");
            self.work.failed += u64::from(again.failed_pages);
            if again.no_memory {
                return true;
            }
        }
        false
    }

    /// Whether a second try changes nothing: a pinned page takes the first target of its order and gives it back.
    fn stays_again(&self, zone: &Zone, pfn: Pfn) -> bool {
        let pinned = zone.frames.flags(pfn) & flag::PINNED != 0;
        pinned && self.targets.holds(zone.frames.order(pfn)) && !zone.tracer.keeps_everything()
    }

    /// Tries each page once. `stayed` gets those that are where they were, in order.
    fn migrate_pass(&mut self, zone: &mut Zone, owners: &mut Owners, batch: &[Pfn], stayed: &mut Vec<Pfn>) -> Pass {
        let mut pass = Pass::default();
        let mut pairs = std::mem::take(&mut self.pairs);
        for &src in batch {
            let order = zone.frames.order(src);
            let Some(dst) = self.alloc_target(zone, src, order) else {
                pass.no_memory = true;
                pass.failed_pages += 1 << order;
                break;
            };
            pairs.push((src, dst, order));
        }
        for &(src, dst, order) in &pairs {
            if zone.frames.flags(src) & (flag::PINNED | flag::LOCKED) != 0 {
                stayed.push(src);
                pass.failed_pages += 1 << order;
                self.return_target(zone, dst, order);
            } else {
                move_page(zone, owners, src, dst, order);
                self.work.migrated += 1 << order;
            }
        }
        stayed.extend_from_slice(&batch[pairs.len()..]);
        pairs.clear();
        self.pairs = pairs;
        pass
    }
}

/// Gives an isolated page back to its LRU list (mm/migrate.c:putback_movable_pages@7.3).
pub(super) fn put_back(zone: &mut Zone, pfn: Pfn) {
    let (order, flags) = (zone.frames.order(pfn), zone.frames.flags(pfn));
    zone.lru_add(pfn, order, flags);
}

/// The target takes over everything; the source is freed at once.
fn move_page(zone: &mut Zone, owners: &mut Owners, src: Pfn, dst: Pfn, order: Order) {
    let (flags, owner) = (zone.frames.flags(src), zone.frames.owner(src));
    zone.frames.set_owner(dst, owner);
    zone.frames.set_owner(src, owners::NONE);
    if owners.page(owner) == Some(src) {
        owners.moved(owner, dst);
    }
    zone.lru_add(dst, order, flags);
    zone.free_at_hand(src, order);
}

/// How many of the pages make a batch: up to and with the one that completes 512 pages.
fn batch_len(zone: &Zone, pages: &[Pfn]) -> usize {
    let mut sum = 0;
    let full = pages.iter().position(|&pfn| {
        sum += 1 << zone.frames.order(pfn);
        sum >= BATCH_PAGES
    });
    full.map_or(pages.len(), |i| i + 1)
}
