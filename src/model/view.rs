// SPDX-License-Identifier: GPL-2.0-only
//! Read-only looks at a zone, for tests, maps and reports.
//!
//! Nothing in the kernel corresponds; /proc/buddyinfo and /proc/pagetypeinfo show parts of it, but never the order of
//! a list. No reader can disturb the lists.

use super::frames::{Frames, Kind, Order, Pfn};
use super::freetype::{Freetype, NR_FREETYPES};
use super::pcp::NR_PCP_LISTS;
use super::zone::{MAX_ORDER, NR_ORDERS, Zone, list_of};

/// What is known of each frame, to read.
pub fn frames(zone: &Zone) -> &Frames {
    &zone.frames
}

/// NR_FREE_PAGES_BLOCKS as the allocator's decisions see it.
pub fn free_blocks_seen(zone: &Zone) -> u64 {
    zone.free_blocks.seen()
}

/// The zone's counters, exact and as allocation decisions see them. All but `nr_free` in pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counters {
    pub free: u64,
    pub free_seen: u64,
    pub free_blocks: u64,
    pub free_blocks_unmapped: u64,
    pub free_cma: u64,
    pub free_highatomic: u64,
    /// Pages on all per-CPU lists.
    pub pcp: u64,
    /// Blocks of each order over all lists.
    pub nr_free: [u32; NR_ORDERS],
}

/// First frames of the blocks on one free list, head to tail.
pub fn free_list(zone: &Zone, order: Order, ft: Freetype) -> Vec<Pfn> {
    zone.frames.iter(list_of(order, ft)).collect()
}

/// Every free list that is not empty, by order, then type.
pub fn free_lists(zone: &Zone) -> Vec<(Order, Freetype, Vec<Pfn>)> {
    let lists = (0..=MAX_ORDER).flat_map(|order| (0..NR_FREETYPES as Freetype).map(move |ft| (order, ft)));
    lists.map(|(order, ft)| (order, ft, free_list(zone, order, ft))).filter(|(_, _, list)| !list.is_empty()).collect()
}

/// Adds the free pages of each type in blocks of each order.
pub fn add_free_by_type(zone: &Zone, free: &mut [[u32; NR_ORDERS]; NR_FREETYPES]) {
    for (ft, of_type) in free.iter_mut().enumerate() {
        for (order, pages) in of_type.iter_mut().enumerate().filter(|(order, _)| zone.nr_free[*order] > 0) {
            *pages += (zone.frames.iter(list_of(order as Order, ft as Freetype)).count() as u32) << order;
        }
    }
}

/// First frames of the blocks on one per-CPU list, head to tail.
pub fn pcp_list(zone: &Zone, cpu: u8, pindex: u32) -> Vec<Pfn> {
    assert!((pindex as usize) < NR_PCP_LISTS, "there is no per-CPU list {pindex}");
    zone.frames.iter(zone.pcp_list_of(cpu, pindex)).collect()
}

/// First frame and type of each pageblock that holds a frame of the zone, ascending.
pub fn pageblocks(zone: &Zone) -> Vec<(Pfn, Freetype)> {
    let inside = |&block: &Pfn| block < zone.span.end_pfn && super::pageblock::block_end(block) > zone.span.start_pfn;
    zone.blocks.starts().filter(inside).map(|block| (block, zone.blocks.freetype(block))).collect()
}

/// The type of the pageblock around a frame.
pub fn freetype(zone: &Zone, pfn: Pfn) -> Freetype {
    zone.blocks.freetype(pfn)
}

/// What starts at a frame, and of which order (0 for `Absent` and `Tail`).
pub fn frame(zone: &Zone, pfn: Pfn) -> (Kind, Order) {
    (zone.frames.kind(pfn), zone.frames.order(pfn))
}

pub fn counters(zone: &Zone) -> Counters {
    Counters {
        free: zone.free.exact(),
        free_seen: zone.free.seen(),
        free_blocks: zone.free_blocks.exact(),
        free_blocks_unmapped: zone.free_blocks_unmapped.exact(),
        free_cma: zone.free_cma,
        free_highatomic: zone.free_highatomic,
        pcp: zone.pcp.iter().map(|pcp| u64::from(pcp.count)).sum(),
        nr_free: zone.nr_free,
    }
}
