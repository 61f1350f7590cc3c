// SPDX-License-Identifier: GPL-2.0-only
//! A dump of the allocator's whole state, as an instrumented kernel prints it in JSON.
//!
//! Fields that the kernel prints and nobody here needs are ignored; fields that another dump may lack have defaults.
//! The checks that make a state safe to build a model from are in `state_check.rs`, its reader is in `state_read.rs`.

use std::fmt;

/// The state at one moment.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct State {
    pub index: u32,
    pub label: String,
    pub clock_ns: u64,
    pub jiffies: u64,
    pub hz: u32,
    pub params: Params,
    /// In ascending order of frames.
    pub zones: Vec<Zone>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Params {
    pub min_free_kbytes: u32,
    pub totalreserve_pages: u32,
    pub totalram_pages: u32,
    pub defrag_mode: u8,
    pub max_page_order: u8,
    pub pageblock_order: u8,
    pub nr_pcp_lists: u8,
    pub migrate_types: u8,
    pub max_nr_zones: u8,
    pub sizeof_page: u32,
    pub online_cpus: u16,
}

impl Default for Params {
    fn default() -> Params {
        Params {
            min_free_kbytes: 0,
            totalreserve_pages: 0,
            totalram_pages: 0,
            defrag_mode: 0,
            max_page_order: 10,
            pageblock_order: 9,
            nr_pcp_lists: 14,
            migrate_types: 6,
            max_nr_zones: 4,
            sizeof_page: 64,
            online_cpus: 1,
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Zone {
    pub name: String,
    /// 0 DMA, 1 DMA32, 2 Normal, 3 Movable.
    pub index: u8,
    pub start_pfn: u32,
    pub spanned_pages: u32,
    pub present_pages: u32,
    pub managed_pages: u32,
    pub watermark_min: u32,
    pub watermark_low: u32,
    pub watermark_high: u32,
    pub watermark_promo: u32,
    pub watermark_boost: u32,
    pub nr_reserved_highatomic: u32,
    pub nr_free_highatomic: u32,
    pub lowmem_reserve: Vec<u32>,
    /// Bit 0: boosted, 1: reclaim active, 2: below high.
    pub flags: u32,
    pub percpu_drift_mark: u32,
    pub pageset: Pageset,
    pub compact: Compact,
    /// The zone's global counters; each cpu's differences are in its [`Pcp`].
    pub vm_stat: VmStat,
    pub nr_free_by_order: Vec<u32>,
    pub first_pageblock_pfn: u32,
    pub pagemap_from_pfn: u32,
    /// One letter a frame: `B` head of a free block, `R` reserved, `S` slab, `T` page table, `a`/`A` anonymous on the
    /// inactive/active list, `f`/`F` file, `U` unevictable, `m` file page off the lists, `n` anonymous off the lists,
    /// `k` other kernel page, `.` without a reference: inside a free block, on a pcp list, or frozen.
    pub pagemap: String,
    pub pcp: Vec<Pcp>,
    pub free_lists: Vec<FreeList>,
    /// `None`: a block without memory.
    pub pageblocks: Vec<Option<Pageblock>>,
    /// Heads of allocated folios above order 0.
    pub folios: Vec<Folio>,
}

impl Zone {
    pub fn end_pfn(&self) -> u32 {
        self.start_pfn + self.spanned_pages
    }

    pub fn contains(&self, pfn: u32) -> bool {
        self.start_pfn <= pfn && pfn < self.end_pfn()
    }

    /// The letter of a frame, if the dump has a map.
    pub fn letter(&self, pfn: u32) -> Option<u8> {
        self.pagemap.as_bytes().get(pfn.checked_sub(self.pagemap_from_pfn)? as usize).copied()
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Pageset {
    pub high_min: u32,
    pub high_max: u32,
    pub batch: u32,
}

/// One cpu's page lists of a zone.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Pcp {
    pub cpu: u16,
    pub count: u32,
    pub high: u32,
    pub high_min: u32,
    pub high_max: u32,
    pub batch: u32,
    pub flags: u32,
    pub alloc_factor: u32,
    pub free_count: u32,
    pub stat_threshold: u32,
    /// In the order of the fields of [`VmStat`].
    pub vm_stat_diff: Vec<i32>,
    pub lists: Vec<PcpList>,
}

/// `pindex` = 3 * order + migratetype up to order 3; 12 and 13: order 9, not movable and movable.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PcpList {
    pub pindex: u8,
    /// From the head to the tail.
    pub pfns: Vec<u32>,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FreeList {
    pub order: u8,
    pub migratetype: u8,
    /// From the head to the tail.
    pub pfns: Vec<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pageblock {
    pub migratetype: u8,
    pub skip: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Folio {
    pub pfn: u32,
    pub order: u8,
}

/// What compaction remembers of the zone.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Compact {
    pub cached_free_pfn: u32,
    pub cached_migrate_pfn_async: u32,
    pub cached_migrate_pfn_sync: u32,
    pub init_migrate_pfn: u32,
    pub init_free_pfn: u32,
    pub considered: u32,
    pub defer_shift: u32,
    pub order_failed: i32,
    pub blockskip_flush: bool,
}

/// Counters may pass through negative values: each is a sum of differences.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct VmStat {
    pub nr_free_pages: i64,
    pub nr_free_pages_blocks: i64,
    pub nr_zone_inactive_anon: i64,
    pub nr_zone_active_anon: i64,
    pub nr_zone_inactive_file: i64,
    pub nr_zone_active_file: i64,
    pub nr_zone_unevictable: i64,
    pub nr_zone_write_pending: i64,
    pub nr_mlock: i64,
    pub nr_free_cma: i64,
}

/// Where a state is wrong, how, and what to do about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StateError {
    /// As `zone DMA32, free_lists[3] (order 4, type 1)`.
    pub place: String,
    pub problem: String,
    pub remedy: &'static str,
}

impl StateError {
    pub(super) const AGAIN: &'static str = "take the dump again: this one does not describe one moment";
    pub(super) const WHOLE: &'static str = "give the whole file, as the dump program wrote it";
    pub(super) const KERNEL: &'static str = "dump a kernel of x86-64 with 4 KiB pages, as this model knows no other";
    pub(super) const SMALLER: &'static str = "dump a guest with less memory";
}

impl fmt::Display for StateError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}; {}", self.place, self.problem, self.remedy)
    }
}

impl std::error::Error for StateError {}
