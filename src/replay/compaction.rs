// SPDX-License-Identifier: GPL-2.0-only
//! Holding the compaction scanners against a real kernel's: a local check, run with
//! `OOMPOINT_TRACES=dir1:dir2 cargo test --lib replay::compaction -- --nocapture`.
//!
//! A guided replay runs beside the model's run, which predicts each step from the state at the step's start: every
//! range, every free block taken, every pair of source and target. Which pages would not move is told, not predicted.
//! After the first difference of a run the rest of it is not judged and counts as missed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use super::guided::Guided;
use super::load;
use crate::model::compact::{CompactEvent, Control, Mode, Priority, Run, Status, Step, skip, suitable};
use crate::model::frames::{Kind as Frame, Pfn, flag};
use crate::model::owners::Owners;
use crate::model::request::Request;
use crate::model::tally::Tally;
use crate::model::tracepoint::Tracepoint;
use crate::model::zone::{Capture, Zone};
use crate::trace::event::CompactStatus;
use crate::trace::{Event, Kind, decompress, import, read_state, state::State};

#[test]
fn scanners_against_a_real_kernel() {
    let Ok(folders) = std::env::var("OOMPOINT_TRACES") else { return };
    folders.split(':').for_each(|folder| compare(Path::new(folder)));
}

fn compare(folder: &Path) {
    println!("== {}", folder.display());
    let read = |name: &str| std::fs::read(folder.join(name)).expect("the file is there");
    let bytes = read("trace_full.txt.gz");
    let trace = import(&decompress(&bytes).bytes);
    let start = read_state(&read("initial_state.json.gz")).expect("a state");
    let mut snapshots = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("state_")) {
            snapshots.push(read_state(&std::fs::read(path).expect("a file")).expect("a state"));
        }
    }
    let mut check = Check::new(&start, &trace.events);
    for (i, event) in trace.events.iter().enumerate() {
        if let Kind::Snapshot { number, .. } = event.kind
            && let Some(state) = snapshots.iter().find(|state| state.index == number)
        {
            check.snapshot(state, number == start.index);
        }
        check.before(i, event, &trace.events);
        check.guided.step(event);
        if matches!(event.kind, Kind::ReclaimActive { on: false, .. }) {
            // kswapd is about to nap: the last thing it does before is to forget skip bits.
            check.guided.node.zones.iter_mut().for_each(skip::reset_isolation_suitable);
        }
    }
    let end = read_state(&read("final_state.json.gz")).expect("a state");
    check.snapshot(&end, false);
    check.summary();
}

/// A run under way.
struct Active {
    zone: usize,
    run: Run,
    what: String,
    pinned: BTreeSet<Pfn>,
    expected: VecDeque<CompactEvent>,
    done: Option<Status>,
    broken: bool,
    seen: u64,
}

struct Check {
    guided: Guided,
    kcompactd: BTreeSet<u32>,
    asked: BTreeMap<u32, (i8, crate::model::gfp::Gfp, u8)>,
    runs: u32,
    whole: u32,
    positions: u32,
    events: u64,
    exact: u64,
    by_kind: BTreeMap<&'static str, (u64, u64)>,
    active: BTreeMap<u32, Active>,
    suitable: (u32, u32),
    deferral: (u32, u32),
}

impl Check {
    fn new(start: &State, events: &[Event]) -> Check {
        let daemons = events
            .iter()
            .filter(|event| matches!(event.kind, Kind::KcompactdSleep { .. } | Kind::KcompactdWake { .. }));
        let mut check = Check {
            guided: Guided::new(load::node(start)),
            kcompactd: daemons.map(|event| event.pid).collect(),
            asked: BTreeMap::new(),
            runs: 0,
            whole: 0,
            positions: 0,
            events: 0,
            exact: 0,
            by_kind: BTreeMap::new(),
            active: BTreeMap::new(),
            suitable: (0, 0),
            deferral: (0, 0),
        };
        check.snapshot(start, true);
        check
    }

