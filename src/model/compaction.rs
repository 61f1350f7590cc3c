// SPDX-License-Identifier: GPL-2.0-only
//! Where the slow path meets compaction, and the small jobs around it.
//!
//! Stands for mm/compaction.c@7.3: try_to_compact_pages, compaction_zonelist_suitable; mm/page_alloc.c@7.3:
//! unreserve_highatomic_pageblock over the zonelist; mm/vmstat.c:vmstat_update.
//!
//! Simplified: one isolation and migration is one piece of work for its task; others run between.

use super::compact::{Control, Priority, Run, Status, Step, Work, suitable};
use super::decide::Verdict;
use super::frames::{Order, Pfn};
use super::gfp::Gfp;
use super::isolated::Isolated;
use super::journal::{Kind, What};
use super::machine::Machine;
use super::request::Request;
use super::watermark::WMARK_MIN;

/// A direct compaction under way: mm/compaction.c:try_to_compact_pages@7.3 as a co-routine of its task.
#[derive(Clone, Debug)]
pub struct Direct {
    verdict: Verdict,
    priority: Priority,
    /// Zones above this position are through.
    zone: usize,
    run: Option<Run>,
    result: Status,
    total: Work,
}

impl Direct {
    pub fn new(verdict: Verdict, priority: Priority) -> Direct {
        Direct { verdict, priority, zone: usize::MAX, run: None, result: Status::Skipped, total: Work::default() }
    }

    pub fn order(&self) -> Order {
        self.verdict.compact_order
    }

    /// Its task was killed: it ends at its next look.
    pub fn interrupt(&mut self) {
        if let Some(run) = &mut self.run {
            run.interrupt();
        }
    }

    /// What it did so far.
    pub fn total(&self) -> Work {
        self.total
    }
}

impl Machine {
    /// The next piece. At the end: the result, and a page that was captured.
    pub fn step_direct(&mut self, direct: &mut Direct, request: &Request) -> Option<(Status, Option<Pfn>)> {
        let order = i8_order(direct.verdict.compact_order);
        let Some(run) = &mut direct.run else { return self.next_zone(direct, request) };
        let i = direct.zone;
        let (status, captured) = match run.step(&mut self.node.zones[i], &mut self.owners, &mut self.tally) {
            Step::More { work } => {
                direct.total.add(&work);
                self.charge_compaction(&work, true);
                return None;
            }
            Step::Done { status, captured, work } => {
                direct.total.add(&work);
                self.charge_compaction(&work, true);
                self.decide_compacted(i, run, status);
                (status, captured)
            }
        };
        direct.run = None;
        if let Some(pfn) = captured {
            return Some((Status::Success, Some(self.take_captured(pfn, request, &direct.verdict))));
        }
        self.after_direct(direct, i, status, order)
    }

    /// Sets out in the next zone that is to be compacted.
    fn next_zone(&mut self, direct: &mut Direct, request: &Request) -> Option<(Status, Option<Pfn>)> {
        let order = i8_order(direct.verdict.compact_order);
        if !request.gfp.has(Gfp::IO) {
            return Some((Status::Skipped, None));
        }
        while let Some(i) = direct.zone.min(self.node.zones.len()).checked_sub(1) {
            direct.zone = i;
            let zone = &mut self.node.zones[i];
            if zone.span.index > request.highest_zone {
                continue;
            }
            if direct.priority > Priority::SyncFull && zone.compact.deferred(order) {
                direct.result = direct.result.max(Status::Deferred);
                continue;
            }
            let control = self.direct_control(request, &direct.verdict, direct.priority);
            match Run::start(&mut self.node.zones[i], control) {
                Ok(run) => {
                    direct.run = Some(run);
                    return self.step_direct(direct, request);
                }
                Err(status) => {
                    if let Some(end) = self.after_direct(direct, i, status, order) {
                        return Some(end);
                    }
                }
            }
        }
        Some((direct.result, None))
    }

    /// What a zone's result means for its deferral, and the end if that is enough.
    fn after_direct(
        &mut self,
        direct: &mut Direct,
        i: usize,
        status: Status,
        order: i8,
    ) -> Option<(Status, Option<Pfn>)> {
        direct.result = direct.result.max(status);
        let memory = &mut self.node.zones[i].compact;
        if status == Status::Success {
            memory.reset(order, false);
            return Some((direct.result, None));
        }
        if direct.priority != Priority::Async && matches!(status, Status::Complete | Status::PartialSkipped) {
            memory.defer(order);
        }
        None
    }

