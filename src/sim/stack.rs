// SPDX-License-Identifier: GPL-2.0-only
//! Kernel stacks of threads: each CPU keeps two of those that ended on it; others come from vmalloc, and go back there.
//!
//! Stands for kernel/fork.c@7.3: alloc_thread_stack_node, free_thread_stack, try_release_thread_stack_to_cache, and
//! mm/vmalloc.c@7.3: vm_area_alloc_pages, vfree. It matters beyond its few pages: what goes back halves how much the
//! CPU's next refills fetch (mm/page_alloc.c:free_frozen_page_commit@7.3, alloc_factor), and smaller refills claim blocks,
//! and so wake kswapd, one at a time.
//!
//! Modelled: the cache, the order-2 request that may not sleep, the single pages behind it.
//! Simplified: a stack goes back at once, not by a worker after a grace period; single pages come one by one, not in bulk.

use super::demand::{Demand, Poll};
use super::state::Stack;
use super::world::World;
use crate::model::frames::Order;
use crate::model::gfp::Gfp;

/// `NR_CACHED_STACKS`.
const CACHED_MAX: usize = 2;
/// `THREAD_SIZE_ORDER`.
const ORDER: Order = 2;
/// GFP_VMAP_STACK for a large page, as traces show it.
const LARGE_GFP: Gfp = Gfp(Gfp::GFP_NOWAIT.0 | Gfp::HIGHMEM.0 | Gfp::IO.0 | Gfp::FS.0 | Gfp::ZERO.0);
/// The same for single pages.
const SINGLE_GFP: Gfp = Gfp(Gfp::GFP_KERNEL.0 | Gfp::HIGHMEM.0 | Gfp::ZERO.0 | Gfp::NOWARN.0);

/// A stack that is being made.
#[derive(Clone, Debug, Default)]
pub struct Growing {
    stack: Stack,
    demand: Option<Demand>,
    is_single: bool,
}

impl Growing {
    /// A stack from this CPU's cache, or one more page of a new one. `None`: ask again in the next step.
    pub fn poll(&mut self, w: &mut World, process: u32) -> Option<Stack> {
        if self.demand.is_none() && self.stack.0.is_empty() {
            let cpu = w.machine.node.cpu();
            if let Some(stack) = w.stacks.of(cpu).pop() {
                return Some(stack);
            }
        }
        loop {
            let (gfp, order) = if self.is_single { (SINGLE_GFP, 0) } else { (LARGE_GFP, ORDER) };
            match self.demand.get_or_insert_with(|| Demand::new(gfp, order)).poll(w, Some(process)) {
                Poll::Pending => return None,
                Poll::Page(pfn) => self.stack.0.push((pfn, order)),
                Poll::Null => self.is_single = true,
            }
            self.demand = None;
            if self.stack.0.len() == if self.is_single { 1 << ORDER } else { 1 } {
                return Some(std::mem::take(&mut self.stack));
            }
        }
    }

    /// In the middle of the slow path.
    pub fn is_under_way(&self) -> bool {
        self.demand.as_ref().is_some_and(Demand::is_under_way)
    }

    /// A killed task sees the request under way to its end, with a page or without. Whether it goes on.
    pub fn finish(&mut self, w: &mut World, process: u32) -> bool {
        let Some(mut demand) = self.demand.take_if(|demand| demand.is_under_way()) else { return false };
        match demand.poll(w, Some(process)) {
            Poll::Pending => self.demand = Some(demand),
            Poll::Page(pfn) => self.stack.0.push((pfn, demand.order)),
            Poll::Null => {}
        }
        self.demand.is_some()
    }

    /// Gives back what there is of it.
    pub fn abandon(self, w: &mut World) {
        self.stack.free(w);
    }
}

impl Stack {
    fn free(self, w: &mut World) {
        self.0.into_iter().for_each(|(pfn, order)| w.machine.free(pfn, order));
    }
}

impl World {
    /// A thread ended on the CPU that runs now.
    pub fn release_stack(&mut self, stack: Stack) {
        let cached = self.stacks.of(self.machine.node.cpu());
        if cached.len() < CACHED_MAX {
            cached.push(stack);
        } else {
            stack.free(self);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::frames::Pfn;
    use crate::model::freetype::MOVABLE;
    use crate::sim::world::testing::booted;

    fn grow(w: &mut World, process: u32) -> Stack {
        let mut growing = Growing::default();
        loop {
            if let Some(stack) = growing.poll(w, process) {
                return stack;
            }
        }
    }

    #[test]
    fn each_cpu_keeps_two() {
        let mut w = booted();
        let process = w.add_process("test", 0);
        let stacks = [0; 3].map(|_| grow(&mut w, process));
        assert!(stacks.iter().all(|stack| matches!(stack.0[..], [(_, ORDER)])));
        let freed = w.machine.tally.pgfree;
        let kept = [stacks[0].clone(), stacks[1].clone()];
        stacks.into_iter().for_each(|stack| w.release_stack(stack));
        assert_eq!(w.machine.tally.pgfree - freed, 1 << ORDER);
        w.machine.node.set_cpu(1);
        let elsewhere = grow(&mut w, process);
        assert!(!kept.contains(&elsewhere));
        w.machine.node.set_cpu(0);
        assert_eq!([grow(&mut w, process), grow(&mut w, process)], [kept[1].clone(), kept[0].clone()]);
    }

    #[test]
    fn a_killed_task_ends_with_the_request_under_way() {
        let mut w = booted();
        let process = w.add_process("test", 0);
        let all = |w: &mut World| {
            let zones = w.machine.node.zones.iter_mut();
            zones.flat_map(|zone| std::iter::from_fn(|| zone.rmqueue(0, MOVABLE, 0))).for_each(drop);
        };
        all(&mut w);
        let mut growing = Growing { is_single: true, ..Growing::default() };
        assert_eq!(growing.poll(&mut w, process), None);
        assert!(growing.is_under_way());
        w.process(process).dying = true;
        let mut steps = 0;
        while growing.finish(&mut w, process) {
            steps += 1;
            assert!(steps < 1000, "a victim that gets nothing gives up");
        }
        assert!(!growing.is_under_way());
    }

    #[test]
    fn without_large_blocks_it_is_made_of_pages() {
        let mut w = booted();
        let process = w.add_process("test", 0);
        w.machine.drain_all();
        let zones = w.machine.node.zones.iter_mut();
        let pages = zones.flat_map(|zone| std::iter::from_fn(|| zone.rmqueue_buddy(0, MOVABLE, 0)));
        // No two neighbours come back, so that no larger block can form.
        for pfn in pages.collect::<Vec<Pfn>>().into_iter().filter(|pfn| pfn % 2 == 0) {
            w.machine.free(pfn, 0);
        }
        let stack = grow(&mut w, process);
        assert_eq!(stack.0.iter().map(|&(_, order)| order).collect::<Vec<_>>(), [0; 4]);
    }
}
