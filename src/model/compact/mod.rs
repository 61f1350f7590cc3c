// SPDX-License-Identifier: GPL-2.0-only
//! Memory compaction: moving pages together so that whole blocks become free.
//!
//! Stands for mm/compaction.c@7.3 and the parts of mm/migrate.c it uses. A run (`Run`) is a state machine, so that
//! kernel threads make progress beside tasks.

mod control;
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

pub use super::compact_result::Status;
pub use super::deferral::ZoneMemory;
pub use super::tracepoint::CompactEvent;
pub use control::{Control, FinishRule, FreeCount, Mode, Priority};
pub use run::{Run, Step, Work};

/// `COMPACT_CLUSTER_MAX`: how many pages one round isolates, and the widest stride.
const CLUSTER: u32 = 32;
