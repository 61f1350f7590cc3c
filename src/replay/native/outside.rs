// SPDX-License-Identifier: GPL-2.0-only
//! What happens beside the allocator and shows in stock lines: kswapd, reclaim, compaction.

use std::collections::BTreeMap;

use super::Native;
use crate::model::frames::{Kind as Frame, Order, Pfn, flag};
use crate::model::freetype::MOVABLE;
use crate::model::zone::{list_of, zone_flag};
use crate::replay::load::zone_of_block;
use crate::trace::Kind;

/// Lines that are looked through for the end of a compaction: twice what a compaction can hold back.
const RELEASE_LINES_MAX: usize = 4096;

/// A compaction under way.
#[derive(Clone, Debug, Default)]
pub struct Compacting {
    /// Blocks that it took off the free lists.
    private: BTreeMap<Pfn, Order>,
}

impl Native<'_> {
    pub(super) fn outside(&mut self, at: usize) {
        let event = self.events[at];
        let pid = event.pid;
        match event.kind {
            Kind::KswapdWake { .. } => {
                self.reclaiming.insert(pid);
                if !self.has_balance {
                    self.balance(true);
                }
            }
            Kind::BalanceBegin { .. } => self.balance(true),
            Kind::BalanceEnd { .. } => self.balance(false),
            Kind::DirectReclaimBegin { .. } => {
                self.reclaiming.insert(pid);
            }
            Kind::DirectReclaimEnd { .. } => {
                self.reclaiming.remove(&pid);
            }
            Kind::MarkVictim(ref victim) => {
                self.victims.insert(victim.pid);
            }
            Kind::CompactBegin { .. } => {
                self.lru.drain(&mut self.node);
                self.compacting.insert(pid, Compacting::default());
            }
            Kind::CompactEnd { .. } => self.compacted(pid),
            Kind::IsolateFreepages { start_pfn, end_pfn, taken, .. } => {
                self.isolate_range(pid, start_pfn, end_pfn, taken)
            }
            Kind::FastIsolateFreepages { start_pfn: Some(start), end_pfn, taken, .. } => {
                self.isolate_fast(pid, start, end_pfn, taken);
            }
            Kind::SetupWmarks { zone, min, low, high, promo, .. } => {
                if let Some(z) = self.node.zones.iter_mut().find(|z| z.span.index == zone) {
                    z.watermark = [min, low, high, promo];
                    z.boost = 0;
                    z.set_up_pcp(0);
                }
            }
            _ => {}
        }
    }

    /// mm/vmscan.c:balance_pgdat@7.3 as far as the allocator feels it.
    fn balance(&mut self, on: bool) {
        for zone in &mut self.node.zones {
            zone.flags = zone.flags & !zone_flag::RECLAIM_ACTIVE | if on { zone_flag::RECLAIM_ACTIVE } else { 0 };
        }
        if on {
            self.boosts = Some(self.node.zones.iter().map(|zone| zone.boost).collect());
        } else if let Some(boosts) = self.boosts.take() {
            for (zone, before) in self.node.zones.iter_mut().zip(boosts) {
                zone.boost -= zone.boost.min(before);
            }
        }
    }

    /// Without lines for it, balancing is taken to end with kswapd's last line before it sleeps or wakes again.
    pub(super) fn kswapd_after(&mut self, at: usize) {
        if self.has_balance || self.boosts.is_none() || !self.reclaiming.contains(&self.events[at].pid) {
            return;
        }
        let is_kswapd = |kind: &Kind| {
            matches!(
                kind,
                Kind::KswapdWake { .. }
                    | Kind::KswapdSleep { .. }
                    | Kind::WakeupKcompactd { .. }
                    | Kind::CompactSuitable { .. }
                    | Kind::CompactDeferred { .. }
            )
        };
        let next = self.ahead.task(at).map(|next| &self.events[next].kind);
        if next.is_none_or(is_kswapd) {
            self.balance(false);
        }
    }

    /// The free scanner went over a range and took this many pages, ascending.
    fn isolate_range(&mut self, pid: u32, start: Pfn, end: Pfn, taken: u32) {
        let Some(zone) = self.node.zone_of(start) else { return };
        let (mut left, mut pfn) = (taken, start);
        let z = &mut self.node.zones[zone];
        let private = &mut self.compacting.get_or_default(pid).private;
        while pfn < end && z.contains(pfn) && left > 0 {
            if z.frames.kind(pfn) == Frame::Buddy {
                let order = z.frames.order(pfn);
                z.isolate_free_page(pfn, order);
                private.insert(pfn, order);
                left = left.saturating_sub(1 << order);
                pfn += 1 << order;
            } else {
                pfn += 1;
            }
        }
    }

    /// mm/compaction.c:fast_isolate_freepages@7.3, without its memory of earlier searches.
    fn isolate_fast(&mut self, pid: u32, start: Pfn, end: Pfn, taken: u32) {
        let Some(zone) = self.node.zone_of(start) else { return };
        let low = end.saturating_sub((end.saturating_sub(start)) / 2) & !511;
        let mut left = taken;
        for order in (0..=9).rev() {
            while left >= 1 << order {
                let z = &mut self.node.zones[zone];
                let list = list_of(order, MOVABLE);
                let backward = std::iter::successors(z.frames.last(list), |&pfn| z.frames.prev(pfn));
                let Some(pfn) = backward.take(256).find(|&pfn| pfn >= low) else { break };
                z.frames.rotate_to_front(list, pfn);
                z.isolate_free_page(pfn, order);
                self.compacting.get_or_default(pid).private.insert(pfn, order);
                left -= 1 << order;
            }
        }
    }

    /// Whether an `mm_page_free` of a compacting task leaves the page on its private lists: an unused target. What it
    /// frees right before it ends is given back for good.
    pub(super) fn stays_private(&mut self, at: usize, pfn: Pfn, order: Order) -> bool {
        let pid = self.events[at].pid;
        if self.compacting.get(pid).is_none() {
            return false;
        }
        let Some(zone) = zone_of_block(&self.node, pfn, order) else { return false };
        let z = &self.node.zones[zone];
        let kind = z.block_around(pfn).map_or(Frame::Absent, |(_, kind, _)| kind);
        if !matches!(kind, Frame::Private | Frame::Buddy) || self.ends_compaction(at) {
            return false;
        }
        if kind == Frame::Buddy {
            let z = &mut self.node.zones[zone];
            z.adopt_allocated(pfn, order);
            z.frames.set(pfn, Frame::Private, order);
            self.compacting.get_or_default(pid).private.insert(pfn, order);
        }
        true
    }

    /// Only frees and drains lie between this line and the end of the task's compaction.
    fn ends_compaction(&self, at: usize) -> bool {
        let behind = std::iter::successors(self.ahead.task(at), |&i| self.ahead.task(i));
        let other = behind
            .take(RELEASE_LINES_MAX)
            .map(|i| &self.events[i].kind)
            .find(|kind| !matches!(kind, Kind::Free { .. } | Kind::FreeBatched { .. } | Kind::PcpuDrain { .. }));
        matches!(other, Some(Kind::CompactEnd { .. }))
    }

    /// What the compaction took and did not give back holds migrated pages now.
    fn compacted(&mut self, pid: u32) {
        let Some(Compacting { private }) = self.compacting.remove(pid) else { return };
        for (pfn, order) in private {
            let Some(zone) = zone_of_block(&self.node, pfn, order) else { continue };
            let z = &mut self.node.zones[zone];
            if z.frames.kind(pfn) == Frame::Private && z.frames.order(pfn) == order {
                z.adopt_allocated(pfn, order);
                z.adopt_allocated(pfn, 0);
                z.set_page_flags(pfn, order, flag::LRU);
            }
        }
    }
}
