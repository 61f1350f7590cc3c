// SPDX-License-Identifier: GPL-2.0-only
//! The slow path of an allocation as a state machine: one call of `round` is a step of a pass through its retry loop, up
//! to the end of direct reclaim, or the tries behind it, or a piece of direct compaction.
//!
//! Stands for mm/page_alloc.c@7.3: __alloc_pages_slowpath, should_reclaim_retry, should_compact_retry,
//! __alloc_pages_direct_reclaim, __alloc_pages_direct_compact, __alloc_pages_may_oom.
//!
//! Modelled: the order of steps, counters, priorities, what returns NULL and what invokes the OOM killer.
//! Simplified: other tasks run between the steps only, so within a direct reclaim only while its task sleeps.
//! Absent: cpuset and zonelist races, PF_MEMALLOC callers, __GFP_NOFAIL, the sleep behind a held oom_lock.

use super::alloc_flags;
use super::compact::{Priority, Status};
use super::compaction::Direct;
use super::decide::{Ask, Verdict};
use super::direct_reclaim::DirectReclaim;
use super::frames::{Order, Pfn};
use super::freetype::{self, Freetype};
use super::gfp::Gfp;
use super::journal::{Kind, What};
use super::machine::Machine;
use super::reclaim::RECLAIM_RETRIES_MAX;
use super::request::Request;
use super::watermark::{WMARK_HIGH, WMARK_MIN};
use super::zone::COSTLY_ORDER;

/// `MAX_COMPACT_RETRIES`.
pub const COMPACT_RETRIES_MAX: u32 = 16;

/// What a round came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    Page(Pfn),
    Again,
    /// The caller gets nothing; no task is killed.
    Null,
    /// The OOM killer is to choose a victim. Afterwards the caller goes on with `after_kill`.
    OutOfMemory,
}

#[derive(Clone, Debug)]
pub struct SlowPath {
    request: Request,
    can_compact: bool,
    compact_first: bool,
    priority: Priority,
    compaction_retries: u32,
    no_progress_loops: u32,
    compact_result: Status,
    /// The task is an OOM victim and may dip into the reserves.
    pub is_victim: bool,
    /// The task has let kswapd run before its first reclaim.
    yielded: bool,
    /// Direct reclaim is under way.
    reclaiming: Option<DirectReclaim>,
    /// Direct reclaim has run in this pass, and whether it made progress. Its time passes before the task goes on: other
    /// tasks use up meanwhile what the drain behind it would take from their per-CPU lists.
    reclaimed: Option<bool>,
    /// Direct compaction is under way, and whether the reclaim before it made progress.
    compacting: Option<(Box<Direct>, bool)>,
    rounds: u32,
}

impl SlowPath {
    pub fn new(gfp: Gfp, order: Order, ft: Freetype, defrag_mode: bool) -> SlowPath {
        let can_compact = gfp.has(Gfp::DIRECT_RECLAIM) && gfp.has(Gfp::IO);
        let compact_first = can_compact && (order > COSTLY_ORDER || order > 0 && ft != freetype::MOVABLE);
        SlowPath {
            request: Request { freetype: ft, ..Request::slow(gfp, order, defrag_mode) },
            can_compact,
            compact_first,
            priority: if compact_first { Priority::Async } else { Priority::SyncLight },
            compaction_retries: 0,
            no_progress_loops: 0,
            compact_result: Status::Skipped,
            is_victim: false,
            yielded: false,
            reclaiming: None,
            reclaimed: None,
            compacting: None,
            rounds: 0,
        }
    }

    pub fn request(&self) -> &Request {
        &self.request
    }

    /// The next step; a pass begins at `retry:`.
    pub fn round(&mut self, m: &mut Machine) -> Round {
        let round = if let Some((direct, progress)) = self.compacting.take() {
            self.go_on(m, direct, progress)
        } else if self.reclaiming.is_some() {
            self.reclaim(m)
        } else if let Some(progress) = self.reclaimed.take() {
            self.after_reclaim(m, progress)
        } else {
            self.rounds += 1;
            self.pass(m)
        };
        match round {
            Round::Page(pfn) => m.decide(What::of(Kind::SlowServed, &self.request, self.rounds, pfn)),
            Round::Null => m.decide(What::of(Kind::Failed, &self.request, self.rounds, 0)),
            Round::Again | Round::OutOfMemory => {}
        }
        round
    }

