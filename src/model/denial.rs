// SPDX-License-Identifier: GPL-2.0-only
//! Why a request was denied: which check of which zone failed, with numbers.
//!
//! Out of memory is an outcome, not an error. This is what a "why did this fail" text is made from; nothing in the
//! kernel corresponds, its tracepoints and the OOM report show parts of it.

use std::fmt;

use super::alloc_flags;
use super::frames::Order;
use super::freetype::{self, MIGRATE_TYPES};
use super::request::Request;
use super::watermark::{WMARK_NAMES, WatermarkTest};
use super::zone::{NR_ORDERS, ZONE_NAMES, Zone};

/// A denied request and what each eligible zone answered, in the order of the walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    pub request: Request,
    pub zones: Vec<ZoneDenial>,
}

/// One zone's answer. Amounts in pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneDenial {
    /// Index into `ZONE_NAMES`.
    pub zone: u8,
    pub test: WatermarkTest,
    /// Whether the request passes any mark, so that `test` did not decide.
    pub ignores_watermarks: bool,
    pub boost: u32,
    /// Free pages on per-CPU lists, which no watermark counts.
    pub pcp: u64,
    /// Free blocks of each order.
    pub nr_free: [u32; NR_ORDERS],
    /// Largest order with a free block of the request's own type.
    pub largest_own: Option<Order>,
}

impl ZoneDenial {
    pub(super) fn of(zone: &Zone, request: &Request) -> ZoneDenial {
        let &Request { order, highest_zone, flags, freetype, .. } = request;
        let mark = zone.wmark_pages((flags & alloc_flags::WMARK_MASK) as usize);
        ZoneDenial {
            zone: zone.span.index,
            test: zone.watermark_test(order, mark, highest_zone, flags, zone.free_seen()),
            ignores_watermarks: flags & alloc_flags::NO_WATERMARKS != 0,
            boost: zone.boost,
            pcp: zone.pcp.iter().map(|pcp| u64::from(pcp.count)).sum(),
            nr_free: zone.nr_free,
            largest_own: (0..NR_ORDERS as Order).rev().find(|&o| !zone.is_free_list_empty(o, freetype)),
        }
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let &Request { order, freetype, flags, gfp, .. } = &self.request;
        let mark = WMARK_NAMES[(flags & alloc_flags::WMARK_MASK) as usize];
        write!(f, "order-{order} {} request ({gfp}) denied ", type_name(freetype))?;
        if flags & alloc_flags::NO_WATERMARKS != 0 {
            writeln!(f, "without watermarks:")?;
        } else {
            writeln!(f, "at the {mark} watermark:")?;
        }
        self.zones.iter().try_for_each(|zone| writeln!(f, "  {zone}"))
    }
}

impl fmt::Display for ZoneDenial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let WatermarkTest { order, free, unusable, mark, reserve, has_block } = self.test;
        write!(f, "{}: free {free} - unusable {unusable} ", ZONE_NAMES[usize::from(self.zone)])?;
        if self.ignores_watermarks {
            write!(f, "held against no mark, but ")?;
        } else if free - unusable <= mark + reserve {
            return write!(
                f,
                "<= mark {mark} (boost {}) + lowmem_reserve {reserve}; {} more pages on per-CPU lists",
                self.boost, self.pcp
            );
        } else {
            write!(f, "> mark {mark} + lowmem_reserve {reserve}, but ")?;
        }
        if !has_block {
            return write!(f, "no free block of order {order} or above may be used");
        }
        match self.largest_own {
            Some(own) => write!(f, "the largest free block of its own type has order {own}, and no other may be used"),
            None => write!(f, "no block of its own type is free, and no other may be used"),
        }
    }
}

fn type_name(ft: freetype::Freetype) -> &'static str {
    debug_assert!(usize::from(ft) <= MIGRATE_TYPES);
    freetype::NAMES[usize::from(ft)]
}
