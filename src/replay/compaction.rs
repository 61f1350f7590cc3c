// SPDX-License-Identifier: GPL-2.0-only
//! Holding the compaction scanners against what a real kernel's did.
//!
//! A guided replay runs beside the model's run, which predicts each step from the state at the step's start: every
//! range, every free block taken, every pair of source and target, every end.
//! From the trace: which pages would not move, and what other tasks did between two steps. What they did in the middle
//! of a step is out of sight; after the first difference the rest of a run is not judged and counts as missed.

use std::collections::{BTreeSet, VecDeque};

use super::compaction_report::CompactionReport;
use super::compaction_run::{Active, alike, follow, kernel_event, name, pinned, step};
use super::given::Given;
use super::guided::Guided;
use super::load;
use crate::few::Few;
use crate::model::compact::{CompactEvent, Control, Priority, Run, ZoneMemory, skip, suitable};
use crate::model::deferral::SHIFT_MAX;
use crate::model::frames::{Kind as Frame, Pfn, flag};
use crate::model::gfp::Gfp;
use crate::model::request::Request;
use crate::model::watermark::{WMARK_HIGH, WMARK_MIN};
use crate::model::zone::Zone;
use crate::trace::event::CompactStatus;
use crate::trace::{Event, Imported, Kind, state, state::State};

/// Replays a trace with added lines and predicts its compactions.
pub fn compaction(given: Given, trace: &Imported) -> CompactionReport {
    let mut check = Check::new(given.start, &trace.events);
    for (i, event) in trace.events.iter().enumerate() {
        if let Kind::Snapshot { number, .. } = event.kind
            && number != given.start.index
            && let Some(state) = given.snapshots.iter().find(|state| state.index == number)
        {
            check.snapshot(state);
        }
        check.event(i, event, &trace.events);
        check.guided.step(event);
        if matches!(event.kind, Kind::ReclaimActive { on: false, .. }) {
            // kswapd is about to nap: the last thing it does before is to forget skip bits.
            check.guided.node.zones.iter_mut().for_each(skip::reset_isolation_suitable);
        }
    }
    if let Some(end) = given.end {
        check.snapshot(end);
    }
    check.report
}

struct Check {
    guided: Guided,
    /// Tasks that are kcompactd.
    daemons: BTreeSet<u32>,
    /// What each task last asked a direct compaction for.
    asked: Few<u32, (Gfp, u8)>,
    active: Few<u32, Active>,
    /// Pages of files, which a request that must not enter a file system leaves alone.
    files: BTreeSet<Pfn>,
    report: CompactionReport,
}

impl Check {
    fn new(start: &State, events: &[Event]) -> Check {
        let sleeps = |event: &&Event| matches!(event.kind, Kind::KcompactdSleep { .. } | Kind::KcompactdWake { .. });
        let mut check = Check {
            guided: Guided::new(load::node(start)),
            daemons: BTreeSet::new(),
            asked: Few::default(),
            active: Few::default(),
            files: BTreeSet::new(),
            report: CompactionReport::default(),
        };
        for from in start.zones.iter().filter(|zone| zone.managed_pages > 0) {
            adopt(check.zone(from.index).expect("the model has every zone of its state"), from);
            check.files.extend(file_pages(from));
        }
        check.daemons.extend(events.iter().filter(sleeps).map(|event| event.pid));
        check
    }

    /// Compares what compaction remembers, and adopts it.
    fn snapshot(&mut self, state: &State) {
        for from in state.zones.iter().filter(|zone| zone.managed_pages > 0) {
            let Some(zone) = self.guided.node.zones.iter_mut().find(|zone| zone.span.index == from.index) else {
                continue;
            };
            for (block, real) in skips(from) {
                self.report.skip_bits.add(zone.blocks.skip(block) == real);
            }
            // Attempts that were not deferred are counted without a line.
            let memory = ZoneMemory { considered: zone.compact.considered, ..memory(&from.compact) };
            if zone.compact != memory {
                let what = format!(
                    "snapshot {}: {} remembers {:x?}, the kernel {memory:x?}",
                    state.index,
                    zone.name(),
                    zone.compact
                );
                self.report.differences.push(what);
            }
            adopt(zone, from);
            self.files.retain(|&pfn| !from.contains(pfn));
            self.files.extend(file_pages(from));
        }
    }

