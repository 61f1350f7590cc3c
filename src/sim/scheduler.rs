// SPDX-License-Identifier: GPL-2.0-only
//! Who runs next, and how fast.
//!
//! Who runs on a CPU shares it evenly: with three there each one's work takes three times as long. That is the fluid
//! limit of a fair scheduler (kernel/sched/fair.c@7.3), between whose looks at the load a CPU may have more to do than
//! another. On which CPU a task runs also matters for per-CPU lists, and for whether kcompactd sees kswapd wait.

use super::actor::{Actor, Room, Then, stretched};
use super::balance::Balance;
use super::world::World;
use crate::model::kthread::{Asked, Next};
use crate::model::machine::Machine;
use daemons::Daemons;

mod daemons;

/// A scheduled actor.
#[derive(Clone)]
struct Slot {
    actor: Box<dyn Actor>,
    /// The actor's own answer, which never changes.
    process: Option<u32>,
    cpu: u8,
    local_ns: u64,
    state: Then,
    /// It sleeps in direct reclaim, and others may wake it.
    in_reclaim: bool,
}

#[derive(Clone)]
pub struct Scheduler {
    slots: Vec<Slot>,
    /// Numbers of the slots that are not done, ascending: only these are looked at before each step.
    alive: Vec<usize>,
    daemons: Daemons,
    cpus: u8,
    balance: Balance,
    steps: u64,
    /// Who ran last, if it was an actor.
    last_slot: Option<usize>,
    turn: Option<Turn>,
    /// Somebody has gone to sleep since the last look at who runs where.
    may_be_idle: bool,
}

/// What the last look at everybody showed: this actor is first as long as its clock is below `until_ns`, it wants to go
/// on, nobody else was woken or added, and no task asked more of the kernel threads. It is on its CPU.
#[derive(Clone)]
struct Turn {
    slot: usize,
    until_ns: u64,
    asked: Asked,
    /// How many want its CPU.
    runnable: u64,
}

/// How far ahead of the earliest an actor's clock may be for it to want a CPU now.
const WANTS_WITHIN_NS: u64 = 10_000_000;

/// Why `run` returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The caller's condition holds.
    Reached,
    /// Every actor is done or waits for another.
    Idle,
    /// The budget of steps is used up.
    Budget,
}

enum Who {
    Slot(usize),
    Daemon(usize),
}

impl Scheduler {
    /// `vmstat_ns` is when the vmstat workers first run: their period began at boot.
    pub fn new(cpus: u8, vmstat_ns: u64) -> Scheduler {
        Scheduler {
            slots: Vec::new(),
            alive: Vec::new(),
            daemons: Daemons::new(cpus, vmstat_ns),
            cpus,
            balance: Balance::new(cpus),
            last_slot: None,
            steps: 0,
            turn: None,
            may_be_idle: false,
        }
    }

    /// Adds an actor that is runnable from `from_ns` on; its number.
    pub fn add(&mut self, actor: Box<dyn Actor>, cpu: u8, from_ns: u64) -> u32 {
        self.turn = None;
        self.alive.push(self.slots.len());
        let process = actor.process();
        self.slots.push(Slot {
            actor,
            process,
            cpu: cpu % self.cpus,
            local_ns: from_ns,
            state: Then::Go,
            in_reclaim: false,
        });
        (self.slots.len() - 1) as u32
    }

    pub fn cpus(&self) -> u8 {
        self.cpus
    }

    pub fn steps(&self) -> u64 {
        self.steps
    }

    #[inline]
    pub fn is_done(&self, number: u32) -> bool {
        self.slots[number as usize].state == Then::Done
    }

    /// Runs until `until` holds (asked after each step), nothing is left to run, or `budget` steps are used.
    pub fn run(&mut self, world: &mut World, budget: u64, mut until: impl FnMut(&World, &Scheduler) -> bool) -> Stop {
        loop {
            if let Err(stop) = self.step_once(world, budget) {
                return stop;
            }
            if until(world, self) {
                return Stop::Reached;
            }
        }
    }

