// SPDX-License-Identifier: GPL-2.0-only
//! A zone counter with per-CPU differences.
//!
//! Stands for `zone->vm_stat[]` and `per_cpu_zonestats` (mm/vmstat.c:__mod_zone_page_state@7.3): each CPU keeps a
//! difference and folds it into the shared value once it exceeds a threshold, so readers without the differences see
//! a value that is off by up to the threshold for each CPU.
//!
//! Modelled: fold without overstep, threshold by CPUs and size, exact snapshots, the worker's fold.
//! Simplified: only the counters that decide something are kept this way (free pages, free whole blocks).

/// A page counter as `zone_page_state()` sees it, beside what it really is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    shared: i64,
    diff: Vec<i32>,
    threshold: i32,
}

impl Counter {
    /// Starts at zero; `threshold` 0 makes the shared value exact at all times.
    pub fn new(cpus: u8, threshold: i32) -> Counter {
        Counter { shared: 0, diff: vec![0; usize::from(cpus)], threshold }
    }

    #[inline]
    pub fn add(&mut self, cpu: u8, pages: i64) {
        let diff = &mut self.diff[usize::from(cpu)];
        let sum = i64::from(*diff) + pages;
        if sum.abs() > i64::from(self.threshold) {
            self.shared += sum;
            *diff = 0;
        } else {
            *diff = sum as i32;
        }
    }

    /// The same `times` times over.
    pub fn add_each(&mut self, cpu: u8, pages: i32, times: u32) {
        let diff = &mut self.diff[usize::from(cpu)];
        let (mut sum, mut folded, mut left) = (*diff, 0, times);
        while left > 0 {
            sum += pages;
            left -= 1;
            if sum.abs() > self.threshold {
                folded += i64::from(sum);
                // From zero on, a fold comes every so many times.
                let period = self.threshold as u32 / pages.unsigned_abs() + 1;
                folded += i64::from(pages) * i64::from(left - left % period);
                sum = pages * (left % period) as i32;
                break;
            }
        }
        *diff = sum;
        self.shared += folded;
    }

    /// `zone_page_state()`: the shared value, never below zero.
    #[inline]
    pub fn seen(&self) -> u64 {
        self.shared.max(0) as u64
    }

    /// `zone_page_state_snapshot()`: with every CPU's difference.
    pub fn exact(&self) -> u64 {
        let sum = self.shared + self.diff.iter().map(|&d| i64::from(d)).sum::<i64>();
        u64::try_from(sum).expect("a page counter fell below zero")
    }

    /// Folds one CPU's difference (mm/vmstat.c:refresh_cpu_vm_stats@7.3).
    pub fn fold(&mut self, cpu: u8) {
        self.shared += i64::from(std::mem::take(&mut self.diff[usize::from(cpu)]));
    }

    /// One CPU's pending difference, pages.
    pub fn diff(&self, cpu: u8) -> i32 {
        self.diff[usize::from(cpu)]
    }

    /// Takes over a state read from a machine.
    pub fn load(&mut self, shared: i64, diff: &[i32], threshold: i32) {
        self.shared = shared;
        self.threshold = threshold;
        self.diff.iter_mut().zip(diff).for_each(|(to, &from)| *to = from);
    }

    pub fn set_threshold(&mut self, threshold: i32) {
        self.threshold = threshold;
    }
}

/// mm/vmstat.c:calculate_normal_threshold@7.3. `managed` in pages.
pub fn normal_threshold(cpus: u8, managed: u32) -> i32 {
    let fls = |v: u32| 32 - v.leading_zeros() as i32;
    (2 * fls(u32::from(cpus)) * (1 + fls(managed >> 15))).min(125)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_without_overstep() {
        let mut c = Counter::new(2, 8);
        c.load(100, &[0, 0], 8);
        c.add(0, -8);
        assert_eq!((c.seen(), c.exact(), c.diff(0)), (100, 92, -8));
        c.add(0, -1);
        assert_eq!((c.seen(), c.diff(0)), (91, 0));
        c.add(1, 5);
        c.fold(1);
        assert_eq!(c.seen(), 96);
    }

    #[test]
    fn many_at_once_fold_like_one_by_one() {
        for (diff, pages, times) in [(0, -1, 63), (5, -1, 3), (-8, 1, 17), (8, 4, 2), (3, -8, 5)] {
            let mut once = Counter::new(1, 8);
            once.load(100, &[diff], 8);
            let mut each = once.clone();
            once.add_each(0, pages, times);
            (0..times).for_each(|_| each.add(0, i64::from(pages)));
            assert_eq!(once, each);
        }
    }

    #[test]
    fn thresholds() {
        assert_eq!(normal_threshold(1, 246_000), 8);
        assert_eq!(normal_threshold(1, 3840), 2);
        assert_eq!(normal_threshold(64, 1 << 24), 125);
    }
}
