// SPDX-License-Identifier: GPL-2.0-only
//! `PA` lines: what an instrumented kernel prints from inside the allocator's locks.
//!
//! They show what the stock tracepoints hide (see the kinds in `event.rs`), in the order in which it happened.

use super::event::Kind;
use super::fields::Fields;
use super::skip::Reason;

/// Reads the text behind `PA `.
pub fn read(text: &[u8]) -> Result<Kind, Reason> {
    let space = text.iter().position(|&byte| byte == b' ').unwrap_or(text.len());
    let (name, rest) = text.split_at(space);
    let mut from = Fields::new(rest);
    let kind = match name {
        b"pcp_alloc" => Kind::PcpAlloc {
            zone: from.zone("zone=")?,
            order: from.order("order=")?,
            migratetype: from.migratetype("mt=")?,
            alloc_flags: from.u32("af=")?,
            pfn: from.page("pfn=")?,
            free: from.u32("free=")?,
        },
        b"compact_alloc" => {
            Kind::CompactAlloc { src: from.u32("src=")?, dst: from.page("dst=")?, order: from.order("order=")? }
        }
        b"compact_free" => Kind::CompactFree { dst: from.u32("dst=")?, order: from.order("order=")? },
        b"pcp_free" => Kind::PcpFree {
            pfn: from.u32("pfn=")?,
            order: from.order("order=")?,
            migratetype: from.migratetype("mt=")?,
        },
        _ => rare(name, &mut from)?,
    };
    from.end()?;
    Ok(kind)
}

#[inline(never)]
fn rare(name: &[u8], from: &mut Fields) -> Result<Kind, Reason> {
    Ok(match name {
        b"buddy_alloc" => Kind::BuddyAlloc {
            zone: from.zone("zone=")?,
            order: from.order("order=")?,
            migratetype: from.migratetype("mt=")?,
            alloc_flags: from.u32("af=")?,
            pfn: from.page("pfn=")?,
            free: from.u32("free=")?,
        },
        b"rmq_fail" => Kind::RmqueueFail {
            zone: from.zone("zone=")?,
            order: from.order("order=")?,
            migratetype: from.migratetype("mt=")?,
            alloc_flags: from.u32("af=")?,
            free: from.u32("free=")?,
        },
        b"bulk" => Kind::Bulk {
            zone: from.zone("zone=")?,
            order: from.order("order=")?,
            want: from.u32("want=")?,
            got: from.u32("got=")?,
            migratetype: from.migratetype("mt=")?,
            alloc_flags: from.u32("af=")?,
        },
        b"bulkalloc" => {
            Kind::BulkAlloc { zone: from.zone("zone=")?, migratetype: from.migratetype("mt=")?, pfn: from.u32("pfn=")? }
        }
        b"buddy_free" => Kind::BuddyFree { pfn: from.u32("pfn=")?, order: from.order("order=")? },
        b"free_prepared" => {
            Kind::FreePrepared { pfn: from.u32("pfn=")?, order: from.order("order=")?, fpi_flags: from.u32("fpi=")? }
        }
        b"pcp_trim" => pcp_trim(from)?,
        b"drain" => Kind::Drain {
            zone: from.zone("zone=")?,
            cpu: u16::try_from(from.u32("cpu=")?).map_err(|_| Reason::OutOfRange("cpu="))?,
            count: from.u32("count=")?,
        },
        b"decay" => Kind::Decay { zone: from.zone("zone=")?, count: from.u32("count=")?, high: from.u32("high=")? },
        b"capture" => Kind::Capture { pfn: from.u32("pfn=")?, order: from.order("order=")? },
        b"isolate_free" => Kind::IsolateFree {
            pfn: from.u32("pfn=")?,
            order: from.order("order=")?,
            migratetype: from.migratetype("mt=")?,
            taken: from.u32("ret=")?,
        },
        b"putback" => Kind::Putback {
            pfn: from.u32("pfn=")?,
            order: from.order("order=")?,
            migratetype: from.migratetype("mt=")?,
        },
        b"compact_release" => Kind::CompactRelease { pfn: from.u32("pfn=")?, order: from.order("order=")? },
        b"rotate_head" => rotation(from).map(|(pfn, order)| Kind::RotateHead { pfn, order })?,
        b"rotate_tail" => rotation(from).map(|(pfn, order)| Kind::RotateTail { pfn, order })?,
        b"claim" => Kind::Claim {
            block: from.u32("block=")?,
            from: from.migratetype("from=")?,
            to: from.migratetype("to=")?,
            free: from.u32("free=")?,
            movable: from.u32("movable=")?,
            alike: from.u32("alike=")?,
        },
        b"move_block" => Kind::MoveBlock {
            block: from.u32("block=")?,
            from: from.migratetype("from=")?,
            to: from.migratetype("to=")?,
            moved: from.i32("moved=")?,
        },
        b"change_range" => {
            Kind::ChangeRange { block: from.u32("block=")?, blocks: from.u32("nr=")?, to: from.migratetype("to=")? }
        }
        b"boost" => Kind::Boost { zone: from.zone("zone=")?, boost: from.u32("boost=")? },
        b"unboost" => Kind::Unboost { zone: from.zone("zone=")?, boost: from.u32("boost=")? },
        b"below_high" => Kind::BelowHigh { zone: from.zone("zone=")?, on: from.flag("v=")? },
        b"reclaim_active" => Kind::ReclaimActive { zone: from.zone("zone=")?, on: from.flag("v=")? },
        b"fold_free" => Kind::FoldFree { zone: from.zone("zone=")?, pages: from.i32("v=")? },
        b"reserve_highatomic" => highatomic(from).map(|(zone, pfn)| Kind::ReserveHighatomic { zone, pfn })?,
        b"unreserve_highatomic" => highatomic(from).map(|(zone, pfn)| Kind::UnreserveHighatomic { zone, pfn })?,
        b"snapshot" => snapshot(from)?,
        _ => return Err(Reason::UnknownAdded),
    })
}

