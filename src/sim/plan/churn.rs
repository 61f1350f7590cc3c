// SPDX-License-Identifier: GPL-2.0-only
//! Allocates and frees at a rate.

use std::collections::VecDeque;

use super::fault::{Fault, Took};
use super::progress::{NAP_NS, Progress};
use crate::sim::demand::Demand;
use crate::sim::state::Held;
use crate::sim::world::World;
use crate::workload::plan::Churn;

#[derive(Clone)]
pub(super) struct Churning {
    set: usize,
    process: u32,
    step: Churn,
    fault: Fault,
    left: u64,
    next_ns: Option<u64>,
    order: u8,
    pages: u64,
    /// When pieces of the set end, for those of this step; in the order of the set.
    ends: VecDeque<u64>,
}

impl Churning {
    /// What the set holds already counts towards its limit and ages from now on.
    pub fn new(set: usize, process: u32, step: Churn, w: &World) -> Churning {
        let fault = Fault::new(set, process, step.kind, false);
        let held = &w.plan.sets[set].held;
        let pages = held.iter().map(|piece| piece.0.pages()).sum();
        let ends = vec![w.machine.now_ns + step.lifetime_ms * 1_000_000; held.len()].into();
        Churning { set, process, fault, left: step.count, next_ns: None, order: 0, pages, ends, step }
    }

    pub fn demand(&mut self) -> Option<&mut Demand> {
        self.fault.demand()
    }

    pub fn step(&mut self, w: &mut World) -> Progress {
        if w.is_dying(self.process) {
            return Progress::End;
        }
        let now_ns = w.machine.now_ns;
        if self.fault.is_idle() {
            if self.left == 0 {
                return Progress::End;
            }
            let due_ns = *self.next_ns.get_or_insert(now_ns);
            if now_ns < due_ns {
                return Progress::Sleep(due_ns.min(now_ns + NAP_NS));
            }
            // A task that is late does not catch up.
            self.next_ns = Some(now_ns + 1_000_000_000 / u64::from(self.step.per_second));
            self.order = self.draw_order(w);
            self.make_room(w);
        }
        match self.fault.step(w, self.order) {
            Took::Pending => return Progress::More,
            Took::Pages(pages) => {
                self.pages += pages;
                self.ends.push_back(now_ns + self.step.lifetime_ms * 1_000_000);
            }
            Took::Denied => {}
        }
        self.left -= 1;
        Progress::More
    }

    fn draw_order(&self, w: &mut World) -> u8 {
        let total: u32 = self.step.orders.iter().map(|entry| entry.weight).sum();
        let mut drawn = w.below(total);
        for entry in &self.step.orders {
            if drawn < entry.weight {
                return entry.order;
            }
            drawn -= entry.weight;
        }
        0
    }

    /// Frees what is too old, then what stands in the way of the next block.
    fn make_room(&mut self, w: &mut World) {
        let now_ns = w.machine.now_ns;
        let ages = self.step.lifetime_ms > 0;
        while ages && self.ends.front().is_some_and(|&end_ns| end_ns <= now_ns) {
            self.drop_one(w, 0);
        }
        while self.pages + (1 << self.order) > self.step.pages && !self.ends.is_empty() {
            let i = if ages { 0 } else { w.below(self.ends.len() as u32) as usize };
            self.drop_one(w, i);
        }
    }

    /// The `i`-th of this step's pieces, which are the last of the set; the newest takes the place of a random one.
    fn drop_one(&mut self, w: &mut World, i: usize) {
        let held = &mut w.plan.sets[self.set].held;
        let at = held.len().checked_sub(self.ends.len()).map(|first| first + i);
        let piece =
            if i == 0 { at.and_then(|at| held.remove(at)) } else { at.and_then(|at| held.swap_remove_back(at)) };
        if i == 0 {
            self.ends.pop_front()
        } else {
            self.ends.swap_remove_back(i)
        };
        match piece {
            Some(piece) => {
                self.pages = self.pages.saturating_sub(Held::pages(piece.0));
                w.plan_release(piece);
            }
            // Another step freed the set.
            None => self.pages = 0,
        }
    }
}
