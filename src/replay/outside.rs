// SPDX-License-Identifier: GPL-2.0-only
//! What happens outside the allocator's core and reaches a guided replay from the trace: drains, decay, compaction's
//! isolations and rotations, flags; and the comparison of tracepoints.

use super::guided::{Guided, known_cpu};
use crate::model::buddy::Place;
use crate::model::frames::{Kind as Frame, Order, Pfn};
use crate::model::pageblock::PAGEBLOCK_PAGES;
use crate::model::tracepoint::Tracepoint;
use crate::model::zone::{list_of, zone_flag};
use crate::trace::Kind;

impl Guided {
    pub(super) fn outside(&mut self, kind: &Kind) {
        match *kind {
            Kind::ZoneLocked { pfn, order, migratetype, .. } => {
                self.saw(Tracepoint::ZoneLocked { pfn, order, migratetype });
            }
            Kind::Extfrag {
                pfn,
                alloc_order,
                fallback_order,
                alloc_migratetype,
                fallback_migratetype,
                change_ownership,
                ..
            } => self.saw(Tracepoint::Extfrag {
                pfn,
                alloc_order,
                fallback_order,
                alloc_migratetype,
                fallback_migratetype,
                change_ownership,
            }),
            Kind::Boost { boost, .. } => self.saw(Tracepoint::Boost { boost }),
            Kind::Claim { block, from, to, .. } => self.saw_claim((block, from, to)),
            Kind::Capture { pfn, order } => self.saw_capture(pfn, order),
            Kind::PcpTrim { to_free, high, .. } => {
                let exact = self.trim_is(to_free, high);
                self.report.trims.add(exact);
                if !exact {
                    self.report.diverge(self.line(), "pcp_trim", format!("{to_free} above {high}"), "another amount");
                    self.adopt_trim(kind);
                }
            }
            Kind::Drain { zone, cpu, count } => self.drain(zone, cpu, count),
            Kind::Decay { zone, count, high } => self.decay(zone, count, high),
            Kind::Unboost { zone, boost } => self.with_zone(zone, |z| z.boost = boost.min(z.managed)),
            Kind::BelowHigh { zone, on } => self.with_zone(zone, |z| set(&mut z.flags, zone_flag::BELOW_HIGH, on)),
            Kind::ReclaimActive { zone, on } => {
                self.with_zone(zone, |z| set(&mut z.flags, zone_flag::RECLAIM_ACTIVE, on));
            }
            Kind::FoldFree { zone, .. } => self.with_zone(zone, |z| z.free.fold(z.cpu)),
            _ => self.compaction(kind),
        }
    }

    fn compaction(&mut self, kind: &Kind) {
        match *kind {
            Kind::CompactBegin { .. } => self.lru_drain(),
            Kind::IsolateFree { pfn, order, taken, .. } if taken > 0 => self.isolate(pfn, order),
            Kind::CompactAlloc { dst: Some(dst), order, .. } => {
                self.privately(dst, order, Frame::Used);
                self.lru_add(dst, order);
            }
            Kind::CompactFree { dst, order } => self.privately(dst, order, Frame::Private),
            Kind::RotateHead { pfn: Some(pfn), .. } => self.rotate(pfn, false),
            Kind::RotateTail { pfn: Some(pfn), .. } => self.rotate(pfn, true),
            Kind::Putback { pfn, order, .. } => {
                let Some(i) = self.zone_of_block(pfn, order) else { return };
                let z = &mut self.node.zones[i];
                z.adopt_allocated(pfn, order);
                z.free_one_page(pfn, order, z.blocks.freetype(pfn), Place::Tail);
            }
            Kind::MoveBlock { block, from, to, .. } if block.is_multiple_of(PAGEBLOCK_PAGES) => {
                let Some(i) = self.zone_of_block(block, 9) else { return };
                let z = &mut self.node.zones[i];
                if z.blocks.freetype(block) == from && from < 6 && to < 6 {
                    z.move_freepages_block(block, from, to);
                }
            }
            Kind::ReserveHighatomic { .. } | Kind::UnreserveHighatomic { .. } => {
                let what = "the highatomic reserve, whose changes this trace shows without the type they came from";
                if !self.report.not_judged.iter().any(|known| known == what) {
                    self.report.not_judged.push(what.to_owned());
                }
            }
            _ => {}
        }
    }

    fn with_zone(&mut self, zone: u8, change: impl FnOnce(&mut crate::model::zone::Zone)) {
        if let Some(i) = self.position(zone) {
            change(&mut self.node.zones[i]);
        }
    }

