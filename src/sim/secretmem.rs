// SPDX-License-Identifier: GPL-2.0-only
//! The worker of secretmem-vs-frag: chunks of memfd_secret, filled by one new thread a CPU, until it is killed.
//!
//! Stands for packages/benchmarks/secretmem-vs-frag/src/main.rs of bjackman/kernel-benchmarks-nix@72bbb10 and
//! mm/secretmem.c:secretmem_fault@7.3.
//!
//! Modelled: 2 MiB chunks split among threads, each ascending; page table, direct-map split, xarray node, inode and
//! VMA slabs; what a new user stack touches; bytes counted are those of whole chunks; a killed thread sees its
//! allocation to the end before it heeds the signal. MAP_POPULATE does nothing for secretmem, so pages are faulted.

use std::ops::Range;

use super::actor::{Actor, Room, Stride, Then};
use super::demand::{Demand, Poll};
use super::own;
use super::slab::{self, Attempt, Cache};
use super::world::World;
use crate::model::frames::{Order, Pfn, flag};
use crate::model::gfp::Gfp;

/// Pages whose index one node holds.
const PAGES_PER_NODE: u32 = 64;
/// Chunks whose inode and dentry fill one slab page (measured: 0.117 pages a chunk).
const CHUNKS_PER_INODE_SLAB: u32 = 9;
/// Chunks whose file and VMA fill one slab page (measured: 0.100 pages a chunk).
const CHUNKS_PER_VMA_SLAB: u32 = 10;

/// GFP_USER | __GFP_ZERO | __GFP_COMP.
pub const SECRETMEM_GFP: Gfp = Gfp(Gfp::GFP_USER.0 | Gfp::ZERO.0 | Gfp::COMP.0);
pub(super) const SPLIT_GFP: Gfp = Gfp(Gfp::GFP_KERNEL.0 | Gfp::ZERO.0 | Gfp::COMP.0);

/// What a fault still has to allocate.
#[derive(Clone, Debug)]
struct Want {
    demand: Demand,
    role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// The thread's own memory.
    Anon,
    PageTable,
    Secret,
    Split,
    Slab(Attempt),
}

/// One populating thread: an actor that stands for a new thread with each chunk (`spawner`).
#[derive(Clone)]
pub struct Thread {
    number: u32,
    /// Its pages of a chunk, and which of them is next.
    share: Range<u32>,
    next: u32,
    wants: Vec<Want>,
}

impl Thread {
    pub fn new(number: u32) -> Thread {
        Thread { number, share: 0..0, next: 0, wants: Vec::new() }
    }

    /// What the fault of one page allocates: the answer first, then `wants` from its end.
    fn plan(&mut self, w: &mut World, page: u32) -> Want {
        let want = |role, gfp, order| Want { demand: Demand::new(gfp, order), role };
        if page.is_multiple_of(PAGES_PER_NODE) {
            // The root node of a chunk's index comes with its second leaf.
            w.worker.nodes += 1 + u32::from(page == PAGES_PER_NODE);
            if w.worker.nodes > w.worker.node_room {
                w.worker.node_room += slab::nodes_of(slab::first(Cache::IndexNodes).order());
                self.wants.push(want_slab(slab::first(Cache::IndexNodes)));
            }
        }
        let ft = w.machine.secretmem_freetype();
        let secret = Want { demand: Demand::of_type(SECRETMEM_GFP, 0, ft), role: Role::Secret };
        if !page.is_multiple_of(512) {
            return secret;
        }
        self.wants.push(secret);
        let chunk = w.worker.chunks as u32;
        let slabs = [(CHUNKS_PER_INODE_SLAB, Cache::Reclaimable), (CHUNKS_PER_VMA_SLAB, Cache::Unreclaimable)];
        let mut first = want(Role::PageTable, Gfp::PAGE_TABLE, 0);
        for (_, cache) in slabs.into_iter().filter(|&(chunks, _)| chunk.is_multiple_of(chunks)) {
            self.wants.push(std::mem::replace(&mut first, want_slab(slab::first(cache))));
        }
        first
    }

    fn got(&mut self, w: &mut World, role: Role, pfn: Pfn, order: Order) {
        let process = w.worker.process;
        match role {
            Role::Anon => own::hold(w, pfn),
            Role::PageTable => w.process(process).page_tables.push(pfn),
            Role::Split => w.process(process).kernel.push((pfn, order)),
            Role::Slab(attempt) => {
                w.process(process).kernel.push((pfn, order));
                if attempt.cache() == Cache::IndexNodes {
                    let preferred = slab::first(Cache::IndexNodes).order();
                    w.worker.node_room -= slab::nodes_of(preferred) - slab::nodes_of(order);
                }
            }
            Role::Secret => {
                let zone = w.machine.node.zone_of(pfn).expect("an allocated page lies in a zone");
                w.machine.node.zones[zone].lru_add(pfn, 0, flag::UNEVICTABLE | flag::PINNED);
                let share = w.worker.share_of(self.number);
                w.process(process).secretmem.share(share).push(pfn);
                w.machine.charge(w.machine.secretmem_fault_ns());
                if !w.machine.unmaps_blocks() && w.worker.split_region(pfn) {
                    w.machine.tally.direct_map_level2_splits += 1;
                    self.wants.push(Want { demand: Demand::new(SPLIT_GFP, 0), role: Role::Split });
                }
            }
        }
    }

