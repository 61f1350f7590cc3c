// SPDX-License-Identifier: GPL-2.0-only
//! One compaction of a trace beside the model's own run of it.

use std::collections::{BTreeSet, VecDeque};

use super::guided::Guided;
use crate::few::Few;
use crate::model::compact::{CompactEvent, Run, Status, Step};
use crate::model::frames::{Kind as Frame, Pfn, flag};
use crate::model::owners::Owners;
use crate::model::tally::Tally;
use crate::model::tracepoint::Tracepoint;
use crate::model::zone::{Capture, Zone};
use crate::trace::{Event, Kind};

/// A run under way.
pub(super) struct Active {
    pub zone: usize,
    pub run: Run,
    pub what: String,
    pub pinned: BTreeSet<Pfn>,
    pub expected: VecDeque<CompactEvent>,
    pub done: Option<Status>,
    pub broken: bool,
}

/// Pages whose target came back.
pub(super) fn pinned(mine: &[&Event]) -> BTreeSet<Pfn> {
    let mut given = Few::default();
    let mut pinned = BTreeSet::new();
    for event in mine {
        match event.kind {
            Kind::CompactAlloc { src, dst: Some(dst), .. } => {
                given.insert(dst, src);
            }
            Kind::CompactFree { dst, .. } => pinned.extend(given.remove(dst)),
            _ => {}
        }
    }
    pinned
}

/// Runs one step on a copy of the replay's zone; what compaction remembers is kept.
pub(super) fn step(guided: &mut Guided, active: &mut Active, files: &BTreeSet<Pfn>) {
    let mut zone = guided.node.zones[active.zone].clone();
    prepare(&mut zone, active, files);
    let (mut owners, mut tally) = (Owners::default(), Tally::default());
    if let Step::Done { status, .. } = active.run.step(&mut zone, &mut owners, &mut tally) {
        active.done = Some(status);
    }
    let events = zone.tracer.take().into_iter();
    let made = events.filter_map(|e| if let Tracepoint::Compaction(e) = e { Some(e) } else { None });
    // The instrumented kernel prints no line for a source without a target.
    active.expected = made.filter(|event| !matches!(event, CompactEvent::Target { dst: None, .. })).collect();
    let target = &mut guided.node.zones[active.zone];
    target.compact = zone.compact.clone();
    for block in zone.blocks.starts() {
        target.blocks.set_skip(block, zone.blocks.skip(block));
    }
}

/// What a run that is no longer predicted must have left behind: skip bits and positions.
pub(super) fn follow(guided: &mut Guided, active: &Active, kernel: &CompactEvent) {
    let zone = &mut guided.node.zones[active.zone];
    let ends = |end: Pfn| end.is_multiple_of(512) || end == zone.span.end_pfn;
    match *kernel {
        CompactEvent::IsolateMigratepages { start, end, taken, .. } => {
            let from_start = start.is_multiple_of(512) || start == zone.span.start_pfn;
            if from_start && !active.run.ignores_skip() && (taken > 0 || ends(end)) {
                zone.blocks.set_skip(start, true);
            }
            if taken == 0 && ends(end) {
                active.run.update_cached_migrate(zone, end);
            }
        }
        CompactEvent::IsolateFreepages { start, end, .. } if ends(end) => {
            zone.blocks.set_skip(start, true);
            let below = (start & !511).saturating_sub(512);
            zone.compact.cached_free = zone.compact.cached_free.min(below);
        }
        _ => {}
    }
}

/// Puts pages on LRU lists with counts, and restores what the replay cannot know of private blocks.
fn prepare(zone: &mut Zone, active: &Active, files: &BTreeSet<Pfn>) {
    zone.capture = Capture::Off;
    zone.known_claims = None;
    zone.tracer.take();
    zone.tracer.switch(true);
    for (pfn, order) in active.run.private_blocks() {
        zone.frames.set_block(pfn, Frame::Private, order);
    }
    let mut pfn = zone.span.start_pfn;
    while pfn < zone.span.end_pfn {
        let (kind, order) = (zone.frames.kind(pfn), zone.frames.order(pfn));
        if kind == Frame::Used && zone.frames.flags(pfn) & flag::LRU != 0 {
            let pinned = active.pinned.contains(&pfn);
            let kind = if pinned { flag::PINNED | flag::UNEVICTABLE } else { 0 };
            let flags = if files.contains(&pfn) { kind | flag::FILE } else { kind };
            zone.lru_add(pfn, order, flags);
        }
        pfn += if matches!(kind, Frame::Absent | Frame::Tail) { 1 } else { 1 << order };
    }
}

pub(super) fn kernel_event(event: &Event) -> Option<CompactEvent> {
    Some(match event.kind {
        Kind::IsolateMigratepages { start_pfn, end_pfn, scanned, taken } => {
            CompactEvent::IsolateMigratepages { start: start_pfn, end: end_pfn, scanned, taken }
        }
        Kind::IsolateFreepages { start_pfn, end_pfn, scanned, taken } => {
            CompactEvent::IsolateFreepages { start: start_pfn, end: end_pfn, scanned, taken }
        }
        Kind::FastIsolateFreepages { start_pfn, end_pfn, scanned, taken } => CompactEvent::FastIsolateFreepages {
            start: start_pfn.map_or(u64::MAX, u64::from),
            end: end_pfn,
            scanned,
            taken,
        },
        Kind::CompactMigratepages { migrated, failed } => CompactEvent::Migratepages { migrated, failed },
        Kind::CompactFinished { status, .. } => CompactEvent::Finished { status },
        Kind::IsolateFree { pfn, order, taken, .. } => CompactEvent::IsolateFree { pfn, order, taken },
        Kind::CompactAlloc { src, dst: Some(dst), order } => CompactEvent::Target { src, dst: Some(dst), order },
        Kind::CompactFree { dst, order } => CompactEvent::TargetBack { dst, order },
        Kind::CompactRelease { pfn, order } => CompactEvent::Release { pfn, order },
        _ => return None,
    })
}

pub(super) fn alike(model: &CompactEvent, kernel: &CompactEvent) -> bool {
    match (model, kernel) {
        (
            CompactEvent::FastIsolateFreepages { start: a, .. },
            CompactEvent::FastIsolateFreepages { start: u64::MAX, end, scanned, taken },
        ) => {
            *model == CompactEvent::FastIsolateFreepages { start: *a, end: *end, scanned: *scanned, taken: *taken }
                && *a > u64::from(u32::MAX)
        }
        _ => model == kernel,
    }
}

pub(super) fn name(event: &CompactEvent) -> &'static str {
    match event {
        CompactEvent::IsolateMigratepages { .. } => "isolate_migratepages",
        CompactEvent::IsolateFreepages { .. } => "isolate_freepages",
        CompactEvent::FastIsolateFreepages { .. } => "fast_isolate_freepages",
        CompactEvent::Migratepages { .. } => "migratepages",
        CompactEvent::Finished { .. } => "finished",
        CompactEvent::IsolateFree { .. } => "isolate_free",
        CompactEvent::Target { .. } => "target",
        CompactEvent::TargetBack { .. } => "target back",
        CompactEvent::Release { .. } => "release",
    }
}