    /// One CPU's lists are drained, by another one perhaps.
    fn drain(&mut self, zone: u8, cpu: u16, count: u32) {
        let Some(i) = self.position(zone) else { return };
        let z = &mut self.node.zones[i];
        z.cpu = known_cpu(z, cpu);
        let same = z.pcp_mut().count == count;
        let todo = z.pcp_drain();
        self.report.pcp_counts.add(same);
        self.start_giving_back(i, todo);
    }

    fn decay(&mut self, zone: u8, count: u32, high: u32) {
        let Some(i) = self.position(zone) else { return };
        let z = &mut self.node.zones[i];
        let same = (z.pcp_mut().count, z.pcp_mut().high) == (count, high);
        z.pcp_mut().high = high;
        let todo = z.pcp_decay();
        self.report.pcp_counts.add(same);
        self.start_giving_back(i, todo);
    }

    /// Compaction takes a free block off its list.
    fn isolate(&mut self, pfn: Pfn, order: Order) {
        let Some(i) = self.zone_of_block(pfn, order) else { return };
        let z = &mut self.node.zones[i];
        if !z.frames.is_buddy(pfn, order) {
            let kind = z.frames.kind(pfn);
            let line = self.line();
            self.report.diverge(line, "isolate_free", format!("{pfn:#x} free at order {order}"), format!("{kind:?}"));
            self.report.adopted += 1;
            self.node.zones[i].adopt_allocated(pfn, order);
            return;
        }
        z.isolate_free_page(pfn, order);
    }

    /// A page of compaction's private lists changes hands.
    fn privately(&mut self, pfn: Pfn, order: Order, kind: Frame) {
        let Some(i) = self.zone_of_block(pfn, order) else { return };
        let z = &mut self.node.zones[i];
        z.adopt_allocated(pfn, order);
        z.frames.set(pfn, kind, order);
    }

    /// Compaction's fast searches reorder a list. Pages that are on no list mean the list's head: nothing moves.
    fn rotate(&mut self, pfn: Pfn, including: bool) {
        let Some(i) = self.node.zone_of(pfn) else { return };
        let z = &mut self.node.zones[i];
        if z.frames.kind(pfn) != Frame::Buddy {
            return;
        }
        let list = list_of(z.frames.order(pfn), z.blocks.freetype(pfn));
        let first = if including { z.frames.next(pfn) } else { Some(pfn) };
        if let Some(first) = first {
            z.frames.rotate_to_front(list, first);
        }
    }

    /// Holds the model's tracepoints of one operation against the kernel's.
    pub(super) fn compare_tracepoints(&mut self, zone: usize) {
        let made = self.node.zones[zone].tracer.take();
        let seen = self.take_seen();
        let mut kernel = seen.into_iter();
        for event in made {
            let score = match event {
                Tracepoint::ZoneLocked { .. } => &mut self.report.list_takes,
                Tracepoint::Extfrag { .. } => &mut self.report.fallbacks,
                Tracepoint::Boost { .. } => &mut self.report.boosts,
                Tracepoint::ClaimTried { predicted, granted, .. } => {
                    self.report.claims.add(predicted == granted);
                    continue;
                }
                Tracepoint::PcpuDrain { .. } | Tracepoint::BelowHigh { .. } | Tracepoint::Compaction(_) => continue,
            };
            let real = kernel.next();
            score.add(real == Some(event));
            if real != Some(event) {
                let line = self.line();
                self.report.diverge(line, "tracepoint", real.map_or("nothing".to_owned(), words), words(event));
            }
        }
        for missed in kernel {
            let line = self.line();
            self.report.fallbacks.add(false);
            self.report.diverge(line, "tracepoint", words(missed), "nothing");
        }
    }
}

/// A tracepoint as a trace prints it.
fn words(event: Tracepoint) -> String {
    match event {
        Tracepoint::ZoneLocked { pfn, order, migratetype } => {
            format!("mm_page_alloc_zone_locked pfn={pfn:#x} order={order} migratetype={migratetype}")
        }
        Tracepoint::Extfrag {
            pfn,
            alloc_order,
            fallback_order,
            alloc_migratetype,
            fallback_migratetype,
            change_ownership,
        } => format!(
            "mm_page_alloc_extfrag pfn={pfn:#x} alloc_order={alloc_order} fallback_order={fallback_order} \
             alloc_migratetype={alloc_migratetype} fallback_migratetype={fallback_migratetype} \
             change_ownership={}",
            u8::from(change_ownership)
        ),
        Tracepoint::Boost { boost } => format!("a boost to {boost} pages"),
        _ => "an event that is not compared".to_owned(),
    }
}

fn set(flags: &mut u8, flag: u8, on: bool) {
    *flags = if on { *flags | flag } else { *flags & !flag };
}
