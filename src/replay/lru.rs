// SPDX-License-Identifier: GPL-2.0-only
//! Which pages of a trace are on an LRU list: what claims of a block depend on.
//!
//! Stands for mm/swap.c@7.3: folio_add_lru and its per-CPU batch of 31. A trace of the allocator does not show the
//! LRU, so membership is inferred from each request's flags.
//!
//! Simplified: the batch is taken to drain when it is full, when a batch of pages is freed, and when compaction
//! begins; the kernel drains it at a few more places.

use crate::few::Few;
use crate::model::frames::{Order, Pfn, flag};
use crate::model::freetype::MOVABLE;
use crate::model::gfp::Gfp;
use crate::model::node::Node;

/// `FOLIO_BATCH_SIZE`.
const BATCH: usize = 31;
/// Flags that every user or page-cache folio carries, movable or not (secretmem, block devices' cache).
const USER_FOLIO: Gfp = Gfp(Gfp::HARDWALL.0 | Gfp::COMP.0);
/// Flags that tell a slab of such a request from a folio.
const SLAB: [Gfp; 2] = [Gfp::RECLAIMABLE, Gfp::NOMEMALLOC];

/// Pages that are about to go on an LRU list.
#[derive(Clone, Debug, Default)]
pub struct LruBatch {
    waiting: Few<(Pfn, Order), ()>,
}

impl LruBatch {
    pub fn allocated(&mut self, node: &mut Node, pfn: Pfn, order: Order, gfp: Gfp) {
        let unmovable_folio = gfp.has(USER_FOLIO) && !SLAB.iter().any(|&slab| gfp.has(slab));
        if gfp.migratetype() == MOVABLE || unmovable_folio {
            self.add(node, pfn, order);
        }
    }

    /// A page that will be on an LRU list as soon as its batch drains.
    pub fn add(&mut self, node: &mut Node, pfn: Pfn, order: Order) {
        self.waiting.insert((pfn, order), ());
        if self.waiting.iter().len() >= BATCH || order > 0 {
            self.drain(node);
        }
    }

    pub fn freed(&mut self, pfn: Pfn, order: Order) {
        self.waiting.remove((pfn, order));
    }

    /// mm/swap.c:lru_add_drain@7.3.
    pub fn drain(&mut self, node: &mut Node) {
        for &((pfn, order), ()) in std::mem::take(&mut self.waiting).iter() {
            if let Some(zone) = node.zone_of(pfn) {
                node.zones[zone].set_page_flags(pfn, order, flag::LRU);
            }
        }
    }
}
