// SPDX-License-Identifier: GPL-2.0-only
//! A decision in words, with the kernel's names.

use serde::{Deserialize, Serialize};

use super::lane::{DIRECT, Lane, is_failure};
use crate::model::compact::Status;
use crate::model::freetype;
use crate::model::gfp::Gfp;
use crate::model::journal::{Decision, Kind};
use crate::model::zone::ZONE_NAMES;
use crate::report::from_model::FIRST_PID;

/// Pages in a MiB.
pub const PAGES_PER_MIB: u32 = 256;

/// A line of the decision log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub ordinal: u64,
    /// MiB that tasks had asked for by then.
    pub requested_mib: u32,
    pub at_us: u64,
    pub lane: Lane,
    /// Tracepoint or counter.
    pub name: String,
    pub text: String,
    pub failed: bool,
}

impl Row {
    pub fn of(ordinal: u64, decision: &Decision) -> Row {
        Row {
            ordinal,
            requested_mib: decision.requested_pages / PAGES_PER_MIB,
            at_us: decision.at_ns / 1000,
            lane: Lane::of_entry(&decision.what),
            name: decision.what.kind.name().to_owned(),
            text: text(decision),
            failed: is_failure(&decision.what),
        }
    }
}

/// `enum compact_result` in the words of its tracepoints.
pub fn status(code: u8) -> &'static str {
    const ALL: [(Status, &str); 9] = [
        (Status::NotSuitableZone, "not_suitable_zone"),
        (Status::Skipped, "skipped"),
        (Status::Deferred, "deferred"),
        (Status::NoSuitablePage, "no_suitable_page"),
        (Status::Continue, "continue"),
        (Status::Complete, "complete"),
        (Status::PartialSkipped, "partial_skipped"),
        (Status::Contended, "contended"),
        (Status::Success, "success"),
    ];
    ALL.iter().find(|(status, _)| *status as u8 == code).map_or("unknown", |(_, name)| name)
}

fn type_name(code: u32) -> &'static str {
    freetype::NAMES.get(code as usize).copied().unwrap_or("unknown")
}

fn zone_name(index: u32) -> &'static str {
    ZONE_NAMES.get(index as usize).copied().unwrap_or("unknown")
}

/// One sentence about a decision.
pub fn text(decision: &Decision) -> String {
    let what = &decision.what;
    let [a, b, c, d] = what.values;
    let order = what.order;
    let kind = type_name(what.freetype.into());
    let request = format!("order-{order} {kind} request ({})", Gfp(a));
    match what.kind {
        Kind::SlowPath => format!("{request} found nothing at the low watermark"),
        Kind::SlowServed => format!("{request} got frame {d:#x} in round {c}"),
        Kind::Failed => format!("{request} got nothing after {c} rounds"),
        Kind::Extfrag => {
            let how = if what.detail == 1 { "claimed a block" } else { "stole pages" };
            format!("order-{order} {kind} request {how} of {}: order-{b} chunk at {a:#x}", type_name(c))
        }
        Kind::ClaimRefused => {
            format!("{kind} could not claim block {a:#x} of {}: too little of it suits", type_name(b))
        }
        Kind::DirectReclaim if what.detail == 0 => format!("direct reclaim for order {order}: no progress"),
        Kind::DirectReclaim if a == 0 => {
            format!("direct reclaim for order {order}: nothing freed, compaction is ready")
        }
        Kind::DirectReclaim => format!("direct reclaim for order {order}: nr_reclaimed {a}"),
        Kind::CompactBegin => {
            let own = if c == u32::from(order) { String::new() } else { format!(" for an order-{c} request") };
            format!("direct compaction of order {order}{own}, {kind}, {}", priority(what.detail))
        }
        Kind::CompactZone => {
            let who = if what.detail & DIRECT != 0 { "direct" } else { "kcompactd" };
            let status = status(what.detail & !DIRECT);
            let zone = zone_name(c);
            format!("{who} in zone {zone}: {status}; migrate scanner {a:#x}, free scanner {b:#x}, {d} pages moved")
        }
        Kind::CompactEnd => {
            let status = status(what.detail);
            format!("direct compaction of order {order}: {status}; {a} pages moved, {b} not, {c} + {d} frames scanned")
        }
        Kind::Capture => format!("order-{order} {kind} request captured frame {a:#x} from compaction"),
        Kind::KcompactdWakeup => format!("kcompactd is woken for order {order}"),
        Kind::KcompactdWake => match what.detail {
            0 => format!("kcompactd runs for order {order}"),
            1 => "kcompactd runs proactively".to_owned(),
            _ => "kcompactd runs for the policy's stock of free blocks".to_owned(),
        },
        Kind::KcompactdSleep => "kcompactd sleeps".to_owned(),
        Kind::KswapdWakeup => format!("kswapd is woken for order {order}"),
        Kind::KswapdWake if what.detail == 1 => format!("kswapd runs for order {order} and a watermark boost"),
        Kind::KswapdWake => format!("kswapd runs for order {order}"),
        Kind::KswapdBalanced => format!("kswapd ends a balance: {a} pages reclaimed, {b} passes without progress"),
        Kind::KswapdSleep => "kswapd sleeps".to_owned(),
        Kind::BlockUnmapped => format!("{b} whole free block at {a:#x} left the direct map"),
        Kind::BlockMapped => format!("{b} unmapped free block at {a:#x} went back into the direct map for {kind}"),
        Kind::FlipFailed => format!("{request}: zone {} has no whole free block to unmap", zone_name(c)),
        Kind::Drain => format!("the per-CPU lists were drained: {a} pages"),
        Kind::OomKill => format!("{request} invoked the OOM killer, which chose process {}", FIRST_PID + c),
        Kind::OomPanic => format!("{request} invoked the OOM killer, which found nobody to kill"),
    }
}

fn priority(code: u8) -> &'static str {
    match code {
        0 => "sync full",
        1 => "sync light",
        _ => "async",
    }
}
