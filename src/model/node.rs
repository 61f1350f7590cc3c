// SPDX-License-Identifier: GPL-2.0-only
//! The machine's zones and the walk over them.
//!
//! Stands for mm/page_alloc.c@7.3: get_page_from_freelist, build_zonerefs_node, and mm/mm_init.c for the set-up.
//!
//! Modelled: order of zones, high mark first, per-zone marks, the restart without NOFRAGMENT.
//! Absent: NUMA, node reclaim, dirty limits, cpusets.

use super::alloc_flags;
use super::counter::normal_threshold;
use super::denial::{Denial, ZoneDenial};
use super::frames::{Order, Pfn};
use super::pcp::{zone_batchsize, zone_highsize};
use super::request::Request;
use super::tracepoint::Tracepoint;
use super::watermark::{self, LOWMEM_RESERVE_RATIO, WMARK_HIGH, WMARK_LOW};
use super::zone::{MAX_ZONES, Zone, zone_flag};

/// Index of zone Normal.
const ZONE_NORMAL: u8 = 2;

/// What the sysctls say about watermarks and per-CPU lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tuning {
    /// vm.min_free_kbytes; `None` lets the kernel choose, with `thp` raising it.
    pub min_free_kbytes: Option<u32>,
    /// Whether transparent huge pages are on, which raises the automatic minimum.
    pub thp: bool,
    pub watermark_scale_factor: u32,
    pub percpu_pagelist_high_fraction: u32,
    /// Whether counters drift by per-CPU differences.
    pub drift: bool,
}

impl Default for Tuning {
    fn default() -> Tuning {
        let scale = 10;
        Tuning {
            min_free_kbytes: None,
            thp: false,
            watermark_scale_factor: scale,
            percpu_pagelist_high_fraction: 0,
            drift: true,
        }
    }
}

/// All populated zones, ascending by index.
#[derive(Clone, Debug)]
pub struct Node {
    pub zones: Vec<Zone>,
    /// vm.defrag_mode.
    pub defrag_mode: bool,
}

impl Node {
    /// `zones` ascending by index and address, each with at least one managed page.
    pub fn new(zones: Vec<Zone>, defrag_mode: bool) -> Node {
        assert!(zones.is_sorted_by(|a, b| a.span.index < b.span.index && a.span.end_pfn <= b.span.start_pfn));
        assert!(!zones.is_empty(), "a machine needs a zone");
        Node { zones, defrag_mode }
    }

    /// Computes watermarks, reserves and per-CPU sizes from the managed pages
    /// (mm/page_alloc.c:init_per_zone_wmark_min@7.3). Returns min_free_kbytes.
    pub fn set_up_watermarks(&mut self, tuning: &Tuning) -> u32 {
        let mut managed = [0; MAX_ZONES];
        self.zones.iter().for_each(|zone| managed[usize::from(zone.span.index)] = zone.managed);
        let total: u64 = managed.iter().map(|&pages| u64::from(pages)).sum();
        let min_free_kbytes = tuning.min_free_kbytes.unwrap_or_else(|| {
            let base = watermark::min_free_kbytes(total);
            if !tuning.thp {
                return base;
            }
            // khugepaged starts after the first set-up, so nr_free_buffer_pages() deducts those high marks.
            let high = |zone: &Zone| {
                watermark::zone_watermarks(base, zone.managed, total, tuning.watermark_scale_factor)[WMARK_HIGH]
            };
            let available = self.zones.iter().map(|zone| u64::from(zone.managed.saturating_sub(high(zone)))).sum();
            base.max(watermark::recommended_min_free_kbytes(available, self.zones.len() as u32))
        });
        for zone in &mut self.zones {
            zone.watermark =
                watermark::zone_watermarks(min_free_kbytes, zone.managed, total, tuning.watermark_scale_factor);
            zone.boost = 0;
            zone.lowmem_reserve =
                watermark::lowmem_reserve(usize::from(zone.span.index), &managed, &LOWMEM_RESERVE_RATIO);
            let cpus = zone.pcp.len() as u8;
            let threshold = if tuning.drift { normal_threshold(cpus, zone.managed) } else { 0 };
            zone.free.set_threshold(threshold);
            zone.free_blocks.set_threshold(threshold);
            zone.free_blocks_unmapped.set_threshold(threshold);
            zone.set_up_pcp(tuning.percpu_pagelist_high_fraction);
        }
        min_free_kbytes
    }

    /// The CPU on which the next operations happen.
    pub fn set_cpu(&mut self, cpu: u8) {
        self.zones.iter_mut().for_each(|zone| zone.cpu = cpu);
    }

    pub fn cpu(&self) -> u8 {
        self.zones[0].cpu
    }

    #[inline]
    pub fn zone_of(&self, pfn: Pfn) -> Option<usize> {
        // Most memory lies in the last one.
        let last = self.zones.len() - 1;
        if self.zones[last].contains(pfn) {
            return Some(last);
        }
        self.zones.iter().position(|zone| zone.contains(pfn))
    }

    /// Frees an allocated block.
    ///
    /// # Panics
    /// When `pfn` lies in no zone or is not allocated.
    pub fn free_pages(&mut self, pfn: Pfn, order: Order) {
        let zone = self.zone_of(pfn).expect("a freed page lies in a zone");
        self.zones[zone].free_pages(pfn, order);
    }

    /// Whether a first try avoids mixing types (mm/page_alloc.c:alloc_flags_nofragment@7.3): always in defrag mode,
    /// else only if the preferred zone is Normal.
    #[inline]
    pub fn starts_nofragment(&self, highest_zone: u8) -> bool {
        let preferred = self.zones.iter().rev().find(|zone| zone.span.index <= highest_zone);
        self.defrag_mode || preferred.is_some_and(|zone| zone.span.index == ZONE_NORMAL)
    }

    /// Why a walk with this request finds nothing now.
    pub fn explain(&self, request: &Request) -> Denial {
        let eligible = self.zones.iter().rev().filter(|zone| zone.span.index <= request.highest_zone);
        Denial { request: *request, zones: eligible.map(|zone| ZoneDenial::of(zone, request)).collect() }
    }
}

impl Zone {
    /// The two watermark tests of the walk; notes when the zone falls below its high mark.
    #[inline]
    pub(crate) fn may_allocate(&mut self, request: &Request) -> bool {
        let &Request { order, highest_zone, flags, .. } = request;
        if self.flags & zone_flag::BELOW_HIGH == 0 {
            if self.zone_watermark_fast(order, WMARK_HIGH, highest_zone, flags) {
                return true;
            }
            self.flags |= zone_flag::BELOW_HIGH;
            self.tracer.emit(|| Tracepoint::BelowHigh { set: true });
        }
        let index = (flags & alloc_flags::WMARK_MASK) as usize;
        self.zone_watermark_fast(order, index, highest_zone, flags) || flags & alloc_flags::NO_WATERMARKS != 0
    }

    /// mm/page_alloc.c:zone_set_pageset_high_and_batch@7.3.
    pub(crate) fn set_up_pcp(&mut self, high_fraction: u32) {
        let batch = zone_batchsize(self.managed);
        let low = self.wmark_pages(WMARK_LOW);
        let (high_min, high_max) = zone_highsize(self.managed, low, batch, self.pcp.len() as u32, high_fraction);
        for pcp in &mut self.pcp {
            (pcp.batch, pcp.high_min, pcp.high_max) = (batch, high_min, high_max);
        }
    }
}
