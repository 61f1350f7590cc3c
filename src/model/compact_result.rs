// SPDX-License-Identifier: GPL-2.0-only
//! What a compaction came to (include/linux/compaction.h@7.3).

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
