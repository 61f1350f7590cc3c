// SPDX-License-Identifier: GPL-2.0-only
//! On which CPU a task runs: where it wakes, and how it moves while more want to run than there are CPUs.
//!
//! Stands for kernel/sched/fair.c@7.3: select_idle_sibling, sched_balance_find_dst_cpu, sched_balance_rq,
//! sched_balance_newidle, get_sd_balance_interval. It matters because per-CPU lists fill and empty with whoever runs
//! there: pages that kcompactd frees on one CPU are of no use to the others until somebody who frees comes back to it.
//!
//! Simplified: one scheduling domain; load is counted in tasks; which task is moved is drawn, as the running one stays;
//! where a task wakes that another wakes while nothing else runs is drawn as often as measured.

use crate::model::timer::TICK_NS;

/// Interval between two looks of a busy CPU, a CPU of the domain, while the load is uneven: 1 ms by weight, busy_factor
/// 16; while it is even the interval doubles (fair.c:sched_balance_rq).
const INTERVAL_NS: u64 = 16_000_000;

/// How often a task that sleeps for a tenth of a second wakes on its CPU again, of four times: in thirteen measured boots
/// of two CPUs 6.2 kernel stacks of the worker's threads went back to the allocator each 16 MiB while nothing else ran.
const STAYS_OF_4: u32 = 3;

/// A task that wants to run: its place among its kind is the caller's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Runner<T> {
    pub who: T,
    pub cpu: u8,
}

/// A CPU's looks at the others' load.
#[derive(Clone, Copy, Debug, Default)]
struct Look {
    next_ns: u64,
    /// The last look found it uneven and moved nobody: a task weighs more than the imbalance of one task until one look
    /// has failed (fair.c:detach_tasks).
    has_failed: bool,
}

#[derive(Clone, Debug)]
pub struct Balance {
    cpus: u8,
    looks: Vec<Look>,
}

impl Balance {
    pub fn new(cpus: u8) -> Balance {
        Balance { cpus, looks: vec![Look::default(); usize::from(cpus)] }
    }

    /// Whether it is time for a CPU to look.
    pub fn is_due(&self, now_ns: u64) -> bool {
        now_ns >= self.due_ns()
    }

    /// When the next CPU looks.
    pub fn due_ns(&self) -> u64 {
        if self.cpus == 1 {
            return u64::MAX;
        }
        self.looks.iter().map(|look| look.next_ns).min().unwrap_or(u64::MAX)
    }

    /// The looks that are due: who is to move, and where to. The one that runs on a CPU stays there; which one that is
    /// nobody knows here, so it is drawn.
    pub fn look<T: Copy>(
        &mut self,
        now_ns: u64,
        runners: &[Runner<T>],
        draw: impl FnMut(u32) -> u32,
    ) -> Option<(T, u8)> {
        let cpu = (0..self.cpus).find(|&cpu| self.looks[usize::from(cpu)].next_ns <= now_ns)?;
        let (busiest, most) = busiest(self.cpus, runners);
        let is_uneven = most >= 2 && most > load(cpu, runners);
        let look = &mut self.looks[usize::from(cpu)];
        let interval_ns = INTERVAL_NS * u64::from(self.cpus) * if is_uneven { 1 } else { 2 };
        // A busy CPU looks a tick sooner (fair.c:get_sd_balance_interval).
        look.next_ns = now_ns + interval_ns - TICK_NS;
        let moves = is_uneven && look.has_failed;
        look.has_failed = is_uneven && !moves;
        moves.then(|| (one_of(busiest, runners, draw), cpu))
    }

    /// Who moves to a CPU that has just become idle, and which that is (fair.c:sched_balance_newidle).
    pub fn pull<T: Copy>(&self, runners: &[Runner<T>], draw: impl FnMut(u32) -> u32) -> Option<(T, u8)> {
        let (busiest, most) = busiest(self.cpus, runners);
        let idle = (0..self.cpus).find(|&cpu| load(cpu, runners) == 0)?;
        (most >= 2).then(|| (one_of(busiest, runners, draw), idle))
    }

