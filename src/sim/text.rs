// SPDX-License-Identifier: GPL-2.0-only
//! A process that runs text from disk.
//!
//! Stands for mm/filemap.c@7.3: filemap_fault, do_sync_mmap_readahead; mm/readahead.c@7.3: page_cache_ra_unbounded.
//!
//! A miss in a mapping that can be executed reads from that page on, not around it, up to the readahead window or the
//! end of the mapping. The window is longer than the text: a virtio disk counts as rotating and names no best size, so it
//! is twice the 4 MiB of the largest request (block/blk-settings.c:blk_apply_bdi_limits@7.3). Eight touches drawn evenly
//! over a text that is gone miss 2.7 times and read 670 pages each time; the measured guests refault 378 to 709 a miss in
//! seven boots of eight.
//!
//! Modelled: all pages of a window are allocated before any is asked of the disk, and are locked until it has brought
//! them, so that reclaim meets them in vain; only a page that readahead gets no memory for is asked for harder; the fault
//! then begins anew, and its page may be gone again.
//! Simplified: pages touched are drawn evenly; a window comes from disk as a whole; the first pass, before the workload,
//! takes no time of the disk.
//! Absent: the 15 neighbours that a fault maps with its page.

use super::actor::{Actor, Then};
use super::file_cache::{PageRead, READAHEAD_GFP, Read};
use super::world::World;
use crate::model::gfp::Gfp;

/// Pages of a text.
pub const TEXT_PAGES: u32 = 2048;
/// What a fault on file text asks with.
const FAULT_GFP: Gfp = Gfp(Gfp::GFP_HIGHUSER_MOVABLE.0 | Gfp::COMP.0);

/// Touches pages of its text, sleeps, and again.
#[derive(Clone)]
pub struct Toucher {
    file: u32,
    pages: u32,
    period_ns: u64,
    /// The first pass reads the whole text once.
    first: bool,
    page: u32,
    /// Touches left before the next pause, the one under way included.
    left: u32,
    doing: Doing,
    read: Read,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Doing {
    /// About to touch another page.
    Draw,
    /// Touching the page, which may be there.
    Touch,
    /// Allocating the window; the next page.
    Ahead(u32),
    /// Readahead got no memory for the page itself.
    Alone,
    /// Waiting for the disk, up to this page.
    Disk(u32),
}

impl Toucher {
    /// The whole text once, then so many pages a period.
    pub fn new(file: u32, pages: u32, period_ns: u64) -> Toucher {
        let (doing, read) = (Doing::Draw, Read::default());
        Toucher { file, pages, period_ns, first: true, page: 0, left: TEXT_PAGES, doing, read }
    }

    fn draw(&mut self, w: &mut World) -> Then {
        if self.left == 0 {
            self.first = false;
            self.left = self.pages;
            return Then::SleepUntil(w.machine.now_ns + self.period_ns);
        }
        self.page = if self.first { TEXT_PAGES - self.left } else { w.below(TEXT_PAGES) };
        self.doing = Doing::Touch;
        Then::Go
    }

    fn touch(&mut self, w: &mut World) {
        if self.first {
            if self.read.page(w, self.file, self.page, FAULT_GFP) != PageRead::Pending {
                self.touched();
            }
        } else if self.read.resident(w, self.file, self.page) {
            self.touched();
        } else {
            w.machine.tally.pgmajfault += 1;
            self.doing = Doing::Ahead(self.page);
        }
    }

    fn touched(&mut self) {
        self.left -= 1;
        self.doing = Doing::Draw;
    }

    fn ahead(&mut self, w: &mut World, page: u32) -> Then {
        match self.read.page(w, self.file, page, READAHEAD_GFP) {
            PageRead::Pending => return Then::Go,
            PageRead::NoMemory if page == self.page => {
                self.doing = Doing::Alone;
                return Then::Go;
            }
            PageRead::NoMemory => return self.ask_disk(w, page),
            PageRead::Fetched => w.lock_page(self.file, page, true),
            PageRead::Resident => {}
        }
        if page + 1 == TEXT_PAGES {
            return self.ask_disk(w, TEXT_PAGES);
        }
        self.doing = Doing::Ahead(page + 1);
        Then::Go
    }

    fn alone(&mut self, w: &mut World) -> Then {
        match self.read.page(w, self.file, self.page, FAULT_GFP) {
            PageRead::Pending | PageRead::NoMemory => return Then::Go,
            PageRead::Fetched => w.lock_page(self.file, self.page, true),
            PageRead::Resident => {}
        }
        self.ask_disk(w, self.page + 1)
    }

    fn ask_disk(&mut self, w: &mut World, end: u32) -> Then {
        self.doing = Doing::Disk(end);
        let ns = u64::from(end - self.page) * w.machine.costs.disk_page_ns;
        Then::SleepUntil(w.machine.now_ns + ns)
    }
}

impl Actor for Toucher {
    fn step(&mut self, w: &mut World) -> Then {
        match self.doing {
            Doing::Draw => return self.draw(w),
            Doing::Touch => self.touch(w),
            Doing::Ahead(page) => return self.ahead(w, page),
            Doing::Alone => return self.alone(w),
            Doing::Disk(end) => {
                (self.page..end).for_each(|page| w.lock_page(self.file, page, false));
                self.doing = Doing::Touch;
            }
        }
        Then::Go
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::frames::flag;
    use crate::sim::world::testing::booted;

    fn page(w: &World, file: u32, page: u32) -> Option<u32> {
        w.files[file as usize].slot(page).and_then(|slot| w.machine.owners.page(slot))
    }

    /// A toucher whose first miss waits for the disk.
    fn waiting(w: &mut World) -> Toucher {
        let file = w.add_file(TEXT_PAGES);
        let mut touch = Toucher { first: false, left: 8, ..Toucher::new(file, 8, 1_000_000) };
        while touch.doing != Doing::Disk(TEXT_PAGES) {
            touch.step(w);
        }
        touch
    }

    #[test]
    fn a_miss_reads_from_its_page_to_the_end() {
        let mut w = booted();
        let touch = waiting(&mut w);
        let resident: Vec<u32> = (0..TEXT_PAGES).filter(|&at| page(&w, touch.file, at).is_some()).collect();
        assert_eq!(resident, (touch.page..TEXT_PAGES).collect::<Vec<_>>());
        assert_eq!(w.machine.tally.pgmajfault, 1);
    }

    #[test]
    fn what_comes_from_disk_is_locked_until_it_is_there() {
        let mut w = booted();
        let mut touch = waiting(&mut w);
        let locked = |w: &World, touch: &Toucher| {
            let pfns = (0..TEXT_PAGES).filter_map(|at| page(w, touch.file, at));
            let flags = |pfn| w.machine.node.zones[w.machine.node.zone_of(pfn).unwrap()].frames.flags(pfn);
            pfns.filter(|&pfn| flags(pfn) & flag::LOCKED != 0).count()
        };
        assert_eq!(locked(&w, &touch), (TEXT_PAGES - touch.page) as usize);
        touch.step(&mut w);
        assert_eq!(locked(&w, &touch), 0);
        let left = touch.left;
        touch.step(&mut w);
        assert_eq!((touch.left, w.machine.tally.pgmajfault), (left - 1, 1));
    }
}
