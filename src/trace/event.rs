// SPDX-License-Identifier: GPL-2.0-only
//! What a trace can say: one flat list of kinds.
//!
//! Sources @ 7.3: include/trace/events/{kmem,compaction,vmscan,oom,migrate,page_isolation}.h. Kinds below "added" come
//! from an instrumented kernel whose `PA` lines are printed inside the allocator's locks, hence in true order.
//! Zones are indexes: 0 DMA, 1 DMA32, 2 Normal, 3 Movable. Migratetypes: 0 unmovable, 1 movable, 2 reclaimable,
//! 3 highatomic, 4 CMA, 5 isolate.

pub use crate::model::compact::Status as CompactStatus;
use crate::model::gfp::Gfp;

/// One line of a trace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// Counted from 1.
    pub line: u32,
    pub pid: u32,
    pub cpu: u16,
    /// Since boot. A kernel that traces with the tick's clock gives equal times to many events.
    pub time_us: u64,
    pub kind: Kind,
}

/// The coarser outcome that `compact_retry` prints.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RetryResult {
    Failed,
    Withdrawn,
    Progress,
}

/// The task that the OOM killer chose.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Victim {
    pub pid: u32,
    pub comm: String,
    pub total_vm_kib: u64,
    pub anon_rss_kib: u64,
    pub file_rss_kib: u64,
    pub shmem_rss_kib: u64,
    pub pgtables_kib: u64,
    pub uid: u32,
    pub oom_score_adj: i32,
}

/// Names of `mm_migrate_pages`' reasons, by the index that [`Kind::MigratePages`] holds [migrate_mode.h].
pub const MIGRATE_REASONS: [&str; 10] = [
    "compaction",
    "memory_failure",
    "memory_hotplug",
    "syscall_or_cpuset",
    "mempolicy_mbind",
    "numa_misplaced",
    "contig_range",
    "longterm_pin",
    "demotion",
    "damon",
];

