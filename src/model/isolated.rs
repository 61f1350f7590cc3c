// SPDX-License-Identifier: GPL-2.0-only
//! The file pages that compaction has isolated at a moment.
//!
//! Stands for NR_ISOLATED_FILE (mm/compaction.c:isolate_migratepages_block@7.3, mm/migrate.c:putback_movable_pages@7.3).
//!
//! Modelled: pages of secretmem count as file pages: they are not swap-backed.
//! Simplified: a step gives back the pages that move at an even pace, and the others at its end; counts are exact where
//! the kernel's lag by some twenty pages a CPU. Absent: the pages that reclaim itself isolates.

use super::compact::Work;

/// File pages that a step of compaction holds while its time lasts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Isolated {
    moving: u64,
    staying: u64,
    from_ns: u64,
    until_ns: u64,
}

impl Isolated {
    pub(super) fn of(work: &Work, from_ns: u64, until_ns: u64) -> Isolated {
        let staying = work.failed.min(work.isolated_file);
        Isolated { moving: work.isolated_file - staying, staying, from_ns, until_ns }
    }

    /// The step takes longer, as its CPU is shared.
    pub(super) fn stretch(&mut self, until_ns: u64) {
        self.until_ns = until_ns;
    }

    pub(super) fn pages(&self, now_ns: u64) -> u64 {
        let left_ns = self.until_ns.saturating_sub(now_ns);
        if left_ns == 0 {
            return 0;
        }
        self.staying + (self.moving * left_ns).div_ceil((self.until_ns - self.from_ns).max(1))
    }
}
