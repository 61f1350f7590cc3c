// SPDX-License-Identifier: GPL-2.0-only
//! Allocations of a native replay: the walk over the zones, and what an allocation's own line teaches.

use super::{Answer, Native};
use crate::model::alloc_flags;
use crate::model::frames::{Kind as Frame, Order, Pfn};
use crate::model::gfp::Gfp;
use crate::model::pcp::{order_to_pindex, pcp_allowed_order};
use crate::model::request::Request;
use crate::model::watermark::WMARK_LOW;
use crate::model::zone::Zone;
use crate::trace::Kind;

/// What the model does for one request: in which zone, and how.
#[derive(Clone, Copy, Debug)]
pub(super) enum Path {
    /// The head of a per-CPU list.
    Head(usize, Pfn),
    /// A refill of an empty list, of this many blocks.
    Refill(usize, u32),
    /// Straight from the free lists.
    Buddy(usize),
}

/// Where a walk ended, with the flags that led there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk {
    pub(super) path: Path,
    pub(super) flags: u32,
    /// The marks allow it.
    pub(super) granted: bool,
}

impl Native<'_> {
    /// An allocation's own line: nothing of it but order and flags is used until the model has answered.
    pub(super) fn allocation(&mut self, at: usize, pfn: Option<Pfn>, order: Order, gfp: Gfp) {
        if order > 10 || pfn.is_some_and(|pfn| self.zone_of_block(pfn, order).is_none()) {
            return;
        }
        let answer = match self.answers.remove(at) {
            Some(answer) => answer,
            None => self.answer_without_refill(at, order, gfp),
        };
        let Some(pfn) = pfn else {
            self.report.refusals.add(!answer.granted);
            return;
        };
        if !answer.granted {
            self.report.refusals.add(false);
        }
        let exact = answer.pfn == Some(pfn);
        self.report.allocations += 1;
        self.report.pfn_exact += u64::from(exact);
        self.report.pageblock_exact += u64::from(answer.pfn.is_some_and(|got| got >> 9 == pfn >> 9));
        if !exact {
            let got = answer.pfn.map_or("none".to_owned(), |got| format!("{got:#x}"));
            self.report.diverge(self.line(at), "mm_page_alloc", format!("{pfn:#x}"), got);
        }
        if answer.taken != Some(pfn) {
            self.adopt_alloc(at, pfn, order);
        }
        self.lru.allocated(&mut self.node, pfn, order, gfp);
    }

    /// The page came from elsewhere than the model thought. If it is deeper in a per-CPU list, then those in front of
    /// it cannot be there: freed while the lock was held, which sends them past the list, or taken by somebody whose
    /// line is yet to come. Pages freed since this task's last allocation may have come after the page was taken.
    fn adopt_alloc(&mut self, at: usize, pfn: Pfn, order: Order) {
        self.report.adopted += 1;
        let Some(zone) = self.zone_of_block(pfn, order) else { return };
        let z = &mut self.node.zones[zone];
        if z.frames.kind(pfn) == Frame::Pcp && z.frames.order(pfn) == order {
            let front: Vec<Pfn> = std::iter::successors(z.frames.prev(pfn), |&pfn| z.frames.prev(pfn)).collect();
            let in_between = |pfn: &Pfn| {
                let freed = self.freed.get(pfn).map(|freed| freed.at);
                freed.is_some_and(|freed| self.ahead.alloc(freed) == Some(at))
            };
            if !front.iter().all(in_between) {
                for wrong in front {
                    let was_freed = self.freed.get(&wrong).is_some_and(|freed| !freed.batched);
                    let z = &mut self.node.zones[zone];
                    z.adopt_allocated(wrong, order);
                    if was_freed {
                        z.put_back(wrong, order);
                    }
                }
            }
        }
        self.node.zones[zone].adopt_allocated(pfn, order);
    }

    /// No line showed a refill, so the page must come from a per-CPU list, or from where the trace does not look.
    fn answer_without_refill(&mut self, at: usize, order: Order, gfp: Gfp) -> Answer {
        let walk = self.walk(at, order, gfp);
        let granted = walk.is_some_and(|walk| walk.granted);
        let Kind::Alloc { pfn: real, .. } = self.events[at].kind else { unreachable!("an allocation's line") };
        let answer = match walk.map(|walk| walk.path) {
            Some(Path::Head(zone, pfn)) => {
                let taken = Some(pfn).filter(|_| real == Some(pfn));
                if taken.is_some() {
                    self.node.zones[zone].pcp_take_head(order, gfp.migratetype());
                }
                Answer { pfn: Some(pfn), taken, granted }
            }
            _ => Answer { granted, ..Answer::default() },
        };
        if let Some(zone) = real.and_then(|pfn| self.node.zone_of(pfn)) {
            self.learn_zone(walk, zone);
        }
        answer
    }

    /// What the zone that served a request says about the marks of the zones that could have. A zone that was passed
    /// over has fewer free pages than the model counts; one that served against the model's marks has more, or its
    /// boost is gone.
    pub(super) fn learn_zone(&mut self, walk: Option<Walk>, real: usize) {
        let Some(Walk { path, granted, .. }) = walk else { return };
        let (Path::Head(zone, _) | Path::Refill(zone, _) | Path::Buddy(zone)) = path;
        let over = |z: &Zone| z.free_seen() as i64 - i64::from(z.wmark_pages(WMARK_LOW));
        if granted && zone > real {
            self.biases[zone] = over(&self.node.zones[zone]).max(0);
        } else if !granted || zone < real {
            self.node.zones[real].boost = 0;
            self.biases[real] = (over(&self.node.zones[real]) - 1).min(0);
        }
    }

    /// The zonelist walk up to the point where a page is taken: fast flags, then the slow path's. When all marks
    /// refuse, the page that would come if they did not.
    pub(super) fn walk(&mut self, at: usize, order: Order, gfp: Gfp) -> Option<Walk> {
        let ft = gfp.migratetype();
        if ft > 2 {
            return None;
        }
        let nofragment = self.node.starts_nofragment(gfp.highest_zoneidx());
        let fast = Request::fast(gfp, order, nofragment);
        let slow = Request::slow(gfp, order, self.node.defrag_mode);
        let mut requests = vec![fast];
        if nofragment && !self.node.defrag_mode {
            requests.push(fast.with(fast.flags & !alloc_flags::NOFRAGMENT));
        }
        requests.push(slow);
        let pid = self.events[at].pid;
        if self.victims.contains(&pid) {
            requests.push(slow.with(slow.flags | alloc_flags::OOM));
        }
        let (reclaims, last) = (self.reclaiming.contains(&pid), requests.len());
        requests.push(slow.with(slow.flags | alloc_flags::NO_WATERMARKS));
        requests.push(slow.with((slow.flags | alloc_flags::NO_WATERMARKS) & !alloc_flags::NOFRAGMENT));
        requests.iter().enumerate().find_map(|(i, request)| {
            let path = self.walk_with(request)?;
            Some(Walk { path, flags: request.flags, granted: i < last || reclaims })
        })
    }

    fn walk_with(&mut self, request: &Request) -> Option<Path> {
        let &Request { order, freetype: ft, flags, highest_zone, .. } = request;
        for i in (0..self.node.zones.len()).rev() {
            let z = &mut self.node.zones[i];
            let (marks, bias) = (z.watermark, self.biases[i]);
            z.watermark = marks.map(|mark| (i64::from(mark) + bias).max(0) as u32);
            let may = z.span.index <= highest_zone && z.may_allocate(request);
            z.watermark = marks;
            if !may {
                continue;
            }
            if pcp_allowed_order(order) {
                z.pcp_mut().free_count >>= 1;
                if let Some(pfn) = z.frames.first(z.pcp_list(order_to_pindex(order, ft))) {
                    return Some(Path::Head(i, pfn));
                }
                let want = z.pcp_refill_size(order);
                if flags & alloc_flags::HIGHATOMIC == 0 && z.can_serve(order, ft, flags) {
                    return Some(Path::Refill(i, want));
                }
            }
            if z.can_serve(order, ft, flags) {
                return Some(Path::Buddy(i));
            }
        }
        None
    }
}
