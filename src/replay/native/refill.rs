// SPDX-License-Identifier: GPL-2.0-only
//! Refills of a native replay: runs of lines that show pages leaving the free lists.

use std::collections::VecDeque;

use super::walk::Path;
use super::{Answer, Native};
use crate::model::frames::{Kind as Frame, Order, Pfn};
use crate::model::freetype::{Freetype, fallbacks};
use crate::model::gfp::Gfp;
use crate::model::pageblock::{PAGEBLOCK_ORDER, block_start};
use crate::model::pcp::{order_to_pindex, pcp_allowed_order};
use crate::model::request::Request;
use crate::model::rmqueue::RmqueueMode;
use crate::model::tracepoint::Tracepoint;
use crate::model::zone::MAX_ORDER;
use crate::trace::Kind;

/// One page that left a free list, as the lines tell it.
#[derive(Clone, Copy, Debug)]
struct Take {
    pfn: Pfn,
    order: Order,
    line: u32,
    /// Type of the list it was wanted for.
    wanted: Freetype,
    /// It came from another type's list.
    fallback: Option<Fallback>,
}

#[derive(Clone, Copy, Debug)]
struct Fallback {
    chunk: Order,
    from: Freetype,
    claimed: bool,
}

/// Flags of the steps of one request's refill.
#[derive(Clone, Copy)]
struct Ask {
    order: Order,
    ft: Freetype,
    flags: u32,
}

