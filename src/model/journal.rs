// SPDX-License-Identifier: GPL-2.0-only
//! The stream of decisions: what the allocator, reclaim, compaction and the OOM killer decided, in order.
//!
//! Off by default; a run that nobody records pays one test for each would-be entry. Recording changes nothing else.
//! Names are those of tracepoints and of /proc/vmstat. Ordinary allocations and frees are no decisions: they follow
//! from the lists, and there are a thousand of them to each entry here.

use super::frames::Order;
use super::freetype::Freetype;
use super::gfp::Gfp;
use super::request::Request;

/// What was decided. The comment says what [`Decision::detail`] and [`Decision::values`] hold; unnamed ones are 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// The first try at the low mark found nothing. Values: gfp, alloc flags.
    SlowPath,
    /// The slow path found a page. Values: gfp, alloc flags, rounds, frame.
    SlowServed,
    /// The slow path returned NULL. Values: gfp, alloc flags, rounds.
    Failed,
    /// mm_page_alloc_extfrag. Detail: 1 if the block changed its type. Values: frame, fallback order, fallback type.
    Extfrag,
    /// A block below pageblock order was not claimed: too little of it suits. Values: block, its type.
    ClaimRefused,
    /// mm_vmscan_direct_reclaim_end. Detail: 1 for progress. Values: nr_reclaimed.
    DirectReclaim,
    /// mm_compaction_try_to_compact_pages. Detail: priority. Values: gfp, alloc flags, the request's own order.
    CompactBegin,
    /// mm_compaction_end of one zone. Detail: status, 128 added for a direct one. Values: migrate and free scanner's
    /// frame, zone index, pages migrated.
    CompactZone,
    /// The direct compaction's result. Detail: status. Values: pages migrated, not migrated, scanned by the migrate
    /// scanner, scanned by the free scanner.
    CompactEnd,
    /// A block freed by compaction was handed to the request. Values: frame.
    Capture,
    /// mm_compaction_wakeup_kcompactd.
    KcompactdWakeup,
    /// mm_compaction_kcompactd_wake. Detail: 0 woken, 1 proactive, 2 for a stock of blocks.
    KcompactdWake,
    /// mm_compaction_kcompactd_sleep.
    KcompactdSleep,
    /// mm_vmscan_wakeup_kswapd.
    KswapdWakeup,
    /// mm_vmscan_kswapd_wake. Detail: 1 for a boost.
    KswapdWake,
    /// The end of balance_pgdat. Values: pages reclaimed, failures so far.
    KswapdBalanced,
    /// mm_vmscan_kswapd_sleep.
    KswapdSleep,
    /// um_block_unmap. Values: frame, blocks.
    BlockUnmapped,
    /// um_block_map. Values: frame, blocks.
    BlockMapped,
    /// um_flip_noblock: no whole free block. Values: gfp, alloc flags, zone index.
    FlipFailed,
    /// drain_all_pages. Values: pages given back.
    Drain,
    /// mark_victim. Values: gfp, alloc flags, the victim's number.
    OomKill,
    /// Nobody is left to kill. Values: gfp, alloc flags.
    OomPanic,
}

impl Kind {
    pub const ALL: [Kind; 23] = {
        use Kind::*;
        [
            SlowPath,
            SlowServed,
            Failed,
            Extfrag,
            ClaimRefused,
            DirectReclaim,
            CompactBegin,
            CompactZone,
            CompactEnd,
            Capture,
            KcompactdWakeup,
            KcompactdWake,
            KcompactdSleep,
            KswapdWakeup,
            KswapdWake,
            KswapdBalanced,
            KswapdSleep,
            BlockUnmapped,
            BlockMapped,
            FlipFailed,
            Drain,
            OomKill,
            OomPanic,
        ]
    };

