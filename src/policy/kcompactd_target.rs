// SPDX-License-Identifier: GPL-2.0-only
//! kcompactd keeps a stock of free mapped blocks, so that flips find one.

use super::{Knob, Policy};
use crate::model::decide::{Ask, Decide, Verdict, stock_verdict};

pub const POLICY: Policy = Policy {
    name: "kcompactd-target",
    about: "kcompactd keeps a number of free mapped blocks in stock; requests themselves do not compact.",
    source: "inferred; nearest kin is mm/compaction.c:__compact_finished@7.3 under defrag_mode",
    changes: "No request; kcompactd's aim.",
    knobs: KNOBS,
    make: |knobs| Box::new(KcompactdTarget { blocks: knobs.get(KNOBS, "blocks") }),
    defrag_mode: false,
};

const KNOBS: &[Knob] = &[Knob::number("blocks", "free mapped pageblocks to keep", 16, 1, 65_536)];

struct KcompactdTarget {
    blocks: u32,
}

impl Decide for KcompactdTarget {
    fn unmaps_blocks(&self) -> bool {
        true
    }

    fn verdict(&self, ask: Ask) -> Verdict {
        stock_verdict(ask)
    }

    fn kcompactd_target_blocks(&self) -> u32 {
        self.blocks
    }
}
