// SPDX-License-Identifier: GPL-2.0-only
//! Who runs next, and how fast.
//!
//! CPUs are shared evenly: with more runnable actors than CPUs each one's work takes proportionally longer. That is
//! the fluid limit of a fair scheduler (kernel/sched/fair.c@7.3); slices and migrations are left out.

use super::actor::{Actor, Then};
use super::balance::{Balance, Runner};
use super::world::World;
use crate::model::kswapd::Next;

/// A scheduled actor.
#[derive(Clone)]
struct Slot {
    actor: Box<dyn Actor>,
    cpu: u8,
    local_ns: u64,
    state: Then,
}

impl Slot {
    fn is_runnable(&self, now_ns: u64) -> bool {
        self.state == Then::Go && self.local_ns <= now_ns + 10_000_000
    }
}

/// Kernel threads of the machine, scheduled beside the actors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Daemon {
    Kswapd,
    Kcompactd,
    /// The vmstat worker of a CPU.
    Vmstat(u8),
}

/// Period of the vmstat worker.
const VMSTAT_NS: u64 = 1_000_000_000;
/// How long a thread that wakes waits while every CPU is busy: the running task keeps its slice, 0.7 ms and more with
/// more CPUs (kernel/sched/fair.c:sysctl_sched_base_slice@7.3).
const BASE_SLICE_NS: u64 = 700_000;
/// HZ is 250 in all measured guests.
const TICK_NS: u64 = 4_000_000;
/// No step is free, so that simulated time always passes.
const STEP_NS_MIN: u64 = 50;

#[derive(Clone)]
pub struct Scheduler {
    slots: Vec<Slot>,
    /// Numbers of the slots that are not done, ascending: only these are looked at before each step.
    alive: Vec<usize>,
    daemons: Vec<(Daemon, u64)>,
    cpus: u8,
    /// Where kswapd and kcompactd run.
    kswapd_cpu: u8,
    /// When kswapd, which was woken, gets its CPU.
    kswapd_from_ns: Option<u64>,
    /// What runs on kswapd's CPU meanwhile is kcompactd, which may look whether kswapd wants to run.
    kswapd_waits_for_kcompactd: bool,
    kcompactd_cpu: u8,
    balance: Balance,
    steps: u64,
    /// Who ran last, if it was an actor.
    last_slot: Option<usize>,
    turn: Option<Turn>,
}

/// What the last look at everybody showed: this actor is first as long as its clock is below `until_ns`, it wants to go
/// on, nobody else was woken or added, and the kernel threads' plans are these.
#[derive(Clone)]
struct Turn {
    slot: usize,
    until_ns: u64,
    daemons: (Next, Next),
}

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

/// Who can be moved between CPUs.
#[derive(Clone, Copy)]
enum Task {
    Slot(usize),
    Kswapd,
    Kcompactd,
}

enum Who {
    Slot(usize),
    Daemon(usize),
}

impl Scheduler {
    /// `vmstat_ns` is when the vmstat workers first run: their period began at boot.
    pub fn new(cpus: u8, vmstat_ns: u64) -> Scheduler {
        let mut daemons = vec![(Daemon::Kswapd, 0), (Daemon::Kcompactd, 0)];
        daemons.extend((0..cpus).map(|cpu| (Daemon::Vmstat(cpu), vmstat_ns + u64::from(cpu) * 1000)));
        Scheduler {
            slots: Vec::new(),
            alive: Vec::new(),
            daemons,
            cpus,
            kswapd_cpu: cpus - 1,
            kswapd_from_ns: None,
            kswapd_waits_for_kcompactd: false,
            last_slot: None,
            kcompactd_cpu: 0,
            balance: Balance::new(cpus),
            steps: 0,
            turn: None,
        }
    }

    /// Adds an actor that is runnable from `from_ns` on; its number.
    pub fn add(&mut self, actor: Box<dyn Actor>, cpu: u8, from_ns: u64) -> u32 {
        self.turn = None;
        self.alive.push(self.slots.len());
        self.slots.push(Slot { actor, cpu: cpu % self.cpus, local_ns: from_ns, state: Then::Go });
        (self.slots.len() - 1) as u32
    }

    pub fn cpus(&self) -> u8 {
        self.cpus
    }

