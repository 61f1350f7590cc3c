// SPDX-License-Identifier: GPL-2.0-only
//! The mail's fix: direct compaction for a whole block whenever an unmapped request is in the slow path.

use super::{Knob, Policy};
use crate::model::compact::{FinishRule, FreeCount};
use crate::model::decide::{Ask, Decide, Verdict, stock_verdict};
use crate::model::pageblock::PAGEBLOCK_ORDER;

pub const POLICY: Policy = Policy {
    name: "blunt",
    about: "The mail's fix: direct compaction works for a whole pageblock for every unmapped request; a run does not \
            see the mapped block it made and goes on to the end of the zone.",
    source: "https://lkml.iu.edu/2606.1/09199.html (2026-06-11)",
    changes: "Secretmem requests in the slow path.",
    knobs: KNOBS,
    make: |knobs| Box::new(Blunt { june_leak: knobs.is_on(KNOBS, "june-leak") }),
    defrag_mode: false,
};

const KNOBS: &[Knob] = &[Knob::switch(
    "june-leak",
    "a block captured in compaction keeps its order while the caller uses one page of it: the rest is lost",
    false,
)];

struct Blunt {
    june_leak: bool,
}

impl Decide for Blunt {
    fn unmaps_blocks(&self) -> bool {
        true
    }

    fn verdict(&self, ask: Ask) -> Verdict {
        unmapped_verdict(ask, FinishRule::ByType, self.june_leak)
    }
}

/// Pageblock compaction for unmapped requests, the stock verdict for the others.
pub(super) fn unmapped_verdict(ask: Ask, finish: FinishRule, capture_leaks: bool) -> Verdict {
    if !ask.is_unmapped() {
        return stock_verdict(ask);
    }
    Verdict {
        compact_order: ask.order.max(PAGEBLOCK_ORDER),
        free_count: FreeCount::MappedBlocks,
        finish,
        capture_leaks,
        ..stock_verdict(ask)
    }
}
