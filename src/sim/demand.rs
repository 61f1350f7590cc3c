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
