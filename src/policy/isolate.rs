// SPDX-License-Identifier: GPL-2.0-only
//! Babka's alternative: migrate directly inside the flip, from the cheapest block.

use super::Policy;
use crate::model::decide::{Ask, Decide, NoBlock, Verdict, stock_verdict};

pub const POLICY: Policy = Policy {
    name: "isolate",
    about: "When no whole block is free, the flip isolates the block with the fewest movable pages and migrates them.",
    source: "Vlastimil Babka, 2026-05-13, quoted in https://lkml.iu.edu/2606.1/09199.html; mm/page_isolation.c@7.3",
    changes: "Secretmem requests that find no free block.",
    knobs: &[],
    make: |_| Box::new(Isolate),
    defrag_mode: false,
};

struct Isolate;

impl Decide for Isolate {
    fn unmaps_blocks(&self) -> bool {
        true
    }

    fn verdict(&self, ask: Ask) -> Verdict {
        stock_verdict(ask)
    }

    fn no_block(&self) -> NoBlock {
        NoBlock::IsolateAndMigrate
    }
}
