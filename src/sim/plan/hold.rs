// SPDX-License-Identifier: GPL-2.0-only
//! What the tasks of a plan do to the memory and the processes they share.

use std::collections::VecDeque;

use crate::model::frames::{Order, Pfn, flag};
use crate::model::owners;
use crate::sim::state::Held;
use crate::sim::world::World;

impl World {
    /// The running instance of a plan's process. `None` when it was killed and does not come back.
    pub(super) fn plan_process(&mut self, i: usize) -> Option<u32> {
        let state = self.plan.processes[i];
        match state.current {
            Some(id) if !self.is_dying(id) => Some(id),
            Some(_) if !state.restart => None,
            _ => Some(self.plan_spawn(i)),
        }
    }

    /// A fresh instance. The record of one that is gone is used again, so that a million forks need no million records.
    pub(super) fn plan_spawn(&mut self, i: usize) -> u32 {
        if let Some(id) = self.plan.processes[i].current
            && self.process(id).gone
        {
            let process = self.process(id);
            (process.dying, process.gone) = (false, false);
            return id;
        }
        let id = self.add_process("plan", self.plan.processes[i].oom_score_adj);
        self.plan.processes[i].current = Some(id);
        id
    }

    pub(super) fn plan_hold(&mut self, set: usize, process: u32, held: Held) {
        self.process(process).plan_pages += held.resident_pages();
        self.plan.sets[set].held.push_back((held, process));
    }

    /// Puts a fresh page on the LRU with the flags of its kind, and gives it to a set.
    pub(super) fn plan_hold_page(&mut self, set: usize, process: u32, pfn: Pfn, held: Held) {
        let zone = self.machine.node.zone_of(pfn).expect("an allocated page lies in a zone");
        let zone = &mut self.machine.node.zones[zone];
        match held {
            Held::Anon(slot) => {
                zone.frames.set_owner(pfn, slot);
                zone.lru_add(pfn, 0, flag::ACTIVE);
            }
            Held::Huge(_) => {
                zone.frames.set_owner(pfn, owners::NONE);
                zone.lru_add(pfn, 9, flag::ACTIVE);
            }
            Held::Secret(_) => zone.lru_add(pfn, 0, flag::UNEVICTABLE | flag::PINNED),
            Held::Kernel(..) => {}
        }
        self.plan_hold(set, process, held);
    }

    /// Frees a piece of memory that was taken out of its set.
    pub(super) fn plan_release(&mut self, (held, process): (Held, u32)) {
        self.process(process).plan_pages -= held.resident_pages();
        let costs = self.machine.costs;
        let cost = match held {
            Held::Anon(slot) => {
                self.unmap_anon(slot);
                costs.free_page_ns
            }
            Held::Huge(pfn) => {
                self.plan_free_lru(pfn, 9);
                costs.free_page_ns
            }
            Held::Secret(pfn) => {
                self.plan_free_lru(pfn, 0);
                self.machine.secretmem_free_ns()
            }
            Held::Kernel(pfn, order) => {
                self.machine.free(pfn, order);
                costs.free_page_ns
            }
        };
        self.machine.charge(cost);
    }

    fn plan_free_lru(&mut self, pfn: Pfn, order: Order) {
        let zone = self.machine.node.zone_of(pfn).expect("a held page lies in a zone");
        self.machine.node.zones[zone].lru_del(pfn, order);
        self.machine.free(pfn, order);
    }

    /// Takes what a process holds out of a set, at most `max` pieces; whether there may be more.
    pub(super) fn plan_release_some(&mut self, set: usize, process: Option<u32>, max: usize) -> bool {
        let held = &mut self.plan.sets[set].held;
        let Some(process) = process else {
            let some: Vec<_> = held.drain(..max.min(held.len())).collect();
            some.into_iter().for_each(|piece| self.plan_release(piece));
            return !self.plan.sets[set].held.is_empty();
        };
        if !held.iter().any(|&(_, owner)| owner == process) {
            return false;
        }
        let (mut some, mut rest) = (Vec::new(), VecDeque::with_capacity(held.len()));
        for piece in held.drain(..) {
            if piece.1 == process { some.push(piece) } else { rest.push_back(piece) }
        }
        *held = rest;
        some.into_iter().for_each(|piece| self.plan_release(piece));
        false
    }
}