    /// Compares what compaction remembers, then adopts it.
    fn snapshot(&mut self, state: &State, silent: bool) {
        let found = load::differences(&self.guided.node, state);
        if !found.is_empty() && !silent {
            println!("  snapshot {} {}: replay differs: {}", state.index, state.label, found[0]);
        }
        for from in state.zones.iter().filter(|zone| zone.managed_pages > 0) {
            let zone = self.guided.node.zones.iter_mut().find(|zone| zone.span.index == from.index).expect("zone");
            let memory = crate::model::compact::ZoneMemory {
                cached_migrate: [from.compact.cached_migrate_pfn_async, from.compact.cached_migrate_pfn_sync],
                cached_free: from.compact.cached_free_pfn,
                init_migrate: from.compact.init_migrate_pfn,
                init_free: from.compact.init_free_pfn,
                blockskip_flush: from.compact.blockskip_flush,
                considered: from.compact.considered,
                defer_shift: from.compact.defer_shift,
                order_failed: from.compact.order_failed as i8,
            };
            if !silent && zone.compact != memory {
                println!(
                    "  snapshot {} {}: {} remembers\n   model  {:x?}\n   kernel {:x?}",
                    state.index,
                    state.label,
                    zone.name(),
                    zone.compact,
                    memory
                );
            }
            zone.compact = memory;
            let mut wrong = 0;
            for (i, block) in from.pageblocks.iter().enumerate() {
                let pfn = from.first_pageblock_pfn + ((i as u32) << 9);
                if let Some(block) = block {
                    wrong += u32::from(zone.blocks.skip(pfn) != block.skip);
                    zone.blocks.set_skip(pfn, block.skip);
                }
            }
            if !silent {
                println!(
                    "  snapshot {} {}: {}: {wrong} of {} skip bits differ",
                    state.index,
                    state.label,
                    zone.name(),
                    from.pageblocks.len()
                );
            }
            for folio in &from.folios {
                if zone.frames.kind(folio.pfn) == Frame::Used {
                    zone.frames.set_block(folio.pfn, Frame::Used, folio.order);
                }
            }
            for pfn in from.start_pfn..from.end_pfn() {
                if matches!(from.letter(pfn), Some(b'm' | b'n')) {
                    zone.frames.set_flags(pfn, flag::LRU);
                }
            }
        }
    }

    fn before(&mut self, i: usize, event: &Event, events: &[Event]) {
        match event.kind {
            Kind::TryToCompact { order, gfp, priority } => {
                self.asked.insert(event.pid, (order, gfp, priority));
            }
            Kind::CompactSuitable { zone, order, status, .. } => {
                let zone = self.zone(zone);
                let mark = zone.wmark_pages(0);
                let status = status == CompactStatus::Continue;
                let same = (0..4).any(|hz| suitable::compaction_suitable(zone, order as u8, mark, hz, 500) == status);
                self.suitable = (self.suitable.0 + 1, self.suitable.1 + u32::from(same));
            }
            Kind::CompactDeferred { zone, order, considered, limit, order_failed, .. } => {
                let memory = &mut self.zone(zone).compact;
                let answer = memory.deferred(order);
                let same = answer && (memory.considered, 1 << memory.defer_shift) == (considered, limit);
                (memory.considered, memory.defer_shift, memory.order_failed) =
                    (considered, limit.ilog2(), order_failed);
                self.deferral = (self.deferral.0 + 1, self.deferral.1 + u32::from(same));
            }
            Kind::DeferCompaction { zone, order, considered, limit, order_failed, .. } => {
                let memory = &mut self.zone(zone).compact;
                memory.defer(order);
                let same = (memory.considered, 1 << memory.defer_shift) == (considered, limit);
                (memory.considered, memory.defer_shift, memory.order_failed) =
                    (considered, limit.ilog2(), order_failed);
                self.deferral = (self.deferral.0 + 1, self.deferral.1 + u32::from(same));
            }
            Kind::DeferReset { zone, order, considered, limit, order_failed, .. } => {
                let daemon = self.kcompactd.contains(&event.pid);
                let memory = &mut self.zone(zone).compact;
                (memory.considered, memory.defer_shift, memory.order_failed) =
                    (considered, limit.ilog2(), order_failed);
                // An allocation that succeeded after compaction calls for no flush of skip bits either.
                if (considered, limit) == (0, 1) && !daemon {
                    memory.blockskip_flush = false;
                }
                let _ = order;
            }
            Kind::CompactBegin { zone_start, migrate_pfn, free_pfn, sync, .. } => {
                self.begin(i, event, events, (zone_start, migrate_pfn, free_pfn, sync));
            }
            Kind::CompactEnd { status, .. } => self.end(event, status),
            _ => {
                if let Some(kernel) = kernel_event(event)
                    && let Some(mut active) = self.active.remove(&event.pid)
                {
                    self.hold(&mut active, event, &kernel);
                    self.active.insert(event.pid, active);
                }
            }
        }
    }

