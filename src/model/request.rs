// SPDX-License-Identifier: GPL-2.0-only
//! What is asked of the allocator, in its own terms.
//!
//! Stands for `struct alloc_context` and the flag rules of mm/page_alloc.c@7.3: prepare_alloc_pages,
//! alloc_flags_nofragment, alloc_flags_slowpath, alloc_flags_nonblocking.
//!
//! Modelled: fast and slow path flags. Absent: cpusets, memory policies, real-time tasks.

use super::alloc_flags;
use super::frames::Order;
use super::freetype::{self, Freetype};
use super::gfp::Gfp;
use super::watermark::{WMARK_LOW, WMARK_MIN};

/// One request as the zonelist walk sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    pub order: Order,
    pub freetype: Freetype,
    /// Highest zone index the request may use; also its column of `lowmem_reserve`.
    pub highest_zone: u8,
    /// `ALLOC_*` flags incl. the watermark's index.
    pub flags: u32,
    pub gfp: Gfp,
}

impl Request {
    /// The first try: low watermark. `nofragment` says whether the walk starts without mixing types in a block.
    pub fn fast(gfp: Gfp, order: Order, nofragment: bool) -> Request {
        let mut flags = WMARK_LOW as u32 | kswapd(gfp) | cma(gfp);
        if nofragment {
            flags |= alloc_flags::NOFRAGMENT;
        }
        if is_nonblocking(gfp) && order > 0 && gfp.has(Gfp::HIGH) {
            flags |= alloc_flags::HIGHATOMIC;
        }
        Request { order, freetype: gfp.migratetype(), highest_zone: gfp.highest_zoneidx(), flags, gfp }
    }

    /// The slow path's flags: min watermark, and what the caller may dip into.
    pub fn slow(gfp: Gfp, order: Order, defrag_mode: bool) -> Request {
        let mut flags = WMARK_MIN as u32 | alloc_flags::CPUSET | kswapd(gfp) | cma(gfp);
        let high = gfp.has(Gfp::HIGH);
        if high {
            flags |= alloc_flags::MIN_RESERVE;
        }
        if is_nonblocking(gfp) {
            flags |= alloc_flags::NON_BLOCK;
            if order > 0 && high {
                flags |= alloc_flags::HIGHATOMIC;
            }
        }
        if !gfp.has(Gfp::DIRECT_RECLAIM) && high {
            flags &= !alloc_flags::CPUSET;
        }
        if defrag_mode {
            flags |= alloc_flags::NOFRAGMENT;
        }
        Request { order, freetype: gfp.migratetype(), highest_zone: gfp.highest_zoneidx(), flags, gfp }
    }

    pub fn with(self, flags: u32) -> Request {
        Request { flags, ..self }
    }
}

fn kswapd(gfp: Gfp) -> u32 {
    if gfp.has(Gfp::KSWAPD_RECLAIM) { alloc_flags::KSWAPD } else { 0 }
}

fn cma(gfp: Gfp) -> u32 {
    if gfp.migratetype() == freetype::MOVABLE { alloc_flags::CMA } else { 0 }
}

fn is_nonblocking(gfp: Gfp) -> bool {
    !gfp.has(Gfp::DIRECT_RECLAIM) && !gfp.has(Gfp::NOMEMALLOC)
}