/// Set as a table, a line for a kind, so that kinds can be compared.
#[rustfmt::skip]
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    // Pages, from kmem.h.
    /// Printed after everything that the allocation caused. `None`: the allocation failed.
    Alloc { pfn: Option<u32>, order: u8, migratetype: u8, gfp: Gfp },
    Free { pfn: u32, order: u8 },
    /// The page's order is not printed: it is that of its last `Free`.
    FreeBatched { pfn: u32 },
    ZoneLocked { pfn: u32, order: u8, migratetype: u8, percpu_refill: bool },
    PcpuDrain { pfn: u32, order: u8, migratetype: u8 },
    Extfrag {
        pfn: u32,
        alloc_order: u8,
        fallback_order: u8,
        pageblock_order: u8,
        alloc_migratetype: u8,
        fallback_migratetype: u8,
        fragmenting: bool,
        change_ownership: bool,
    },
    SetupWmarks { node: u8, zone: u8, min: u32, low: u32, high: u32, promo: u32 },

    // Compaction and migration, from compaction.h, migrate.h and page_isolation.h.
    CompactBegin { zone_start: u32, migrate_pfn: u32, free_pfn: u32, zone_end: u32, sync: bool },
    CompactEnd { zone_start: u32, migrate_pfn: u32, free_pfn: u32, zone_end: u32, sync: bool, status: CompactStatus },
    IsolateMigratepages { start_pfn: u32, end_pfn: u32, scanned: u32, taken: u32 },
    IsolateFreepages { start_pfn: u32, end_pfn: u32, scanned: u32, taken: u32 },
    /// `None`: the kernel's distance between the scanners was negative, and its unsigned half is no frame.
    FastIsolateFreepages { start_pfn: Option<u32>, end_pfn: u32, scanned: u32, taken: u32 },
    CompactMigratepages { migrated: u32, failed: u32 },
    /// Priority 0 sync full, 1 sync light, 2 async.
    TryToCompact { order: i8, gfp: Gfp, priority: u8 },
    CompactFinished { node: u8, zone: u8, order: i8, status: CompactStatus },
    CompactSuitable { node: u8, zone: u8, order: i8, status: CompactStatus },
    CompactDeferred { node: u8, zone: u8, order: i8, order_failed: i8, considered: u32, limit: u32 },
    DeferCompaction { node: u8, zone: u8, order: i8, order_failed: i8, considered: u32, limit: u32 },
    DeferReset { node: u8, zone: u8, order: i8, order_failed: i8, considered: u32, limit: u32 },
    KcompactdSleep { node: u8 },
    WakeupKcompactd { node: u8, order: i8, zone: u8 },
    KcompactdWake { node: u8, order: i8, zone: u8 },
    /// Mode 0 async, 1 sync light, 2 sync; `reason` indexes [`MIGRATE_REASONS`].
    MigratePages {
        succeeded: u32,
        failed: u32,
        thp_succeeded: u32,
        thp_failed: u32,
        thp_split: u32,
        split: u32,
        mode: u8,
        reason: u8,
    },
    TestPagesIsolated { start_pfn: u32, end_pfn: u32, fin_pfn: u32, success: bool },

    // Reclaim and OOM, from vmscan.h and oom.h.
    WakeupKswapd { node: u8, order: i8, gfp: Gfp },
    KswapdWake { node: u8, order: i8 },
    KswapdSleep { node: u8 },
    BalanceBegin { node: u8, order: i8, zone: u8 },
    BalanceEnd { node: u8, order: i8, zone: u8, reclaimed: u32 },
    KswapdReclaimFail { node: u8, failures: u32 },
    KswapdClearHopeless { node: u8 },
    DirectReclaimBegin { order: i8, gfp: Gfp },
    DirectReclaimEnd { reclaimed: u32 },
    ReclaimRetryZone {
        node: u8,
        zone: u8,
        order: i8,
        reclaimable: u32,
        available: u32,
        min_wmark: u32,
        no_progress_loops: u32,
        wmark_check: bool,
    },
    /// Priority 0 sync full, 1 sync light, 2 async.
    CompactRetry { order: i8, priority: u8, result: RetryResult, retries: u32, max_retries: u32, should_retry: bool },
    MarkVictim(Box<Victim>),
    WakeReaper { pid: u32 },
    StartTaskReaping { pid: u32 },
    FinishTaskReaping { pid: u32 },
    SkipTaskReaping { pid: u32 },

    // Added by the instrumented kernel.
    /// `free` is the zone's global NR_FREE_PAGES, which lacks the cpus' own differences.
    PcpAlloc { zone: u8, order: u8, migratetype: u8, alloc_flags: u32, pfn: Option<u32>, free: u32 },
    BuddyAlloc { zone: u8, order: u8, migratetype: u8, alloc_flags: u32, pfn: Option<u32>, free: u32 },
    /// The zone passed the watermark check and had no page all the same.
    RmqueueFail { zone: u8, order: u8, migratetype: u8, alloc_flags: u32, free: u32 },
    /// A refill of a pcp list, printed after its pages.
    Bulk { zone: u8, order: u8, want: u32, got: u32, migratetype: u8, alloc_flags: u32 },
    /// One page of a caller that asked for many at once.
    BulkAlloc { zone: u8, migratetype: u8, pfn: u32 },
    PcpFree { pfn: u32, order: u8, migratetype: u8 },
    BuddyFree { pfn: u32, order: u8 },
    /// A contiguous range that is freed as one block although `Free` showed it page by page.
    FreePrepared { pfn: u32, order: u8, fpi_flags: u32 },
    PcpTrim {
        zone: u8,
        pindex: u8,
        free_high: bool,
        zone_flags: u32,
        to_free: u32,
        count: u32,
        high: u32,
        pcp_high: u32,
        free_count: u32,
    },
    Drain { zone: u8, cpu: u16, count: u32 },
    Decay { zone: u8, count: u32, high: u32 },
    /// Compaction handed a freed block straight to the waiting allocation.
    Capture { pfn: u32, order: u8 },
    /// `taken` is in pages; 0 means that a watermark forbade it.
    IsolateFree { pfn: u32, order: u8, migratetype: u8, taken: u32 },
    Putback { pfn: u32, order: u8, migratetype: u8 },
    CompactAlloc { src: u32, dst: Option<u32>, order: u8 },
    CompactFree { dst: u32, order: u8 },
    CompactRelease { pfn: u32, order: u8 },
    /// Entries before `pfn` move to the tail. `None`: the kernel printed its list head, and nothing moves.
    RotateHead { pfn: Option<u32>, order: u8 },
    /// Entries up to and including `pfn` move to the tail.
    RotateTail { pfn: Option<u32>, order: u8 },
    /// try_to_claim_block() took the block.
    Claim { block: u32, from: u8, to: u8, free: u32, movable: u32, alike: u32 },
    MoveBlock { block: u32, from: u8, to: u8, moved: i32 },
    ChangeRange { block: u32, blocks: u32, to: u8 },
    Boost { zone: u8, boost: u32 },
    Unboost { zone: u8, boost: u32 },
    BelowHigh { zone: u8, on: bool },
    ReclaimActive { zone: u8, on: bool },
    /// A cpu's difference of NR_FREE_PAGES went into the zone's counter.
    FoldFree { zone: u8, pages: i32 },
    ReserveHighatomic { zone: Option<u8>, pfn: Option<u32> },
    UnreserveHighatomic { zone: Option<u8>, pfn: Option<u32> },
    /// The state was dumped here.
    Snapshot { number: u32, label: Box<str> },

    // Neither.
    /// The kernel's buffer overflowed; `None` when it does not say by how many.
    Lost { events: Option<u32> },
    /// A known event that says nothing about pages; the text is its name, or its family's as in `sched_*`.
    Other(&'static str),
}
