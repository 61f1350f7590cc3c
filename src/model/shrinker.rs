// SPDX-License-Identifier: GPL-2.0-only
//! Shrinkers: what reclaim takes from slab caches beside the page cache.
//!
//! Stands for mm/shrinker.c@7.3: shrink_slab, do_shrink_slab; fs/super.c: super_cache_scan.
//!
//! Modelled: objects looked at by priority, batches, what is put off to later passes. Inodes and dentries are freed by
//! RCU, after reclaim has counted, so their pages are no progress: a measured guest looked at 31 objects in 68 walks of
//! direct reclaim, two for each of twice 17 rounds without any.
//! Simplified: objects are freed in the order of their slabs, each slab whole, without waiting for RCU: that is the
//! most they can give, `objects / 21` pages; with objects in use among them they would give none. Fewer than 21 give none:
//! the per-CPU lists of a measured guest end as if no page had been freed (tests/kernel, k0-noant-it1-series-01).
//! Absent: objects that a workload adds to those of boot, shrinkers of memory cgroups.

use super::frames::Pfn;

/// `DEFAULT_SEEKS`.
const SEEKS: u64 = 2;
/// `SHRINK_BATCH`.
const BATCH: u64 = 128;
/// Dentries of 192 bytes in a page (slabinfo of the measured guests).
pub const OBJECTS_PER_PAGE: u32 = 21;

/// What a shrinker remembers between passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shrinker {
    deferred: u64,
}

impl Shrinker {
    /// How many objects this pass looks at; a small share is put off until it makes a batch or all there are.
    pub fn scan(&mut self, freeable: u64, priority: u32) -> u64 {
        if freeable == 0 {
            return 0;
        }
        let delta = (freeable >> priority) * 4 / SEEKS;
        let mut left = ((self.deferred >> priority) + delta).min(2 * freeable);
        let mut scanned = 0;
        while left > 0 && (left >= BATCH || left >= freeable) {
            let batch = left.min(BATCH);
            scanned += batch;
            left -= batch;
        }
        self.deferred = (self.deferred + delta).saturating_sub(scanned).min(2 * freeable);
        scanned
    }
}

/// Unused objects of boot, which can be freed, and the pages that hold nothing else.
#[derive(Clone, Debug, Default)]
pub struct SlabPool {
    objects: u64,
    /// The page that is emptied next is the last.
    pages: Vec<Pfn>,
    shrinker: Shrinker,
}

impl SlabPool {
    /// A pool of objects, and the pages that are empty without them.
    pub fn new(pages: Vec<Pfn>, objects: u32) -> SlabPool {
        SlabPool { objects: u64::from(objects), pages, shrinker: Shrinker::default() }
    }

    pub fn objects(&self) -> u64 {
        self.objects
    }

    /// One pass at a priority: how many objects it looked at, and the pages that are empty after it.
    pub(super) fn shrink(&mut self, priority: u32) -> (u64, Vec<Pfn>) {
        let scanned = self.shrinker.scan(self.objects, priority);
        (scanned, self.free(scanned))
    }

    /// Frees so many objects. The pages that are empty then.
    fn free(&mut self, objects: u64) -> Vec<Pfn> {
        self.objects -= objects.min(self.objects);
        let keep = self.objects.div_ceil(u64::from(OBJECTS_PER_PAGE)) as usize;
        self.pages.split_off(keep.min(self.pages.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_caches_are_looked_at_late_and_whole() {
        let mut shrinker = Shrinker::default();
        let looked: Vec<u64> = (0..=12).rev().map(|priority| shrinker.scan(15, priority)).collect();
        // 15 >> 3, 2 and 1, twice each, are put off: at priority 1 they make more than all there are.
        assert_eq!(looked, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 18, 30]);
    }

    #[test]
    fn large_caches_are_looked_at_in_batches() {
        let mut shrinker = Shrinker::default();
        assert_eq!(shrinker.scan(1 << 20, 12), 512);
        assert_eq!(shrinker.scan(1000, 12), 0);
        assert_eq!((shrinker.scan(0, 0), shrinker.scan(100, 0)), (0, 128));
    }

    #[test]
    fn pages_come_free_as_their_objects_go() {
        let mut pool = SlabPool::new(vec![7, 8, 9], 50);
        assert_eq!(pool.free(8), [9]);
        assert_eq!(pool.free(1), [0; 0]);
        assert_eq!((pool.free(100), pool.objects()), (vec![7, 8], 0));
    }
}