    /// One step of whoever is next, or why there is none.
    pub fn step_once(&mut self, world: &mut World, budget: u64) -> Result<(), Stop> {
        if self.steps >= budget {
            return Err(Stop::Budget);
        }
        if let Some((i, start_ns, runnable)) = self.same_again(&world.machine) {
            self.steps += 1;
            world.machine.now_ns = start_ns;
            self.step_slot(world, i, start_ns, runnable);
            self.wake(world);
            return Ok(());
        }
        let (who, start_ns) = self.earliest(world).ok_or(Stop::Idle)?;
        // Kernel threads alone do not keep a machine running.
        if !matches!(who, Who::Slot(_)) && !self.any_slot() {
            return Err(Stop::Idle);
        }
        self.step(world, who, start_ns);
        Ok(())
    }

    /// The steps of the running turn that come next, at once, if they are alike: as many calls of `step_once` would do the
    /// same. Whether there were any.
    pub fn stride(&mut self, world: &mut World, budget: u64) -> bool {
        let Some((i, start_ns, runnable)) = self.same_again(&world.machine) else { return false };
        let until_ns = self.turn.as_ref().map_or(start_ns, |turn| turn.until_ns);
        let steps = budget.saturating_sub(self.steps);
        let room = Room { ns: until_ns - start_ns, steps, runnable };
        let slot = &mut self.slots[i];
        if slot.process.is_some_and(|id| world.is_dying(id)) {
            return false;
        }
        let Some(stride) = slot.actor.stride(world, &room) else { return false };
        let (steps, each_ns) = (u64::from(stride.steps), room.stretched(stride.each_ns));
        self.steps += steps;
        self.last_slot = Some(i);
        slot.local_ns = start_ns + steps * each_ns;
        world.machine.now_ns = slot.local_ns - each_ns;
        true
    }

    fn step(&mut self, world: &mut World, who: Who, start_ns: u64) {
        self.steps += 1;
        world.machine.now_ns = start_ns;
        if std::mem::take(&mut self.may_be_idle) {
            self.pull(world, start_ns);
        }
        if self.balance.is_due(start_ns) {
            self.balance(world, start_ns);
        }
        self.last_slot = None;
        // Nobody was moved: what the look at everybody showed still holds.
        let known = self.turn.as_ref().map(|turn| turn.runnable);
        match who {
            Who::Slot(i) => {
                let cpu = self.slots[i].cpu;
                let runnable = known.unwrap_or_else(|| self.runnable(&world.machine, cpu, start_ns).0);
                world.machine.node.set_cpu(cpu);
                self.step_slot(world, i, start_ns, runnable);
            }
            Who::Daemon(i) => self.step_daemon(world, i, start_ns),
        }
        self.wake(world);
    }

    /// The actor that stepped last, its clock and how many want a CPU, if its turn goes on.
    #[inline]
    fn same_again(&self, m: &Machine) -> Option<(usize, u64, u64)> {
        let turn = self.turn.as_ref()?;
        let local_ns = self.slots[turn.slot].local_ns;
        (local_ns < turn.until_ns && turn.asked == m.asked()).then_some((turn.slot, local_ns, turn.runnable))
    }

    #[inline(always)]
    fn step_slot(&mut self, world: &mut World, i: usize, start_ns: u64, runnable: u64) {
        let slot = &mut self.slots[i];
        if slot.process.is_some_and(|id| world.is_dying(id)) {
            slot.state = Then::Done;
            self.turn = None;
            self.alive.retain(|&other| other != i);
            return;
        }
        slot.state = slot.actor.step(world);
        let spent_ns = stretched(world.machine.take_charged(), runnable);
        self.last_slot = Some(i);
        let slot = &mut self.slots[i];
        slot.local_ns = start_ns + spent_ns;
        let sleep = world.machine.take_sleep();
        slot.in_reclaim = sleep.is_some();
        if let (Then::Go, Some(until_ns)) = (slot.state, sleep) {
            slot.state = Then::SleepUntil(until_ns);
        }
        if let Then::SleepUntil(until_ns) = slot.state {
            slot.state = Then::SleepUntil(until_ns.max(slot.local_ns));
        }
        if slot.state != Then::Go {
            self.turn = None;
            self.may_be_idle = true;
        }
        if slot.state == Then::Done {
            self.alive.retain(|&other| other != i);
        }
        if world.machine.take_wake() {
            self.wake_reclaimers(i, start_ns);
        }
    }

