// SPDX-License-Identifier: GPL-2.0-only
//! The tracepoints the model emits, as the kernel would (include/trace/events/kmem.h@7.3).
//!
//! Off by default: a run that nobody watches pays one test for each would-be event.

use super::compact_result::Status;
use super::frames::{Order, Pfn};
use super::freetype::Freetype;

/// One event. `migratetype` is the kernel's field of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tracepoint {
    /// mm_page_alloc_zone_locked: a block left its own type's free list.
    ZoneLocked { pfn: Pfn, order: Order, migratetype: Freetype },
    /// mm_page_pcpu_drain: a page went from a per-CPU list back to the buddy lists.
    PcpuDrain { pfn: Pfn, order: Order, migratetype: Freetype },
    /// mm_page_alloc_extfrag: a request was served from another type's memory.
    Extfrag {
        pfn: Pfn,
        alloc_order: Order,
        fallback_order: Order,
        alloc_migratetype: Freetype,
        fallback_migratetype: Freetype,
        change_ownership: bool,
    },
    /// The watermark boost was raised; the value after, in pages.
    Boost { boost: u32 },
    /// A block below pageblock order was claimed, or could not be: what the model's own count of movable pages says.
    ClaimTried { block: Pfn, from: Freetype, to: Freetype, predicted: bool, granted: bool },
    /// ZONE_BELOW_HIGH changed.
    BelowHigh { set: bool },
    /// A step of a compaction run.
    Compaction(CompactEvent),
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

/// Which events are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    #[default]
    Nothing,
    /// Claims and steals, which the journal of decisions takes over.
    Fallbacks,
    Everything,
}

/// Keeps events while it is on.
#[derive(Clone, Debug, Default)]
pub struct Tracer {
    keep: Keep,
    events: Vec<Tracepoint>,
}

impl Tracer {
    pub fn switch(&mut self, on: bool) {
        self.keep = if on { Keep::Everything } else { Keep::Nothing };
    }

    pub fn set(&mut self, keep: Keep) {
        self.keep = keep;
    }

    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Whether every event is wanted, so that nothing may be done in bulk.
    #[inline]
    pub fn keeps_everything(&self) -> bool {
        self.keep == Keep::Everything
    }

    /// Whether nobody looks.
    #[inline]
    pub fn keeps_nothing(&self) -> bool {
        self.keep == Keep::Nothing
    }

    #[inline]
    pub fn emit(&mut self, event: impl FnOnce() -> Tracepoint) {
        if self.keep == Keep::Everything {
            self.events.push(event());
        }
    }

    /// A step of a compaction run.
    #[inline]
    pub(super) fn compaction(&mut self, event: impl FnOnce() -> CompactEvent) {
        self.emit(|| Tracepoint::Compaction(event()));
    }

    /// An event that is of interest even when only claims and steals are.
    #[inline]
    pub fn emit_fallback(&mut self, event: impl FnOnce() -> Tracepoint) {
        if self.keep != Keep::Nothing {
            self.events.push(event());
        }
    }

    /// Hands over what was kept and starts anew.
    pub fn take(&mut self) -> Vec<Tracepoint> {
        std::mem::take(&mut self.events)
    }

    pub fn drain_into(&mut self, out: &mut Vec<Tracepoint>) {
        out.append(&mut self.events);
    }
}