    fn pass(&mut self, m: &mut Machine) -> Round {
        let Request { order, gfp, .. } = self.request;
        m.charge(m.costs.slow_round_ns);
        if gfp.has(Gfp::KSWAPD_RECLAIM) {
            let wake_order = if m.node.defrag_mode { order.max(9) } else { order };
            m.wakeup_kswapd(wake_order, self.request.highest_zone, gfp.has(Gfp::DIRECT_RECLAIM));
        }
        if let Some(pfn) = m.walk(&self.request) {
            return Round::Page(pfn);
        }
        if self.is_victim && !gfp.has(Gfp::NOMEMALLOC) {
            // They hold for everything that follows.
            self.request.flags = self.request.flags & (alloc_flags::KSWAPD | alloc_flags::CMA) | alloc_flags::OOM;
            if let Some(pfn) = m.walk(&self.request) {
                return Round::Page(pfn);
            }
        }
        if !gfp.has(Gfp::DIRECT_RECLAIM) {
            return self.without_reclaim(m);
        }
        self.with_reclaim(m)
    }

    /// A task was killed for this request, or somebody else is being killed: the loop starts over.
    pub fn after_kill(&mut self) {
        self.no_progress_loops = 0;
    }

    /// In defrag mode a request that cannot reclaim gets a second try that may mix types.
    fn without_reclaim(&mut self, m: &Machine) -> Round {
        let nofragment = self.request.flags & alloc_flags::NOFRAGMENT != 0;
        if m.node.defrag_mode && nofragment && self.request.gfp.has(Gfp::KSWAPD_RECLAIM) {
            self.request.flags &= !alloc_flags::NOFRAGMENT;
            return Round::Again;
        }
        Round::Null
    }

    fn with_reclaim(&mut self, m: &mut Machine) -> Round {
        if self.yields_to_kswapd(m) {
            return Round::Again;
        }
        if self.compact_first {
            return self.compact(m, false);
        }
        self.reclaiming = Some(DirectReclaim::new(self.verdict(m).reclaim_order, m, &self.request));
        self.reclaim(m)
    }

    /// Direct reclaim, up to its end or until the task has to wait for pages that compaction has isolated.
    fn reclaim(&mut self, m: &mut Machine) -> Round {
        self.reclaimed = self.reclaiming.as_mut().and_then(|reclaim| reclaim.step(m, &self.request));
        self.reclaiming.take_if(|_| self.reclaimed.is_some());
        Round::Again
    }

    fn verdict(&self, m: &Machine) -> Verdict {
        let Request { order, freetype, flags, .. } = self.request;
        m.policy.verdict(Ask { order, freetype, nofragment: flags & alloc_flags::NOFRAGMENT != 0 })
    }

    /// The tries behind direct reclaim, and what follows them.
    fn after_reclaim(&mut self, m: &mut Machine, progress: bool) -> Round {
        if progress {
            if let Some(pfn) = m.walk(&self.request) {
                return Round::Page(pfn);
            }
            m.unreserve_highatomic(&self.request, false);
            m.drain_all();
            if let Some(pfn) = m.walk(&self.request) {
                return Round::Page(pfn);
            }
        }
        self.compact(m, progress)
    }

    fn compact(&mut self, m: &mut Machine, progress: bool) -> Round {
        let verdict = self.verdict(m);
        if verdict.compact_order == 0 {
            return self.after(m, progress);
        }
        let begin = What::of(Kind::CompactBegin, &self.request, u32::from(self.request.order), 0);
        m.decide(What { order: verdict.compact_order, ..begin }.detail(self.priority as u8));
        self.go_on(m, Box::new(Direct::new(verdict, self.priority)), progress)
    }

    /// One piece of direct compaction.
    fn go_on(&mut self, m: &mut Machine, mut direct: Box<Direct>, progress: bool) -> Round {
        if self.is_victim {
            direct.interrupt();
        }
        let Some((result, captured)) = m.step_direct(&mut direct, &self.request) else {
            self.compacting = Some((direct, progress));
            return Round::Again;
        };
        match self.compacted(m, &direct, result, captured) {
            Some(pfn) => Round::Page(pfn),
            None => self.after(m, progress),
        }
    }

    /// The task does not go on: what a compaction under way holds goes back.
    pub fn abandon(&mut self, m: &mut Machine) {
        if let Some((direct, _)) = self.compacting.take() {
            m.abandon_direct(*direct, self.request.order);
        }
    }

    /// Whether to try again.
    fn after(&mut self, m: &mut Machine, progress: bool) -> Round {
        let Request { order, gfp, flags, .. } = self.request;
        let nofragment = flags & alloc_flags::NOFRAGMENT != 0;
        let verdict = self.verdict(m);
        let noretry = gfp.has(Gfp::NORETRY);
        if self.compact_first {
            if noretry && gfp.has(Gfp::THISNODE) {
                return Round::Null;
            }
            if !noretry {
                self.priority = Priority::SyncLight;
            }
            self.compact_first = false;
            return Round::Again;
        }
        if noretry || order > COSTLY_ORDER && !(self.can_compact && gfp.has(Gfp::RETRY_MAYFAIL)) {
            return Round::Null;
        }
        let promoted = verdict.reclaim_order != order;
        if self.should_reclaim_retry(m, progress, promoted) {
            return Round::Again;
        }
        if progress && self.can_compact && self.should_compact_retry(m, verdict.reclaim_order, promoted) {
            return Round::Again;
        }
        if m.node.defrag_mode && nofragment {
            self.request.flags &= !alloc_flags::NOFRAGMENT;
            if promoted {
                (self.no_progress_loops, self.compaction_retries) = (0, 0);
            }
            return Round::Again;
        }
        self.may_oom(m)
    }

