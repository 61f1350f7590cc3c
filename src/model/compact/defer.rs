// SPDX-License-Identifier: GPL-2.0-only
//! Backing off after failed compactions.
//!
//! Modelled: mm/compaction.c@7.3: compaction_deferred, defer_compaction, compaction_defer_reset,
//! compaction_restarting; all of it.

use super::{MAX_DEFER_SHIFT, ZoneMemory};

impl ZoneMemory {
    /// Whether this attempt is to be skipped; counts it (mm/compaction.c:compaction_deferred@7.3).
    pub fn deferred(&mut self, order: i8) -> bool {
        if i32::from(order) < self.order_failed {
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

    /// A run failed (mm/compaction.c:defer_compaction@7.3).
    pub fn defer(&mut self, order: i8) {
        self.considered = 0;
        self.defer_shift = (self.defer_shift + 1).min(MAX_DEFER_SHIFT);
        self.order_failed = self.order_failed.min(i32::from(order));
    }

    /// A run, or with `alloc_ok` the allocation behind it, succeeded (mm/compaction.c:compaction_defer_reset@7.3).
    pub fn reset(&mut self, order: i8, alloc_ok: bool) {
        if alloc_ok {
            self.considered = 0;
            self.defer_shift = 0;
        }
        if i32::from(order) >= self.order_failed {
            self.order_failed = i32::from(order) + 1;
        }
    }

    /// Whether compaction starts again after the longest pause (mm/compaction.c:compaction_restarting@7.3).
    pub fn restarting(&self, order: i8) -> bool {
        i32::from(order) >= self.order_failed
            && self.defer_shift == MAX_DEFER_SHIFT
            && self.considered >= 1 << self.defer_shift
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kth_failure_skips_two_to_the_k_less_one() {
        let mut memory = ZoneMemory::default();
        for k in 1..=8u32 {
            memory.defer(9);
            let skipped = (0..200).take_while(|_| memory.deferred(9)).count();
            assert_eq!(skipped as u32, (1 << k.min(MAX_DEFER_SHIFT)) - 1, "after failure {k}");
            assert_eq!(memory.restarting(9), k >= MAX_DEFER_SHIFT);
        }
        assert_eq!(memory.considered, 64);
    }

    #[test]
    fn success_lifts_the_order_and_an_allocation_forgets() {
        let mut memory = ZoneMemory::default();
        memory.defer(4);
        assert!(memory.deferred(9) && memory.order_failed == 0);
        memory.reset(9, false);
        assert_eq!((memory.order_failed, memory.defer_shift), (10, 1));
        assert!(!memory.deferred(9));
        memory.defer(9);
        assert_eq!((memory.order_failed, memory.considered, memory.defer_shift), (9, 0, 2));
        memory.reset(3, true);
        assert_eq!((memory.order_failed, memory.considered, memory.defer_shift), (9, 0, 0));
        assert!(!memory.restarting(-1));
    }
}