    fn event(&mut self, i: usize, event: &Event, events: &[Event]) {
        match event.kind {
            Kind::Alloc { pfn: Some(pfn), order, gfp, .. } => {
                let file = gfp.has(Gfp::HARDWALL) && !gfp.has(Gfp::ZERO.with(Gfp::MOVABLE));
                for frame in pfn..pfn.saturating_add(1 << order.min(10)) {
                    if file {
                        self.files.insert(frame)
                    } else {
                        self.files.remove(&frame)
                    };
                }
            }
            Kind::TryToCompact { gfp, priority, .. } => {
                self.asked.insert(event.pid, (gfp, priority));
            }
            Kind::CompactSuitable { zone, order, status, .. } => self.suitable(zone, order, status),
            Kind::CompactDeferred { zone, order, considered, limit, order_failed, .. } => {
                self.deferral(zone, (considered, limit, order_failed), |memory| memory.deferred(order));
            }
            Kind::DeferCompaction { zone, order, considered, limit, order_failed, .. } => {
                self.deferral(zone, (considered, limit, order_failed), |memory| {
                    memory.defer(order);
                    true
                });
            }
            Kind::DeferReset { zone, considered, limit, order_failed, .. } => {
                let daemon = self.daemons.contains(&event.pid);
                let Some(zone) = self.zone(zone) else { return };
                set_deferral(&mut zone.compact, (considered, limit, order_failed));
                // An allocation that succeeded behind a compaction calls off the flush of skip bits, too.
                zone.compact.blockskip_flush &= daemon || (considered, limit) != (0, 1);
            }
            Kind::CompactBegin { .. } => self.begin(i, event, events),
            Kind::CompactEnd { status, .. } => self.end(event, status),
            _ => {
                if let Kind::CompactAlloc { src, dst: Some(dst), .. } = event.kind {
                    if self.files.contains(&src) {
                        self.files.insert(dst)
                    } else {
                        self.files.remove(&dst)
                    };
                }
                if let Some(kernel) = kernel_event(event)
                    && let Some(mut active) = self.active.remove(event.pid)
                {
                    self.hold(&mut active, event, &kernel);
                    self.active.insert(event.pid, active);
                }
            }
        }
    }

    fn zone(&mut self, index: u8) -> Option<&mut Zone> {
        self.guided.node.zones.iter_mut().find(|zone| zone.span.index == index)
    }

    /// The trace does not say for which zones the question was, nor whether reclaim asked it, which takes the high mark:
    /// one of these must give the answer.
    fn suitable(&mut self, zone: u8, order: i8, status: CompactStatus) {
        let Some(zone) = self.zone(zone) else { return };
        let real = status == CompactStatus::Continue;
        let asks = (0..4).flat_map(|hz| [WMARK_MIN, WMARK_HIGH].map(|mark| (hz, zone.wmark_pages(mark))));
        let same =
            asks.into_iter().any(|(hz, mark)| suitable::compaction_suitable(zone, order as u8, mark, hz, 500) == real);
        self.report.suitable.add(same);
    }

    fn deferral(&mut self, zone: u8, real: (u32, u32, i8), act: impl FnOnce(&mut ZoneMemory) -> bool) {
        let Some(zone) = self.zone(zone) else { return };
        let memory = &mut zone.compact;
        let same = act(memory) && (memory.considered, 1 << memory.defer_shift) == (real.0, real.1);
        set_deferral(memory, real);
        self.report.deferral.add(same);
    }

    fn begin(&mut self, i: usize, begin: &Event, events: &[Event]) {
        let Kind::CompactBegin { zone_start, migrate_pfn, free_pfn, sync, .. } = begin.kind else { return };
        let own = events[i + 1..].iter().filter(|event| event.pid == begin.pid);
        let mine: Vec<&Event> = own.take_while(|event| !matches!(event.kind, Kind::CompactEnd { .. })).collect();
        let order = mine
            .iter()
            .find_map(|event| if let Kind::CompactFinished { order, .. } = event.kind { Some(order) } else { None });
        let place = self.guided.node.zones.iter().position(|zone| zone.span.start_pfn == zone_start);
        let (Some(order), Some(i_zone)) = (order, place) else { return };
        let index = self.guided.node.zones[i_zone].span.index;
        let Some(control) = self.control(begin.pid, order, index, &events[i..]) else { return };
        let zone = &mut self.guided.node.zones[i_zone];
        let what = format!("line {}, {}, order {order}", begin.line, zone.name());
        let mut run = Run::begin(zone, control);
        let same = run.positions() == (migrate_pfn, free_pfn);
        self.report.positions.add(same);
        if !same {
            let (ours, real) = (run.positions(), (migrate_pfn, free_pfn));
            self.report.differences.push(format!("{what}: begins at {ours:x?}, the kernel at {real:x?}"));
            run.set_positions(migrate_pfn, free_pfn);
            if !run.is_whole_zone() {
                zone.compact.cached_migrate[usize::from(sync)] = migrate_pfn;
                zone.compact.cached_free = free_pfn;
            }
        }
        let active = Active {
            zone: i_zone,
            run,
            what,
            pinned: pinned(&mine),
            expected: VecDeque::new(),
            done: None,
            broken: false,
        };
        self.active.insert(begin.pid, active);
    }

