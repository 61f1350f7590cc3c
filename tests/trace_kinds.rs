// SPDX-License-Identifier: GPL-2.0-only
//! What single lines mean: real ones field by field, and invented ones for what no trace holds or what must be refused.

use oompoint::model::gfp::Gfp;
use oompoint::trace::event::{CompactStatus, Kind, RetryResult, Victim};
use oompoint::trace::{Reason, import};

fn read(text: &str) -> Result<Kind, Reason> {
    let line = format!(" secretmem-vs-fr-74      [000] d..3.     5.772000: {text}");
    let mut imported = import(line.as_bytes());
    match imported.skipped.first.first() {
        Some(skip) => Err(skip.reason),
        None => Ok(imported.events.remove(0).kind),
    }
}

fn check(cases: &[(&str, Kind)]) {
    for (text, kind) in cases {
        assert_eq!(read(text).as_ref(), Ok(kind), "{text}");
    }
}

#[test]
fn pages() {
    let gfp = Gfp::GFP_NOWAIT.with(Gfp(Gfp::HIGHMEM.0 | Gfp::IO.0 | Gfp::FS.0 | Gfp::ZERO.0));
    check(&[
        (
            "mm_page_alloc: page=0000000028756192 pfn=0x2c6c order=2 migratetype=0 gfp_flags=GFP_NOWAIT|__GFP_HIGHMEM|__GFP_IO|__GFP_FS|__GFP_ZERO",
            Kind::Alloc { pfn: Some(0x2c6c), order: 2, migratetype: 0, gfp },
        ),
        (
            "mm_page_alloc: page=(null) pfn=0x0 order=9 migratetype=1 gfp_flags=GFP_TRANSHUGE",
            Kind::Alloc { pfn: None, order: 9, migratetype: 1, gfp: Gfp::GFP_TRANSHUGE },
        ),
        ("mm_page_free: page=0000000039a06508 pfn=0xe1f3 order=0", Kind::Free { pfn: 0xe1f3, order: 0 }),
        ("mm_page_free_batched: page=00000000a9a2cc1e pfn=0xe1e9 order=0", Kind::FreeBatched { pfn: 0xe1e9 }),
        (
            "mm_page_alloc_zone_locked: page=0000000093e73500 pfn=0x2db6 order=0 migratetype=0 percpu_refill=1",
            Kind::ZoneLocked { pfn: 0x2db6, order: 0, migratetype: 0, percpu_refill: true },
        ),
        (
            "mm_page_pcpu_drain: page=00000000611d7e9c pfn=0x2dc4 order=0 migratetype=0",
            Kind::PcpuDrain { pfn: 0x2dc4, order: 0, migratetype: 0 },
        ),
        (
            "mm_page_alloc_extfrag: page=000000009406b5f4 pfn=0x3c00 alloc_order=2 fallback_order=10 pageblock_order=9 alloc_migratetype=2 fallback_migratetype=1 fragmenting=0 change_ownership=1",
            Kind::Extfrag {
                pfn: 0x3c00,
                alloc_order: 2,
                fallback_order: 10,
                pageblock_order: 9,
                alloc_migratetype: 2,
                fallback_migratetype: 1,
                fragmenting: false,
                change_ownership: true,
            },
        ),
        (
            "mm_setup_per_zone_wmarks: node_id=0 zone name=DMA32 watermark min=391 low=488 high=585 promo=682",
            Kind::SetupWmarks { node: 0, zone: 1, min: 391, low: 488, high: 585, promo: 682 },
        ),
    ]);
}

