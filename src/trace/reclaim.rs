// SPDX-License-Identifier: GPL-2.0-only
//! Events of reclaim and of the OOM killer.
//!
//! Sources: include/trace/events/vmscan.h, oom.h @ 7.3.

use super::event::{Kind, RetryResult, Victim};
use super::fields::Fields;
use super::skip::Reason;

/// Reads a reclaim or OOM event; `None` when `name` is not in this table.
pub fn read(name: &[u8], rest: &[u8]) -> Option<Result<Kind, Reason>> {
    let mut from = Fields::new(rest);
    let from = &mut from;
    Some(match name {
        b"mm_vmscan_wakeup_kswapd" => wakeup_kswapd(from),
        b"mm_vmscan_kswapd_wake" => kswapd_wake(from),
        b"mm_vmscan_kswapd_sleep" => node(from).map(|node| Kind::KswapdSleep { node }),
        b"mm_vmscan_balance_pgdat_begin" => balance_begin(from),
        b"mm_vmscan_balance_pgdat_end" => balance_end(from),
        b"mm_vmscan_kswapd_reclaim_fail" => kswapd_fail(from),
        b"mm_vmscan_kswapd_clear_hopeless" => node(from).map(|node| Kind::KswapdClearHopeless { node }),
        b"mm_vmscan_direct_reclaim_begin" => direct_begin(from),
        b"mm_vmscan_direct_reclaim_end" => {
            from.u32("nr_reclaimed=").map(|reclaimed| Kind::DirectReclaimEnd { reclaimed })
        }
        b"reclaim_retry_zone" => reclaim_retry_zone(from),
        b"compact_retry" => compact_retry(from),
        b"mark_victim" => mark_victim(from),
        b"wake_reaper" => from.u32("pid=").map(|pid| Kind::WakeReaper { pid }),
        b"start_task_reaping" => from.u32("pid=").map(|pid| Kind::StartTaskReaping { pid }),
        b"finish_task_reaping" => from.u32("pid=").map(|pid| Kind::FinishTaskReaping { pid }),
        b"skip_task_reaping" => from.u32("pid=").map(|pid| Kind::SkipTaskReaping { pid }),
        _ => return None,
    })
}

fn node(from: &mut Fields) -> Result<u8, Reason> {
    from.small("nid=", u8::MAX)
}

fn wakeup_kswapd(from: &mut Fields) -> Result<Kind, Reason> {
    Ok(Kind::WakeupKswapd { node: node(from)?, order: from.request_order("order=")?, gfp: from.gfp("gfp_flags=")? })
}

fn kswapd_wake(from: &mut Fields) -> Result<Kind, Reason> {
    Ok(Kind::KswapdWake { node: node(from)?, order: from.request_order("order=")? })
}

fn balance_begin(from: &mut Fields) -> Result<Kind, Reason> {
    Ok(Kind::BalanceBegin {
        node: node(from)?,
        order: from.request_order("order=")?,
        zone: from.zone("highest_zoneidx=")?,
    })
}

fn balance_end(from: &mut Fields) -> Result<Kind, Reason> {
    Ok(Kind::BalanceEnd {
        node: node(from)?,
        order: from.request_order("order=")?,
        zone: from.zone("highest_zoneidx=")?,
        reclaimed: from.u32("nr_reclaimed=")?,
    })
}

fn kswapd_fail(from: &mut Fields) -> Result<Kind, Reason> {
    Ok(Kind::KswapdReclaimFail { node: node(from)?, failures: from.u32("failures=")? })
}

/// The pid and the control group that follow are the task's own: the header has the first, and nobody models groups.
fn direct_begin(from: &mut Fields) -> Result<Kind, Reason> {
    Ok(Kind::DirectReclaimBegin { order: from.request_order("order=")?, gfp: from.gfp("gfp_flags=")? })
}

fn reclaim_retry_zone(from: &mut Fields) -> Result<Kind, Reason> {
    Ok(Kind::ReclaimRetryZone {
        node: from.small("node=", u8::MAX)?,
        zone: from.zone("zone=")?,
        order: from.request_order("order=")?,
        reclaimable: from.u32("reclaimable=")?,
        available: from.u32("available=")?,
        min_wmark: from.u32("min_wmark=")?,
        no_progress_loops: from.u32("no_progress_loops=")?,
        wmark_check: from.flag("wmark_check=")?,
    })
}

fn compact_retry(from: &mut Fields) -> Result<Kind, Reason> {
    Ok(Kind::CompactRetry {
        order: from.request_order("order=")?,
        priority: match from.word("priority=")? {
            b"COMPACT_PRIO_SYNC_FULL" => 0,
            b"COMPACT_PRIO_SYNC_LIGHT" => 1,
            b"COMPACT_PRIO_ASYNC" => 2,
            _ => return Err(Reason::UnknownWord("priority=")),
        },
        result: match from.word("compaction_result=")? {
            b"failed" => RetryResult::Failed,
            b"withdrawn" => RetryResult::Withdrawn,
            b"progress" => RetryResult::Progress,
            _ => return Err(Reason::UnknownWord("compaction_result=")),
        },
        retries: from.u32("retries=")?,
        max_retries: from.u32("max_retries=")?,
        should_retry: from.flag("should_retry=")?,
    })
}

fn mark_victim(from: &mut Fields) -> Result<Kind, Reason> {
    Ok(Kind::MarkVictim(Box::new(Victim {
        pid: from.u32("pid=")?,
        comm: String::from_utf8_lossy(from.until("comm=", " total-vm=")?).into_owned(),
        total_vm_kib: from.kib("total-vm=")?,
        anon_rss_kib: from.kib("anon-rss=")?,
        file_rss_kib: from.kib("file-rss:")?,
        shmem_rss_kib: from.kib("shmem-rss:")?,
        uid: from.u32("uid=")?,
        pgtables_kib: from.kib("pgtables=")?,
        oom_score_adj: from.i32("oom_score_adj=")?,
    })))
}
