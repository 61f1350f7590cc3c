// SPDX-License-Identifier: GPL-2.0-only
//! The migrate scanner inside one pageblock: which pages are isolated.
//!
//! Modelled: mm/compaction.c:isolate_migratepages_block@7.3: skips of free and large blocks, the skip bit set at the
//! first isolated page, all-or-nothing by aligned pieces in asynchronous direct runs, the limit of 32. Dirty file pages
//! move in every mode, as their file systems know how to (`migrate_folio`).
//! Simplified: pages never change under the scanner; writeback and pins of anonymous pages do not exist; every page
//! on an LRU list may be taken, secretmem too. Absent: hugetlb, pages movable without being on an LRU list.

use super::migrate::put_back;
use super::{CLUSTER, CompactEvent, Run, control::Mode};
use crate::model::frames::{Kind, Pfn, flag};
use crate::model::pageblock::PAGEBLOCK_PAGES;
use crate::model::zone::Zone;

/// One scan under way.
struct Scan {
    low: Pfn,
    end: Pfn,
    scanned: u32,
    taken: u32,
    /// The scan began at the block's start and so may set the block's skip bit.
    valid: bool,
    skip_updated: bool,
    /// End of the aligned piece that must be freed whole, in asynchronous direct runs.
    next: Option<Pfn>,
}

impl Run {
    /// Scans `[low, end)` of one block.
    pub(super) fn isolate_block(&mut self, zone: &mut Zone, low: Pfn, end: Pfn) {
        let piecewise = self.control.direct && self.control.mode == Mode::Async;
        let piece = self.control.wanted().filter(|_| piecewise).map(|order| 1u32 << order);
        let next = piece.map(|piece| (low + 1).next_multiple_of(piece));
        let mut scan = Scan { low, end, scanned: 0, taken: 0, valid: false, skip_updated: false, next };
        let start = low;
        while scan.low < end {
            if let (Some(next), Some(piece)) = (scan.next, piece)
                && scan.low >= next
            {
                if scan.taken > 0 {
                    break;
                }
                scan.next = Some((scan.low + 1).next_multiple_of(piece));
            }
            scan.scanned += 1;
            if !scan.valid && (scan.low.is_multiple_of(PAGEBLOCK_PAGES) || scan.low == zone.span.start_pfn) {
                if !self.is_worth_a_scan(zone, scan.low) {
                    scan.low = end;
                    break;
                }
                scan.valid = true;
            }
            match self.look_at_page(zone, &mut scan) {
                Look::Go => scan.low += 1,
                Look::Stop => break,
                Look::Fail => {
                    self.fail_piece(zone, &mut scan, piece);
                    scan.low += 1;
                }
            }
        }
        scan.low = scan.low.min(end);
        self.end_block(zone, &scan, start);
    }

    /// Takes the page, or says why not.
    fn look_at_page(&mut self, zone: &mut Zone, scan: &mut Scan) -> Look {
        let pfn = scan.low;
        let (kind, order) = (zone.frames.kind(pfn), zone.frames.order(pfn));
        let pages = 1 << order;
        if kind == Kind::Buddy {
            scan.low += pages - 1;
            scan.scanned += pages - 1;
            return Look::Go;
        }
        if kind != Kind::Used {
            return Look::Fail;
        }
        if order > 0 && self.control.is_too_large(order) {
            scan.low += pages - 1;
            scan.scanned += pages - 1;
            return Look::Fail;
        }
        let flags = zone.frames.flags(pfn);
        if !self.may_isolate(flags) {
            return Look::Fail;
        }
        if !std::mem::replace(&mut scan.skip_updated, true) && scan.valid && !self.control.ignore_skip {
            let skip = zone.blocks.skip(pfn);
            zone.blocks.set_skip(pfn, true);
            if skip && !self.finish_block {
                scan.low = scan.end;
                return Look::Stop;
            }
        }
        zone.lru_del(pfn, order);
        self.sources.push(pfn);
        self.work.isolated_file += u64::from(if has_mapping(flags) { pages } else { 0 });
        self.nr_migrate += pages;
        scan.taken += pages;
        scan.scanned += pages - 1;
        scan.low += pages - 1;
        if flags & flag::PINNED != 0 && order == 0 && !zone.tracer.keeps_everything() {
            self.take_pinned_behind(zone, scan);
        }
        if self.nr_migrate >= CLUSTER && !self.finish_block {
            scan.low += 1;
            return Look::Stop;
        }
        Look::Go
    }

    /// Pinned pages mostly lie side by side: those behind the one just taken come as it did.
    fn take_pinned_behind(&mut self, zone: &mut Zone, scan: &mut Scan) {
        let first = scan.low + 1;
        let end = scan.next.map_or(scan.end, |next| next.min(scan.end));
        let room = if self.finish_block { end - first } else { CLUSTER.saturating_sub(self.nr_migrate) };
        let count = zone.lru_del_pinned(first, room.min(end - first));
        self.sources.extend(first..first + count);
        self.work.isolated_file += u64::from(count);
        self.nr_migrate += count;
        scan.taken += count;
        scan.scanned += count;
        scan.low += count;
    }

    fn may_isolate(&self, flags: u8) -> bool {
        flags & flag::LRU != 0 && (self.control.has_fs || !has_mapping(flags))
    }

    /// A page that stays spoils its aligned piece: what was isolated goes back, the rest is not looked at.
    fn fail_piece(&mut self, zone: &mut Zone, scan: &mut Scan, piece: Option<u32>) {
        let (Some(next), Some(piece)) = (scan.next, piece) else { return };
        if scan.taken > 0 {
            std::mem::take(&mut self.sources).into_iter().rev().for_each(|pfn| put_back(zone, pfn));
            self.nr_migrate = 0;
            scan.taken = 0;
        }
        if scan.low < next {
            scan.low = next - 1;
            scan.next = Some(next + piece);
        }
    }

    fn end_block(&mut self, zone: &mut Zone, scan: &Scan, start: Pfn) {
        if scan.low == scan.end && (scan.taken == 0 || self.finish_block) {
            if scan.valid && !scan.skip_updated {
                zone.blocks.set_skip(start, true);
            }
            self.update_cached_migrate(zone, scan.low);
        }
        let (scanned, taken) = (scan.scanned, scan.taken);
        zone.tracer.compaction(|| CompactEvent::IsolateMigratepages { start, end: scan.low, scanned, taken });
        self.work.migrate_scanned += u64::from(scanned);
        self.work.isolated += u64::from(taken);
        self.migrate = scan.low;
    }
}

enum Look {
    Go,
    Stop,
    Fail,
}

/// Whether a page belongs to a file: its migration needs the file system, and isolated it counts as a file page.
fn has_mapping(flags: u8) -> bool {
    flags & (flag::FILE | flag::PINNED) != 0
}
