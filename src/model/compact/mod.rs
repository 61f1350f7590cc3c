// SPDX-License-Identifier: GPL-2.0-only
//! Memory compaction.

use super::frames::Pfn;

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
    pub order_failed: i32,
}
