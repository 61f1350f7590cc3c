// SPDX-License-Identifier: GPL-2.0-only
//! As the mail's fix, but a compaction stops at the first free mapped block it made.

use super::Policy;
use super::blunt::unmapped_verdict;
use crate::model::compact::FinishRule;
use crate::model::decide::{Ask, Decide, Verdict};

pub const POLICY: Policy = Policy {
    name: "early",
    about: "The mail's fix with another end: a compaction stops as soon as one free mapped block exists.",
    source: "not from the threads; measured beside them on a patched 7.3.4 (tests/kernel)",
    changes: "Secretmem requests in the slow path.",
    knobs: &[],
    make: |_| Box::new(Early),
    defrag_mode: false,
};

struct Early;

impl Decide for Early {
    fn unmaps_blocks(&self) -> bool {
        true
    }

    fn verdict(&self, ask: Ask) -> Verdict {
        unmapped_verdict(ask, FinishRule::MappedBlock, false)
    }
}
