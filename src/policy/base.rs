// SPDX-License-Identifier: GPL-2.0-only
//! The kernel as it is: secretmem is unmovable memory, unmapped page by page.

use super::Policy;
use crate::model::decide::{Ask, Decide, Verdict, stock_verdict};

pub const POLICY: Policy = Policy {
    name: "base",
    about: "Linux 7.3 without the series: each secretmem page is taken from mapped memory and unmapped on its own.",
    source: "mm/secretmem.c:secretmem_fault@7.3",
    changes: "No request is changed.",
    knobs: &[],
    make: |_| Box::new(Base),
    defrag_mode: false,
};

struct Base;

impl Decide for Base {
    fn unmaps_blocks(&self) -> bool {
        false
    }

    fn verdict(&self, ask: Ask) -> Verdict {
        stock_verdict(ask)
    }
}