#[test]
fn compaction() {
    check(&[
        (
            "mm_compaction_begin: zone_start=0x1 migrate_pfn=0x2 free_pfn=0xe00 zone_end=0x1000, mode=async",
            Kind::CompactBegin { zone_start: 1, migrate_pfn: 2, free_pfn: 0xe00, zone_end: 0x1000, sync: false },
        ),
        (
            "mm_compaction_end: zone_start=0x1 migrate_pfn=0x1 free_pfn=0xe00 zone_end=0x1000, mode=sync status=partial_skipped",
            Kind::CompactEnd {
                zone_start: 1,
                migrate_pfn: 1,
                free_pfn: 0xe00,
                zone_end: 0x1000,
                sync: true,
                status: CompactStatus::PartialSkipped,
            },
        ),
        (
            "mm_compaction_isolate_migratepages: range=(0x1 ~ 0x200) nr_scanned=511 nr_taken=3",
            Kind::IsolateMigratepages { start_pfn: 1, end_pfn: 0x200, scanned: 511, taken: 3 },
        ),
        (
            "mm_compaction_isolate_freepages: range=(0x15e00 ~ 0x15fd7) nr_scanned=471 nr_taken=0",
            Kind::IsolateFreepages { start_pfn: 0x15e00, end_pfn: 0x15fd7, scanned: 471, taken: 0 },
        ),
        (
            "mm_compaction_fast_isolate_freepages: range=(0x8000000000012200 ~ 0x12200) nr_scanned=189 nr_taken=0",
            Kind::FastIsolateFreepages { start_pfn: None, end_pfn: 0x12200, scanned: 189, taken: 0 },
        ),
        (
            "mm_compaction_migratepages: nr_migrated=30 nr_failed=2",
            Kind::CompactMigratepages { migrated: 30, failed: 2 },
        ),
        (
            "mm_compaction_try_to_compact_pages: order=5 gfp_mask=GFP_NOFS|__GFP_COMP priority=2",
            Kind::TryToCompact { order: 5, gfp: Gfp::GFP_NOFS.with(Gfp::COMP), priority: 2 },
        ),
        (
            "mm_compaction_finished: node=0 zone=DMA32    order=-1 ret=continue",
            Kind::CompactFinished { node: 0, zone: 1, order: -1, status: CompactStatus::Continue },
        ),
        (
            "mm_compaction_suitable: node=0 zone=Normal   order=9 ret=not_suitable_zone",
            Kind::CompactSuitable { node: 0, zone: 2, order: 9, status: CompactStatus::NotSuitableZone },
        ),
        (
            "mm_compaction_defer_reset: node=0 zone=DMA32    order=5 order_failed=6 consider=64 limit=64",
            Kind::DeferReset { node: 0, zone: 1, order: 5, order_failed: 6, considered: 64, limit: 64 },
        ),
        (
            "mm_compaction_kcompactd_wake: nid=0 order=9 classzone_idx=Movable ",
            Kind::KcompactdWake { node: 0, order: 9, zone: 3 },
        ),
        (
            "mm_migrate_pages: nr_succeeded=4 nr_failed=1 nr_thp_succeeded=0 nr_thp_failed=0 nr_thp_split=0 nr_split=0 mode=MIGRATE_SYNC_LIGHT reason=contig_range",
            Kind::MigratePages {
                succeeded: 4,
                failed: 1,
                thp_succeeded: 0,
                thp_failed: 0,
                thp_split: 0,
                split: 0,
                mode: 1,
                reason: 6,
            },
        ),
        (
            "test_pages_isolated: start_pfn=0x200 end_pfn=0x400 fin_pfn=0x3f0 ret=fail",
            Kind::TestPagesIsolated { start_pfn: 0x200, end_pfn: 0x400, fin_pfn: 0x3f0, success: false },
        ),
    ]);
}

#[test]
fn reclaim_and_oom() {
    check(&[
        (
            "mm_vmscan_wakeup_kswapd: nid=0 order=0 gfp_flags=none",
            Kind::WakeupKswapd { node: 0, order: 0, gfp: Gfp(0) },
        ),
        ("mm_vmscan_kswapd_wake: nid=0 order=1", Kind::KswapdWake { node: 0, order: 1 }),
        ("mm_vmscan_kswapd_clear_hopeless: nid=0 reason=PCP", Kind::KswapdClearHopeless { node: 0 }),
        (
            "mm_vmscan_balance_pgdat_end: nid=0 order=9 highest_zoneidx=Normal   nr_reclaimed=12",
            Kind::BalanceEnd { node: 0, order: 9, zone: 2, reclaimed: 12 },
        ),
        (
            "mm_vmscan_direct_reclaim_begin: order=0 gfp_flags=GFP_KERNEL pid=190 memcg_id=0 (/a b)",
            Kind::DirectReclaimBegin { order: 0, gfp: Gfp::GFP_KERNEL },
        ),
        ("mm_vmscan_direct_reclaim_end: nr_reclaimed=64 pid=190 memcg_id=0 ", Kind::DirectReclaimEnd { reclaimed: 64 }),
        (
            "reclaim_retry_zone: node=0 zone=DMA32    order=0 reclaimable=5 available=441 min_wmark=1326 no_progress_loops=1 wmark_check=0",
            Kind::ReclaimRetryZone {
                node: 0,
                zone: 1,
                order: 0,
                reclaimable: 5,
                available: 441,
                min_wmark: 1326,
                no_progress_loops: 1,
                wmark_check: false,
            },
        ),
        (
            "compact_retry: order=0 priority=COMPACT_PRIO_SYNC_FULL compaction_result=failed retries=0 max_retries=16 should_retry=0",
            Kind::CompactRetry {
                order: 0,
                priority: 0,
                result: RetryResult::Failed,
                retries: 0,
                max_retries: 16,
                should_retry: false,
            },
        ),
        (
            "mark_victim: pid=92 comm=a b=c total-vm=267392kB anon-rss=128kB file-rss:128512kB shmem-rss:2104kB uid=7 pgtables=316kB oom_score_adj=-1000",
            Kind::MarkVictim(Box::new(Victim {
                pid: 92,
                comm: "a b=c".into(),
                total_vm_kib: 267_392,
                anon_rss_kib: 128,
                file_rss_kib: 128_512,
                shmem_rss_kib: 2104,
                pgtables_kib: 316,
                uid: 7,
                oom_score_adj: -1000,
            })),
        ),
        ("wake_reaper: pid=92", Kind::WakeReaper { pid: 92 }),
        ("oom_score_adj_update: pid=91 comm=x oom_score_adj=-1000", Kind::Other("oom_score_adj_update")),
        ("sched_switch: prev_comm=x ==> next_comm=y", Kind::Other("sched_*")),
    ]);
}

