// SPDX-License-Identifier: GPL-2.0-only
//! Kernel threads among the actors: on which CPU each runs, and when one that wakes gets it.
//!
//! Stands for kernel/sched/fair.c and kernel/sched/core.c@7.3 with PREEMPT_LAZY: whoever wakes waits until the task on
//! its CPU returns to user space; behind a kernel thread, which does not return there, it waits for the next tick, unless
//! that thread's turn ends now.
//! kcompactd looks whether kswapd wants to run, so that this wait decides whether a proactive round goes on.
//!
//! kswapd, which slept, has its CPU for itself until its slice is over; the tasks there are held up meanwhile.
//!
//! Simplified: a task in the slow path makes way at the end of its step, which may be before it returns.

use super::super::actor::{Then, stretched};
use super::super::balance::Runner;
use super::super::world::World;
use super::{Scheduler, Slot, WANTS_WITHIN_NS};
use crate::model::kthread::Next;
use crate::model::machine::Machine;
use crate::model::timer::TICK_NS;

/// Period of the vmstat worker.
const VMSTAT_NS: u64 = 1_000_000_000;
/// How long a thread that wakes waits while every CPU is busy: the running task keeps its slice, 0.7 ms and more with
/// more CPUs (kernel/sched/fair.c:sysctl_sched_base_slice@7.3).
const BASE_SLICE_NS: u64 = 700_000;
/// After so long on a CPU a task counts as filling it: 1024 * 117 % of it are used then, by an average that halves each
/// 32 ms (kernel/sched/pelt.c, fair.c:group_has_capacity@7.3).
const HOG_NS: u64 = 88_000_000;

/// Kernel threads of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Daemon {
    Kswapd,
    Kcompactd,
    /// The vmstat worker of a CPU.
    Vmstat(u8),
}

/// Who can be moved between CPUs.
#[derive(Clone, Copy)]
enum Task {
    Slot(usize),
    Kswapd,
    Kcompactd,
}

/// When kswapd, which was woken, gets its CPU.
#[derive(Clone, Copy)]
struct Wait {
    until_ns: u64,
    /// What runs there meanwhile is kcompactd, which sees that kswapd wants to run.
    behind_kcompactd: bool,
}

/// Where the kernel threads run, and their clocks.
#[derive(Clone)]
pub(super) struct Daemons {
    list: Vec<(Daemon, u64)>,
    kswapd_cpu: u8,
    kcompactd_cpu: u8,
    kswapd_wait: Option<Wait>,
    /// What kswapd has run since it woke.
    kswapd_ran_ns: u64,
    /// When kcompactd woke last.
    kcompactd_woke_ns: u64,
}

impl Daemons {
    pub(super) fn new(cpus: u8, vmstat_ns: u64) -> Daemons {
        let mut list = vec![(Daemon::Kswapd, 0), (Daemon::Kcompactd, 0)];
        list.extend((0..cpus).map(|cpu| (Daemon::Vmstat(cpu), vmstat_ns + u64::from(cpu) * 1000)));
        Daemons {
            list,
            kswapd_cpu: cpus - 1,
            kcompactd_cpu: 0,
            kswapd_wait: None,
            kswapd_ran_ns: 0,
            kcompactd_woke_ns: 0,
        }
    }

    /// kswapd, which slept, has its CPU for itself until its slice is over.
    fn is_kswapd_fresh(&self) -> bool {
        self.kswapd_ran_ns < BASE_SLICE_NS
    }

    /// The CPU on which kcompactd has run for long.
    fn hog(&self, m: &Machine, now_ns: u64) -> Option<u8> {
        let is_hog = m.kcompactd.is_running() && now_ns >= self.kcompactd_woke_ns + HOG_NS;
        is_hog.then_some(self.kcompactd_cpu)
    }

    /// How many kernel threads run on a CPU.
    pub(super) fn running_on(&self, m: &Machine, cpu: u8) -> u64 {
        u64::from(m.kswapd.is_running() && !self.is_kswapd_fresh() && self.kswapd_cpu == cpu)
            + u64::from(m.kcompactd.is_running() && self.kcompactd_cpu == cpu)
    }

    /// kswapd wants kcompactd's CPU: it slept longer and goes first, unless kcompactd is what runs there now.
    fn is_kcompactd_behind(&self, kswapd: Next) -> bool {
        let waits = kswapd != Next::Since(0) && self.kswapd_wait.is_some_and(|wait| wait.behind_kcompactd);
        matches!(kswapd, Next::Since(_)) && self.kswapd_cpu == self.kcompactd_cpu && !waits
    }
}