    /// One event of the kernel's run against the model's.
    fn hold(&mut self, active: &mut Active, event: &Event, kernel: &CompactEvent) {
        let score = self.by_kind.entry(name(kernel)).or_default();
        score.0 += 1;
        self.events += 1;
        active.seen += 1;
        if active.broken {
            return;
        }
        while active.expected.is_empty() && active.done.is_none() {
            step(&mut self.guided, active);
        }
        let model = active.expected.pop_front();
        if model.is_some_and(|model| alike(&model, kernel)) {
            self.by_kind.entry(name(kernel)).or_default().1 += 1;
            self.exact += 1;
            return;
        }
        active.broken = true;
        println!("    at {:x?}", active.run.fast_state());
        println!(
            "  {}: after {} events, line {}\n    kernel {kernel:x?}\n    model  {model:x?}",
            active.what,
            active.seen - 1,
            event.line
        );
    }

    fn end(&mut self, event: &Event, status: CompactStatus) {
        let Some(mut active) = self.active.remove(&event.pid) else { return };
        self.runs += 1;
        while !active.broken && active.done.is_none() && active.expected.is_empty() {
            step(&mut self.guided, &mut active);
        }
        let same = active.done == Some(status_of(status)) && active.expected.is_empty();
        self.whole += u32::from(same && !active.broken);
        if !active.broken && !same {
            println!(
                "  {}: ends {:?}, the kernel {status:?} at line {}; expected {:?}",
                active.what,
                active.done,
                event.line,
                active.expected.front()
            );
        }
        let zone = &mut self.guided.node.zones[active.zone];
        let met = matches!(status, CompactStatus::Complete | CompactStatus::PartialSkipped);
        if !(same && !active.broken) && met {
            zone.compact.cached_migrate = [zone.span.start_pfn; 2];
            zone.compact.cached_free = (zone.span.end_pfn - 1) & !511;
            zone.compact.blockskip_flush |= active.run.control().direct;
        }
    }

    fn begin(&mut self, i: usize, begin: &Event, events: &[Event], at: (Pfn, Pfn, Pfn, bool)) {
        let (zone_start, migrate, free, sync) = at;
        let own = events[i + 1..].iter().filter(|event| event.pid == begin.pid);
        let mine: Vec<&Event> = own.take_while(|event| !matches!(event.kind, Kind::CompactEnd { .. })).collect();
        let order = mine
            .iter()
            .find_map(|event| if let Kind::CompactFinished { order, .. } = event.kind { Some(order) } else { None });
        let order = order.expect("every run looks for its end");
        let z = self.guided.node.zones.iter().position(|zone| zone.span.start_pfn == zone_start).expect("a zone");
        let (defrag, index) = (self.guided.node.defrag_mode, self.guided.node.zones[z].span.index);
        let cc = self.control(begin.pid, order, sync, defrag, index, events, i);
        let what = format!(
            "line {} {index} order {order} {:?}{} type {}",
            begin.line,
            cc.mode,
            if cc.direct { " direct" } else { "" },
            cc.freetype
        );
        let zone = &mut self.guided.node.zones[z];
        let mut run = Run::begin(zone, cc);
        let same = run.positions() == (migrate, free);
        if !same {
            println!("  {what}: begins at {:x?}, the kernel at {:x?}", run.positions(), (migrate, free));
            run.set_positions(migrate, free);
            if !run.control().whole_zone {
                zone.compact.cached_migrate[usize::from(sync)] = migrate;
                zone.compact.cached_free = free;
            }
        }
        self.positions += u32::from(same);
        let (expected, pinned) = (VecDeque::new(), pinned(&mine));
        let active = Active { zone: z, run, what, pinned, expected, done: None, broken: false, seen: 0 };
        self.active.insert(begin.pid, active);
    }

