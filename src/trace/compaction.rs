// SPDX-License-Identifier: GPL-2.0-only
//! Events of compaction and migration.
//!
//! Sources: include/trace/events/compaction.h, migrate.h @ 7.3.

use super::event::{CompactStatus, Kind, MIGRATE_REASONS};
use super::fields::Fields;
use super::skip::Reason;

/// Reads a compaction event; `None` when `name` is not in this table.
pub fn read(name: &[u8], rest: &[u8]) -> Option<Result<Kind, Reason>> {
    let mut from = Fields::new(rest);
    let kind = match name {
        b"mm_compaction_begin" => begin(&mut from),
        b"mm_compaction_end" => end(&mut from),
        b"mm_compaction_isolate_migratepages" => range(&mut from).map(|(start_pfn, end_pfn, scanned, taken)| {
            Kind::IsolateMigratepages { start_pfn, end_pfn, scanned, taken }
        }),
        b"mm_compaction_isolate_freepages" => range(&mut from)
            .map(|(start_pfn, end_pfn, scanned, taken)| Kind::IsolateFreepages { start_pfn, end_pfn, scanned, taken }),
        b"mm_compaction_fast_isolate_freepages" => fast_isolate(&mut from),
        b"mm_compaction_migratepages" => migrated(&mut from),
        b"mm_compaction_try_to_compact_pages" => try_to_compact(&mut from),
        b"mm_compaction_finished" => {
            asked(&mut from).map(|(node, zone, order, status)| Kind::CompactFinished { node, zone, order, status })
        }
        b"mm_compaction_suitable" => {
            asked(&mut from).map(|(node, zone, order, status)| Kind::CompactSuitable { node, zone, order, status })
        }
        b"mm_compaction_deferred" => deferral(&mut from).map(|d| Kind::CompactDeferred {
            node: d.node,
            zone: d.zone,
            order: d.order,
            order_failed: d.order_failed,
            considered: d.considered,
            limit: d.limit,
        }),
        b"mm_compaction_defer_compaction" => deferral(&mut from).map(|d| Kind::DeferCompaction {
            node: d.node,
            zone: d.zone,
            order: d.order,
            order_failed: d.order_failed,
            considered: d.considered,
            limit: d.limit,
        }),
        b"mm_compaction_defer_reset" => deferral(&mut from).map(|d| Kind::DeferReset {
            node: d.node,
            zone: d.zone,
            order: d.order,
            order_failed: d.order_failed,
            considered: d.considered,
            limit: d.limit,
        }),
        b"mm_compaction_kcompactd_sleep" => from.small("nid=", u8::MAX).map(|node| Kind::KcompactdSleep { node }),
        b"mm_compaction_wakeup_kcompactd" => {
            waker(&mut from).map(|(node, order, zone)| Kind::WakeupKcompactd { node, order, zone })
        }
        b"mm_compaction_kcompactd_wake" => {
            waker(&mut from).map(|(node, order, zone)| Kind::KcompactdWake { node, order, zone })
        }
        b"mm_migrate_pages" => migrate_pages(&mut from),
        _ => return None,
    };
    Some(kind.and_then(|kind| from.end().map(|()| kind)))
}

fn begin(from: &mut Fields) -> Result<Kind, Reason> {
    Ok(Kind::CompactBegin {
        zone_start: from.u32("zone_start=")?,
        migrate_pfn: from.u32("migrate_pfn=")?,
        free_pfn: from.u32("free_pfn=")?,
        zone_end: from.u32("zone_end=")?,
        sync: sync(from)?,
    })
}

fn end(from: &mut Fields) -> Result<Kind, Reason> {
    Ok(Kind::CompactEnd {
        zone_start: from.u32("zone_start=")?,
        migrate_pfn: from.u32("migrate_pfn=")?,
        free_pfn: from.u32("free_pfn=")?,
        zone_end: from.u32("zone_end=")?,
        sync: sync(from)?,
        status: status(from, "status=")?,
    })
}

fn sync(from: &mut Fields) -> Result<bool, Reason> {
    match from.word("mode=")? {
        b"sync" => Ok(true),
        b"async" => Ok(false),
        _ => Err(Reason::UnknownWord("mode=")),
    }
}