impl Native<'_> {
    /// A run of lines of one task: pages left the free lists for one per-CPU list, or for the request itself.
    pub(super) fn refill_run(&mut self, at: usize) {
        let takes = self.run_from(at);
        let Some(&first) = takes.first() else { return };
        let alloc = self.ahead.alloc(at).filter(|&alloc| self.may_belong(alloc, first));
        let (order, ft) = (first.order, first.wanted);
        if ft > 2 {
            takes.iter().for_each(|take| self.adopt_take(take));
            return;
        }
        let Some(zone) = self.zone_of_block(first.pfn, order) else { return };
        let walked = match alloc.map(|alloc| (alloc, &self.events[alloc].kind)) {
            Some((alloc, &Kind::Alloc { order, gfp, .. })) => self.walk(alloc, order, gfp),
            _ => None,
        };
        let usual = Request::fast(Gfp::GFP_KERNEL, order, self.node.defrag_mode).flags;
        if alloc.is_some() {
            self.learn_zone(walked, zone);
        }
        let (path, flags) = (walked.map(|walk| walk.path), walked.map_or(usual, |walk| walk.flags));
        let ask = Ask { order, ft, flags };
        let answered = matches!(path, Some(Path::Refill(i, _) | Path::Buddy(i)) if i == zone);
        let answer = self.take_all(zone, ask, &takes, answered);
        let answer = Answer { pfn: answer, taken: None, granted: walked.is_none_or(|walk| walk.granted) };
        self.after_refill(zone, ask, &takes, path, (alloc, answer));
    }

    /// Whether an allocation's line can be the one that a run of pages belongs to, by what it asked for.
    fn may_belong(&self, alloc: usize, first: Take) -> bool {
        let Kind::Alloc { order, gfp, pfn: Some(_), .. } = self.events[alloc].kind else { return false };
        order == first.order && gfp.migratetype() == first.wanted
    }

    /// Collects the run that begins here; other CPUs' lines may lie in between.
    fn run_from(&mut self, at: usize) -> Vec<Take> {
        let first = self.events[at];
        let mut takes: Vec<Take> = Vec::new();
        for i in at..self.events.len() {
            let event = self.events[i];
            if event.cpu != first.cpu {
                continue;
            }
            let (pfn, order, wanted, fallback) = match event.kind {
                Kind::ZoneLocked { pfn, order, migratetype, .. } => (pfn, order, migratetype, None),
                Kind::Extfrag { pfn, alloc_order, fallback_order, alloc_migratetype, .. } => {
                    let Kind::Extfrag { fallback_migratetype: from, change_ownership: claimed, .. } = event.kind else {
                        break;
                    };
                    let chunk = fallback_order.max(alloc_order);
                    (pfn, alloc_order, alloc_migratetype, Some(Fallback { chunk, from, claimed }))
                }
                _ => break,
            };
            let same_list = takes.first().is_none_or(|take| take.order == order && take.wanted == wanted);
            let same_zone = takes.first().is_none_or(|take| self.node.zone_of(take.pfn) == self.node.zone_of(pfn));
            if event.pid != first.pid || !same_list || !same_zone {
                break;
            }
            self.done[i] = true;
            match takes.last_mut() {
                Some(take) if fallback.is_some() && take.pfn == pfn && take.fallback.is_none() => {
                    take.fallback = fallback;
                }
                _ if order <= 10 => takes.push(Take { pfn, order, line: event.line, wanted, fallback }),
                _ => {}
            }
        }
        takes
    }

    /// Every page of a run in turn: the model names it, then the line is adopted. The model's first page, if it
    /// would have been the same without knowing about claims.
    fn take_all(&mut self, zone: usize, ask: Ask, takes: &[Take], answered: bool) -> Option<Pfn> {
        let mut mode = RmqueueMode::Normal;
        let mut answer = None;
        for (i, take) in takes.iter().enumerate() {
            if self.zone_of_block(take.pfn, take.order) != Some(zone) {
                continue;
            }
            let z = &mut self.node.zones[zone];
            let claim = take.fallback.filter(|fallback| fallback.claimed && fallback.chunk < PAGEBLOCK_ORDER);
            let known = claim.map(|fallback| (block_start(take.pfn), fallback.from, ask.ft));
            z.known_claims = Some(VecDeque::from_iter(known));
            let before = mode;
            let got = z.rmqueue_any(ask.order, ask.ft, ask.flags, &mut mode);
            let honest = self.score_take(zone, take);
            if i == 0 && answered && honest {
                answer = got;
            }
            if got != Some(take.pfn) {
                if let Some(wrong) = got {
                    self.node.zones[zone].put_back(wrong, ask.order);
                }
                if before != RmqueueMode::Steal {
                    self.forget_phantoms(zone, take);
                }
                self.adopt_take(take);
                mode = match take.fallback {
                    Some(Fallback { claimed: false, .. }) => RmqueueMode::Steal,
                    Some(_) => RmqueueMode::Normal,
                    None => before,
                };
            }
        }
        answer
    }

    /// Compares the model's lines for one page with the kernel's. Whether the model's claims were its own.
    fn score_take(&mut self, zone: usize, take: &Take) -> bool {
        let (mut honest, mut own, mut other) = (true, None, None);
        for event in self.node.zones[zone].tracer.take() {
            match event {
                Tracepoint::ClaimTried { predicted, granted, .. } => {
                    self.report.claims.add(predicted == granted);
                    honest &= predicted == granted;
                }
                Tracepoint::ZoneLocked { pfn, .. } => own = Some(pfn),
                Tracepoint::Extfrag { alloc_migratetype, fallback_migratetype, change_ownership, .. } => {
                    other = Some((alloc_migratetype, fallback_migratetype, change_ownership));
                }
                _ => {}
            }
        }
        let real = take.fallback.map(|fallback| (take.wanted, fallback.from, fallback.claimed));
        if real.is_some() || other.is_some() {
            self.report.fallbacks.add(real == other && honest);
        }
        if take.fallback.is_none_or(|fallback| fallback.claimed && fallback.chunk < PAGEBLOCK_ORDER) {
            self.report.list_takes.add(own == Some(take.pfn));
            if own != Some(take.pfn) {
                let got = own.map_or("none".to_owned(), |got| format!("{got:#x}"));
                self.report.diverge(take.line, "mm_page_alloc_zone_locked", format!("{:#x}", take.pfn), got);
            }
        }
        honest
    }

    /// A request that was served from another type's memory found all better lists empty. What the model still has on
    /// them went where the trace does not look: migration targets.
    fn forget_phantoms(&mut self, zone: usize, take: &Take) {
        let Some(Fallback { chunk, from, claimed }) = take.fallback else { return };
        let z = &mut self.node.zones[zone];
        let mut pages = z.forget_free(take.order..=MAX_ORDER, take.wanted);
        let row = fallbacks(take.wanted);
        let better = &row[..row.iter().position(|&ft| ft == from).unwrap_or(0)];
        for &ft in row {
            if !claimed && chunk > take.order {
                pages += z.forget_free(take.order..=chunk - 1, ft);
            }
            pages += z.forget_free((chunk + 1).max(PAGEBLOCK_ORDER)..=MAX_ORDER, ft);
        }
        for &ft in better.iter().filter(|_| !claimed || chunk >= PAGEBLOCK_ORDER) {
            pages += z.forget_free(chunk..=chunk, ft);
        }
        self.report.adopted += u64::from(pages);
    }

    /// Bends the model to a page that left a free list.
    fn adopt_take(&mut self, take: &Take) {
        let Some(zone) = self.zone_of_block(take.pfn, take.order) else { return };
        let z = &mut self.node.zones[zone];
        if let Some(Fallback { chunk, claimed: true, .. }) = take.fallback {
            z.adopt_claim(take.pfn, chunk, take.wanted);
        }
        self.report.adopted += 1;
        z.adopt_allocated(take.pfn, take.order);
    }

    /// The pages of the run go on their list, and the request's own page leaves it at once.
    fn after_refill(
        &mut self,
        zone: usize,
        ask: Ask,
        takes: &[Take],
        path: Option<Path>,
        (alloc, answer): (Option<usize>, Answer),
    ) {
        let real = alloc.and_then(|alloc| match self.events[alloc].kind {
            Kind::Alloc { pfn, .. } => pfn,
            _ => None,
        });
        let is_buddy = !pcp_allowed_order(ask.order) || takes.len() == 1 && matches!(path, Some(Path::Buddy(_)));
        if let Some(alloc) = alloc
            && takes.iter().any(|take| Some(take.pfn) == real)
        {
            // The first page is the model's; a later one means that other requests came before, unseen.
            let first = takes.first().map(|take| take.pfn) == real;
            self.answers.insert(alloc, Answer { pfn: answer.pfn.filter(|_| first), taken: real, ..answer });
        }
        if is_buddy {
            return;
        }
        if let Some(Path::Refill(_, want)) = path {
            self.report.refills.add(want as usize == takes.len());
        }
        let z = &mut self.node.zones[zone];
        let list = z.pcp_list(order_to_pindex(ask.order, ask.ft));
        self.report.adopted += u64::from(!z.frames.is_list_empty(list));
        while z.pcp_take_head(ask.order, ask.ft).is_some_and(|pfn| {
            z.put_back(pfn, ask.order);
            true
        }) {}
        for take in takes.iter().filter(|take| Some(take.pfn) != real) {
            if z.contains(take.pfn) && (z.frames.kind(take.pfn), z.frames.order(take.pfn)) == (Frame::Used, ask.order) {
                z.frames.set(take.pfn, Frame::Pcp, ask.order);
                z.frames.push_back(list, take.pfn);
                z.pcp_mut().count += 1 << ask.order;
            }
        }
    }
}