    fn zone(&mut self, index: u8) -> &mut Zone {
        self.guided.node.zones.iter_mut().find(|zone| zone.span.index == index).expect("a zone")
    }

    #[allow(clippy::too_many_arguments)]
    fn control(&self, pid: u32, order: i8, sync: bool, defrag: bool, zone: u8, events: &[Event], i: usize) -> Control {
        if self.kcompactd.contains(&pid) {
            return if order < 0 { Control::proactive(80) } else { Control::kcompactd(order as u8, zone, defrag) };
        }
        let Some(&(_, gfp, priority)) = self.asked.get(&pid) else {
            panic!("a run that nobody asked for");
        };
        let request_order = events[i..].iter().find_map(|event| match event.kind {
            Kind::Alloc { order, gfp: used, .. } if event.pid == pid && used == gfp => Some(order),
            _ => None,
        });
        let request = Request::slow(gfp, request_order.unwrap_or(order as u8), defrag);
        let priority = [Priority::SyncFull, Priority::SyncLight, Priority::Async][usize::from(priority)];
        let cc = Control {
            capture: Some((request.order, request.freetype)),
            ..Control::direct(order as u8, priority, &request)
        };
        assert_eq!(cc.mode != Mode::Async, sync);
        cc
    }

    fn summary(&self) {
        println!(
            "  {} of {} runs exact to the end, {} positions; {} of {} events exact before the first difference",
            self.whole, self.runs, self.positions, self.exact, self.events
        );
        println!("  suitability {:?}, deferral {:?}", self.suitable, self.deferral);
        self.by_kind.iter().for_each(|(name, (all, good))| println!("    {name:<22} {good} of {all}"));
    }
}

/// Pages whose target came back.
fn pinned(mine: &[&Event]) -> BTreeSet<Pfn> {
    let mut given = BTreeMap::new();
    let mut pinned = BTreeSet::new();
    for event in mine {
        match event.kind {
            Kind::CompactAlloc { src, dst: Some(dst), .. } => {
                given.insert(dst, src);
            }
            Kind::CompactFree { dst, .. } => pinned.extend(given.remove(&dst)),
            _ => {}
        }
    }
    pinned
}

/// Runs one step on a copy of the replay's zone; what compaction remembers is kept.
fn step(guided: &mut Guided, active: &mut Active) {
    let mut zone = guided.node.zones[active.zone].clone();
    prepare(&mut zone, active);
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

/// Puts pages on LRU lists with counts, and restores what the replay cannot know of private blocks.
fn prepare(zone: &mut Zone, active: &Active) {
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
            let flags = if pinned { flag::PINNED | flag::UNEVICTABLE } else { 0 };
            zone.lru_add(pfn, order, flags);
        }
        pfn += if matches!(kind, Frame::Absent | Frame::Tail) { 1 } else { 1 << order };
    }
}

fn kernel_event(event: &Event) -> Option<CompactEvent> {
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
        Kind::CompactFinished { status, .. } => CompactEvent::Finished { status: status_of(status) },
        Kind::IsolateFree { pfn, order, taken, .. } => CompactEvent::IsolateFree { pfn, order, taken },
        Kind::CompactAlloc { src, dst: Some(dst), order } => CompactEvent::Target { src, dst: Some(dst), order },
        Kind::CompactFree { dst, order } => CompactEvent::TargetBack { dst, order },
        Kind::CompactRelease { pfn, order } => CompactEvent::Release { pfn, order },
        _ => return None,
    })
}

fn alike(model: &CompactEvent, kernel: &CompactEvent) -> bool {
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

fn status_of(status: CompactStatus) -> Status {
    [
        Status::NotSuitableZone,
        Status::Skipped,
        Status::Deferred,
        Status::NoSuitablePage,
        Status::Continue,
        Status::Complete,
        Status::PartialSkipped,
        Status::Contended,
        Status::Success,
    ][status as usize]
}

fn name(event: &CompactEvent) -> &'static str {
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