    /// Where a task wakes that last ran on `last`: there if nobody else does, else on a CPU that is idle; else, if its
    /// waker's CPU carries less, there (fair.c:select_idle_sibling, wake_affine_weight).
    pub fn wake<T>(&self, last: u8, waker: Option<u8>, runners: &[Runner<T>]) -> u8 {
        let load = |cpu| load(cpu, runners);
        if load(last) == 0 {
            return last;
        }
        let lighter = waker.filter(|&cpu| load(cpu) < load(last)).unwrap_or(last);
        (0..self.cpus).find(|&cpu| load(cpu) == 0).unwrap_or(lighter)
    }

    /// Where a task goes that another task wakes: see `STAYS_OF_4`, if nothing else runs.
    pub fn rouse<T>(&self, last: u8, waker: Option<u8>, runners: &[Runner<T>], mut draw: impl FnMut(u32) -> u32) -> u8 {
        let cpus = u32::from(self.cpus);
        if cpus == 1 || runners.len() > 1 {
            self.wake(last, waker, runners)
        } else if draw(4) < STAYS_OF_4 {
            last
        } else {
            ((u32::from(last) + 1 + draw(cpus - 1)) % cpus) as u8
        }
    }

    /// Where a new thread of a task on `parent` begins: on an idle CPU, else at its parent's, whose use counts little as
    /// it slept, and so does that of other new threads; unless `hog`, a CPU that is in full use, is the parent's
    /// (fair.c:sched_balance_find_dst_group, update_sg_wakeup_stats).
    pub fn fork<T>(&self, parent: u8, hog: Option<u8>, runners: &[Runner<T>]) -> u8 {
        let load = |cpu| load(cpu, runners);
        if let Some(idle) = (0..self.cpus).find(|&cpu| load(cpu) == 0) {
            return idle;
        }
        let others = (0..self.cpus).filter(|&cpu| hog == Some(parent) && cpu != parent);
        others.min_by_key(|&cpu| load(cpu)).unwrap_or(parent)
    }
}

/// How many want a CPU.
fn load<T>(cpu: u8, runners: &[Runner<T>]) -> usize {
    runners.iter().filter(|runner| runner.cpu == cpu).count()
}

/// The busiest CPU, of equal ones the first, and what it carries.
fn busiest<T>(cpus: u8, runners: &[Runner<T>]) -> (u8, usize) {
    let loads = (0..cpus).rev().map(|cpu| (cpu, load(cpu, runners)));
    loads.max_by_key(|&(_, load)| load).expect("there is a CPU")
}

