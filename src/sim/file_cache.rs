// SPDX-License-Identifier: GPL-2.0-only
//! Files and their cached pages.
//!
//! Stands for mm/filemap.c and mm/readahead.c@7.3 as far as allocation goes: a read fills the page cache in windows of
//! readahead, each page movable and on the inactive file list.
//!
//! Modelled: residency by page, refaults counted under vmstat's name.
//! Simplified: only what a miss in text reads is locked until it has come from disk; other files are read in windows of
//! 128 KiB, whose pages are at hand at once. Absent: writeback, refault distances, large folios.

use super::actor::{Actor, Then};
use super::demand::{Demand, Poll};
use super::state::File;
use super::world::World;
use crate::model::frames::flag;
use crate::model::gfp::Gfp;

/// What readahead asks with (mm/readahead.c:readahead_gfp_mask@7.3).
pub const READAHEAD_GFP: Gfp = Gfp(Gfp::GFP_HIGHUSER_MOVABLE.0 | Gfp::COMP.0 | Gfp::NORETRY.0 | Gfp::NOWARN.0);

/// A read under way.
#[derive(Clone, Debug, Default)]
pub struct Read {
    pub(super) demand: Option<Demand>,
}

/// What one page of a read came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageRead {
    Resident,
    Fetched,
    Pending,
    /// Readahead gives up without memory.
    NoMemory,
}

impl Read {
    /// Uses one page of a file if it is resident. Whether it was.
    pub fn resident(&self, w: &mut World, file: u32, page: u32) -> bool {
        let slot = w.files[file as usize].slots[page as usize];
        let pfn = slot.and_then(|slot| w.machine.owners.page(slot));
        if let Some(pfn) = pfn {
            w.touch(pfn);
        }
        pfn.is_some()
    }

    /// Makes one page of a file resident. `gfp` says how hard it tries.
    pub fn page(&mut self, w: &mut World, file: u32, page: u32, gfp: Gfp) -> PageRead {
        if self.resident(w, file, page) {
            return PageRead::Resident;
        }
        let slot = w.files[file as usize].slots[page as usize];
        let mut demand = self.demand.take().unwrap_or_else(|| Demand::new(gfp, 0));
        match demand.poll(w, None) {
            Poll::Pending => {
                self.demand = Some(demand);
                PageRead::Pending
            }
            Poll::Null => PageRead::NoMemory,
            Poll::Page(pfn) => {
                let slot = match slot {
                    Some(slot) => {
                        w.machine.tally.workingset_refault_file += 1;
                        w.machine.owners.moved(slot, pfn);
                        slot
                    }
                    None => w.machine.owners.add(pfn),
                };
                w.files[file as usize].slots[page as usize] = Some(slot);
                let zone = w.machine.node.zone_of(pfn).expect("an allocated page lies in a zone");
                w.machine.node.zones[zone].frames.set_owner(pfn, slot);
                w.machine.node.zones[zone].lru_add(pfn, 0, flag::FILE);
                let cost = w.machine.costs.read_page_ns;
                w.machine.charge(cost);
                PageRead::Fetched
            }
        }
    }
}

impl World {
    /// Adds a file; its number.
    pub fn add_file(&mut self, pages: u32) -> u32 {
        self.files.push(File::new(pages));
        (self.files.len() - 1) as u32
    }

    /// mm/truncate.c:truncate_inode_pages@7.3: drops every cached page of a file.
    pub fn truncate(&mut self, file: u32) {
        for page in 0..self.files[file as usize].slots.len() {
            let Some(slot) = self.files[file as usize].slots[page].take() else { continue };
            let Some(pfn) = self.machine.owners.remove(slot) else { continue };
            let zone = self.machine.node.zone_of(pfn).expect("a resident page lies in a zone");
            self.machine.node.zones[zone].lru_del(pfn, 0);
            self.machine.free(pfn, 0);
        }
    }

    /// Marks a page as being read from disk, or as read. One that has gone meanwhile is nobody's business.
    pub(super) fn lock_page(&mut self, file: u32, page: u32, locked: bool) {
        let slot = self.files[file as usize].slots[page as usize];
        let Some(pfn) = slot.and_then(|slot| self.machine.owners.page(slot)) else { return };
        let zone = self.machine.node.zone_of(pfn).expect("a resident page lies in a zone");
        let frames = &mut self.machine.node.zones[zone].frames;
        let flags = frames.flags(pfn);
        frames.set_flags(pfn, if locked { flags | flag::LOCKED } else { flags & !flag::LOCKED });
    }

    /// A page of a file was used again (mm/swap.c:folio_mark_accessed@7.3; young page-table entries).
    fn touch(&mut self, pfn: u32) {
        let zone = self.machine.node.zone_of(pfn).expect("a resident page lies in a zone");
        let zone = &mut self.machine.node.zones[zone];
        let flags = zone.frames.flags(pfn);
        if flags & flag::LRU != 0 {
            zone.frames.set_flags(pfn, flags | flag::REFERENCED);
        }
    }
}

/// Reads a file once, from its start.
#[derive(Clone)]
pub struct Reader {
    pages: u32,
    file: Option<u32>,
    next: u32,
    read: Read,
}

impl Reader {
    pub fn new(pages: u32) -> Reader {
        Reader { pages, file: None, next: 0, read: Read::default() }
    }
}

impl Actor for Reader {
    fn step(&mut self, w: &mut World) -> Then {
        let file = *self.file.get_or_insert_with(|| w.add_file(self.pages));
        if self.next >= self.pages {
            return Then::Done;
        }
        match self.read.page(w, file, self.next, READAHEAD_GFP) {
            PageRead::Pending => {}
            // A read that readahead could not serve is served page by page; here the page is simply left out.
            PageRead::Resident | PageRead::Fetched | PageRead::NoMemory => self.next += 1,
        }
        Then::Go
    }
}
