// SPDX-License-Identifier: GPL-2.0-only
//! The antagonist of secretmem-vs-frag: fills most of free memory in small chunks, then unmaps all but some.
//!
//! Stands for packages/benchmarks/secretmem-vs-frag/src/fragmenter.rs of bjackman/kernel-benchmarks-nix@72bbb10.
//!
//! Modelled: the target from MemFree, chunk order, the vector's own page every 256 chunks, page tables, VMA slabs, the
//! transient page of each munmap, frees in ascending order.
//! Elsewhere: the CPU it runs on (`balance`).

use super::actor::{Actor, Room, Stride, Then};
use super::demand::{Demand, Poll};
use super::world::World;
use crate::model::frames::{Kind, Pfn, flag};
use crate::model::gfp::Gfp;

const SLAB_GFP: Gfp = Gfp(Gfp::GFP_KERNEL.0 | Gfp::COMP.0);
/// Entries of 16 bytes in a page of the benchmark's vector.
const CHUNKS_PER_VECTOR_PAGE: u32 = 256;
/// Kept chunks whose VMAs and maple nodes fill one slab page (measured: 290..337 pages for 3,285..3,329).
pub(super) const KEPT_PER_SLAB: u32 = 11;

/// The antagonist's knobs. Pages and chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knobs {
    /// Share of MemFree it fills, percent.
    pub target_percent: u32,
    pub chunk_pages: u32,
    /// One chunk of this many is kept.
    pub keep_one_of: u32,
}

#[derive(Clone, Debug)]
enum Phase {
    Begin,
    Populate,
    Punch { chunk: u32 },
}

#[derive(Clone)]
pub struct Fragmenter {
    process: u32,
    knobs: Knobs,
    phase: Phase,
    /// Pages that a fault still needs, last first; `true` for a page of user memory.
    wants: Vec<(Demand, bool)>,
    chunks: u32,
    touched: u32,
    /// Owner slots of chunk pages in order of touch.
    slots: Vec<u32>,
}

impl Fragmenter {
    pub fn new(process: u32, knobs: Knobs) -> Fragmenter {
        let phase = Phase::Begin;
        Fragmenter { process, knobs, phase, wants: Vec::new(), chunks: 0, touched: 0, slots: Vec::new() }
    }

    fn begin(&mut self, w: &mut World) {
        let free: u64 = w.machine.node.zones.iter().map(|zone| zone.free_seen()).sum();
        let pages = free * u64::from(self.knobs.target_percent) / 100;
        self.chunks = (pages / u64::from(self.knobs.chunk_pages)) as u32;
        // Lists that grow by themselves are copied over and over, which wasm cannot leave to the system.
        let pages = (self.chunks * self.knobs.chunk_pages) as usize;
        self.slots.reserve(pages);
        w.process(self.process).anon.reserve(pages);
        w.machine.owners.expect(pages);
        self.phase = Phase::Populate;
    }

    /// What the next touch allocates: the vector's page (after its 256th chunk), a page table, the page. The answer
    /// first, then `wants` from its end.
    fn plan_touch(&mut self) -> (Demand, bool) {
        let page = self.touched;
        let mut first = (Demand::new(Gfp::ANON_FAULT, 0), true);
        if page.is_multiple_of(512) {
            self.wants.push(std::mem::replace(&mut first, (Demand::new(Gfp::PAGE_TABLE, 0), false)));
        }
        if page > 0 && page.is_multiple_of(self.knobs.chunk_pages * CHUNKS_PER_VECTOR_PAGE) {
            self.wants.push(std::mem::replace(&mut first, (Demand::new(Gfp::ANON_FAULT, 0), false)));
        }
        first
    }

    fn populate(&mut self, w: &mut World) -> Then {
        let (mut demand, mut chunk_page) = match self.wants.pop() {
            Some(want) => want,
            None if self.touched >= self.chunks * self.knobs.chunk_pages => {
                self.phase = Phase::Punch { chunk: 0 };
                return Then::Go;
            }
            None => self.plan_touch(),
        };
        loop {
            let is_anon = demand.gfp == Gfp::ANON_FAULT;
            match demand.poll(w, Some(self.process)) {
                Poll::Page(pfn) => self.hold(w, pfn, is_anon, chunk_page),
                Poll::Pending => {
                    self.wants.push((demand, chunk_page));
                    return Then::Go;
                }
                Poll::Null => {
                    self.wants.push((Demand::new(demand.gfp, 0), chunk_page));
                    return Then::Go;
                }
            }
            match self.wants.pop() {
                Some(want) => (demand, chunk_page) = want,
                None => break,
            }
        }
        self.touched += 1;
        Then::Go
    }

    fn hold(&mut self, w: &mut World, pfn: Pfn, is_anon: bool, chunk_page: bool) {
        if !is_anon {
            w.process(self.process).page_tables.push(pfn);
            return;
        }
        let slot = w.hold_anon(self.process, pfn);
        if chunk_page {
            self.slots.push(slot);
        }
        let cost = w.machine.costs.anon_fault_ns;
        w.machine.charge(cost);
    }

