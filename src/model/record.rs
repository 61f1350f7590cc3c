// SPDX-License-Identifier: GPL-2.0-only
//! Writing the stream of decisions.

use super::journal::{Kind, What};
use super::machine::Machine;
use super::tracepoint::{Keep, Tracepoint};

impl Machine {
    /// Begins to keep decisions.
    pub fn record_decisions(&mut self) {
        self.journal.on = true;
        self.node.zones.iter_mut().for_each(|zone| zone.tracer.set(Keep::Fallbacks));
    }

    /// Adds an entry to the stream.
    #[inline]
    pub(crate) fn decide(&mut self, what: What) {
        if self.journal.on {
            self.write(what);
        }
    }

    /// Adds what a zone noted in its last operation.
    #[inline]
    pub(super) fn decide_fallbacks(&mut self, i: usize) {
        if self.journal.on && !self.node.zones[i].tracer.is_empty() {
            self.write_fallbacks(i);
        }
    }

    #[cold]
    fn write_fallbacks(&mut self, i: usize) {
        for event in self.node.zones[i].tracer.take() {
            match event {
                Tracepoint::Extfrag {
                    pfn,
                    alloc_order,
                    fallback_order,
                    alloc_migratetype,
                    fallback_migratetype,
                    change_ownership,
                } => {
                    let values = [pfn, u32::from(fallback_order), u32::from(fallback_migratetype), 0];
                    let what = What::new(Kind::Extfrag, alloc_order, alloc_migratetype, values);
                    self.write(what.detail(u8::from(change_ownership)));
                }
                Tracepoint::ClaimTried { block, from, to, granted: false, .. } => {
                    self.write(What::new(Kind::ClaimRefused, 0, to, [block, u32::from(from), 0, 0]));
                }
                _ => {}
            }
        }
    }

    #[cold]
    fn write(&mut self, what: What) {
        if self.journal.push(self.now_ns, what) {
            let blank = self.journal.blank();
            let journal = std::mem::replace(&mut self.journal, blank);
            self.caught = Some(Box::new(self.clone()));
            self.journal = journal;
        }
    }
}
