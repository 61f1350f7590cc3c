// SPDX-License-Identifier: GPL-2.0-only
//! One zone: its frames, pageblocks, free lists, counters, watermarks and per-CPU lists.
//!
//! Stands for `struct zone` (include/linux/mmzone.h@7.3) and the list primitives of mm/page_alloc.c.
//! What must hold between operations is written down, and recomputed, in `check`.
//!
//! Modelled: list primitives, free-page accounting incl. NR_FREE_PAGES_BLOCKS (mapped and unmapped), zone flags.
//! Absent: the zone lock (one operation at a time), NUMA, memory hotplug, free page reporting.

use super::counter::Counter;
use super::deferral::ZoneMemory;
use super::frames::{Frames, Kind, Order, Pfn};
use super::freetype::{self, Freetype, NR_FREETYPES};
use super::pageblock::{PAGEBLOCK_ORDER, PAGEBLOCK_PAGES, Pageblocks};
use super::pcp::{NR_PCP_LISTS, Pcp};
use super::settings::WATERMARK_BOOST_FACTOR;
use super::tracepoint::Tracer;

/// `MAX_PAGE_ORDER`.
pub const MAX_ORDER: Order = 10;
/// `NR_PAGE_ORDERS`.
pub const NR_ORDERS: usize = 11;
/// `PAGE_ALLOC_COSTLY_ORDER`: above it, an allocation may be given up.
pub const COSTLY_ORDER: Order = 3;
/// LRU lists that have a head: inactive and active file.
pub(super) const NR_LRU_LISTS: usize = 2;
/// `MAX_NR_ZONES`: DMA, DMA32, Normal, Movable, Device.
pub const MAX_ZONES: usize = 5;
pub const ZONE_NAMES: [&str; MAX_ZONES] = ["DMA", "DMA32", "Normal", "Movable", "Device"];

/// `ZONE_BOOSTED_WATERMARK`, `ZONE_RECLAIM_ACTIVE`, `ZONE_BELOW_HIGH` of enum zone_flags.
pub mod zone_flag {
    pub const BOOSTED_WATERMARK: u8 = 1;
    pub const RECLAIM_ACTIVE: u8 = 2;
    pub const BELOW_HIGH: u8 = 4;
}

/// Where a zone lies. Frames are page frame numbers, half open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZoneSpan {
    /// Index into `ZONE_NAMES`.
    pub index: u8,
    pub start_pfn: Pfn,
    pub end_pfn: Pfn,
}

/// How a compaction in this context catches a block that is just being freed.
#[derive(Clone, Debug, Default)]
pub enum Capture {
    #[default]
    Off,
    /// The capture control of a running direct compaction: `capture_control` of include/linux/compaction.h.
    Waiting {
        order: Order,
        freetype: Freetype,
    },
    Caught(Pfn),
    /// A replay knows which blocks the kernel captured next, in order.
    Told(std::collections::VecDeque<(Pfn, Order)>),
}

/// A claim the kernel is known to have made: block, type before, type after.
pub type KnownClaim = (Pfn, Freetype, Freetype);