    /// The cond_resched() of mm/page_alloc.c:__perform_reclaim@7.3: a kswapd that was just woken, by this task's own
    /// boost perhaps, gets the CPU first. Once for each request.
    fn yields_to_kswapd(&mut self, m: &mut Machine) -> bool {
        let yields = !self.yielded && !self.compact_first && m.kswapd.is_running();
        if yields {
            self.yielded = true;
            m.kswapd.run_at(m.now_ns);
            m.charge(m.costs.slice_ns);
        }
        yields
    }

    /// The try behind direct compaction (mm/page_alloc.c:__alloc_pages_direct_compact@7.3).
    fn compacted(&mut self, m: &mut Machine, direct: &Direct, result: Status, captured: Option<Pfn>) -> Option<Pfn> {
        self.compact_result = if captured.is_some() { Status::Success } else { result };
        let order = direct.order();
        let work = direct.total();
        let values = [work.migrated, work.failed, work.migrate_scanned, work.free_scanned].map(|n| n as u32);
        let end = What::new(Kind::CompactEnd, order, self.request.freetype, values);
        m.decide(end.detail(self.compact_result as u8));
        if let Some(pfn) = captured {
            m.decide(What::new(Kind::Capture, self.request.order, self.request.freetype, [pfn, 0, 0, 0]));
        }
        if matches!(self.compact_result, Status::Skipped | Status::Deferred) {
            return None;
        }
        m.tally.compact_stall += 1;
        let pfn = captured.or_else(|| m.walk(&self.request));
        match pfn {
            Some(pfn) => {
                m.tally.compact_success += 1;
                m.compaction_helped(pfn, order);
            }
            None => m.tally.compact_fail += 1,
        }
        pfn
    }

    /// mm/page_alloc.c:should_reclaim_retry@7.3.
    fn should_reclaim_retry(&mut self, m: &mut Machine, progress: bool, promoted: bool) -> bool {
        let Request { order, highest_zone, flags, .. } = self.request;
        if progress && order <= COSTLY_ORDER && !promoted {
            self.no_progress_loops = 0;
        } else {
            self.no_progress_loops += 1;
        }
        let hopeful = self.no_progress_loops <= RECLAIM_RETRIES_MAX
            && m.node.zones.iter().rev().filter(|zone| zone.span.index <= highest_zone).any(|zone| {
                let available = zone.reclaimable_pages() + zone.free.exact();
                zone.watermark_test(order, zone.wmark_pages(WMARK_MIN), highest_zone, flags, available).ok()
            });
        hopeful || m.unreserve_highatomic(&self.request, true)
    }

    /// mm/page_alloc.c:should_compact_retry@7.3.
    fn should_compact_retry(&mut self, m: &Machine, order: Order, promoted: bool) -> bool {
        if order == 0 {
            return false;
        }
        match self.compact_result {
            Status::Skipped => return !promoted && m.compaction_zonelist_suitable(&self.request, order),
            Status::Success => {
                let max = if order > COSTLY_ORDER { COMPACT_RETRIES_MAX / 4 } else { COMPACT_RETRIES_MAX };
                self.compaction_retries += 1;
                if self.compaction_retries <= max {
                    return true;
                }
            }
            _ => {}
        }
        let lowest = if order > COSTLY_ORDER { Priority::SyncLight } else { Priority::SyncFull };
        if self.priority > lowest {
            self.priority = self.priority.stronger();
            self.compaction_retries = 0;
            return true;
        }
        false
    }

    /// mm/page_alloc.c:__alloc_pages_may_oom@7.3, up to the choice of a victim.
    fn may_oom(&mut self, m: &mut Machine) -> Round {
        let Request { order, gfp, highest_zone, .. } = self.request;
        if let Some(pfn) = m.walk(&self.request.with(WMARK_HIGH as u32 | alloc_flags::CPUSET)) {
            return Round::Page(pfn);
        }
        if order > COSTLY_ORDER || gfp.has(Gfp::RETRY_MAYFAIL) || gfp.has(Gfp::THISNODE) || highest_zone < 2 {
            return Round::Null;
        }
        if self.is_victim {
            return Round::Null;
        }
        if !gfp.has(Gfp::FS) {
            self.no_progress_loops = 0;
            return Round::Again;
        }
        Round::OutOfMemory
    }
}
