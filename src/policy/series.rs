// SPDX-License-Identifier: GPL-2.0-only
//! The series as posted: an unmapped request takes a free unmapped page, or flips a whole free block, or fails.

use super::Policy;
use crate::model::decide::{Ask, Decide, Verdict, stock_verdict};

pub const POLICY: Policy = Policy {
    name: "series",
    about: "The series as posted: unmapped pages come from whole blocks; without a free block the request fails, and \
            compaction runs for the request's own order only.",
    source: "https://lore.kernel.org/r/20260320-page_alloc-unmapped-v2-0-28bf1bd54f41@google.com",
    changes: "Secretmem requests; unmovable requests that find nothing may map a whole free block back.",
    knobs: &[],
    make: |_| Box::new(Series),
    defrag_mode: false,
};

struct Series;

impl Decide for Series {
    fn unmaps_blocks(&self) -> bool {
        true
    }

    fn verdict(&self, ask: Ask) -> Verdict {
        stock_verdict(ask)
    }
}