    /// The kernel's name where it has one.
    pub fn name(self) -> &'static str {
        match self {
            Kind::SlowPath => "alloc_pages_slowpath",
            Kind::SlowServed => "mm_page_alloc",
            Kind::Failed => "mm_page_alloc_failed",
            Kind::Extfrag => "mm_page_alloc_extfrag",
            Kind::ClaimRefused => "try_to_claim_block",
            Kind::DirectReclaim => "mm_vmscan_direct_reclaim_end",
            Kind::CompactBegin => "mm_compaction_try_to_compact_pages",
            Kind::CompactZone => "mm_compaction_end",
            Kind::CompactEnd => "compact_stall",
            Kind::Capture => "compaction_capture",
            Kind::KcompactdWakeup => "mm_compaction_wakeup_kcompactd",
            Kind::KcompactdWake => "mm_compaction_kcompactd_wake",
            Kind::KcompactdSleep => "mm_compaction_kcompactd_sleep",
            Kind::KswapdWakeup => "mm_vmscan_wakeup_kswapd",
            Kind::KswapdWake => "mm_vmscan_kswapd_wake",
            Kind::KswapdBalanced => "balance_pgdat",
            Kind::KswapdSleep => "mm_vmscan_kswapd_sleep",
            Kind::BlockUnmapped => "um_block_unmap",
            Kind::BlockMapped => "um_block_map",
            Kind::FlipFailed => "um_flip_noblock",
            Kind::Drain => "drain_all_pages",
            Kind::OomKill => "mark_victim",
            Kind::OomPanic => "out_of_memory",
        }
    }

    /// Whether the first two values are a request's gfp and alloc flags.
    pub fn has_request(self) -> bool {
        use Kind::*;
        matches!(self, SlowPath | SlowServed | Failed | CompactBegin | FlipFailed | OomKill | OomPanic)
    }
}

/// One entry, without its place in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct What {
    pub kind: Kind,
    pub order: Order,
    pub freetype: Freetype,
    pub detail: u8,
    pub values: [u32; 4],
}

impl What {
    pub fn new(kind: Kind, order: Order, freetype: Freetype, values: [u32; 4]) -> What {
        What { kind, order, freetype, detail: 0, values }
    }

    /// An entry about a request.
    pub fn of(kind: Kind, request: &Request, third: u32, fourth: u32) -> What {
        What::new(kind, request.order, request.freetype, [request.gfp.0, request.flags, third, fourth])
    }

    pub fn detail(self, detail: u8) -> What {
        What { detail, ..self }
    }
}

/// One entry, 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Start of the step of simulated time in which it fell.
    pub at_ns: u64,
    /// Pages that tasks had asked for by then.
    pub requested_pages: u32,
    pub what: What,
}

impl Decision {
    /// The request it was about, if it was about one.
    pub fn request(&self) -> Option<Request> {
        let [gfp, flags, ..] = self.what.values;
        let gfp = Gfp(gfp);
        self.what.kind.has_request().then(|| Request {
            order: self.what.order,
            freetype: self.what.freetype,
            highest_zone: gfp.highest_zoneidx(),
            flags,
            gfp,
        })
    }
}

/// Counts decisions, and keeps them until they are taken.
#[derive(Clone, Default)]
pub struct Journal {
    pub(super) on: bool,
    count: u64,
    kept: Vec<Decision>,
    /// The machine is to be kept as it is at this entry.
    catch: Option<u64>,
    /// Pages that tasks have asked for, each request once.
    pub requested_pages: u64,
}

impl Journal {
    /// Entries so far; the ordinal of the next one.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Hands over what was kept.
    pub fn take(&mut self) -> Vec<Decision> {
        std::mem::take(&mut self.kept)
    }

    /// Asks for the machine as it is at an entry that is yet to come.
    pub fn catch(&mut self, ordinal: u64) {
        assert!(ordinal >= self.count, "entry {ordinal} is past, {} were made", self.count);
        self.catch = Some(ordinal);
    }

    /// Adds an entry. Whether it is the one at which the machine is to be kept.
    pub(super) fn push(&mut self, at_ns: u64, what: What) -> bool {
        let requested_pages = u32::try_from(self.requested_pages).unwrap_or(u32::MAX);
        self.kept.push(Decision { at_ns, requested_pages, what });
        let is_caught = self.catch == Some(self.count);
        self.count += 1;
        if is_caught {
            self.catch = None;
        }
        is_caught
    }

    /// One that begins where this one stands, and keeps nothing.
    pub(super) fn blank(&self) -> Journal {
        Journal { count: self.count, requested_pages: self.requested_pages, ..Journal::default() }
    }

    /// Whether anything is asked for that has not come.
    pub fn is_waiting(&self) -> bool {
        self.catch.is_some()
    }
}
