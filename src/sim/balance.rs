// SPDX-License-Identifier: GPL-2.0-only
//! On which CPU a task runs: where it wakes, and how it moves while more want to run than there are CPUs.
//!
//! Stands for kernel/sched/fair.c@7.3: select_idle_sibling, sched_balance_rq, get_sd_balance_interval. It matters because
//! per-CPU lists fill and empty with whoever runs there: pages that kcompactd frees on one CPU are of no use to the
//! others until somebody who frees comes back to it.
//!
//! Simplified: one scheduling domain; load is counted in tasks; the task that is moved is the one that has run furthest
//! ahead, as the running one stays; where a task wakes that another wakes is drawn as often as measured.

/// Shortest interval between two looks of a busy CPU, a CPU of the domain: 1 ms by weight, busy_factor 16.
const INTERVAL_NS: u64 = 16_000_000;
/// A task weighs more than the imbalance of one task until one look has failed (fair.c:detach_tasks).
const LOOKS: u64 = 2;

/// How often a task that sleeps for a tenth of a second wakes on its CPU again, of four times: in thirteen measured boots
/// of two CPUs 6.2 kernel stacks of the worker's threads went back to the allocator each 16 MiB while nothing else ran
/// (this gives 6.0), and in the nine with kcompactd beside them 3.9, as if it woke anywhere (4.0).
const STAYS_OF_4: u32 = 3;

/// A task that wants to run: its place among its kind is the caller's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Runner<T> {
    pub who: T,
    pub cpu: u8,
    pub clock_ns: u64,
}

/// When to look next.
#[derive(Clone, Debug)]
pub struct Balance {
    cpus: u8,
    next_ns: u64,
}

impl Balance {
    pub fn new(cpus: u8) -> Balance {
        Balance { cpus, next_ns: 0 }
    }

    /// Whether it is time to look.
    pub fn is_due(&self, now_ns: u64) -> bool {
        now_ns >= self.due_ns()
    }

    /// When to look next.
    pub fn due_ns(&self) -> u64 {
        if self.cpus > 1 { self.next_ns } else { u64::MAX }
    }

    /// Who is to move, and where to, if the load is uneven.
    pub fn look<T: Copy>(&mut self, now_ns: u64, runners: &[Runner<T>]) -> Option<(T, u8)> {
        self.next_ns = now_ns + LOOKS * INTERVAL_NS * u64::from(self.cpus);
        let load = |cpu: u8| runners.iter().filter(|runner| runner.cpu == cpu).count();
        let busiest = (0..self.cpus).rev().max_by_key(|&cpu| load(cpu))?;
        let idlest = (0..self.cpus).min_by_key(|&cpu| load(cpu))?;
        if load(busiest) < 2 || load(busiest) == load(idlest) {
            return None;
        }
        let of_busiest = runners.iter().filter(|runner| runner.cpu == busiest);
        of_busiest.max_by_key(|runner| runner.clock_ns).map(|runner| (runner.who, idlest))
    }

    /// Where a kernel thread wakes that last ran on `last`: there if nobody else does, else on a CPU that is idle; else,
    /// if its waker's CPU carries less, there (fair.c:wake_affine_weight).
    pub fn wake<T>(&self, last: u8, waker: Option<u8>, runners: &[Runner<T>]) -> u8 {
        let load = |cpu: u8| runners.iter().filter(|runner| runner.cpu == cpu).count();
        if load(last) == 0 {
            return last;
        }
        let lighter = waker.filter(|&cpu| load(cpu) < load(last)).unwrap_or(last);
        (0..self.cpus).find(|&cpu| load(cpu) == 0).unwrap_or(lighter)
    }

    /// Where a task goes that another task wakes: see `STAYS_OF_4`; anywhere while no CPU is idle.
    pub fn rouse<T>(&self, last: u8, runners: &[Runner<T>], mut draw: impl FnMut(u32) -> u32) -> u8 {
        let cpus = u32::from(self.cpus);
        if cpus == 1 {
            last
        } else if runners.len() >= usize::from(self.cpus) {
            draw(cpus) as u8
        } else if draw(4) < STAYS_OF_4 {
            last
        } else {
            ((u32::from(last) + 1 + draw(cpus - 1)) % cpus) as u8
        }
    }

    /// Where a new thread of a task on `parent` begins: on the idlest CPU, of equal ones at its parent's
    /// (fair.c:sched_balance_find_dst_cpu).
    pub fn fork<T>(&self, parent: u8, runners: &[Runner<T>]) -> u8 {
        let load = |cpu: u8| runners.iter().filter(|runner| runner.cpu == cpu).count();
        let idlest = (0..self.cpus).min_by_key(|&cpu| (load(cpu), cpu != parent));
        idlest.expect("there is a CPU")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runners(cpus: &[u8]) -> Vec<Runner<usize>> {
        cpus.iter().enumerate().map(|(who, &cpu)| Runner { who, cpu, clock_ns: who as u64 }).collect()
    }

    #[test]
    fn three_on_two_cpus_take_turns() {
        let mut balance = Balance::new(2);
        assert!(balance.is_due(0));
        assert_eq!(balance.look(0, &runners(&[0, 1, 0])), Some((2, 1)));
        assert!(!balance.is_due(63_999_999) && balance.is_due(64_000_000));
        assert_eq!(balance.look(64_000_000, &runners(&[0, 1, 1])), Some((2, 0)));
    }

    #[test]
    fn nobody_moves_without_need() {
        assert_eq!(Balance::new(2).look(0, &runners(&[0, 1])), None);
        assert_eq!(Balance::new(4).look(0, &runners(&[2])), None);
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
    fn new_threads_spread() {
        let balance = Balance::new(2);
        assert_eq!(balance.fork(0, &runners(&[0])), 1);
        assert_eq!(balance.fork(0, &runners(&[0, 1])), 0);
        assert_eq!(balance.fork(1, &runners(&[0, 1])), 1);
    }

    #[test]
    fn a_task_wakes_where_it_slept_three_times_of_four() {
        let balance = Balance::new(4);
        let stays = |draws: [u32; 2], others: &[u8]| {
            let mut draws = draws.into_iter();
            balance.rouse(2, &runners(others), |n| draws.next().map_or(0, |draw| draw % n))
        };
        assert_eq!([0, 1, 2].map(|draw| stays([draw, 0], &[0])), [2; 3]);
        assert_eq!([0, 1, 2].map(|draw| stays([3, draw], &[0])), [3, 0, 1]);
        assert_eq!([0, 1, 2, 3].map(|draw| stays([draw, 0], &[0, 1, 2, 3])), [0, 1, 2, 3]);
        assert_eq!(Balance::new(1).rouse(0, &runners(&[0]), |_| unreachable!("there is no choice")), 0);
    }
}
