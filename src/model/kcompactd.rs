// SPDX-License-Identifier: GPL-2.0-only
//! kcompactd as a co-routine: woken work, and the proactive look every 500 ms, as its timer tells them.
//!
//! Stands for mm/compaction.c@7.3: wakeup_kcompactd, kcompactd, kcompactd_do_work, should_proactive_compact_node,
//! proactive_compact_node.
//!
//! Modelled: when it wakes and for what, that requests made during its work are forgotten, deferral, draining after an
//! unsuccessful run, the proactive score with its low and high marks, the long pause after a round that did not help, a
//! stock of free blocks if the policy wants one.

use super::compact::{Control, Run, Status, Step, proactive, suitable};
use super::deferral::SHIFT_MAX;
use super::frames::Order;
use super::journal::{Kind, What};
use super::kthread::{Aim, Round};
use super::machine::Machine;
use super::timer;
use super::zone::Zone;

/// HPAGE_FRAG_CHECK_INTERVAL_MSEC.
const CHECK_TICKS: u64 = 500_000_000 / timer::TICK_NS;

impl Machine {
    /// mm/compaction.c:wakeup_kcompactd@7.3.
    pub fn wakeup_kcompactd(&mut self, order: Order, highest_zone: u8) {
        if order == 0 {
            return;
        }
        let k = &mut self.kcompactd;
        k.wanted_order = k.wanted_order.max(order);
        k.wanted_zone = Some(k.wanted_zone.map_or(highest_zone, |zone| zone.min(highest_zone)));
        if k.wanted_since_ns.is_some() || k.round.is_some() {
            return;
        }
        let order = k.wanted_order;
        let highest_zone = k.wanted_zone.unwrap_or(highest_zone);
        let control = self.daemon_control(order, highest_zone);
        let mut zones = self.node.zones.iter().filter(|zone| zone.span.index <= highest_zone);
        let suits = zones.any(|zone| suitable::suit_allocation_order(zone, &control) == Status::Continue);
        if suits {
            self.kcompactd.wanted_since_ns = Some(self.now_ns);
            self.decide(What::new(Kind::KcompactdWakeup, order, 0, [0; 4]));
        }
    }

    /// One step of kcompactd.
    pub fn step_kcompactd(&mut self) {
        match self.kcompactd.round.take() {
            Some(round) => self.go_on(round),
            None => self.begin_round(),
        }
    }

    fn begin_round(&mut self) {
        let k = &mut self.kcompactd;
        k.wanted_since_ns = None;
        // An order that was asked for while nothing suited, or during a proactive round, is still wanted now.
        if k.wanted_order > 0 {
            let order = std::mem::take(&mut k.wanted_order);
            let aim = Aim::Daemon { order, highest_zone: k.wanted_zone.take().unwrap_or(u8::MAX) };
            self.tally.compact_daemon_wake += 1;
            self.start_round(aim);
            return;
        }
        self.set_next_check();
        if self.stock_is_low() {
            self.start_round(Aim::Stock);
        } else if self.settings.compaction_proactiveness > 0 && !self.kswapd.is_running() {
            let score = proactive::node_score(&self.node);
            if score > proactive::high_mark(self.settings.compaction_proactiveness) {
                self.start_round(Aim::Proactive { score });
            }
        }
    }

    /// Nobody looks where there is nothing to look for.
    fn set_next_check(&mut self) {
        let idle = self.settings.compaction_proactiveness == 0 && self.policy.kcompactd_target_blocks() == 0;
        self.kcompactd.next_check_ns = if idle { u64::MAX } else { timer::end_ns(self.now_ns, CHECK_TICKS) };
    }

    fn start_round(&mut self, aim: Aim) {
        self.kcompactd.round = Some(Round { aim, zone: 0, run: None });
        let (order, detail) = match aim {
            Aim::Daemon { order, .. } => (order, 0),
            Aim::Proactive { .. } => (0, 1),
            Aim::Stock => (0, 2),
        };
        self.decide(What::new(Kind::KcompactdWake, order, 0, [0; 4]).detail(detail));
    }

    /// The policy wants free mapped blocks in stock and there are too few.
    fn stock_is_low(&self) -> bool {
        let target = u64::from(self.policy.kcompactd_target_blocks()) * 512;
        target > 0 && self.node.zones.iter().map(Zone::free_blocks_mapped).sum::<u64>() < target
    }

    fn go_on(&mut self, mut round: Round) {
        if let Some(run) = &mut round.run {
            let i = round.zone;
            run.note_kswapd(self.kswapd.is_running());
            match run.step(&mut self.node.zones[i], &mut self.owners, &mut self.tally) {
                Step::More { work } => self.charge_compaction(&work, false),
                Step::Done { status, work, .. } => {
                    self.charge_compaction(&work, false);
                    self.decide_compacted(i, run, status);
                    round.run = None;
                    round.zone += 1;
                    self.after_zone(round.aim, i, status);
                }
            }
            self.kcompactd.round = Some(round);
            return;
        }
        if round.zone >= self.node.zones.len() {
            return self.end_round(round.aim);
        }
        match self.control_for(round.aim, round.zone) {
            Some(control) => match Run::start(&mut self.node.zones[round.zone], control) {
                Ok(run) => round.run = Some(run),
                Err(status) => {
                    self.after_zone(round.aim, round.zone, status);
                    round.zone += 1;
                }
            },
            None => round.zone += 1,
        }
        self.kcompactd.round = Some(round);
    }

    /// How a zone is to be compacted, or `None` to leave it alone.
    fn control_for(&mut self, aim: Aim, i: usize) -> Option<Control> {
        match aim {
            Aim::Daemon { order, highest_zone } => {
                let zone = &mut self.node.zones[i];
                let index = zone.span.index;
                if index > highest_zone || zone.compact.deferred(order as i8) {
                    return None;
                }
                let control = self.daemon_control(order, index);
                let suits = suitable::suit_allocation_order(&self.node.zones[i], &control) == Status::Continue;
                suits.then_some(control)
            }
            Aim::Proactive { .. } => {
                Some(Control::proactive(proactive::low_mark(self.settings.compaction_proactiveness)))
            }
            Aim::Stock => Some(Control::stock(u64::from(self.policy.kcompactd_target_blocks()) * 512)),
        }
    }

    fn daemon_control(&self, order: Order, highest_zone: u8) -> Control {
        let control = Control::kcompactd(order, highest_zone, self.node.defrag_mode);
        Control { extfrag_threshold: self.settings.extfrag_threshold, ..control }
    }

    fn after_zone(&mut self, aim: Aim, i: usize, status: Status) {
        let Aim::Daemon { order, .. } = aim else { return };
        match status {
            Status::Success => self.node.zones[i].compact.reset(order as i8, false),
            Status::Complete | Status::PartialSkipped => {
                self.drain_zone(i);
                self.node.zones[i].compact.defer(order as i8);
            }
            _ => {}
        }
    }

    fn end_round(&mut self, aim: Aim) {
        self.decide(What::new(Kind::KcompactdSleep, 0, 0, [0; 4]));
        if let Aim::Daemon { order, highest_zone } = aim {
            self.kcompactd.forget_served(order, highest_zone);
        }
        self.set_next_check();
        if self.kcompactd.wanted_order > 0 {
            self.kcompactd.wanted_since_ns = Some(self.now_ns);
        }
        if let Aim::Proactive { score } = aim
            && proactive::node_score(&self.node) >= score
        {
            self.kcompactd.next_check_ns = timer::end_ns(self.now_ns, CHECK_TICKS << SHIFT_MAX);
        }
    }
}