#[test]
fn added_lines() {
    check(&[
        (
            "get_page_from_freelist: PA pcp_alloc zone=DMA32 order=2 mt=0 af=0x801 pfn=0x3348 free=16156",
            Kind::PcpAlloc { zone: 1, order: 2, migratetype: 0, alloc_flags: 0x801, pfn: Some(0x3348), free: 16156 },
        ),
        (
            "get_page_from_freelist: PA buddy_alloc zone=DMA32 order=0 mt=0 af=0x901 pfn=0x0 free=17813",
            Kind::BuddyAlloc { zone: 1, order: 0, migratetype: 0, alloc_flags: 0x901, pfn: None, free: 17813 },
        ),
        (
            "get_page_from_freelist: PA rmq_fail zone=DMA32 order=0 mt=0 af=0x901 free=17813",
            Kind::RmqueueFail { zone: 1, order: 0, migratetype: 0, alloc_flags: 0x901, free: 17813 },
        ),
        (
            "__rmqueue_pcplist: PA bulk zone=DMA32 order=0 want=6 got=5 mt=2 af=0x801",
            Kind::Bulk { zone: 1, order: 0, want: 6, got: 5, migratetype: 2, alloc_flags: 0x801 },
        ),
        ("x: PA bulkalloc zone=DMA mt=1 pfn=0x20", Kind::BulkAlloc { zone: 0, migratetype: 1, pfn: 0x20 }),
        ("x: PA pcp_free pfn=0x34db order=0 mt=1", Kind::PcpFree { pfn: 0x34db, order: 0, migratetype: 1 }),
        ("free_one_page: PA buddy_free pfn=0x34fd order=0", Kind::BuddyFree { pfn: 0x34fd, order: 0 }),
        ("x: PA free_prepared pfn=0x5750 order=2 fpi=0x8", Kind::FreePrepared { pfn: 0x5750, order: 2, fpi_flags: 8 }),
        (
            "free_frozen_page_commit: PA pcp_trim zone=DMA32 pindex=1 to_free=47 count=322 high=321 pcphigh=1371 free_count=48 free_high=0 zflags=0x4",
            Kind::PcpTrim {
                zone: 1,
                pindex: 1,
                free_high: false,
                zone_flags: 4,
                to_free: 47,
                count: 322,
                high: 321,
                pcp_high: 1371,
                free_count: 48,
            },
        ),
        ("x: PA drain zone=DMA32 cpu=0 count=448", Kind::Drain { zone: 1, cpu: 0, count: 448 }),
        ("x: PA decay zone=DMA32 count=253 high=2502", Kind::Decay { zone: 1, count: 253, high: 2502 }),
        ("x: PA capture pfn=0x20 order=5", Kind::Capture { pfn: 0x20, order: 5 }),
        (
            "x: PA isolate_free pfn=0x13fd0 order=4 mt=1 ret=16",
            Kind::IsolateFree { pfn: 0x13fd0, order: 4, migratetype: 1, taken: 16 },
        ),
        ("x: PA putback pfn=0x20 order=4 mt=1", Kind::Putback { pfn: 0x20, order: 4, migratetype: 1 }),
        (
            "x: PA compact_alloc src=0x367f dst=0x13e0d order=0",
            Kind::CompactAlloc { src: 0x367f, dst: Some(0x13e0d), order: 0 },
        ),
        ("x: PA compact_free dst=0x5c0a order=0", Kind::CompactFree { dst: 0x5c0a, order: 0 }),
        ("x: PA compact_release pfn=0x716c order=2", Kind::CompactRelease { pfn: 0x716c, order: 2 }),
        ("x: PA rotate_tail pfn=0x3710 order=4", Kind::RotateTail { pfn: Some(0x3710), order: 4 }),
        (
            "compaction_alloc: PA rotate_head pfn=0xaffffe05b88c order=18446744071586063168",
            Kind::RotateHead { pfn: None, order: 0 },
        ),
        ("x: PA rotate_head pfn=-27 order=4", Kind::RotateHead { pfn: None, order: 0 }),
        (
            "x: PA claim block=0x1800 from=1 to=2 free=167 movable=48 alike=297",
            Kind::Claim { block: 0x1800, from: 1, to: 2, free: 167, movable: 48, alike: 297 },
        ),
        (
            "x: PA move_block block=0xa200 from=1 to=0 moved=89",
            Kind::MoveBlock { block: 0xa200, from: 1, to: 0, moved: 89 },
        ),
        ("x: PA change_range block=0x4800 nr=2 to=0", Kind::ChangeRange { block: 0x4800, blocks: 2, to: 0 }),
        ("x: PA boost zone=DMA32 boost=512", Kind::Boost { zone: 1, boost: 512 }),
        ("x: PA unboost zone=DMA boost=0", Kind::Unboost { zone: 0, boost: 0 }),
        ("x: PA below_high zone=DMA32 v=1", Kind::BelowHigh { zone: 1, on: true }),
        ("x: PA reclaim_active zone=DMA32 v=0", Kind::ReclaimActive { zone: 1, on: false }),
        ("x: PA fold_free zone=DMA32 v=-4", Kind::FoldFree { zone: 1, pages: -4 }),
        (
            "x: PA reserve_highatomic zone=DMA32 block=0x400",
            Kind::ReserveHighatomic { zone: Some(1), pfn: Some(0x400) },
        ),
        ("x: PA unreserve_highatomic pfn=0x400", Kind::UnreserveHighatomic { zone: None, pfn: Some(0x400) }),
        ("pa_snapshot: PA snapshot 2 frag", Kind::Snapshot { number: 2, label: "frag".into() }),
    ]);
}