    /// Its task is killed: what it holds goes back.
    pub fn abandon_direct(&mut self, direct: Direct, order: Order) {
        if let Some(mut run) = direct.run {
            run.interrupt();
            let (_, captured, work) =
                run.finish_now(&mut self.node.zones[direct.zone], &mut self.owners, &mut self.tally);
            self.charge_compaction(&work, true);
            if let Some(pfn) = captured {
                self.free(pfn, order);
            }
        }
    }

    fn direct_control(&self, request: &Request, verdict: &Verdict, priority: Priority) -> Control {
        let mut control = Control::direct(verdict.compact_order, priority, request);
        control.free_count = verdict.free_count;
        control.finish = verdict.finish;
        control.extfrag_threshold = self.settings.extfrag_threshold;
        control.capture = verdict.capture.then(|| {
            let order = if verdict.capture_leaks { verdict.compact_order } else { request.order };
            (order, request.freetype)
        });
        control
    }

    /// A block captured at compaction's order while the caller thinks that it is its own: all but the first pages
    /// are lost to everybody.
    fn take_captured(&mut self, pfn: Pfn, request: &Request, verdict: &Verdict) -> Pfn {
        if verdict.capture_leaks && verdict.compact_order > request.order {
            self.tally.pages_leaked += (1 << verdict.compact_order) - (1 << request.order);
        }
        pfn
    }

    /// mm_compaction_end of a run.
    pub(super) fn decide_compacted(&mut self, i: usize, run: &Run, status: Status) {
        let (migrate, free) = run.positions();
        let index = u32::from(self.node.zones[i].span.index);
        let values = [migrate, free, index, run.total().migrated as u32];
        let order = run.order().unwrap_or(0);
        let direct = u8::from(run.is_direct()) << 7;
        self.decide(What::new(Kind::CompactZone, order, 0, values).detail(status as u8 | direct));
    }

    /// The simulated time of a piece of compaction, which holds its pages meanwhile.
    pub fn charge_compaction(&mut self, work: &Work, is_direct: bool) {
        let c = self.costs;
        let scanned_ns = (work.migrate_scanned + work.free_scanned) * c.scan_ns;
        let moved_ns = work.migrated * c.migrate_success_ns + work.failed * c.migrate_fail_ns;
        let ns = scanned_ns + moved_ns + work.drained * c.drain_page_ns;
        self.charge(ns);
        self.isolated[usize::from(is_direct)] = Isolated::of(work, self.now_ns, self.now_ns + ns);
    }

    /// kcompactd's step takes until then, ns: its CPU is shared.
    pub fn stretch_kcompactd(&mut self, until_ns: u64) {
        self.isolated[0].stretch(until_ns);
    }

    /// A request was served after a compaction of this order: the zone's deferral starts over.
    pub fn compaction_helped(&mut self, pfn: Pfn, order: Order) {
        let zone = self.node.zone_of(pfn).expect("an allocated page lies in a zone");
        let memory = &mut self.node.zones[zone].compact;
        memory.blockskip_flush = false;
        memory.reset(i8_order(order), true);
    }

    /// mm/compaction.c:compaction_zonelist_suitable@7.3.
    pub fn compaction_zonelist_suitable(&self, request: &Request, order: Order) -> bool {
        self.node.zones.iter().filter(|zone| zone.span.index <= request.highest_zone).any(|zone| {
            let available = zone.reclaimable_pages() / u64::from(order.max(1)) + zone.free.exact();
            suitable::is_suitable(zone, order, zone.wmark_pages(WMARK_MIN), request.highest_zone, available)
        })
    }

    /// mm/page_alloc.c:unreserve_highatomic_pageblock@7.3 over the request's zones.
    pub fn unreserve_highatomic(&mut self, request: &Request, force: bool) -> bool {
        let zones = self.node.zones.iter_mut().rev().filter(|zone| zone.span.index <= request.highest_zone);
        zones.into_iter().any(|zone| zone.unreserve_highatomic(request.freetype, force))
    }

    /// What the vmstat worker of the current CPU does about once a second: folds counters, lets lists decay.
    pub fn vmstat_work(&mut self) {
        for zone in &mut self.node.zones {
            let cpu = zone.cpu;
            for counter in [&mut zone.free, &mut zone.free_blocks, &mut zone.free_blocks_unmapped] {
                counter.fold(cpu);
            }
            zone.decay_cpu(cpu);
        }
    }
}

fn i8_order(order: Order) -> i8 {
    i8::try_from(order).expect("an order is at most 10")
}
