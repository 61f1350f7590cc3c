// SPDX-License-Identifier: GPL-2.0-only
//! kswapd as a co-routine: each step is one pass at one priority, or a decision to sleep.
//!
//! Stands for mm/vmscan.c@7.3: wakeup_kswapd, kswapd, kswapd_try_to_sleep, balance_pgdat, pgdat_balanced.
//!
//! Modelled: when it wakes and for what order, boosted passes, the drop to order 0 after compact_gap pages, the order
//! it may sleep at and the one it wakes kcompactd for, hopelessness after 16 passes without progress, waking kcompactd
//! before sleep and after a boost, the nap of 100 ms; it counts as running from its wake-up until the time of its last
//! pass is over.
//! Simplified: a wake-up between the end of the nap and its turn on a CPU is taken, where the kernel may lose it.
//! Differs: under the multi-generational LRU a boosted pass does nothing, as there it may not write pages.

use super::compact::skip::reset_isolation_suitable;
use super::compact::suitable::compact_gap;
use super::frames::Order;
use super::journal::{Kind, What};
use super::kthread::{Asked, Balance, KswapdState};
use super::machine::Machine;
use super::reclaim::{CLUSTER, PRIORITY_DEFAULT, RECLAIM_RETRIES_MAX};
use super::timer;
use super::watermark::WMARK_HIGH;
use super::zone::{MAX_ZONES, zone_flag};

/// HZ/10.
const NAP_TICKS: u64 = 100_000_000 / timer::TICK_NS;

impl Machine {
    /// Between steps of kswapd and kcompactd themselves, when they want to run changes with this alone.
    #[inline]
    pub fn asked(&self) -> Asked {
        let kswapd = &self.kswapd;
        Asked { kswapd: kswapd.wanted, yielded: kswapd.yielded_to_ns.is_some(), kcompactd: self.kcompactd.is_wanted() }
    }

    /// mm/vmscan.c:wakeup_kswapd@7.3.
    pub fn wakeup_kswapd(&mut self, order: Order, highest_zone: u8, can_reclaim: bool) {
        let highest_zone = highest_zone.min(self.node.zones.last().map_or(0, |zone| zone.span.index));
        self.kswapd.wanted_order = self.kswapd.wanted_order.max(order);
        self.kswapd.wanted_zone = self.kswapd.wanted_zone.max(Some(highest_zone));
        if self.kswapd.is_balancing() {
            return;
        }
        let hopeless = self.kswapd.failures >= RECLAIM_RETRIES_MAX;
        let boosted = self.node.zones.iter().any(|zone| zone.span.index <= highest_zone && zone.boost > 0);
        if hopeless || self.is_balanced(order, highest_zone) && !boosted {
            if !can_reclaim {
                self.wakeup_kcompactd(order, highest_zone);
            }
            return;
        }
        if !self.kswapd.wanted {
            self.kswapd.wanted = true;
            self.kswapd.wanted_since_ns = self.now_ns;
            self.decide(What::new(Kind::KswapdWakeup, order, 0, [0; 4]));
        }
    }

    /// mm/vmscan.c:pgdat_balanced@7.3: one good zone is enough.
    pub fn is_balanced(&self, order: Order, highest_zone: u8) -> bool {
        self.node.zones.iter().filter(|zone| zone.span.index <= highest_zone).any(|zone| {
            let free = if order > 0 && self.node.defrag_mode { zone.free_blocks.seen() } else { zone.free_seen() };
            zone.watermark_test(order, zone.wmark_pages(WMARK_HIGH), highest_zone, 0, free).ok()
        })
    }

    /// mm/vmscan.c:kswapd_try_clear_hopeless@7.3: any progress of reclaim that leaves the node balanced gives kswapd new
    /// hope.
    pub fn clear_hopeless(&mut self, highest_zone: u8) {
        if self.kswapd.failures > 0 && self.is_balanced(0, highest_zone) {
            self.kswapd.failures = 0;
        }
    }

    /// One step of kswapd at `now_ns`.
    pub fn step_kswapd(&mut self) {
        match self.kswapd.state {
            KswapdState::Asleep => self.kswapd.state = KswapdState::Begin,
            KswapdState::Napping { until_ns } if !self.kswapd.wanted => {
                self.kswapd.state = KswapdState::Risen { since_ns: until_ns };
            }
            KswapdState::Napping { .. } | KswapdState::Risen { .. } => self.end_nap(),
            KswapdState::Begin => self.begin_balance(),
            KswapdState::Balancing(balance) => self.balance(balance),
            KswapdState::Ending(balance) => self.end_balance(balance),
        }
    }

    fn end_nap(&mut self) {
        if self.kswapd.wanted {
            self.tally.kswapd_low_wmark_hit_quickly += 1;
            // A sleep that ended early still owes its order.
            self.kswapd.wanted_order = self.kswapd.wanted_order.max(self.kswapd.reclaim_order);
            self.kswapd.state = KswapdState::Begin;
        } else if self.may_sleep() {
            self.kswapd.state = KswapdState::Asleep;
            self.decide(What::new(Kind::KswapdSleep, 0, 0, [0; 4]));
        } else {
            self.tally.kswapd_high_wmark_hit_quickly += 1;
            self.kswapd.state = KswapdState::Begin;
        }
    }

