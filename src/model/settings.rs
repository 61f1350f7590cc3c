// SPDX-License-Identifier: GPL-2.0-only
//! What a machine is set to, and what its work costs.

use serde::{Deserialize, Serialize};

/// `watermark_boost_factor`, in 1/10000 of the high watermark.
pub const WATERMARK_BOOST_FACTOR: u32 = 15_000;

/// Settings that the mechanism reads while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// vm.compaction_proactiveness, 0..=100.
    pub compaction_proactiveness: u32,
    /// vm.extfrag_threshold, 0..=1000.
    pub extfrag_threshold: i32,
    /// The multi-generational LRU instead of the classic one.
    pub mglru: bool,
    /// Transparent huge pages for everyone: khugepaged collapses what it finds.
    pub thp_always: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { compaction_proactiveness: 20, extfrag_threshold: 500, mglru: false, thp_always: false }
    }
}

/// Work units in ns of one CPU. The absolute size sets how much happens between the kernel's own timers (500 ms
/// between proactive looks, 100 ms of kswapd's nap); the ratios set who wins a race.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Costs {
    /// First touch of an anonymous page.
    pub anon_fault_ns: u64,
    /// First touch of a secretmem page, its direct-map change and flush included.
    pub secretmem_fault_ns: u64,
    /// The same from a block that is unmapped already: no flush of its own.
    pub unmapped_fault_ns: u64,
    /// What a chunk of secretmem costs besides its pages: file, mapping, threads.
    pub chunk_ns: u64,
    /// Unmapping and freeing one page.
    pub free_page_ns: u64,
    /// Zeroing a secretmem page and putting it back into the direct map.
    pub secretmem_free_ns: u64,
    /// Reading one file page: the reader's own work.
    pub read_page_ns: u64,
    /// How long the disk takes for one more page of a request.
    pub disk_page_ns: u64,
    /// Looking at one frame in compaction.
    pub scan_ns: u64,
    pub migrate_success_ns: u64,
    pub migrate_fail_ns: u64,
    /// One pass of reclaim over a node.
    pub reclaim_pass_ns: u64,
    pub reclaim_page_ns: u64,
    pub unmap_block_ns: u64,
    pub map_block_ns: u64,
    pub drain_page_ns: u64,
    /// A slice of the scheduler: how long a task that yields waits (kernel/sched/fair.c:sysctl_sched_base_slice@7.3).
    pub slice_ns: u64,
    /// One round of the slow path besides what it calls.
    pub slow_round_ns: u64,
}

impl Default for Costs {
    /// Those of minimal-1g; see FIDELITY.md for where each comes from.
    fn default() -> Costs {
        Costs { unmapped_fault_ns: 40_000, ..Costs::of(57_000, 20_000, 11_000) }
    }
}

impl Costs {
    /// All costs from three measured ones, ns: a page of secretmem with its share of the chunk (dearer with more CPUs,
    /// whose translations are flushed), a page that compaction moves, and one that it cannot move.
    pub fn of(page_ns: u64, move_ns: u64, fail_ns: u64) -> Costs {
        let page = |thousandths: u64| page_ns * thousandths / 1000;
        let moved = |thousandths: u64| move_ns * thousandths / 1000;
        Costs {
            anon_fault_ns: page(120),
            secretmem_fault_ns: page(900),
            unmapped_fault_ns: page(675),
            chunk_ns: page(50_000),
            free_page_ns: page(50),
            secretmem_free_ns: page(65),
            read_page_ns: page(100),
            disk_page_ns: page(50),
            scan_ns: moved(20),
            migrate_success_ns: moved(1000),
            migrate_fail_ns: fail_ns,
            reclaim_pass_ns: page(100),
            reclaim_page_ns: page(60),
            unmap_block_ns: page(2000),
            map_block_ns: page(40_000),
            drain_page_ns: moved(20),
            slice_ns: 700_000,
            slow_round_ns: page(200),
        }
    }

    /// Each cost with its name.
    pub fn named(&self) -> [(&'static str, u64); 18] {
        [
            ("anon_fault_ns", self.anon_fault_ns),
            ("secretmem_fault_ns", self.secretmem_fault_ns),
            ("unmapped_fault_ns", self.unmapped_fault_ns),
            ("chunk_ns", self.chunk_ns),
            ("free_page_ns", self.free_page_ns),
            ("secretmem_free_ns", self.secretmem_free_ns),
            ("read_page_ns", self.read_page_ns),
            ("disk_page_ns", self.disk_page_ns),
            ("scan_ns", self.scan_ns),
            ("migrate_success_ns", self.migrate_success_ns),
            ("migrate_fail_ns", self.migrate_fail_ns),
            ("reclaim_pass_ns", self.reclaim_pass_ns),
            ("reclaim_page_ns", self.reclaim_page_ns),
            ("unmap_block_ns", self.unmap_block_ns),
            ("map_block_ns", self.map_block_ns),
            ("drain_page_ns", self.drain_page_ns),
            ("slice_ns", self.slice_ns),
            ("slow_round_ns", self.slow_round_ns),
        ]
    }
}
