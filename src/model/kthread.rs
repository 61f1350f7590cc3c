// SPDX-License-Identifier: GPL-2.0-only
//! What kswapd and kcompactd keep between their steps: what was asked of them, and where each stands.
//!
//! Stands for the fields of `pg_data_t` (include/linux/mmzone.h@7.3) and the locals of their loops in mm/vmscan.c and
//! mm/compaction.c.

use super::compact::Run;
use super::frames::{Order, Pfn};
use super::zone::MAX_ZONES;

/// When a kernel thread wants to run next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Not before somebody wakes it.
    Woken,
    /// At this moment, ns.
    At(u64),
    /// It has wanted a CPU since then, ns.
    Since(u64),
}

/// What tasks have asked of the kernel threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    pub(super) kswapd: bool,
    pub(super) yielded: bool,
    pub(super) kcompactd: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Kswapd {
    pub(super) state: KswapdState,
    pub(super) wanted_order: Order,
    pub(super) wanted_zone: Option<u8>,
    pub(super) wanted: bool,
    pub(super) wanted_since_ns: u64,
    /// A task gave way at this moment.
    pub(super) yielded_to_ns: Option<u64>,
    /// What it works for, and what is left of that: 0 once some pages were reclaimed for a higher order.
    pub(super) alloc_order: Order,
    pub(super) reclaim_order: Order,
    pub(super) alloc_zone: u8,
    pub failures: u32,
}

/// What kswapd does next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum KswapdState {
    #[default]
    Asleep,
    /// The short sleep after balance, and its end.
    Napping {
        until_ns: u64,
    },
    /// The short sleep is over; it wants a CPU since then.
    Risen {
        since_ns: u64,
    },
    /// A wake-up was taken and a balance begins.
    Begin,
    Balancing(Balance),
    /// The last pass is paid for; it still runs until the time of that pass is over.
    Ending(Balance),
}

/// One `balance_pgdat` under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Balance {
    pub order: Order,
    pub highest_zone: u8,
    pub priority: u32,
    pub reclaimed: u64,
    /// What is left of the boosts it began with, pages.
    pub boost_left: u64,
    pub boosted: bool,
    /// It ended as there was nothing to do any more, which is no failure.
    pub was_balanced: bool,
    pub boosts: [u32; MAX_ZONES],
}

impl Kswapd {
    pub fn next(&self) -> Next {
        match self.state {
            KswapdState::Begin | KswapdState::Balancing(_) | KswapdState::Ending(_) => Next::Since(0),
            _ if self.wanted => Next::Since(self.yielded_to_ns.unwrap_or(self.wanted_since_ns)),
            KswapdState::Asleep => Next::Woken,
            KswapdState::Napping { until_ns } => Next::At(until_ns),
            KswapdState::Risen { since_ns } => Next::Since(since_ns),
        }
    }

    /// On a CPU or waiting for one (mm/compaction.c:kswapd_is_running@7.3).
    pub fn is_running(&self) -> bool {
        self.wanted || self.is_balancing() || matches!(self.state, KswapdState::Risen { .. })
    }

    /// A task yields to it: if it was woken, it need not wait for a slice to end.
    pub fn run_at(&mut self, now_ns: u64) {
        self.yielded_to_ns = self.wanted.then_some(now_ns);
    }

    pub fn is_yielded_to(&self) -> bool {
        self.yielded_to_ns.is_some()
    }

    pub(super) fn is_balancing(&self) -> bool {
        matches!(self.state, KswapdState::Begin | KswapdState::Balancing(_) | KswapdState::Ending(_))
    }
}

#[derive(Clone, Debug, Default)]
pub struct Kcompactd {
    pub(super) wanted_order: Order,
    pub(super) wanted_zone: Option<u8>,
    pub(super) wanted_since_ns: Option<u64>,
    pub(super) next_check_ns: u64,
    pub(super) round: Option<Round>,
}

/// A round of kcompactd over zones.
#[derive(Clone, Debug)]
pub(super) struct Round {
    pub aim: Aim,
    /// Position of the zone under way.
    pub zone: usize,
    pub run: Option<Run>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// Woken for an order, up to a zone.
    Daemon { order: Order, highest_zone: u8 },
    /// Score before the round.
    Proactive { score: u64 },
    /// The policy's stock of free blocks is low.
    Stock,
}

impl Kcompactd {
    pub fn next(&self) -> Next {
        match (&self.round, self.wanted_since_ns) {
            (Some(_), _) => Next::Since(0),
            (None, Some(since_ns)) => Next::Since(since_ns.min(self.next_check_ns)),
            (None, None) => Next::At(self.next_check_ns),
        }
    }

    /// Its period of 500 ms began at boot.
    pub fn first_look_at(&mut self, at_ns: u64) {
        self.next_check_ns = at_ns;
    }

    #[inline]
    pub(super) fn is_wanted(&self) -> bool {
        self.wanted_since_ns.is_some()
    }

    pub fn is_running(&self) -> bool {
        self.round.is_some()
    }

    /// Position of the zone that it compacts, and where its migrate and its free scanner stand there.
    pub fn scanners(&self) -> Option<(usize, Pfn, Pfn)> {
        let round = self.round.as_ref()?;
        let (migrate, free) = round.run.as_ref()?.positions();
        Some((round.zone, migrate, free))
    }

    /// mm/compaction.c:kcompactd_do_work@7.3 at its end: what was asked for meanwhile counts as served, unless the
    /// order is higher or the zones are fewer.
    pub(super) fn forget_served(&mut self, order: Order, highest_zone: u8) {
        if self.wanted_order <= order {
            self.wanted_order = 0;
        }
        if self.wanted_zone.is_some_and(|zone| zone >= highest_zone) {
            self.wanted_zone = None;
        }
    }
}
