// SPDX-License-Identifier: GPL-2.0-only
//! Deferral, and what else a zone remembers between compactions. After k failures in a row, 2^k - 1 attempts are
//! skipped.
//!
//! Stands for mm/compaction.c@7.3: compaction_deferred, defer_compaction, compaction_defer_reset,
//! compaction_restarting. Modelled: all of it.

use super::frames::Pfn;

/// `COMPACT_MAX_DEFER_SHIFT`.
pub const SHIFT_MAX: u32 = 6;

/// The zone's own fields (`struct zone`: compact_cached_*, compact_init_*, compact_*defer*).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ZoneMemory {
    /// By mode: asynchronous, synchronous.
    pub cached_migrate: [Pfn; 2],
    pub cached_free: Pfn,
    pub init_migrate: Pfn,
    pub init_free: Pfn,
    pub blockskip_flush: bool,
    pub considered: u32,
    pub defer_shift: u32,
    pub order_failed: i8,
}

impl ZoneMemory {
    /// Whether an attempt at this order is skipped; counts it.
    pub fn deferred(&mut self, order: i8) -> bool {
        if order < self.order_failed {
            return false;
        }
        let limit = 1 << self.defer_shift;
        self.considered += 1;
        if self.considered >= limit {
            self.considered = limit;
            return false;
        }
        true
    }

    /// A run at this order did not help.
    pub fn defer(&mut self, order: i8) {
        self.considered = 0;
        self.defer_shift = (self.defer_shift + 1).min(SHIFT_MAX);
        self.order_failed = self.order_failed.min(order);
    }

    /// A run helped, or an allocation of this order succeeded.
    pub fn reset(&mut self, order: i8, allocated: bool) {
        if allocated {
            self.considered = 0;
            self.defer_shift = 0;
        }
        if order >= self.order_failed {
            self.order_failed = order + 1;
        }
    }

    /// The longest deferral is over: skip hints are forgotten.
    pub fn restarting(&self, order: i8) -> bool {
        order >= self.order_failed && self.defer_shift == SHIFT_MAX && self.considered >= 1 << SHIFT_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_the_kth_failure_two_to_the_k_less_one_attempts_are_skipped() {
        let mut memory = ZoneMemory::default();
        for k in 1..=8u32 {
            memory.defer(9);
            memory.order_failed = 0;
            let skipped = (0..200).take_while(|_| memory.deferred(9)).count();
            assert_eq!(skipped, (1 << k.min(6)) - 1, "failure {k}");
        }
        assert!(memory.restarting(9) && !memory.deferred(-1));
        memory.reset(9, true);
        assert_eq!((memory.defer_shift, memory.considered, memory.order_failed), (0, 0, 10));
    }
}
