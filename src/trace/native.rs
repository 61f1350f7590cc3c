// SPDX-License-Identifier: GPL-2.0-only
//! Events of a stock kernel: page allocation and freeing, and names that are known but say nothing about pages.
//!
//! Source: include/trace/events/kmem.h @ 7.3.

use super::event::Kind;
use super::fields::Fields;
use super::skip::Reason;
use super::{compaction, reclaim};

/// Reads the text of the event `name`.
pub fn read(name: &[u8], rest: &[u8]) -> Result<Kind, Reason> {
    let mut from = Fields::new(rest);
    // In the order of how often they occur.
    let kind = match name {
        b"mm_page_free" => {
            from.skip_page();
            Kind::Free { pfn: from.u32("pfn=")?, order: from.order("order=")? }
        }
        b"mm_page_alloc" => {
            from.skip_page();
            Kind::Alloc {
                pfn: from.page("pfn=")?,
                order: from.order("order=")?,
                migratetype: from.migratetype("migratetype=")?,
                gfp: from.gfp("gfp_flags=")?,
            }
        }
        b"mm_page_alloc_zone_locked" => {
            from.skip_page();
            Kind::ZoneLocked {
                pfn: from.u32("pfn=")?,
                order: from.order("order=")?,
                migratetype: from.migratetype("migratetype=")?,
                percpu_refill: from.flag("percpu_refill=")?,
            }
        }
        b"mm_page_pcpu_drain" => {
            from.skip_page();
            Kind::PcpuDrain {
                pfn: from.u32("pfn=")?,
                order: from.order("order=")?,
                migratetype: from.migratetype("migratetype=")?,
            }
        }
        b"mm_page_free_batched" => {
            from.skip_page();
            let pfn = from.u32("pfn=")?;
            // Always printed as zero, whatever the page's order is; read so that a cut line is noticed.
            from.order("order=")?;
            Kind::FreeBatched { pfn }
        }
        _ => return rare(name, rest),
    };
    from.end()?;
    Ok(kind)
}

#[inline(never)]
fn rare(name: &[u8], rest: &[u8]) -> Result<Kind, Reason> {
    if name.starts_with(b"mm_compaction_") || name.starts_with(b"mm_migrate_pages") {
        if let Some(result) = compaction::read(name, rest) {
            return result;
        }
    } else if let Some(result) = reclaim::read(name, rest) {
        return result;
    }
    let mut from = Fields::new(rest);
    let kind = match name {
        b"mm_page_alloc_extfrag" => {
            from.skip_page();
            Kind::Extfrag {
                pfn: from.u32("pfn=")?,
                alloc_order: from.order("alloc_order=")?,
                fallback_order: from.order("fallback_order=")?,
                pageblock_order: from.order("pageblock_order=")?,
                alloc_migratetype: from.migratetype("alloc_migratetype=")?,
                fallback_migratetype: from.migratetype("fallback_migratetype=")?,
                fragmenting: from.flag("fragmenting=")?,
                change_ownership: from.flag("change_ownership=")?,
            }
        }
        b"mm_setup_per_zone_wmarks" => Kind::SetupWmarks {
            node: from.small("node_id=", u8::MAX)?,
            zone: {
                from.word("zone")?;
                from.zone("name=")?
            },
            min: {
                from.word("watermark")?;
                from.u32("min=")?
            },
            low: from.u32("low=")?,
            high: from.u32("high=")?,
            promo: from.u32("promo=")?,
        },
        b"test_pages_isolated" => Kind::TestPagesIsolated {
            start_pfn: from.u32("start_pfn=")?,
            end_pfn: from.u32("end_pfn=")?,
            fin_pfn: from.u32("fin_pfn=")?,
            success: match from.word("ret=")? {
                b"success" => true,
                b"fail" => false,
                _ => return Err(Reason::UnknownWord("ret=")),
            },
        },
        _ => return irrelevant(name).map(Kind::Other).ok_or(Reason::UnknownEvent),
    };
    from.end()?;
    Ok(kind)
}

/// The name of a known event that says nothing about pages, or of its family.
fn irrelevant(name: &[u8]) -> Option<&'static str> {
    if let Some(known) = NAMES.iter().find(|known| known.as_bytes() == name) {
        return Some(known);
    }
    FAMILIES.iter().copied().find(|family| name.starts_with(family.trim_end_matches('*').as_bytes()))
}

const NAMES: [&str; 13] = [
    "oom_score_adj_update",
    "rss_stat",
    "mm_setup_per_zone_lowmem_reserve",
    "mm_calculate_totalreserve_pages",
    "mm_alloc_contig_migrate_range_info",
    "mm_migrate_pages_start",
    "set_migration_pmd",
    "remove_migration_pmd",
    "set_migration_pte",
    "remove_migration_pte",
    "tracing_mark_write",
    "signal_generate",
    "signal_deliver",
];

/// Whole subsystems, so that a trace of `events/enable` is read without a thousand complaints.
const FAMILIES: [&str; 34] = [
    "sched_*",
    "kmalloc*",
    "kfree*",
    "kmem_cache_*",
    "mm_compaction_*",
    "mm_vmscan_*",
    "mm_shrink_slab_*",
    "mm_lru_*",
    "mm_filemap_*",
    "mm_khugepaged_*",
    "mm_collapse_*",
    "mmap_lock_*",
    "page_ref_*",
    "page_pool_*",
    "irq_*",
    "softirq_*",
    "tasklet_*",
    "timer_*",
    "hrtimer_*",
    "tick_*",
    "workqueue_*",
    "sys_*",
    "syscall_*",
    "page_fault_*",
    "ext4_*",
    "jbd2_*",
    "xfs_*",
    "btrfs_*",
    "block_*",
    "writeback_*",
    "cgroup_*",
    "rcu_*",
    "task_*",
    "cpu_*",
];