    /// A signal is heeded on the way back to user space: the allocation under way goes on to its end, now with the
    /// victim's reserves, for as many rounds as it takes.
    fn leave(&mut self, w: &mut World) -> Then {
        let process = w.worker.process;
        if let Some(mut want) = self.wants.pop().filter(|want| want.demand.is_under_way()) {
            match want.demand.poll(w, Some(process)) {
                Poll::Pending => {
                    self.wants.push(want);
                    return Then::Go;
                }
                Poll::Page(pfn) => w.machine.free(pfn, want.demand.order),
                Poll::Null => {}
            }
        }
        w.worker.allocating[self.number as usize] = false;
        self.wants.clear();
        self.release_stack(w);
        Then::Done
    }

    /// The thread is through with its share and ends; after the last one the main thread makes the next chunk.
    fn end_share(&mut self, w: &mut World) -> Then {
        self.next = 0;
        self.release_stack(w);
        w.worker.finished += 1;
        if w.worker.finished == w.worker.threads {
            w.worker.finished = 0;
            w.worker.chunks += 1;
            w.wakes.push(w.worker.main_actor);
        }
        Then::Wait
    }

    fn release_stack(&self, w: &mut World) {
        if let Some(stack) = w.worker.stacks[self.number as usize].take() {
            w.release_stack(stack);
        }
    }
}

fn want_own() -> Want {
    Want { demand: Demand::new(Gfp::ANON_FAULT, 0), role: Role::Anon }
}

fn want_slab(attempt: Attempt) -> Want {
    Want { demand: Demand::new(attempt.gfp(), attempt.order()), role: Role::Slab(attempt) }
}

/// What follows a NULL: a slab's next request, or the same once more, as a fault without a page is retried
/// (mm/memory.c: VM_FAULT_OOM).
fn again(want: &Want) -> Want {
    match want.role {
        Role::Slab(attempt) => want_slab(attempt.next()),
        role => Want { demand: Demand::of_type(want.demand.gfp, want.demand.order, want.demand.freetype), role },
    }
}

impl Actor for Thread {
    fn step(&mut self, w: &mut World) -> Then {
        let process = w.worker.process;
        if w.is_dying(process) {
            return self.leave(w);
        }
        if w.worker.stacks[self.number as usize].is_none() {
            return Then::Wait;
        }
        let mut want = match self.wants.pop() {
            Some(want) => want,
            None => {
                if std::mem::take(&mut w.worker.new_user_stack[self.number as usize]) {
                    self.wants.extend((0..own::STACK_PAGES).map(|_| want_own()));
                    return Then::Go;
                }
                if self.next == 0 {
                    self.share = share(w, self.number);
                }
                let page = self.share.start + self.next;
                if page >= self.share.end {
                    return self.end_share(w);
                }
                self.next += 1;
                self.plan(w, page)
            }
        };
        loop {
            let order = want.demand.order;
            match want.demand.poll(w, Some(process)) {
                Poll::Page(pfn) => self.got(w, want.role, pfn, order),
                Poll::Pending => {
                    w.worker.allocating[self.number as usize] = true;
                    break self.wants.push(want);
                }
                Poll::Null => {
                    self.wants.push(again(&want));
                    break;
                }
            }
            w.worker.allocating[self.number as usize] = false;
            let Some(next) = self.wants.pop() else { break };
            want = next;
        }
        Then::Go
    }

    /// Faults up to the next page that needs more than itself.
    fn stride(&mut self, w: &mut World, room: &Room) -> Option<Stride> {
        let World { machine, processes, worker, .. } = w;
        let process = &mut processes[worker.process as usize];
        // A thread that has just begun draws its share in a step.
        if self.next == 0 || !self.wants.is_empty() || process.dying || worker.stacks[self.number as usize].is_none() {
            return None;
        }
        let page = self.share.start + self.next;
        let plain = page.next_multiple_of(PAGES_PER_NODE).min(self.share.end).saturating_sub(page);
        let (ft, by_block) = (machine.secretmem_freetype(), machine.unmaps_blocks());
        let each_ns = machine.secretmem_fault_ns();
        let most = room.steps_of(each_ns).min(plain);
        let flags = flag::UNEVICTABLE | flag::PINNED;
        let pages = process.secretmem.share(worker.share_of(self.number));
        let steps = machine.take_many((SECRETMEM_GFP, ft), most, flags, |pfn, _, _| {
            let plain = by_block || worker.is_split(pfn);
            if plain {
                pages.push(pfn);
            }
            plain
        });
        machine.journal.requested_pages += u64::from(steps);
        self.next += steps;
        (steps > 0).then_some(Stride { steps, each_ns })
    }
}

/// A thread's pages of a chunk.
fn share(w: &World, number: u32) -> Range<u32> {
    let (pages, threads) = (w.worker.chunk_pages, w.worker.threads);
    pages * number / threads..pages * (number + 1) / threads
}
