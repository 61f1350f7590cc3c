// SPDX-License-Identifier: GPL-2.0-only
//! Where the slow path meets compaction, and the small jobs around it.
//!
//! Stands for mm/compaction.c@7.3: try_to_compact_pages, compaction_zonelist_suitable; mm/page_alloc.c@7.3:
//! unreserve_highatomic_pageblock over the zonelist; mm/vmstat.c:vmstat_update.
//!
//! Simplified: a direct compaction is one piece of work for its task; kernel threads catch up afterwards.

use super::compact::{Control, Priority, Run, Status, Step, Work, suitable};
use super::decide::Verdict;
use super::frames::{Order, Pfn};
use super::gfp::Gfp;
use super::journal::{Kind, What};
use super::machine::Machine;
use super::request::Request;
use super::watermark::WMARK_MIN;

impl Machine {
    /// mm/compaction.c:try_to_compact_pages@7.3. The result, and a page that was captured.
    pub fn try_to_compact_pages(
        &mut self,
        request: &Request,
        verdict: &Verdict,
        priority: Priority,
    ) -> (Status, Option<Pfn>) {
        let order = verdict.compact_order;
        if !request.gfp.has(Gfp::IO) {
            return (Status::Skipped, None);
        }
        let mut result = Status::Skipped;
        for i in (0..self.node.zones.len()).rev() {
            let zone = &mut self.node.zones[i];
            if zone.span.index > request.highest_zone {
                continue;
            }
            if priority > Priority::SyncFull && zone.compact.deferred(i8_order(order)) {
                result = result.max(Status::Deferred);
                continue;
            }
            let (status, captured) = self.compact_zone_now(i, self.direct_control(request, verdict, priority));
            if let Some(pfn) = captured {
                return (Status::Success, Some(self.take_captured(pfn, request, verdict)));
            }
            result = result.max(status);
            let memory = &mut self.node.zones[i].compact;
            if status == Status::Success {
                memory.reset(i8_order(order), false);
                break;
            }
            if priority != Priority::Async && matches!(status, Status::Complete | Status::PartialSkipped) {
                memory.defer(i8_order(order));
            }
        }
        (result, None)
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

    /// One run to its end.
    pub fn compact_zone_now(&mut self, i: usize, control: Control) -> (Status, Option<Pfn>) {
        let mut run = match Run::start(&mut self.node.zones[i], control, &mut self.tally) {
            Ok(run) => run,
            Err(status) => return (status, None),
        };
        loop {
            match run.step(&mut self.node.zones[i], &mut self.owners, &mut self.tally) {
                Step::More { work } => self.charge_compaction(&work),
                Step::Done { status, captured, work } => {
                    self.charge_compaction(&work);
                    self.decide_compacted(i, &run, status);
                    return (status, captured);
                }
            }
        }
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

    /// The simulated time of a piece of compaction.
    pub fn charge_compaction(&mut self, work: &Work) {
        let c = self.costs;
        self.charge((work.migrate_scanned + work.free_scanned) * c.scan_ns);
        self.charge(work.migrated * c.migrate_success_ns + work.failed * c.migrate_fail_ns);
        self.charge(work.drained * c.drain_page_ns);
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
            if let Some(todo) = zone.pcp_decay() {
                zone.give_back(todo);
            }
        }
    }
}

fn i8_order(order: Order) -> i8 {
    i8::try_from(order).expect("an order is at most 10")
}
