// SPDX-License-Identifier: GPL-2.0-only
//! Promotes reclaim as well as compaction to a whole block for unmapped requests.

use super::Policy;
use super::blunt::unmapped_verdict;
use crate::model::compact::FinishRule;
use crate::model::decide::{Ask, Decide, Verdict};
use crate::model::pageblock::PAGEBLOCK_ORDER;

pub const POLICY: Policy = Policy {
    name: "promote-reclaim",
    about: "Unmapped requests reclaim for a whole block too: once compaction could run, reclaim stands back.",
    source: "inferred from mm/page_alloc.c:should_reclaim_retry@7.3 (reclaim_compact_order)",
    changes: "Secretmem requests in the slow path.",
    knobs: &[],
    make: |_| Box::new(PromoteReclaim),
    defrag_mode: false,
};

struct PromoteReclaim;

impl Decide for PromoteReclaim {
    fn unmaps_blocks(&self) -> bool {
        true
    }

    fn verdict(&self, ask: Ask) -> Verdict {
        let verdict = unmapped_verdict(ask, FinishRule::MappedBlock, false);
        let reclaim_order = if ask.is_unmapped() { ask.order.max(PAGEBLOCK_ORDER) } else { verdict.reclaim_order };
        Verdict { reclaim_order, ..verdict }
    }
}
