// SPDX-License-Identifier: GPL-2.0-only
//! Every verdict a knob.

use super::{Knob, Knobs, Policy};
use crate::model::compact::{FinishRule, FreeCount};
use crate::model::decide::{Ask, Decide, NoBlock, Verdict, stock_verdict};

pub const POLICY: Policy = Policy {
    name: "tunable",
    about: "Every verdict is a knob; with its defaults it is the series as posted.",
    source: "this project",
    changes: "Whatever its knobs say, for secretmem requests.",
    knobs: KNOBS,
    make: |knobs| Box::new(Tunable { knobs: knobs.clone() }),
    defrag_mode: false,
};

const KNOBS: &[Knob] = &[
    Knob::switch("unmap-blocks", "secretmem comes from unmapped blocks", true),
    Knob::number("compact-order", "order that direct compaction works for; 0 does not run", 0, 0, 10),
    Knob::number("reclaim-order", "order that direct reclaim works for", 0, 0, 10),
    Knob::number("count", "free pages suitability counts: 0 all, 1 whole blocks, 2 whole mapped blocks", 0, 0, 2),
    Knob::number("finish", "compaction ends at: 0 a block of the type, 1 a mapped block, 2 the zone's end", 0, 0, 2),
    Knob::switch("capture", "a block freed during compaction is handed over", true),
    Knob::switch("june-leak", "a captured block loses all but one page", false),
    Knob::switch("isolate", "a flip without a block isolates and migrates one", false),
    Knob::switch("map-back", "movable requests map free unmapped blocks back", false),
    Knob::number("stock", "free mapped blocks that kcompactd keeps", 0, 0, 65_536),
];

struct Tunable {
    knobs: Knobs,
}

impl Tunable {
    fn get(&self, name: &str) -> u32 {
        self.knobs.get(KNOBS, name)
    }
}

impl Decide for Tunable {
    fn unmaps_blocks(&self) -> bool {
        self.get("unmap-blocks") != 0
    }

    fn verdict(&self, ask: Ask) -> Verdict {
        let stock = stock_verdict(ask);
        if !ask.is_unmapped() {
            return stock;
        }
        let free_count = [FreeCount::Pages, FreeCount::Blocks, FreeCount::MappedBlocks];
        let finish = [FinishRule::ByType, FinishRule::MappedBlock, FinishRule::Never];
        Verdict {
            reclaim_order: stock.reclaim_order.max(self.get("reclaim-order") as u8),
            compact_order: stock.compact_order.max(self.get("compact-order") as u8),
            free_count: free_count[self.get("count") as usize],
            finish: finish[self.get("finish") as usize],
            capture: self.get("capture") != 0,
            capture_leaks: self.get("june-leak") != 0,
        }
    }

    fn no_block(&self) -> NoBlock {
        if self.get("isolate") != 0 { NoBlock::IsolateAndMigrate } else { NoBlock::Fail }
    }

    fn movable_maps_back(&self) -> bool {
        self.get("map-back") != 0
    }

    fn kcompactd_target_blocks(&self) -> u32 {
        self.get("stock")
    }
}