    /// Other tasks that sleep in direct reclaim go on, on the CPUs where they slept.
    #[cold]
    fn wake_reclaimers(&mut self, waker: usize, now_ns: u64) {
        for &i in self.alive.iter().filter(|&&i| i != waker) {
            let slot = &mut self.slots[i];
            if std::mem::take(&mut slot.in_reclaim) {
                slot.state = Then::Go;
                slot.local_ns = slot.local_ns.max(now_ns);
                self.turn = None;
            }
        }
    }

    /// Whether an actor will run without being woken by another.
    fn any_slot(&self) -> bool {
        self.alive().any(|slot| matches!(slot.state, Then::Go | Then::SleepUntil(_)))
    }

    /// The runnable actor or daemon with the earliest clock; of equal ones the first.
    fn earliest(&mut self, world: &World) -> Option<(Who, u64)> {
        let m = &world.machine;
        let daemons = (m.kswapd.next(), m.kcompactd.next());
        if let Next::Since(at_ns @ 1..) = daemons.0 {
            self.place_kswapd(world, at_ns);
        }
        let (mut best, mut best_ns, mut next_ns) = (None, u64::MAX, u64::MAX);
        for (ns, who) in self.candidates(daemons) {
            if ns < best_ns || best.is_none() {
                next_ns = best_ns;
                (best, best_ns) = (Some(who), ns);
            } else {
                next_ns = next_ns.min(ns);
            }
        }
        self.turn = match best {
            Some(Who::Slot(slot)) if self.slots[slot].state == Then::Go => {
                let (runnable, more_ns) = self.runnable(m, self.slots[slot].cpu, best_ns);
                Some(Turn {
                    slot,
                    until_ns: next_ns.min(more_ns).min(self.balance.due_ns()),
                    asked: m.asked(),
                    runnable,
                })
            }
            _ => None,
        };
        // A kernel thread's wait for a CPU may have become shorter meanwhile, as one became free.
        best.map(|who| (who, best_ns.max(m.now_ns)))
    }

    /// Everybody who will run without being woken by another, and when.
    fn candidates(&self, daemons: (Next, Next)) -> impl Iterator<Item = (u64, Who)> {
        let slots = self.alive.iter().filter_map(|&i| match self.slots[i].state {
            Then::Go => Some((self.slots[i].local_ns, Who::Slot(i))),
            Then::SleepUntil(until_ns) => Some((until_ns, Who::Slot(i))),
            Then::Wait | Then::Done => None,
        });
        slots.chain(self.daemons_due(daemons).map(|(ns, i)| (ns, Who::Daemon(i))))
    }

    /// How many want this CPU at this moment, kernel threads included, and when there may be more; whoever steps is one.
    fn runnable(&self, m: &Machine, cpu: u8, now_ns: u64) -> (u64, u64) {
        let (mut wanting, mut more_ns) = (self.daemons.running_on(m, cpu), u64::MAX);
        for slot in self.alive().filter(|slot| slot.state == Then::Go && slot.cpu == cpu) {
            if slot.local_ns <= now_ns + WANTS_WITHIN_NS {
                wanting += 1;
            } else {
                more_ns = more_ns.min(slot.local_ns - WANTS_WITHIN_NS);
            }
        }
        (wanting.max(1), more_ns)
    }

    fn alive(&self) -> impl Iterator<Item = &Slot> {
        self.alive.iter().map(|&i| &self.slots[i])
    }

    #[inline]
    fn wake(&mut self, world: &mut World) {
        // After nearly every step there is nobody.
        if !world.wakes.is_empty() || !world.forks.is_empty() {
            self.wake_all(world);
        }
    }

    #[inline(never)]
    fn wake_all(&mut self, world: &mut World) {
        self.turn = None;
        for (number, is_new) in with(&mut world.wakes, false).chain(with(&mut world.forks, true)) {
            let i = number as usize;
            if self.slots[i].state == Then::Wait {
                self.slots[i].cpu = self.place(world, i, is_new);
                let slot = &mut self.slots[i];
                slot.state = Then::Go;
                slot.local_ns = slot.local_ns.max(world.machine.now_ns);
            }
        }
    }
}

fn with(numbers: &mut Vec<u32>, is_new: bool) -> impl Iterator<Item = (u32, bool)> + use<> {
    std::mem::take(numbers).into_iter().map(move |number| (number, is_new))
}
