// SPDX-License-Identifier: GPL-2.0-only
//! One allocation of a task, which may take many rounds of the slow path.

use super::world::World;
use crate::model::frames::{Order, Pfn};
use crate::model::freetype::Freetype;
use crate::model::gfp::Gfp;
use crate::model::slowpath::{Round, SlowPath};

/// What became of it so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Poll {
    Page(Pfn),
    /// Ask again in the next step.
    Pending,
    /// The kernel returned NULL.
    Null,
}

/// A request under way.
#[derive(Clone, Debug)]
pub struct Demand {
    pub gfp: Gfp,
    pub order: Order,
    pub freetype: Freetype,
    slow: Option<Box<SlowPath>>,
}

impl Demand {
    pub fn new(gfp: Gfp, order: Order) -> Demand {
        Demand { gfp, order, freetype: gfp.migratetype(), slow: None }
    }

    pub fn of_type(gfp: Gfp, order: Order, freetype: Freetype) -> Demand {
        Demand { gfp, order, freetype, slow: None }
    }

    /// It is in the middle of the slow path.
    pub fn is_under_way(&self) -> bool {
        self.slow.is_some()
    }

    /// The fast path, or one more round of the slow path.
    #[inline]
    pub fn poll(&mut self, world: &mut World, process: Option<u32>) -> Poll {
        if self.slow.is_none() {
            if process.is_some() {
                world.machine.journal.requested_pages += 1 << self.order;
            }
            if let Some(pfn) = world.machine.alloc_fast(self.gfp, self.order, self.freetype) {
                return Poll::Page(pfn);
            }
        }
        self.poll_slow(world, process)
    }

    /// Nobody will ask again: what a compaction under way holds goes back.
    pub fn abandon(&mut self, world: &mut World) {
        if let Some(mut slow) = self.slow.take() {
            slow.abandon(&mut world.machine);
        }
    }

    #[cold]
    fn poll_slow(&mut self, world: &mut World, process: Option<u32>) -> Poll {
        let Some(slow) = &mut self.slow else {
            let defrag_mode = world.machine.node.defrag_mode;
            self.slow = Some(Box::new(SlowPath::new(self.gfp, self.order, self.freetype, defrag_mode)));
            return Poll::Pending;
        };
        slow.is_victim = process.is_some_and(|id| world.is_dying(id));
        match slow.round(&mut world.machine) {
            Round::Page(pfn) => Poll::Page(pfn),
            Round::Again => Poll::Pending,
            Round::Null => Poll::Null,
            Round::OutOfMemory => {
                let request = *slow.request();
                slow.after_kill();
                world.out_of_memory(&request);
                Poll::Pending
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check;
    use crate::model::frames::{Kind, flag};
    use crate::model::view;
    use crate::sim::world::testing::booted;

    /// Takes all that a request gets without reclaim, down to its minimum watermark.
    fn fill(w: &mut World, gfp: Gfp, order: Order) -> Vec<Pfn> {
        let mut get = || {
            let mut demand = Demand::new(gfp, order);
            let answers = [demand.poll(w, None), demand.poll(w, None)];
            answers.into_iter().find_map(|answer| if let Poll::Page(pfn) = answer { Some(pfn) } else { None })
        };
        std::iter::from_fn(&mut get).collect()
    }

    fn private_blocks(w: &World) -> usize {
        let frames = w.machine.node.zones.iter().map(view::frames);
        frames.map(|f| (f.base()..f.base() + f.len()).filter(|&pfn| f.kind(pfn) == Kind::Private).count()).sum()
    }

    #[test]
    fn the_time_of_direct_reclaim_passes_before_its_pages_are_taken() {
        let mut w = booted();
        for pfn in fill(&mut w, Gfp::ANON_FAULT, 0) {
            let slot = w.machine.owners.add(pfn);
            let zone = w.machine.node.zone_of(pfn).unwrap();
            w.machine.node.zones[zone].frames.set_owner(pfn, slot);
            w.machine.node.zones[zone].lru_add(pfn, 0, flag::FILE);
        }
        let mut demand = Demand::new(Gfp::ANON_FAULT, 0);
        while w.machine.tally.pgsteal_direct == 0 {
            assert_eq!(demand.poll(&mut w, None), Poll::Pending);
        }
        assert!(matches!(demand.poll(&mut w, None), Poll::Page(_)));
    }

    #[test]
    fn a_compaction_that_is_left_gives_back_what_it_holds() {
        let mut w = booted();
        for (i, pfn) in fill(&mut w, Gfp::ANON_FAULT, 0).into_iter().enumerate() {
            if i % 64 < 16 {
                let zone = w.machine.node.zone_of(pfn).unwrap();
                w.machine.node.zones[zone].lru_add(pfn, 0, flag::UNEVICTABLE | flag::PINNED);
            } else {
                w.machine.free(pfn, 0);
            }
        }
        // No block of order 9 is free, and memory enough to make some.
        fill(&mut w, Gfp::GFP_ATOMIC, 9);
        let mut demand = Demand::new(Gfp::GFP_TRANSHUGE, 9);
        let mut polls = 0;
        while private_blocks(&w) == 0 {
            if let Poll::Page(_) = demand.poll(&mut w, None) {
                demand = Demand::new(Gfp::GFP_TRANSHUGE, 9);
            }
            polls += 1;
            assert!(polls < 1000, "no compaction took free pages");
        }
        demand.abandon(&mut w);
        assert_eq!(private_blocks(&w), 0);
        w.machine.node.zones.iter().for_each(check::assert_sound);
    }
}