    pub fn steps(&self) -> u64 {
        self.steps
    }

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
        let (who, start_ns) = self.earliest(world).ok_or(Stop::Idle)?;
        // Kernel threads alone do not keep a machine running.
        if !matches!(who, Who::Slot(_)) && !self.any_slot() {
            return Err(Stop::Idle);
        }
        self.step(world, who, start_ns);
        Ok(())
    }

    fn step(&mut self, world: &mut World, who: Who, start_ns: u64) {
        self.steps += 1;
        world.machine.now_ns = start_ns;
        let runnable = u64::from(self.runnable(world, start_ns)).max(1);
        if self.balance.is_due(start_ns) {
            self.balance(world, start_ns);
        }
        self.last_slot = None;
        match who {
            Who::Slot(i) => self.step_slot(world, i, start_ns, runnable),
            Who::Daemon(i) => self.step_daemon(world, i, start_ns, runnable),
        }
        if !world.wakes.is_empty() {
            self.wake(world);
        }
    }

    fn step_slot(&mut self, world: &mut World, i: usize, start_ns: u64, runnable: u64) {
        let slot = &mut self.slots[i];
        if slot.actor.process().is_some_and(|id| world.is_dying(id)) {
            slot.state = Then::Done;
            self.turn = None;
            self.alive.retain(|&other| other != i);
            return;
        }
        world.machine.node.set_cpu(slot.cpu);
        slot.state = slot.actor.step(world);
        let spent_ns = self.stretched(world.machine.take_charged(), runnable);
        self.last_slot = Some(i);
        let slot = &mut self.slots[i];
        slot.local_ns = start_ns + spent_ns;
        if let Then::SleepUntil(until_ns) = slot.state {
            slot.state = Then::SleepUntil(until_ns.max(slot.local_ns));
        }
        if slot.state != Then::Go {
            self.turn = None;
        }
        if slot.state == Then::Done {
            self.alive.retain(|&other| other != i);
        }
    }

    fn step_daemon(&mut self, world: &mut World, i: usize, start_ns: u64, runnable: u64) {
        self.turn = None;
        let m = &world.machine;
        match self.daemons[i].0 {
            Daemon::Kswapd => {
                self.kswapd_from_ns = None;
                let m = &mut world.machine;
                m.node.set_cpu(self.kswapd_cpu);
                m.step_kswapd();
            }
            Daemon::Kcompactd => {
                if !m.kcompactd.is_running() {
                    self.kcompactd_cpu = self.balance.wake(self.kcompactd_cpu, &self.runners(world, start_ns));
                }
                let m = &mut world.machine;
                m.node.set_cpu(self.kcompactd_cpu);
                m.step_kcompactd();
            }
            Daemon::Vmstat(cpu) => {
                let m = &mut world.machine;
                m.node.set_cpu(cpu);
                m.vmstat_work();
                self.daemons[i].1 = start_ns + VMSTAT_NS;
                m.take_charged();
                return;
            }
        }
        self.daemons[i].1 = start_ns + self.stretched(world.machine.take_charged(), runnable);
        if self.kswapd_cpu == self.kcompactd_cpu && matches!(self.daemons[i].0, Daemon::Kswapd) {
            self.daemons[1].1 = self.daemons[1].1.max(self.daemons[0].1);
        }
    }

    fn balance(&mut self, world: &World, now_ns: u64) {
        match self.balance.look(now_ns, &self.runners(world, now_ns)) {
            Some((Task::Slot(i), cpu)) => self.slots[i].cpu = cpu,
            Some((Task::Kswapd, cpu)) => self.kswapd_cpu = cpu,
            Some((Task::Kcompactd, cpu)) => self.kcompactd_cpu = cpu,
            None => {}
        }
    }

    /// Everybody who wants a CPU at this moment.
    fn runners(&self, world: &World, now_ns: u64) -> Vec<Runner<Task>> {
        let m = &world.machine;
        let slots = self.alive.iter().map(|&i| (i, &self.slots[i])).filter(|(_, slot)| slot.is_runnable(now_ns));
        let slots = slots.map(|(i, slot)| Runner { who: Task::Slot(i), cpu: slot.cpu, clock_ns: slot.local_ns });
        let kswapd = Runner { who: Task::Kswapd, cpu: self.kswapd_cpu, clock_ns: self.daemons[0].1 };
        let kcompactd = Runner { who: Task::Kcompactd, cpu: self.kcompactd_cpu, clock_ns: self.daemons[1].1 };
        let running = [(m.kswapd.is_running(), kswapd), (m.kcompactd.is_running(), kcompactd)];
        slots.chain(running.into_iter().filter_map(|(is, runner)| is.then_some(runner))).collect()
    }

    fn stretched(&self, ns: u64, runnable: u64) -> u64 {
        let (ns, cpus) = (ns.max(STEP_NS_MIN), u64::from(self.cpus));
        if runnable <= cpus { ns } else { ns * runnable / cpus }
    }

    /// Whether an actor will run without being woken by another.
    fn any_slot(&self) -> bool {
        self.alive().any(|slot| matches!(slot.state, Then::Go | Then::SleepUntil(_)))
    }

    /// When a kernel thread that wakes at `at_ns` gets a CPU. One that runs already (0) goes on.
    fn wake_ns(&self, at_ns: u64) -> u64 {
        if at_ns == 0 || !self.is_busy() {
            return at_ns;
        }
        at_ns.saturating_add(BASE_SLICE_NS * u64::from(1 + self.cpus.ilog2()))
    }

    fn is_busy(&self) -> bool {
        self.alive().filter(|slot| slot.state == Then::Go).count() >= usize::from(self.cpus)
    }

    /// The runnable actor or daemon with the earliest clock; of equal ones the first.
    fn earliest(&mut self, world: &World) -> Option<(Who, u64)> {
        let m = &world.machine;
        let daemons = (m.kswapd.next(), m.kcompactd.next());
        if let (Next::Since(at_ns @ 1..), None) = (daemons.0, self.kswapd_from_ns) {
            self.place_kswapd(world, at_ns);
        }
        // An actor mostly runs many steps before anybody else's turn comes.
        if let Some(turn) = &self.turn
            && turn.daemons == daemons
            && self.slots[turn.slot].local_ns < turn.until_ns
        {
            return Some((Who::Slot(turn.slot), self.slots[turn.slot].local_ns));
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
                Some(Turn { slot, until_ns: next_ns, daemons })
            }
            _ => None,
        };
        best.map(|who| (who, best_ns))
    }

    /// Everybody who will run without being woken by another, and when.
    fn candidates(&self, (kswapd, kcompactd): (Next, Next)) -> impl Iterator<Item = (u64, Who)> {
        let slots = self.alive.iter().filter_map(|&i| match self.slots[i].state {
            Then::Go => Some((self.slots[i].local_ns, Who::Slot(i))),
            Then::SleepUntil(until_ns) => Some((until_ns, Who::Slot(i))),
            Then::Wait | Then::Done => None,
        });
        let daemons = self.daemons.iter().enumerate().filter_map(move |(i, &(daemon, local_ns))| {
            let next = match daemon {
                Daemon::Kswapd => kswapd,
                Daemon::Kcompactd => kcompactd,
                Daemon::Vmstat(_) => Next::At(local_ns),
            };
            match next {
                Next::Woken => None,
                Next::Since(at_ns) if daemon == Daemon::Kswapd => {
                    Some((local_ns.max(self.kswapd_from_ns.unwrap_or(at_ns)), Who::Daemon(i)))
                }
                Next::At(at_ns) if daemon == Daemon::Kswapd => Some((at_ns, Who::Daemon(i))),
                Next::Since(_) if daemon == Daemon::Kcompactd && self.is_behind_kswapd(kswapd) => None,
                Next::Since(at_ns) | Next::At(at_ns) => Some((local_ns.max(self.wake_ns(at_ns)), Who::Daemon(i))),
            }
        });
        slots.chain(daemons)
    }

    /// Where kswapd wakes, and when it gets that CPU: a task in a fault gives way when it returns to user space, a
    /// kernel thread at the next tick (kernel/sched/core.c@7.3, PREEMPT_LAZY).
    fn place_kswapd(&mut self, world: &World, at_ns: u64) {
        let runners = self.runners(world, at_ns);
        let others: Vec<_> = runners.into_iter().filter(|runner| !matches!(runner.who, Task::Kswapd)).collect();
        self.kswapd_cpu = self.balance.wake(self.kswapd_cpu, &others);
        let waker = self.last_slot.filter(|&i| self.slots[i].cpu == self.kswapd_cpu);
        let here: Vec<_> = others.iter().filter(|runner| runner.cpu == self.kswapd_cpu).collect();
        // Who shares a CPU takes turns by ticks.
        let current = here.get(((at_ns / TICK_NS) % here.len().max(1) as u64) as usize);
        let (from_ns, waits_for_kcompactd) = match (waker, current.map(|runner| runner.who)) {
            (Some(i), _) => (self.slots[i].local_ns, false),
            (None, Some(Task::Slot(i))) => (self.slots[i].local_ns.max(at_ns), false),
            (None, Some(_)) => ((at_ns / TICK_NS + 1) * TICK_NS, true),
            (None, None) => (at_ns, false),
        };
        (self.kswapd_from_ns, self.kswapd_waits_for_kcompactd) = (Some(from_ns), waits_for_kcompactd);
    }

    /// kswapd wants kcompactd's CPU: it slept longer and goes first, unless kcompactd is what runs there now.
    fn is_behind_kswapd(&self, kswapd: Next) -> bool {
        let waits = kswapd != Next::Since(0) && self.kswapd_waits_for_kcompactd;
        matches!(kswapd, Next::Since(_)) && self.kswapd_cpu == self.kcompactd_cpu && !waits
    }

    /// How many want a CPU at this moment.
    fn runnable(&self, world: &World, now_ns: u64) -> u32 {
        let daemons = u32::from(world.machine.kswapd.is_running()) + u32::from(world.machine.kcompactd.is_running());
        self.alive().filter(|slot| slot.is_runnable(now_ns)).count() as u32 + daemons
    }

    fn alive(&self) -> impl Iterator<Item = &Slot> {
        self.alive.iter().map(|&i| &self.slots[i])
    }

    fn wake(&mut self, world: &mut World) {
        self.turn = None;
        for number in world.wakes.drain(..) {
            let slot = &mut self.slots[number as usize];
            if slot.state == Then::Wait {
                slot.state = Then::Go;
                slot.local_ns = slot.local_ns.max(world.machine.now_ns);
            }
        }
    }
}
