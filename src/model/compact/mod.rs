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
mod migrate_scan;
pub mod proactive;
mod run;
pub mod skip;
pub mod suitable;

pub use control::{Control, FinishRule, FreeCount, Mode, Priority};
pub use run::{Run, Step, Work};

use super::frames::Pfn;

/// `enum compact_result`; the order matters, the slow path keeps the largest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