#[derive(Clone, Debug)]
pub struct Zone {
    pub span: ZoneSpan,
    pub present: u32,
    pub managed: u32,
    pub(crate) frames: Frames,
    pub(crate) blocks: Pageblocks,
    /// Blocks of each order over all lists (`free_area.nr_free`).
    pub(super) nr_free: [u32; NR_ORDERS],
    /// Bit o of entry t: list (o, t) is not empty.
    nonempty: [u16; NR_FREETYPES],
    /// NR_FREE_PAGES.
    pub(crate) free: Counter,
    /// NR_FREE_PAGES_BLOCKS: pages in free blocks of pageblock order and above, mapped and unmapped.
    pub(crate) free_blocks: Counter,
    /// The unmapped share of the above.
    pub(super) free_blocks_unmapped: Counter,
    pub(super) free_cma: u64,
    pub(super) free_highatomic: u64,
    /// Pages in pageblocks reserved for high-order atomic requests.
    pub reserved_highatomic: u64,
    /// Free whole blocks that became mergeable where they lay (unreserved, no longer isolated): each may leave a pair
    /// of buddies apart until a later free merges them.
    pub(super) made_mergeable: u32,
    /// `_watermark[]`: min, low, high, promo, without the boost.
    pub watermark: [u32; 4],
    pub boost: u32,
    /// vm.watermark_boost_factor, in 1/10000 of the high watermark; 0 switches boosts off.
    pub boost_factor: u32,
    /// `lowmem_reserve[]` by highest zone index of the request.
    pub lowmem_reserve: [u32; MAX_ZONES],
    pub flags: u8,
    pub pcp: Vec<Pcp>,
    /// The CPU on which the running operation happens: it owns the counter differences and the per-CPU lists in use.
    pub cpu: u8,
    pub(crate) capture: Capture,
    /// Which claims below pageblock order the kernel made, when a replay knows.
    pub(crate) known_claims: Option<std::collections::VecDeque<KnownClaim>>,
    pub(crate) tracer: Tracer,
    /// Pages on each LRU list, by `Lru`.
    pub(crate) lru_pages: [u64; 5],
    /// What emptying each pageblock would take, as far as anybody asked (`isolate`).
    pub(super) emptying: Vec<u16>,
    /// What compaction remembers of the zone.
    pub compact: ZoneMemory,
}

impl Zone {
    /// A zone whose frames are all absent. The caller hands memory in with `Zone::release_range`.
    pub fn new(span: ZoneSpan, cpus: u8) -> Zone {
        assert!(span.start_pfn < span.end_pfn, "zone {} spans no frame", ZONE_NAMES[usize::from(span.index)]);
        assert!(cpus > 0, "a zone needs a CPU");
        let base = span.start_pfn & !((1 << MAX_ORDER) - 1);
        let frames = span.end_pfn.next_multiple_of(1 << MAX_ORDER) - base;
        let lists = NR_ORDERS * NR_FREETYPES + NR_PCP_LISTS * usize::from(cpus) + NR_LRU_LISTS;
        Zone {
            span,
            present: 0,
            managed: 0,
            frames: Frames::new(base, frames, lists as u32),
            blocks: Pageblocks::new(base, frames),
            nr_free: [0; NR_ORDERS],
            nonempty: [0; NR_FREETYPES],
            free: Counter::new(cpus, 0),
            free_blocks: Counter::new(cpus, 0),
            free_blocks_unmapped: Counter::new(cpus, 0),
            free_cma: 0,
            free_highatomic: 0,
            reserved_highatomic: 0,
            made_mergeable: 0,
            watermark: [0; 4],
            boost: 0,
            boost_factor: WATERMARK_BOOST_FACTOR,
            lowmem_reserve: [0; MAX_ZONES],
            flags: 0,
            pcp: (0..cpus).map(|_| Pcp::boot()).collect(),
            cpu: 0,
            capture: Capture::Off,
            known_claims: None,
            tracer: Tracer::default(),
            lru_pages: [0; 5],
            emptying: Vec::new(),
            compact: ZoneMemory::default(),
        }
    }

