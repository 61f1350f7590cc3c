// SPDX-License-Identifier: GPL-2.0-only
//! vm.defrag_mode=1: non-movable requests reclaim and compact for whole blocks.

use super::{Knob, Policy};
use crate::model::decide::{Ask, Decide, Verdict, stock_verdict};

pub const POLICY: Policy = Policy {
    name: "defrag-mode",
    about: "vm.defrag_mode=1: requests that are not movable work for whole blocks before they mix types, with or \
            without the series.",
    source: "https://lore.kernel.org/r/20260722150006.3848560-1-hannes@cmpxchg.org and mm/page_alloc.c:__alloc_pages_slowpath@7.3",
    changes: "Every request that is not movable, and kswapd's and kcompactd's aims.",
    knobs: KNOBS,
    make: |knobs| Box::new(DefragMode { series: knobs.is_on(KNOBS, "series") }),
    defrag_mode: true,
};

const KNOBS: &[Knob] = &[Knob::switch("series", "secretmem comes from unmapped blocks as in the series", false)];

struct DefragMode {
    series: bool,
}

impl Decide for DefragMode {
    fn unmaps_blocks(&self) -> bool {
        self.series
    }

    fn verdict(&self, ask: Ask) -> Verdict {
        stock_verdict(ask)
    }
}