fn pcp_trim(from: &mut Fields) -> Result<Kind, Reason> {
    Ok(Kind::PcpTrim {
        zone: from.zone("zone=")?,
        pindex: from.small("pindex=", 13)?,
        to_free: from.u32("to_free=")?,
        count: from.u32("count=")?,
        high: from.u32("high=")?,
        pcp_high: from.u32("pcphigh=")?,
        free_count: from.u32("free_count=")?,
        free_high: from.flag("free_high=")?,
        zone_flags: from.u32("zflags=")?,
    })
}

/// When a scan meets no page, the kernel's `list_entry()` of the list head is printed as if it were one: its frame lies
/// beyond any memory and its order is not an order. Such a rotation moves nothing.
fn rotation(from: &mut Fields) -> Result<(Option<u32>, u8), Reason> {
    let pfn = from.number("pfn=")?.to_u32();
    let order = from.number("order=")?.to_u32().filter(|&order| order <= 10);
    Ok(match (pfn, order) {
        (Some(pfn), Some(order)) => (Some(pfn), order as u8),
        _ => (None, 0),
    })
}

/// No recorded trace has such a line, so each field is taken if it is there.
fn highatomic(from: &mut Fields) -> Result<(Option<u8>, Option<u32>), Reason> {
    let zone = optional(from.zone("zone="))?;
    let pfn = match optional(from.u32("block="))? {
        Some(block) => Some(block),
        None => optional(from.u32("pfn="))?,
    };
    Ok((zone, pfn))
}

fn optional<T>(field: Result<T, Reason>) -> Result<Option<T>, Reason> {
    match field {
        Ok(value) => Ok(Some(value)),
        Err(Reason::Missing(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// `snapshot 2 frag`: a number and a label, without keys.
fn snapshot(from: &mut Fields) -> Result<Kind, Reason> {
    let number = from.u32("")?;
    let label = String::from_utf8_lossy(from.word("")?).into_owned().into_boxed_str();
    Ok(Kind::Snapshot { number, label })
}
