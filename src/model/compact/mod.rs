// SPDX-License-Identifier: GPL-2.0-only
//! Memory compaction: moving pages together so that whole blocks become free.
//!
//! Stands for mm/compaction.c@7.3 and the parts of mm/migrate.c it uses. A run (`Run`) is a state machine, so that
//! kernel threads make progress beside tasks.

mod control;
mod defer;
mod fast_free;
mod fast_migrate;
mod finish;
mod free_scan;
mod migrate;
mod migrate_block;
mod migrate_scan;
pub mod proactive;
#[cfg(test)]
mod random_tests;
mod run;
pub mod skip;
pub mod suitable;
mod targets;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use control::{Control, FinishRule, FreeCount, Mode, Priority};
pub use run::{Run, Step, Work};

use super::frames::{Kind, Order, Pfn};
use super::pageblock::{PAGEBLOCK_ORDER, block_start};
use super::zone::{MAX_ORDER, Zone};

/// `COMPACT_CLUSTER_MAX`: how many pages one round isolates, and the widest stride.
pub(super) const CLUSTER: u32 = 32;
/// `PAGE_ALLOC_COSTLY_ORDER`.
pub(super) const COSTLY_ORDER: Order = 3;

/// `enum compact_result`; the order matters, the slow path keeps the largest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    NotSuitableZone,
    Skipped,
    Deferred,
    NoSuitablePage,
    Continue,
    Complete,
    PartialSkipped,
    Contended,
    Success,
}

/// What a zone remembers between compactions (`struct zone`: compact_cached_*, compact_init_*, compact_*defer*).
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

/// What a run did, as the kernel's tracepoints and an instrumented kernel tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompactEvent {
    /// mm_compaction_isolate_migratepages.
    IsolateMigratepages { start: Pfn, end: Pfn, scanned: u32, taken: u32 },
    /// mm_compaction_isolate_freepages.
    IsolateFreepages { start: Pfn, end: Pfn, scanned: u32, taken: u32 },
    /// mm_compaction_fast_isolate_freepages; the start is 64 bits wide because it wraps once the scanners have met.
    FastIsolateFreepages { start: u64, end: Pfn, scanned: u32, taken: u32 },
    /// mm_compaction_migratepages.
    Migratepages { migrated: u32, failed: u32 },
    /// mm_compaction_finished.
    Finished { status: Status },
    /// A free block left its list; 0 taken when a watermark forbade it.
    IsolateFree { pfn: Pfn, order: Order, taken: u32 },
    /// A source got a target, or none.
    Target { src: Pfn, dst: Option<Pfn>, order: Order },
    /// A target came back unused.
    TargetBack { dst: Pfn, order: Order },
    /// An unused target was freed at the end of the run.
    Release { pfn: Pfn, order: Order },
}

/// mm/compaction.c:pageblock_skip_persistent@7.3: the frame lies in an allocated block of a pageblock or more, which
/// compaction never moves.
fn in_huge_page(zone: &Zone, pfn: Pfn) -> bool {
    let starts = |head: Pfn, order: Order| {
        zone.contains(head) && zone.frames.kind(head) == Kind::Used && zone.frames.order(head) >= order
    };
    starts(block_start(pfn), PAGEBLOCK_ORDER) || starts(pfn & !((1 << MAX_ORDER) - 1), MAX_ORDER)
}
