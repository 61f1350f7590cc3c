// SPDX-License-Identifier: GPL-2.0-only
//! The mail's fix, with movable requests allowed to map free unmapped blocks back.

use super::Policy;
use super::blunt::unmapped_verdict;
use crate::model::compact::FinishRule;
use crate::model::decide::{Ask, Decide, Verdict};

pub const POLICY: Policy = Policy {
    name: "map-back",
    about: "The mail's fix, and movable requests that find nothing may map a wholly free unmapped block back.",
    source: "inferred from the comment in mm/compaction.c of the branch page_alloc-unmapped-2026-06-11",
    changes: "Secretmem requests in the slow path; movable requests that find nothing.",
    knobs: &[],
    make: |_| Box::new(MapBack),
    defrag_mode: false,
};

struct MapBack;

impl Decide for MapBack {
    fn unmaps_blocks(&self) -> bool {
        true
    }

    fn verdict(&self, ask: Ask) -> Verdict {
        unmapped_verdict(ask, FinishRule::ByType, false)
    }

    fn movable_maps_back(&self) -> bool {
        true
    }
}
