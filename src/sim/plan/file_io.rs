// SPDX-License-Identifier: GPL-2.0-only
//! Reads and writes a file through the page cache.
//!
//! Stands for mm/filemap.c:filemap_read, mm/page-writeback.c:balance_dirty_pages@7.3.
//! Simplified: writeback is what the writer itself cleans once a tenth of the machine is dirty
//! (vm.dirty_background_ratio); a page cleaned costs as much as one read.

use super::progress::Progress;
use crate::model::frames::flag;
use crate::model::gfp::Gfp;
use crate::sim::demand::Demand;
use crate::sim::file_cache::{PageRead, READAHEAD_GFP, Read};
use crate::sim::world::World;
use crate::workload::plan::FileIo;

/// What a read asks with once readahead has given up, and what a write asks with (mm/filemap.c:__filemap_get_folio).
const READ_GFP: Gfp = Gfp(Gfp::GFP_HIGHUSER_MOVABLE.0 | Gfp::COMP.0);
const WRITE_GFP: Gfp = Gfp(READ_GFP.0 | Gfp::WRITE.0);
/// vm.dirty_background_ratio.
const DIRTY_PERCENT: u64 = 10;

#[derive(Clone)]
pub(super) struct FileWork {
    set: usize,
    file: u32,
    left: u64,
    random: bool,
    write_percent: u32,
    /// The access under way: page, whether it writes, and whether readahead has given up.
    access: Option<(u32, bool, bool)>,
    read: Read,
}

impl FileWork {
    pub fn new(set: usize, step: &FileIo, w: &mut World) -> FileWork {
        let file = file_of(set, step.pages as u32, w);
        FileWork {
            set,
            file,
            left: step.count,
            random: step.random,
            write_percent: step.write_percent,
            access: None,
            read: Read::default(),
        }
    }

    /// Reads the first `count` pages once.
    pub fn reading(set: usize, size: u32, count: u64, w: &mut World) -> FileWork {
        let file = file_of(set, size.max(1), w);
        w.plan.sets[set].position = 0;
        FileWork { set, file, left: count, random: false, write_percent: 0, access: None, read: Read::default() }
    }

    pub fn demand(&mut self) -> Option<&mut Demand> {
        self.read.demand.as_mut()
    }

    pub fn step(&mut self, w: &mut World) -> Progress {
        // Another step may have dropped the file.
        if self.left == 0 || w.plan.sets[self.set].file != Some(self.file) {
            return Progress::End;
        }
        let (page, writes, alone) = match self.access {
            Some(access) => access,
            None => self.next(w),
        };
        self.access = Some((page, writes, alone));
        let gfp = match (writes, alone) {
            (true, _) => WRITE_GFP,
            (false, true) => READ_GFP,
            (false, false) => READAHEAD_GFP,
        };
        match self.read.page(w, self.file, page, gfp) {
            PageRead::Pending => return Progress::More,
            PageRead::NoMemory => {
                self.access = Some((page, writes, true));
                return Progress::More;
            }
            PageRead::Resident | PageRead::Fetched => {}
        }
        if writes {
            self.dirty(w, page);
        }
        let cost = w.machine.costs.drain_page_ns;
        w.machine.charge(cost);
        self.access = None;
        self.left -= 1;
        Progress::More
    }

    fn next(&self, w: &mut World) -> (u32, bool, bool) {
        let pages = w.files[self.file as usize].pages();
        let page = if self.random {
            w.below(pages)
        } else {
            let position = w.plan.sets[self.set].position % pages;
            w.plan.sets[self.set].position = position + 1;
            position
        };
        let writes = self.write_percent > 0 && w.below(100) < self.write_percent;
        (page, writes, false)
    }

    /// Marks a page dirty; cleans the oldest while too many are.
    fn dirty(&mut self, w: &mut World, page: u32) {
        let Some(slot) = w.files[self.file as usize].slot(page) else { return };
        if mark(w, slot, true) {
            w.plan.sets[self.set].dirty.push_back(slot);
        }
        let managed: u64 = w.machine.node.zones.iter().map(|zone| u64::from(zone.managed)).sum();
        while w.plan.sets[self.set].dirty.len() as u64 > managed * DIRTY_PERCENT / 100 {
            let Some(oldest) = w.plan.sets[self.set].dirty.pop_front() else { return };
            mark(w, oldest, false);
            let cost = w.machine.costs.read_page_ns;
            w.machine.charge(cost);
        }
    }
}

/// Sets or clears a page's dirty flag. Whether it changed.
fn mark(w: &mut World, slot: u32, dirty: bool) -> bool {
    let Some(pfn) = w.machine.owners.page(slot) else { return false };
    let zone = w.machine.node.zone_of(pfn).expect("a resident page lies in a zone");
    let frames = &mut w.machine.node.zones[zone].frames;
    let flags = frames.flags(pfn);
    if flags & flag::LRU == 0 || (flags & flag::DIRTY != 0) == dirty {
        return false;
    }
    frames.set_flags(pfn, if dirty { flags | flag::DIRTY } else { flags & !flag::DIRTY });
    true
}

fn file_of(set: usize, pages: u32, w: &mut World) -> u32 {
    if let Some(file) = w.plan.sets[set].file {
        return file;
    }
    let file = w.add_file(pages);
    w.plan.sets[set].file = Some(file);
    file
}