/// `range=(0x1 ~ 0x200) nr_scanned=511 nr_taken=0`
fn range(from: &mut Fields) -> Result<(u32, u32, u32, u32), Reason> {
    Ok((from.u32("range=(")?, from.u32("~ ")?, from.u32("nr_scanned=")?, from.u32("nr_taken=")?))
}

/// When the scanners have met, `free_pfn - migrate_pfn` underflows and half of it keeps the top bit
/// [mm/compaction.c: fast_isolate_freepages() @ 7.3]: a stock kernel does print `range=(0x8000000000012200 ~ 0x12200)`.
fn fast_isolate(from: &mut Fields) -> Result<Kind, Reason> {
    Ok(Kind::FastIsolateFreepages {
        start_pfn: from.number("range=(")?.to_u32(),
        end_pfn: from.u32("~ ")?,
        scanned: from.u32("nr_scanned=")?,
        taken: from.u32("nr_taken=")?,
    })
}

fn migrated(from: &mut Fields) -> Result<Kind, Reason> {
    Ok(Kind::CompactMigratepages { migrated: from.u32("nr_migrated=")?, failed: from.u32("nr_failed=")? })
}

fn try_to_compact(from: &mut Fields) -> Result<Kind, Reason> {
    Ok(Kind::TryToCompact {
        order: from.request_order("order=")?,
        gfp: from.gfp("gfp_mask=")?,
        priority: from.small("priority=", 2)?,
    })
}

fn asked(from: &mut Fields) -> Result<(u8, u8, i8, CompactStatus), Reason> {
    Ok((from.small("node=", u8::MAX)?, from.zone("zone=")?, from.request_order("order=")?, status(from, "ret=")?))
}

struct Deferral {
    node: u8,
    zone: u8,
    order: i8,
    order_failed: i8,
    considered: u32,
    limit: u32,
}

fn deferral(from: &mut Fields) -> Result<Deferral, Reason> {
    Ok(Deferral {
        node: from.small("node=", u8::MAX)?,
        zone: from.zone("zone=")?,
        order: from.request_order("order=")?,
        // A success at order 10 sets it to 11: one above what can be asked for.
        order_failed: from.small("order_failed=", 11)? as i8,
        considered: from.u32("consider=")?,
        limit: from.u32("limit=")?,
    })
}

fn waker(from: &mut Fields) -> Result<(u8, i8, u8), Reason> {
    Ok((from.small("nid=", u8::MAX)?, from.request_order("order=")?, from.zone("classzone_idx=")?))
}

fn migrate_pages(from: &mut Fields) -> Result<Kind, Reason> {
    Ok(Kind::MigratePages {
        succeeded: from.u32("nr_succeeded=")?,
        failed: from.u32("nr_failed=")?,
        thp_succeeded: from.u32("nr_thp_succeeded=")?,
        thp_failed: from.u32("nr_thp_failed=")?,
        thp_split: from.u32("nr_thp_split=")?,
        split: from.u32("nr_split=")?,
        mode: match from.word("mode=")? {
            b"MIGRATE_ASYNC" => 0,
            b"MIGRATE_SYNC_LIGHT" => 1,
            b"MIGRATE_SYNC" => 2,
            _ => return Err(Reason::UnknownWord("mode=")),
        },
        reason: {
            let word = from.word("reason=")?;
            let known = (0u8..).zip(MIGRATE_REASONS).find(|(_, reason)| reason.as_bytes() == word);
            known.ok_or(Reason::UnknownWord("reason="))?.0
        },
    })
}

fn status(from: &mut Fields, key: &'static str) -> Result<CompactStatus, Reason> {
    Ok(match from.word(key)? {
        b"not_suitable_zone" => CompactStatus::NotSuitableZone,
        b"skipped" => CompactStatus::Skipped,
        b"deferred" => CompactStatus::Deferred,
        b"no_suitable_page" => CompactStatus::NoSuitablePage,
        b"continue" => CompactStatus::Continue,
        b"complete" => CompactStatus::Complete,
        b"partial_skipped" => CompactStatus::PartialSkipped,
        b"contended" => CompactStatus::Contended,
        b"success" => CompactStatus::Success,
        _ => return Err(Reason::UnknownWord(key)),
    })
}