    /// How the kernel must have set out. `None` for callers that the model does not have.
    fn control(&self, pid: u32, order: i8, zone: u8, rest: &[Event]) -> Option<Control> {
        let defrag_mode = self.guided.node.defrag_mode;
        if self.daemons.contains(&pid) {
            let proactive = order < 0;
            return Some(if proactive {
                Control::proactive(80)
            } else {
                Control::kcompactd(order as u8, zone, defrag_mode)
            });
        }
        let &(gfp, priority) = self.asked.get(pid).filter(|_| order >= 0)?;
        let request_order = rest.iter().find_map(|event| match event.kind {
            Kind::Alloc { order, gfp: used, .. } if event.pid == pid && used == gfp => Some(order),
            _ => None,
        });
        let request = Request::slow(gfp, request_order.unwrap_or(order as u8), defrag_mode);
        let priority = [Priority::SyncFull, Priority::SyncLight, Priority::Async][usize::from(priority)];
        let capture = Some((request.order, request.freetype));
        Some(Control { capture, ..Control::direct(order as u8, priority, &request) })
    }

    /// One event of the kernel's run against the model's.
    fn hold(&mut self, active: &mut Active, event: &Event, kernel: &CompactEvent) {
        while !active.broken && active.expected.is_empty() && active.done.is_none() {
            step(&mut self.guided, active, &self.files);
        }
        let model = active.expected.pop_front().filter(|_| !active.broken);
        let same = model.is_some_and(|model| alike(&model, kernel));
        self.report.events.add(same);
        self.report.by_event.entry(name(kernel)).or_default().add(same);
        if active.broken {
            follow(&mut self.guided, active, kernel);
        }
        if !same && !active.broken {
            active.broken = true;
            let what =
                format!("{}: at line {} the kernel has {kernel:x?}, the model {model:x?}", active.what, event.line);
            self.report.differences.push(what);
        }
    }

    fn end(&mut self, event: &Event, status: CompactStatus) {
        let Some(mut active) = self.active.remove(event.pid) else { return };
        while !active.broken && active.expected.is_empty() && active.done.is_none() {
            step(&mut self.guided, &mut active, &self.files);
        }
        let exact = !active.broken && active.expected.is_empty() && active.done == Some(status);
        self.report.runs.add(exact);
        if !exact && !active.broken {
            let what = format!("{}: ends {status:?} at line {}, the model {:?}", active.what, event.line, active.done);
            self.report.differences.push(what);
        }
        if !exact && matches!(status, CompactStatus::Complete | CompactStatus::PartialSkipped) {
            // The scanners met; at least the positions are known again.
            let zone = &mut self.guided.node.zones[active.zone];
            zone.compact.cached_migrate = [zone.span.start_pfn; 2];
            zone.compact.cached_free = (zone.span.end_pfn - 1) & !511;
            zone.compact.blockskip_flush |= active.run.is_direct();
        }
    }
}

fn file_pages(from: &state::Zone) -> impl Iterator<Item = Pfn> + '_ {
    (from.start_pfn..from.end_pfn()).filter(|&pfn| matches!(from.letter(pfn), Some(b'f' | b'F' | b'm' | b'U')))
}

fn memory(from: &state::Compact) -> ZoneMemory {
    ZoneMemory {
        cached_migrate: [from.cached_migrate_pfn_async, from.cached_migrate_pfn_sync],
        cached_free: from.cached_free_pfn,
        init_migrate: from.init_migrate_pfn,
        init_free: from.init_free_pfn,
        blockskip_flush: from.blockskip_flush,
        considered: from.considered.min(1 << SHIFT_MAX),
        defer_shift: from.defer_shift.min(SHIFT_MAX),
        order_failed: from.order_failed.clamp(0, 11) as i8,
    }
}

fn set_deferral(memory: &mut ZoneMemory, (considered, limit, order_failed): (u32, u32, i8)) {
    (memory.considered, memory.order_failed) = (considered.min(1 << SHIFT_MAX), order_failed);
    memory.defer_shift = limit.max(1).ilog2().min(SHIFT_MAX);
}

/// First frame and skip bit of each pageblock with memory.
fn skips(from: &state::Zone) -> impl Iterator<Item = (Pfn, bool)> + '_ {
    let blocks = (from.first_pageblock_pfn..).step_by(512).zip(&from.pageblocks);
    blocks.filter_map(|(pfn, block)| block.map(|block| (pfn, block.skip)))
}

/// Takes over what a dump says about compaction and about pages it may move.
fn adopt(zone: &mut Zone, from: &state::Zone) {
    zone.compact = memory(&from.compact);
    for (block, skip) in skips(from) {
        zone.blocks.set_skip(block, skip);
    }
    for folio in &from.folios {
        if zone.contains(folio.pfn) && zone.frames.kind(folio.pfn) == Frame::Used {
            zone.frames.set_block(folio.pfn, Frame::Used, folio.order);
        }
    }
    // Pages that wait in a CPU's batch are on their lists by the time a compaction has begun.
    for pfn in from.start_pfn..from.end_pfn() {
        if matches!(from.letter(pfn), Some(b'm' | b'n')) {
            zone.frames.set_flags(pfn, flag::LRU);
        }
    }
}
