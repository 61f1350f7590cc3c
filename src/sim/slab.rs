// SPDX-License-Identifier: GPL-2.0-only
//! Requests for a new slab: the preferred size first, for free only, then the smallest with all the caller allows.
//!
//! Stands for mm/slub.c@7.3: allocate_slab, new_slab; lib/xarray.c@7.3: xas_alloc, xas_nomem.
//!
//! Modelled: the flags and orders in the order in which traces show them.
//! Simplified: one slab at a time; no object of a slab is freed before its holder ends.

use crate::model::frames::Order;
use crate::model::gfp::Gfp;

/// Which objects a slab is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cache {
    /// Nodes of a file's page index (576 bytes). The first try must not sleep: a lock is held.
    IndexNodes,
    /// Inodes and dentries.
    Reclaimable,
    /// VMAs, files and the like.
    Unreclaimable,
}

/// One request of the sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    cache: Cache,
    step: u8,
}

const fn flags(caller: Gfp, more: Gfp) -> Gfp {
    Gfp(caller.0 | more.0 | Gfp::NOWARN.0 | Gfp::COMP.0 | Gfp::NOMEMALLOC.0)
}

const NODE: Gfp = Gfp::RECLAIMABLE;
const NODE_ONCE: Gfp = Gfp(Gfp::RECLAIMABLE.0 | Gfp::NORETRY.0);
/// What is left of GFP_KERNEL when a larger slab than the smallest is only tried for.
const KERNEL_TRY: Gfp = Gfp(Gfp::GFP_KERNEL.0 & !Gfp::RECLAIM.0);

const INDEX_NODES: [(Gfp, Order); 4] = [
    (flags(Gfp::GFP_NOWAIT, NODE_ONCE), 1),
    (flags(Gfp::GFP_NOWAIT, NODE), 0),
    (flags(KERNEL_TRY, NODE_ONCE), 1),
    (flags(Gfp::GFP_KERNEL, NODE), 0),
];
const RECLAIMABLE: [(Gfp, Order); 2] = [(flags(Gfp::GFP_KERNEL, NODE_ONCE), 0), (flags(Gfp::GFP_KERNEL, NODE), 0)];
const UNRECLAIMABLE: [(Gfp, Order); 2] =
    [(flags(Gfp::GFP_KERNEL, Gfp::NORETRY), 0), (flags(Gfp::GFP_KERNEL, Gfp(0)), 0)];

/// The first request for a slab of this cache.
pub fn first(cache: Cache) -> Attempt {
    Attempt { cache, step: 0 }
}

/// Index nodes that fit into a slab of this order.
pub fn nodes_of(order: Order) -> u32 {
    7 << order
}

impl Attempt {
    pub fn cache(self) -> Cache {
        self.cache
    }

    pub fn gfp(self) -> Gfp {
        self.row().0
    }

    pub fn order(self) -> Order {
        self.row().1
    }

    /// What is asked for after NULL; the last request is repeated for as long as its caller repeats.
    pub fn next(self) -> Attempt {
        let last = self.rows().len() as u8 - 1;
        Attempt { step: (self.step + 1).min(last), ..self }
    }

    fn row(self) -> (Gfp, Order) {
        self.rows()[usize::from(self.step)]
    }

    fn rows(self) -> &'static [(Gfp, Order)] {
        match self.cache {
            Cache::IndexNodes => &INDEX_NODES,
            Cache::Reclaimable => &RECLAIMABLE,
            Cache::Unreclaimable => &UNRECLAIMABLE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_those_of_the_traces() {
        let node = first(Cache::IndexNodes);
        let names = ["GFP_NOWAIT", "__GFP_RECLAIMABLE", "__GFP_NORETRY", "__GFP_COMP", "__GFP_NOMEMALLOC"];
        assert_eq!((node.gfp().to_string(), node.order()), (names.join("|"), 1));
        let vma = "GFP_KERNEL|__GFP_NOWARN|__GFP_NORETRY|__GFP_COMP|__GFP_NOMEMALLOC";
        assert_eq!(first(Cache::Unreclaimable).gfp().to_string(), vma);
        // The request that invoked the killer of a measured boot (a1024_s2_3).
        let last = node.next().next().next();
        let names = ["GFP_KERNEL", "__GFP_RECLAIMABLE", "__GFP_NOWARN", "__GFP_COMP", "__GFP_NOMEMALLOC"];
        assert_eq!((last.gfp().to_string(), last.next() == last, last.order()), (names.join("|"), true, 0));
    }
}