    pub fn name(&self) -> &'static str {
        ZONE_NAMES[usize::from(self.span.index)]
    }

    #[inline]
    pub fn contains(&self, pfn: Pfn) -> bool {
        (self.span.start_pfn..self.span.end_pfn).contains(&pfn)
    }

    /// Whether the whole block lies in the zone, which moving and claiming demand
    /// (mm/page_alloc.c:prep_move_freepages_block@7.3).
    pub fn spans_block(&self, block: Pfn) -> bool {
        self.contains(block) && self.contains(block + PAGEBLOCK_PAGES - 1)
    }

    /// mm/page_alloc.c:page_is_buddy@7.3: free at exactly this order, in this zone.
    #[inline]
    pub(super) fn is_buddy(&self, pfn: Pfn, order: Order) -> bool {
        self.contains(pfn) && self.frames.is_buddy(pfn, order)
    }

    /// mm/page_alloc.c:account_freepages@7.3. Isolated pages do not count as free.
    #[inline(always)]
    pub(crate) fn account_freepages(&mut self, pages: i64, ft: Freetype) {
        if ft == freetype::ISOLATE {
            return;
        }
        self.free.add(self.cpu, pages);
        match ft {
            freetype::CMA => self.free_cma = self.free_cma.checked_add_signed(pages).expect("free CMA pages"),
            freetype::HIGHATOMIC => {
                self.free_highatomic = self.free_highatomic.checked_add_signed(pages).expect("free highatomic pages");
            }
            _ => {}
        }
    }

    /// mm/page_alloc.c:__add_to_free_list@7.3.
    #[inline]
    pub(crate) fn add_to_free_list(&mut self, pfn: Pfn, order: Order, ft: Freetype, tail: bool) {
        self.frames.push(list_of(order, ft), pfn, tail);
        self.frames.set(pfn, Kind::Buddy, order);
        self.nr_free[usize::from(order)] += 1;
        self.nonempty[usize::from(ft)] |= 1 << order;
        if order >= PAGEBLOCK_ORDER {
            self.frames.touch_block(pfn, order);
            self.account_blocks(1 << order, ft);
        }
    }

    /// mm/page_alloc.c:__del_page_from_free_list@7.3. Leaves the frame a tail; the caller gives it its new state.
    #[inline(always)]
    pub(super) fn del_from_free_list(&mut self, pfn: Pfn, order: Order, ft: Freetype) {
        assert!(self.frames.is_buddy(pfn, order), "{pfn:#x} is not free at order {order}");
        let emptied = self.frames.unlink(pfn);
        self.frames.set(pfn, Kind::Tail, 0);
        self.note_taken(order, ft, 1, emptied);
        if order >= PAGEBLOCK_ORDER {
            self.frames.touch_block(pfn, order);
            self.account_blocks(-(1 << order), ft);
        }
    }

    /// mm/page_alloc.c:move_to_free_list@7.3: to the tail of the new type's list.
    pub(super) fn move_to_free_list(&mut self, pfn: Pfn, order: Order, old: Freetype, new: Freetype) {
        self.del_from_free_list(pfn, order, old);
        self.add_to_free_list(pfn, order, new, true);
        self.account_freepages(-(1 << order), old);
        self.account_freepages(1 << order, new);
    }

    /// Head of list (order, ft).
    #[inline]
    pub(super) fn first_free(&self, order: Order, ft: Freetype) -> Option<Pfn> {
        if self.nonempty[usize::from(ft)] & 1 << order == 0 { None } else { self.frames.first(list_of(order, ft)) }
    }

    /// The lowest order at or above `order` whose list of `ft` holds a block.
    #[inline]
    pub(super) fn smallest_order(&self, order: Order, ft: Freetype) -> Option<Order> {
        let fits = self.nonempty[usize::from(ft)] >> order;
        (fits != 0).then(|| order + fits.trailing_zeros() as Order)
    }

    #[inline]
    pub(super) fn is_free_list_empty(&self, order: Order, ft: Freetype) -> bool {
        self.nonempty[usize::from(ft)] & 1 << order == 0
    }

    /// Takes note that this many blocks left list (order, ft), and whether it is empty now.
    #[inline]
    pub(super) fn note_taken(&mut self, order: Order, ft: Freetype, count: u32, emptied: bool) {
        self.nr_free[usize::from(order)] -= count;
        self.nonempty[usize::from(ft)] &= !(u16::from(emptied) << order);
    }

    /// Index of the first LRU list among the zone's list heads, behind the free and per-CPU lists.
    #[inline]
    pub(super) fn first_lru_list(&self) -> u32 {
        (NR_ORDERS * NR_FREETYPES + NR_PCP_LISTS * self.pcp.len()) as u32
    }

    fn account_blocks(&mut self, pages: i64, ft: Freetype) {
        match ft {
            freetype::ISOLATE => return,
            freetype::UNMAPPED => self.free_blocks_unmapped.add(self.cpu, pages),
            _ => {}
        }
        self.free_blocks.add(self.cpu, pages);
    }
}

/// Index of the free list (order, ft) among the zone's list heads.
#[inline]
pub(crate) fn list_of(order: Order, ft: Freetype) -> u32 {
    u32::from(order) * NR_FREETYPES as u32 + u32::from(ft)
}