#[test]
fn fields_may_move_and_new_ones_may_follow() {
    check(&[
        ("mm_page_free: pfn=4660 page=0000000039a06508 order=3", Kind::Free { pfn: 0x1234, order: 3 }),
        ("mm_page_free: page=0000000039a06508 pfn=0x12 order=3 nid=0", Kind::Free { pfn: 0x12, order: 3 }),
    ]);
}

#[test]
fn impossible_lines_are_refused_with_their_reason() {
    for (text, reason) in [
        ("mm_page_free: page=0000000039a06508 pfn=0x100000000 order=0", Reason::OutOfRange("pfn=")),
        ("mm_page_free: page=0000000039a06508 pfn=-1 order=0", Reason::OutOfRange("pfn=")),
        ("mm_page_free: page=0000000039a06508 pfn=0x12 order=11", Reason::OutOfRange("order=")),
        ("mm_page_free: page=0000000039a06508 pfn=0x order=0", Reason::NotANumber("pfn=")),
        ("mm_page_free: page=0000000039a06508 pfn=0x12 order=0\0\0", Reason::NotANumber("order=")),
        ("mm_page_free: page=0000000039a06508 pfn=0x12", Reason::Missing("order=")),
        ("mm_page_free: page=0000000039a06508 pfn=0x12 order=0   busybox-32 [000]", Reason::Trailing),
        ("mm_page_alloc: page=(null) pfn=0x1 order=0 migratetype=6 gfp_flags=none", Reason::OutOfRange("migratetype=")),
        (
            "mm_page_alloc: page=(null) pfn=0x1 order=0 migratetype=0 gfp_flags=GFP_KER",
            Reason::UnknownWord("gfp_flags="),
        ),
        ("x: PA boost zone=HighMem boost=1", Reason::UnknownWord("zone=")),
        ("x: PA teleport zone=DMA", Reason::UnknownAdded),
        ("my_event: a=1", Reason::UnknownEvent),
    ] {
        assert_eq!(read(text), Err(reason), "{text}");
    }
}