impl Scheduler {
    /// The kernel threads that will run without being woken by another, by kswapd's and kcompactd's plans: moment and
    /// number.
    pub(super) fn daemons_due(&self, (kswapd, kcompactd): (Next, Next)) -> impl Iterator<Item = (u64, usize)> {
        let (daemons, wait_ns) = (&self.daemons, self.wait_ns());
        // One that runs already (0) goes on.
        let wake_ns = move |at_ns: u64| if at_ns == 0 { 0 } else { at_ns.saturating_add(wait_ns) };
        daemons.list.iter().enumerate().filter_map(move |(i, &(daemon, local_ns))| {
            let at_ns = match (daemon, kswapd, kcompactd) {
                (Daemon::Vmstat(_), ..) => wake_ns(local_ns),
                (Daemon::Kswapd, Next::Woken, _) | (Daemon::Kcompactd, _, Next::Woken) => return None,
                (Daemon::Kswapd, Next::Since(at_ns), _) => daemons.kswapd_wait.map_or(at_ns, |wait| wait.until_ns),
                (Daemon::Kswapd, Next::At(at_ns), _) => at_ns,
                (Daemon::Kcompactd, _, Next::Since(_)) if daemons.is_kcompactd_behind(kswapd) => return None,
                (Daemon::Kcompactd, _, Next::Since(at_ns) | Next::At(at_ns)) => wake_ns(at_ns),
            };
            Some((local_ns.max(at_ns), i))
        })
    }

    pub(super) fn step_daemon(&mut self, world: &mut World, i: usize, start_ns: u64) {
        self.turn = None;
        let runnable = match self.daemons.list[i].0 {
            Daemon::Kswapd => {
                if self.daemons.kswapd_wait.take().is_some() {
                    self.daemons.kswapd_ran_ns = 0;
                }
                let runnable = if self.daemons.is_kswapd_fresh() {
                    1
                } else {
                    self.runnable(&world.machine, self.daemons.kswapd_cpu, start_ns).0
                };
                world.machine.node.set_cpu(self.daemons.kswapd_cpu);
                world.machine.step_kswapd();
                runnable
            }
            Daemon::Kcompactd => {
                if !world.machine.kcompactd.is_running() {
                    let runners = self.runners(world, start_ns);
                    self.daemons.kcompactd_cpu = self.balance.wake(self.daemons.kcompactd_cpu, None, &runners);
                    self.daemons.kcompactd_woke_ns = start_ns;
                }
                let runnable = self.runnable(&world.machine, self.daemons.kcompactd_cpu, start_ns).0;
                world.machine.node.set_cpu(self.daemons.kcompactd_cpu);
                world.machine.step_kcompactd();
                runnable
            }
            Daemon::Vmstat(cpu) => {
                world.machine.node.set_cpu(cpu);
                world.machine.vmstat_work();
                self.daemons.list[i].1 = start_ns + VMSTAT_NS;
                world.machine.take_charged();
                return;
            }
        };
        self.may_be_idle |= !world.machine.kcompactd.is_running() || !world.machine.kswapd.is_running();
        let charged_ns = world.machine.take_charged();
        let until_ns = start_ns + stretched(charged_ns, runnable);
        let daemons = &mut self.daemons;
        daemons.list[i].1 = until_ns;
        if i == 1 {
            world.machine.stretch_kcompactd(until_ns);
        }
        if i == 0 {
            let is_fresh = daemons.is_kswapd_fresh();
            daemons.kswapd_ran_ns += charged_ns;
            if daemons.kswapd_cpu == daemons.kcompactd_cpu {
                daemons.list[1].1 = daemons.list[1].1.max(until_ns);
            }
            if is_fresh {
                self.hold_up(start_ns, until_ns - start_ns);
            }
        }
    }

    /// Tasks on kswapd's CPU make way for it.
    fn hold_up(&mut self, now_ns: u64, ns: u64) {
        let cpu = self.daemons.kswapd_cpu;
        for &i in &self.alive {
            let slot = &mut self.slots[i];
            if slot.cpu == cpu && slot.wants_cpu(now_ns) {
                slot.local_ns = slot.local_ns.max(now_ns) + ns;
            }
        }
    }