fn one_of<T: Copy>(cpu: u8, runners: &[Runner<T>], mut draw: impl FnMut(u32) -> u32) -> T {
    let mut there = runners.iter().filter(|runner| runner.cpu == cpu);
    let number = draw(there.clone().count() as u32);
    there.nth(number as usize).expect("as many as were counted").who
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runners(cpus: &[u8]) -> Vec<Runner<usize>> {
        cpus.iter().enumerate().map(|(who, &cpu)| Runner { who, cpu }).collect()
    }

    fn last(n: u32) -> u32 {
        n - 1
    }

    #[test]
    fn a_second_look_moves_one_of_two() {
        let mut balance = Balance::new(2);
        assert!(balance.is_due(0));
        let three = runners(&[0, 1, 0]);
        assert_eq!(balance.look(0, &three, last), None, "the first CPU has most to do");
        assert_eq!(balance.look(0, &three, last), None, "one look must fail");
        assert_eq!(balance.look(27_999_999, &three, last), None, "nobody's turn");
        assert_eq!(balance.look(28_000_000, &three, last), Some((2, 1)));
        assert_eq!(balance.due_ns(), 56_000_000);
    }

    #[test]
    fn a_balanced_look_forgets_the_failed_one() {
        let mut balance = Balance::new(2);
        let (even, uneven) = (runners(&[0, 1]), runners(&[0, 0, 1]));
        let mut looks_of_second = [&uneven, &even, &uneven, &uneven].into_iter().map(|runners| {
            balance.looks[0].next_ns = u64::MAX;
            balance.look(balance.due_ns(), runners, last)
        });
        assert_eq!(looks_of_second.by_ref().take(3).collect::<Vec<_>>(), [None; 3]);
        assert_eq!(looks_of_second.next(), Some(Some((1, 1))));
    }

    #[test]
    fn nobody_moves_without_need() {
        let mut balance = Balance::new(2);
        for now_ns in (0..10).map(|n| n * 60_000_000) {
            assert_eq!(balance.look(now_ns, &runners(&[0, 1]), last), None);
            assert_eq!(balance.look(now_ns, &runners(&[0, 1]), last), None);
        }
        assert!(!Balance::new(1).is_due(u64::MAX - 1));
    }

    #[test]
    fn tasks_wake_where_it_is_idle() {
        let balance = Balance::new(3);
        assert_eq!(balance.wake(1, None, &runners(&[0])), 1);
        assert_eq!(balance.wake(0, Some(2), &runners(&[0, 2])), 1);
        assert_eq!(balance.wake(0, None, &runners(&[0, 1, 2])), 0);
    }

    #[test]
    fn a_busy_cpu_is_left_for_the_wakers_if_that_has_less_to_do() {
        let balance = Balance::new(2);
        assert_eq!(balance.wake(0, Some(1), &runners(&[0, 0, 1])), 1);
        assert_eq!(balance.wake(0, Some(1), &runners(&[0, 1])), 0);
        assert_eq!(balance.wake(1, Some(1), &runners(&[0, 1, 1])), 1);
    }

    #[test]
    fn a_task_wakes_where_it_slept_three_times_of_four() {
        let balance = Balance::new(4);
        let stays = |draws: [u32; 2], others: &[u8]| {
            let mut draws = draws.into_iter();
            balance.rouse(2, Some(0), &runners(others), |n| draws.next().map_or(0, |draw| draw % n))
        };
        assert_eq!([0, 1, 2].map(|draw| stays([draw, 0], &[0])), [2; 3]);
        assert_eq!([0, 1, 2].map(|draw| stays([3, draw], &[0])), [3, 0, 1]);
        assert_eq!(stays([3, 0], &[0, 1]), 2);
        assert_eq!(stays([0, 0], &[0, 1, 2]), 3);
        assert_eq!(Balance::new(1).rouse(0, None, &runners(&[0]), |_| unreachable!("there is no choice")), 0);
    }

    #[test]
    fn new_threads_spread_while_a_cpu_is_idle() {
        let balance = Balance::new(2);
        assert_eq!(balance.fork(0, None, &runners(&[0])), 1);
        assert_eq!(balance.fork(0, None, &runners(&[0, 1])), 0);
        assert_eq!(balance.fork(1, None, &runners(&[0, 1])), 1);
    }

    #[test]
    fn new_threads_leave_a_cpu_to_whoever_fills_it() {
        let balance = Balance::new(2);
        assert_eq!(balance.fork(1, Some(0), &runners(&[0, 1, 1])), 1);
        assert_eq!(balance.fork(0, Some(0), &runners(&[0, 0])), 1);
        assert_eq!(balance.fork(0, Some(0), &runners(&[0, 0, 1])), 1);
    }

    #[test]
    fn an_idle_cpu_takes_one_of_two() {
        let balance = Balance::new(2);
        assert_eq!(balance.pull(&runners(&[0, 0]), last), Some((1, 1)));
        assert_eq!(balance.pull(&runners(&[0, 0, 1]), last), None);
        assert_eq!(balance.pull(&runners(&[1]), last), None);
    }
}
