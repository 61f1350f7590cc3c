// SPDX-License-Identifier: GPL-2.0-only
//! How a run ended, and what it came to.

use std::collections::BTreeMap;

use super::cell::{Cell, CellResult, OomRequest, Score};
use crate::model::digest::{self, Digest};
use crate::sim::World;
use crate::sim::scheduler::Stop;

/// How a run ended.
#[derive(Clone)]
pub(super) struct End {
    pub stop: Stop,
    /// Bytes that each iteration got.
    pub bytes: Vec<u64>,
    pub score: Option<Score>,
    /// Whether the workload came to its end; `None` leaves it to whether somebody was killed.
    pub complete: Option<bool>,
}

/// What the cell came to, from the world as its run left it.
pub(super) fn result(cell: &Cell, world: &World, end: &End) -> CellResult {
    let m = &world.machine;
    let first = world.kills.first();
    let mut digest = Digest::new();
    m.node.zones.iter().for_each(|zone| digest::zone(&mut digest, zone));
    m.tally.each(|name, value| {
        digest.bytes(name.as_bytes());
        digest.long(value);
    });
    let mut counters = BTreeMap::new();
    m.tally.each(|name, value| _ = counters.insert(name.to_owned(), value));
    CellResult {
        policy: cell.policy.text(),
        seed: cell.seed,
        end: match (end.stop, end.complete.unwrap_or(first.is_none())) {
            (Stop::Budget, _) => "step-budget",
            _ if world.panicked => "panic",
            (_, true) => "complete",
            (_, false) => "oom-kill",
        }
        .to_owned(),
        score: end.score.clone(),
        oom_bytes: end.bytes.first().copied().unwrap_or(0),
        iterations: end.bytes.clone(),
        free_pages_at_oom: first.map_or(0, |kill| kill.event.free_pages),
        pcp_pages_at_oom: first.map_or(0, |kill| kill.event.pcp_pages),
        boost_pages_at_oom: first.map_or(0, |kill| kill.event.boost_pages),
        oom_request: first.map(|kill| OomRequest { order: kill.event.order, gfp: kill.event.gfp.to_string() }),
        blocks_unmapped: m.tally.blocks_unmapped,
        blocks_mapped_back: m.tally.blocks_mapped_back,
        counters,
        simulated_ms: m.now_ns / 1_000_000,
        digest: format!("{:016x}", digest.finish()),
    }
}