    /// Unmaps one chunk, or keeps it.
    fn punch(&mut self, w: &mut World, chunk: u32) -> Then {
        if chunk >= self.chunks {
            return Then::Done;
        }
        self.phase = Phase::Punch { chunk: chunk + 1 };
        let first = (chunk * self.knobs.chunk_pages) as usize;
        let slots = &self.slots[first..first + self.knobs.chunk_pages as usize];
        if chunk.is_multiple_of(self.knobs.keep_one_of) {
            w.kept.extend_from_slice(slots);
            if (chunk / self.knobs.keep_one_of).is_multiple_of(KEPT_PER_SLAB)
                && let Some(pfn) = w.machine.alloc_fast(SLAB_GFP, 0, 0)
            {
                w.process(self.process).kernel.push((pfn, 0));
            }
            return Then::Go;
        }
        w.unmap_chunk(slots);
        Then::Go
    }
}

impl Actor for Fragmenter {
    fn process(&self) -> Option<u32> {
        Some(self.process)
    }

    fn step(&mut self, w: &mut World) -> Then {
        match self.phase {
            Phase::Begin => {
                self.begin(w);
                Then::Go
            }
            Phase::Populate => self.populate(w),
            Phase::Punch { chunk } => self.punch(w, chunk),
        }
    }

    /// Touches up to the next that needs more than its page.
    fn stride(&mut self, w: &mut World, room: &Room) -> Option<Stride> {
        if !matches!(self.phase, Phase::Populate) || !self.wants.is_empty() {
            return None;
        }
        let each_ns = w.machine.costs.anon_fault_ns;
        let left = (self.chunks * self.knobs.chunk_pages).saturating_sub(self.touched);
        let plain = [512, self.knobs.chunk_pages * CHUNKS_PER_VECTOR_PAGE].map(|every| until_next(self.touched, every));
        let most = room.steps_of(each_ns).min(left).min(plain[0]).min(plain[1]);
        let World { machine, processes, .. } = w;
        let anon = &mut processes[self.process as usize].anon;
        let held = anon.len();
        let steps = machine.take_many(
            (Gfp::ANON_FAULT, Gfp::ANON_FAULT.migratetype()),
            most,
            flag::ACTIVE,
            |pfn, owner, owners| {
                *owner = owners.add(pfn);
                anon.push(*owner);
                true
            },
        );
        self.slots.extend_from_slice(&anon[held..]);
        machine.journal.requested_pages += u64::from(steps);
        self.touched += steps;
        (steps > 0).then_some(Stride { steps, each_ns })
    }
}

/// How far it is to the next multiple of `every`: 0 if it is one.
fn until_next(at: u32, every: u32) -> u32 {
    at.next_multiple_of(every) - at
}

impl World {
    /// Gives a fresh anonymous page to a process; its owner slot.
    #[inline]
    pub fn hold_anon(&mut self, process: u32, pfn: Pfn) -> u32 {
        let slot = self.hold_page(pfn);
        self.process(process).anon.push(slot);
        slot
    }

    /// The same for a page that outlives its process, as in tmpfs.
    #[inline]
    pub fn hold_page(&mut self, pfn: Pfn) -> u32 {
        let slot = self.machine.owners.add(pfn);
        let zone = self.machine.node.zone_of(pfn).expect("an allocated page lies in a zone");
        let zone = &mut self.machine.node.zones[zone];
        zone.frames.set_owner(pfn, slot);
        zone.lru_add(pfn, 0, flag::ACTIVE);
        slot
    }

    /// munmap of one chunk, which takes a page for as long as it lasts (mm/vma.c:vms_gather_munmap_vmas@7.3).
    pub(super) fn unmap_chunk(&mut self, slots: &[u32]) {
        let transient = self.machine.alloc_fast(Gfp::GFP_NOWAIT, 0, 0);
        self.unmap_anon_all(slots);
        if let Some(pfn) = transient {
            self.machine.free(pfn, 0);
        }
        self.machine.charge(self.machine.costs.free_page_ns * slots.len() as u64);
    }

    /// Frees an anonymous page, or notes it when it is part of a huge page that stays whole for now.
    pub fn unmap_anon(&mut self, slot: u32) {
        self.unmap_anon_all(&[slot]);
    }

    /// The same for many, in this order.
    pub fn unmap_anon_all(&mut self, slots: &[u32]) {
        let (mut pages, mut count) = ([0; 32], 0);
        // Neighbours mostly share a block, and an unmapping makes no huge page.
        let mut small = Pfn::MAX;
        for &slot in slots {
            let Some(pfn) = self.machine.owners.remove(slot) else { continue };
            let huge = if pfn >> 9 == small { None } else { self.huge_page_of(pfn) };
            small = if huge.is_none() { pfn >> 9 } else { small };
            if huge.is_none() {
                pages[count] = pfn;
                count += 1;
            }
            if huge.is_some() || count == pages.len() {
                self.machine.free_many_from_lru(&pages[..std::mem::take(&mut count)]);
            }
            if let Some(head) = huge {
                self.machine.note_deferred_split(head, pfn);
            }
        }
        self.machine.free_many_from_lru(&pages[..count]);
    }

    /// The head of the huge page that a held page is part of.
    #[inline]
    fn huge_page_of(&self, pfn: Pfn) -> Option<Pfn> {
        let i = self.machine.node.zone_of(pfn).expect("a held page lies in a zone");
        let (head, zone) = (pfn & !511, &self.machine.node.zones[i]);
        let is_huge = zone.contains(head) && zone.frames.kind(head) == Kind::Used && zone.frames.order(head) == 9;
        is_huge.then_some(head)
    }
}