    /// Where kswapd wakes at this moment, and when it gets that CPU; nothing if that is known already.
    pub(super) fn place_kswapd(&mut self, world: &World, at_ns: u64) {
        let yielded = world.machine.kswapd.is_yielded_to();
        if let Some(wait) = &mut self.daemons.kswapd_wait {
            // Whoever yields does so on its own CPU.
            if yielded && !wait.behind_kcompactd {
                wait.until_ns = wait.until_ns.min(at_ns);
            }
            return;
        }
        let mut runners = self.runners(world, at_ns);
        runners.retain(|runner| !matches!(runner.who, Task::Kswapd));
        let waker_cpu = self.last_slot.map(|i| self.slots[i].cpu);
        let cpu = self.balance.wake(self.daemons.kswapd_cpu, waker_cpu, &runners);
        runners.retain(|runner| runner.cpu == cpu);
        let waker = self.last_slot.filter(|&i| self.slots[i].cpu == cpu).map(Task::Slot);
        // Who shares a CPU takes turns of two ticks: the first says that the slice is over, the second acts on it.
        let (sharing, ticks) = (runners.len().max(1) as u64, at_ns.saturating_sub(1) / TICK_NS);
        let turn = ticks / 2 % sharing;
        // A timer of the tick that ends a turn.
        let ends = sharing > 1 && at_ns.is_multiple_of(TICK_NS) && ticks % 2 == 1;
        let current = waker.or_else(|| runners.get(turn as usize).map(|runner| runner.who));
        let (until_ns, behind_kcompactd) = match current {
            Some(Task::Slot(_)) if yielded => (at_ns, false),
            // Alone on its CPU until it returns, whatever its share is over time.
            Some(Task::Slot(i)) => {
                (at_ns + self.slots[i].local_ns.saturating_sub(at_ns) / runners.len().max(1) as u64, false)
            }
            Some(_) if ends => (at_ns, false),
            Some(_) => ((at_ns / TICK_NS + 1) * TICK_NS, true),
            None => (at_ns, false),
        };
        self.daemons.kswapd_cpu = cpu;
        self.daemons.kswapd_wait = Some(Wait { until_ns, behind_kcompactd });
    }

    /// CPUs whose turn it is look at the load, and move a task if it is uneven.
    pub(super) fn balance(&mut self, world: &mut World, now_ns: u64) {
        while self.balance.is_due(now_ns) {
            let runners = self.runners(world, now_ns);
            if let Some((task, cpu)) = self.balance.look(now_ns, &runners, |n| world.below(n)) {
                self.move_to(task, cpu);
            }
        }
    }

    /// A CPU that has nothing to do takes one of two from another at once (fair.c:sched_balance_newidle@7.3).
    pub(super) fn pull(&mut self, world: &mut World, now_ns: u64) {
        while let Some((task, cpu)) = self.balance.pull(&self.runners(world, now_ns), |n| world.below(n)) {
            self.move_to(task, cpu);
        }
    }

    fn move_to(&mut self, task: Task, cpu: u8) {
        self.turn = None;
        match task {
            Task::Slot(i) => self.slots[i].cpu = cpu,
            Task::Kswapd => self.daemons.kswapd_cpu = cpu,
            Task::Kcompactd => self.daemons.kcompactd_cpu = cpu,
        }
    }

    /// Where an actor goes that is woken, or begins as a new thread. Whoever does that is still on its CPU.
    pub(super) fn place(&self, world: &mut World, i: usize, is_new: bool) -> u8 {
        let now_ns = world.machine.now_ns;
        let mut runners = self.runners(world, now_ns);
        let waker = self.last_slot.filter(|&waker| !self.slots[waker].wants_cpu(now_ns));
        runners.extend(waker.map(|i| Runner { who: Task::Slot(i), cpu: self.slots[i].cpu }));
        if is_new {
            let parent = self.last_slot.map_or(self.slots[i].cpu, |waker| self.slots[waker].cpu);
            let hog = self.daemons.hog(&world.machine, now_ns);
            return self.balance.fork(parent, hog, &runners);
        }
        let waker_cpu = self.last_slot.map(|waker| self.slots[waker].cpu);
        self.balance.rouse(self.slots[i].cpu, waker_cpu, &runners, |n| world.below(n))
    }

    /// Everybody who wants a CPU at this moment.
    fn runners(&self, world: &World, now_ns: u64) -> Vec<Runner<Task>> {
        let (m, daemons) = (&world.machine, &self.daemons);
        let slots = self.alive.iter().map(|&i| (i, &self.slots[i])).filter(|(_, slot)| slot.wants_cpu(now_ns));
        let slots = slots.map(|(i, slot)| Runner { who: Task::Slot(i), cpu: slot.cpu });
        let kswapd = Runner { who: Task::Kswapd, cpu: daemons.kswapd_cpu };
        let kcompactd = Runner { who: Task::Kcompactd, cpu: daemons.kcompactd_cpu };
        let running = [(m.kswapd.is_running(), kswapd), (m.kcompactd.is_running(), kcompactd)];
        slots.chain(running.into_iter().filter_map(|(is, runner)| is.then_some(runner))).collect()
    }

    /// How long a kernel thread that wakes waits for a CPU.
    fn wait_ns(&self) -> u64 {
        let going = self.alive().filter(|slot| slot.state == Then::Go).count();
        if going < usize::from(self.cpus) { 0 } else { BASE_SLICE_NS * u64::from(1 + self.cpus.ilog2()) }
    }
}

impl Slot {
    /// Whether its clock lets it want a CPU now.
    pub(super) fn wants_cpu(&self, now_ns: u64) -> bool {
        self.state == Then::Go && self.local_ns <= now_ns + WANTS_WITHIN_NS
    }
}
