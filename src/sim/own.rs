// SPDX-License-Identifier: GPL-2.0-only
//! The worker's own anonymous memory: few pages, but they are movable and come from what was freed last. One that lies
//! in a block which compaction has just emptied keeps that block from becoming free, and is what the next search finds.
//!
//! Stands for the touches of packages/benchmarks/secretmem-vs-frag/src/main.rs of bjackman/kernel-benchmarks-nix@72bbb10
//! and of its C library, which keeps user stacks: counted in four traced boots with one thread (39 pages of the main
//! thread, 2 of a thread on a new stack).
//!
//! Modelled: how many pages each thread touches, the further stack that a thread may need, the heap that grows with the
//! worker's list of chunks.
//! Simplified: when the main thread touches the rest.

use super::demand::{Demand, Poll};
use super::world::World;
use crate::model::frames::Pfn;
use crate::model::gfp::Gfp;

/// Pages of a thread that runs on a new stack.
pub(super) const STACK_PAGES: u32 = 2;
/// Pages of the main thread before its first chunk.
const MAIN_PAGES: u32 = 37;
/// A thread that is through may not have left its stack when the next chunk's threads are made, which then need one
/// more: after 1, 3, 5 and 14 chunks in the traced boots, so with one chunk of six; never again in the same boot.
const OF_CHUNKS: u32 = 6;
/// The worker's list of chunks (16 bytes each) doubles when it is full, and each time the heap grows by two pages: from
/// 256 chunks on, or in 11 runs of 25 at 128 and then from 512 on. Counted in 25 runs of the program itself with 600 to
/// 1,400 chunks of ordinary memory files (glibc 2.36); the traced boots end before.
const LIST_GROWS_AT: u64 = 256;
const LIST_PAGES: u32 = 2;
const LIST_EARLY: (u32, u32) = (11, 25);

/// Notes a page as the worker's.
pub(super) fn hold(w: &mut World, pfn: Pfn) {
    w.hold_anon(w.worker.process, pfn);
    w.machine.charge(w.machine.costs.anon_fault_ns);
}

/// What the main thread still has to touch.
#[derive(Clone, Debug)]
pub(super) struct MainPages {
    left: u32,
    demand: Option<Demand>,
    /// User stacks that may still come to those of the first chunk.
    spare: u32,
    /// Chunks that fill the list; none before the first chunk.
    list_full_at: Option<u64>,
}

impl Default for MainPages {
    fn default() -> MainPages {
        MainPages { left: MAIN_PAGES, demand: None, spare: 0, list_full_at: None }
    }
}

impl MainPages {
    /// Before each chunk: which threads get a new stack. The main thread writes to its upper end, and to the list.
    pub(super) fn begin_chunk(&mut self, w: &mut World) {
        let Some(list_full_at) = self.list_full_at else {
            self.spare = w.worker.threads;
            self.left += w.worker.threads;
            let early = w.below(LIST_EARLY.1) < LIST_EARLY.0;
            self.list_full_at = Some(if early { LIST_GROWS_AT / 2 } else { LIST_GROWS_AT });
            return;
        };
        if w.worker.chunks > list_full_at {
            self.left += LIST_PAGES;
            self.list_full_at = Some((list_full_at * 2).max(LIST_GROWS_AT * 2));
        }
        if self.spare > 0 && w.below(OF_CHUNKS) == 0 {
            self.spare -= 1;
            self.left += 1;
            let thread = w.below(w.worker.threads);
            w.worker.new_user_stack[thread as usize] = true;
        }
    }

    /// The next page, or one more round of its allocation. Whether there is nothing left.
    pub(super) fn step(&mut self, w: &mut World) -> bool {
        if self.left == 0 {
            return true;
        }
        match self.demand.get_or_insert_with(|| Demand::new(Gfp::ANON_FAULT, 0)).poll(w, Some(w.worker.process)) {
            Poll::Pending => return false,
            Poll::Page(pfn) => {
                hold(w, pfn);
                self.left -= 1;
            }
            // The fault is retried (mm/memory.c: VM_FAULT_OOM).
            Poll::Null => {}
        }
        self.demand = None;
        false
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.demand.as_ref().is_some_and(Demand::is_under_way)
    }

    /// After a kill: the allocation under way goes on to its end. Whether it is still under way.
    pub(super) fn finish(&mut self, w: &mut World) -> bool {
        if !self.is_under_way() {
            return false;
        }
        self.left = 1;
        self.step(w);
        self.is_under_way()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::world::testing::booted;

    fn worker(threads: u32) -> World {
        let mut w = booted();
        let process = w.add_process("test", 0);
        w.worker.begin(process, 512, threads);
        w
    }

    fn chunk(pages: &mut MainPages, w: &mut World) -> usize {
        let before = w.process(0).anon.len();
        pages.begin_chunk(w);
        while !pages.step(w) {}
        w.process(0).anon.len() - before
    }

    #[test]
    fn the_main_thread_touches_as_much_as_traced() {
        let mut w = worker(1);
        let mut pages = MainPages::default();
        assert_eq!(chunk(&mut pages, &mut w), 38);
        w.worker.new_user_stack = vec![false];
        let later: Vec<usize> = (0..200).map(|_| chunk(&mut pages, &mut w)).collect();
        assert_eq!(later.iter().sum::<usize>(), 1, "the top of a second stack, once");
        assert!(w.worker.new_user_stack[0]);
    }

    #[test]
    fn each_thread_may_need_one_more_stack() {
        let mut w = worker(4);
        let mut pages = MainPages::default();
        assert_eq!(chunk(&mut pages, &mut w), 41);
        let later: Vec<usize> = (0..400).map(|_| chunk(&mut pages, &mut w)).collect();
        assert_eq!((later.iter().sum::<usize>(), later.iter().max()), (4, Some(&1)));
    }

    #[test]
    fn the_heap_grows_as_the_list_of_chunks_doubles() {
        let mut firsts = Vec::new();
        for _ in 0..60 {
            let (mut w, mut pages) = (worker(0), MainPages::default());
            (0..firsts.len() as u32).for_each(|_| _ = w.below(2));
            let grown = |chunks: u64, pages: &mut MainPages, w: &mut World| {
                w.worker.chunks = chunks;
                chunk(pages, w) > 0
            };
            let at: Vec<u64> = (0..1100).filter(|&chunks| grown(chunks, &mut pages, &mut w)).collect();
            // The first of all is before the first chunk; the others come with the chunk that no longer fits.
            assert!([&[0, 129, 513, 1025][..], &[0, 257, 513, 1025]].contains(&&at[..]), "{at:?}");
            assert_eq!(w.process(0).anon.len() as u32, MAIN_PAGES + 3 * LIST_PAGES);
            firsts.push(at[1]);
        }
        let early = firsts.iter().filter(|&&first| first == 129).count();
        assert!((10..45).contains(&early), "{early} of 60, where 26 are expected");
    }

    #[test]
    fn a_killed_worker_sees_one_allocation_to_its_end() {
        let mut w = worker(1);
        let mut pages = MainPages::default();
        assert!(!pages.finish(&mut w));
        pages.begin_chunk(&mut w);
        // Nothing is free but the reserves: the allocation enters the slow path.
        while w.machine.alloc_fast(Gfp::ANON_FAULT, 0, Gfp::ANON_FAULT.migratetype()).is_some() {}
        assert!(!pages.step(&mut w) && pages.is_under_way());
        w.process(0).dying = true;
        while pages.finish(&mut w) {}
        assert_eq!(w.process(0).anon.len(), 1);
        assert!(!pages.is_under_way());
    }
}