    fn may_sleep(&self) -> bool {
        let kswapd = &self.kswapd;
        kswapd.failures >= RECLAIM_RETRIES_MAX || self.is_balanced(kswapd.reclaim_order, kswapd.alloc_zone)
    }

    fn begin_balance(&mut self) {
        let kswapd = &mut self.kswapd;
        let order = std::mem::take(&mut kswapd.wanted_order);
        let highest_zone = kswapd.wanted_zone.take().unwrap_or(kswapd.alloc_zone);
        kswapd.wanted = false;
        kswapd.yielded_to_ns = None;
        (kswapd.alloc_order, kswapd.alloc_zone) = (order, highest_zone);
        self.tally.pageoutrun += 1;
        let mut boosts = [0; MAX_ZONES];
        for zone in self.node.zones.iter_mut().filter(|zone| zone.span.index <= highest_zone) {
            boosts[usize::from(zone.span.index)] = zone.boost;
            zone.flags |= zone_flag::RECLAIM_ACTIVE;
        }
        let boost_left: u64 = boosts.iter().map(|&boost| u64::from(boost)).sum();
        self.decide(What::new(Kind::KswapdWake, order, 0, [0; 4]).detail(u8::from(boost_left > 0)));
        self.kswapd.state = KswapdState::Balancing(Balance {
            order,
            highest_zone,
            priority: PRIORITY_DEFAULT,
            reclaimed: 0,
            boost_left,
            boosted: boost_left > 0,
            was_balanced: false,
            boosts,
        });
    }

    /// One turn of balance_pgdat's loop.
    fn balance(&mut self, mut b: Balance) {
        let balanced = self.is_balanced(b.order, b.highest_zone);
        if !balanced && b.boost_left > 0 {
            b.boost_left = 0;
            b.priority = PRIORITY_DEFAULT;
            self.kswapd.state = KswapdState::Balancing(b);
            return;
        }
        if b.boost_left == 0 && balanced {
            b.was_balanced = true;
            return self.end_balance(b);
        }
        let boosting = b.boost_left > 0;
        let target = self.kswapd_target(b.highest_zone);
        let got = if boosting && self.settings.mglru {
            self.charge(self.costs.reclaim_pass_ns);
            0
        } else {
            self.shrink_node(target, b.priority, b.highest_zone)
        };
        b.reclaimed += got;
        if b.order > 0 && b.reclaimed >= u64::from(compact_gap(b.order)) {
            b.order = 0;
        }
        b.boost_left -= b.boost_left.min(got);
        let raise = got < target && !(boosting && b.priority <= PRIORITY_DEFAULT - 2);
        if raise || got == 0 {
            b.priority -= 1;
        }
        let is_last = boosting && got == 0 || b.priority < 1;
        self.kswapd.state = if is_last { KswapdState::Ending(b) } else { KswapdState::Balancing(b) };
    }

    /// mm/vmscan.c:kswapd_shrink_node@7.3: the sum of the zones' high watermarks.
    fn kswapd_target(&self, highest_zone: u8) -> u64 {
        let zones = self.node.zones.iter().filter(|zone| zone.span.index <= highest_zone);
        zones.map(|zone| u64::from(zone.wmark_pages(WMARK_HIGH)).max(CLUSTER)).sum()
    }

    fn end_balance(&mut self, b: Balance) {
        if b.reclaimed == 0 && !b.boosted && !b.was_balanced {
            self.kswapd.failures += 1;
        }
        let values = [b.reclaimed as u32, self.kswapd.failures, 0, 0];
        self.decide(What::new(Kind::KswapdBalanced, b.order, 0, values));
        for zone in self.node.zones.iter_mut().filter(|zone| zone.span.index <= b.highest_zone) {
            zone.flags &= !zone_flag::RECLAIM_ACTIVE;
            if b.boosted {
                zone.boost -= zone.boost.min(b.boosts[usize::from(zone.span.index)]);
            }
        }
        if b.boosted {
            self.wakeup_kcompactd(9, b.highest_zone);
        }
        if b.reclaimed > 0 {
            self.clear_hopeless(b.highest_zone);
        }
        self.note_what_is_left(b.order);
        if !self.may_sleep() {
            self.tally.kswapd_high_wmark_hit_quickly += 1;
            self.kswapd.state = KswapdState::Begin;
            return;
        }
        for zone in &mut self.node.zones {
            reset_isolation_suitable(zone);
        }
        let (order, highest_zone) = (self.kswapd.alloc_order, self.kswapd.alloc_zone);
        self.wakeup_kcompactd(order, highest_zone);
        self.kswapd.state = KswapdState::Napping { until_ns: timer::end_ns(self.now_ns, NAP_TICKS) };
    }

    /// What the sleep after a balance is for (mm/vmscan.c:kswapd@7.3): the same as before if the order was dropped on the
    /// way, else what has been asked for meanwhile, which may be nothing.
    fn note_what_is_left(&mut self, reclaim_order: Order) {
        let kswapd = &mut self.kswapd;
        kswapd.reclaim_order = reclaim_order;
        if reclaim_order == kswapd.alloc_order {
            kswapd.reclaim_order = kswapd.wanted_order;
            kswapd.alloc_order = kswapd.wanted_order;
            kswapd.alloc_zone = kswapd.wanted_zone.unwrap_or(kswapd.alloc_zone);
        }
    }
}
