// SPDX-License-Identifier: GPL-2.0-only
//! Where two runs of the same seed part, and differ again.
//!
//! Up to the first divergence both streams are equal entry by entry, in every field, time and frames included. After
//! it clocks and frames differ for good, so entries are compared by what was decided: kind, order, type, outcome. They
//! are aligned by what tasks had asked for: the entries of one MiB are compared as two sequences, and the first place
//! where those differ is that MiB's divergence. So there is at most one a MiB.

use serde::{Deserialize, Serialize};

use super::blocks::Blocks;
use super::recording::Recording;
use super::stream::{Entry, Stream};
use super::words::{PAGES_PER_MIB, Row};
use crate::experiment::Cell;
use crate::model::journal::{Decision, Kind};
use crate::model::view::free_blocks_seen;
use crate::sim::World;

/// The places where two recordings differ, ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Divergences {
    pub pairs: Vec<Pair>,
}

/// The decision of each run at a difference; the ordinal of the next one where a run has none there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    pub requested_mib: u32,
    pub a: u64,
    pub b: u64,
}

/// A difference with its reasons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Divergence {
    pub pair: Pair,
    /// Which one of all, from 0.
    pub number: usize,
    pub of: usize,
    pub a: Side,
    pub b: Side,
    /// Pageblocks whose type, or number of pages by use, differs.
    pub blocks_differ: u32,
    pub blocks: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    pub policy: String,
    /// None when the run is over.
    pub row: Option<Row>,
    /// Why it decided so, in a sentence.
    pub reason: String,
    pub free_pages: u64,
    /// NR_FREE_PAGES_BLOCKS.
    pub free_blocks: u64,
}

impl Divergences {
    pub fn of(a: &Recording, b: &Recording) -> Divergences {
        let (a, b) = (a.stream(), b.stream());
        if a.end() == b.end() && a.entries() == b.entries() {
            return Divergences::default();
        }
        let last = |stream: &Stream| stream.get(stream.end().saturating_sub(1)).map_or(0, Entry::requested_mib);
        let until = last(a).max(last(b));
        let mut pairs = Vec::new();
        // The start of a very long stream is not kept, and what is not kept cannot be compared.
        let mut from = [a, b].iter().filter_map(|stream| stream.get(stream.first())).map(Entry::requested_mib).max();
        if (a.first(), b.first()) == (0, 0) {
            let common = a.entries().iter().zip(b.entries()).take_while(|(a, b)| a == b).count() as u64;
            let entries = [a, b].into_iter().filter_map(|stream| stream.get(common));
            let requested_mib = entries.map(Entry::requested_mib).min().unwrap_or(until);
            pairs.push(Pair { requested_mib, a: common, b: common });
            from = Some(requested_mib);
        }
        for mib in from.map_or(0, |mib| mib + 1)..=until {
            let range = |stream: &Stream| {
                let end = stream.at_requested((mib + 1).saturating_mul(PAGES_PER_MIB));
                stream.at_requested(mib * PAGES_PER_MIB)..end
            };
            let (ra, rb) = (range(a), range(b));
            let equal = |(i, j): &(u64, u64)| a.get(*i).map(Entry::signature) == b.get(*j).map(Entry::signature);
            let same = ra.clone().zip(rb.clone()).take_while(equal).count() as u64;
            if same < (ra.end - ra.start).max(rb.end - rb.start) {
                pairs.push(Pair { requested_mib: mib, a: ra.start + same, b: rb.start + same });
            }
        }
        Divergences { pairs }
    }

    /// The first one after so many requested MiB.
    pub fn after(&self, requested_mib: u32) -> Option<usize> {
        let at = self.pairs.partition_point(|pair| pair.requested_mib <= requested_mib);
        (at < self.pairs.len()).then_some(at)
    }

    /// The last one before so many requested MiB.
    pub fn before(&self, requested_mib: u32) -> Option<usize> {
        self.pairs.partition_point(|pair| pair.requested_mib < requested_mib).checked_sub(1)
    }

    /// One difference in full.
    pub fn explain(&self, number: usize, a: &mut Recording, b: &mut Recording) -> Option<Divergence> {
        let pair = *self.pairs.get(number)?;
        let ((world_a, decision_a), (world_b, decision_b)) = (a.seek(pair.a), b.seek(pair.b));
        let (blocks_a, blocks_b) = (Blocks::of(&world_a.machine.node), Blocks::of(&world_b.machine.node));
        let blocks = blocks_a.len().max(blocks_b.len());
        let blocks_differ = (0..blocks).filter(|&i| blocks_a.differs(&blocks_b, i)).count() as u32;
        Some(Divergence {
            pair,
            number,
            of: self.pairs.len(),
            a: Side::of(a, pair.a, &world_a, decision_a),
            b: Side::of(b, pair.b, &world_b, decision_b),
            blocks_differ,
            blocks: blocks as u32,
        })
    }
}

impl Side {
    fn of(recording: &Recording, ordinal: u64, world: &World, decision: Option<Decision>) -> Side {
        let zones = &world.machine.node.zones;
        Side {
            policy: recording.cell().policy.text(),
            row: decision.map(|decision| Row::of(ordinal, &decision)),
            reason: reason(recording.cell(), decision, recording.stream().get(ordinal + 1)),
            free_pages: zones.iter().map(|zone| zone.free_seen()).sum(),
            free_blocks: zones.iter().map(free_blocks_seen).sum(),
        }
    }
}

/// Which rule, or which part of the policy, made the decision that comes before `next`.
fn reason(cell: &Cell, decision: Option<Decision>, next: Option<Entry>) -> String {
    let policy = cell.policy.policy;
    let Some(decision) = decision else {
        return "The run is over.".to_owned();
    };
    let by_policy = |what: &str| format!("{what} Policy {}: {}", policy.name, policy.about);
    match decision.what.kind {
        Kind::BlockUnmapped | Kind::BlockMapped | Kind::FlipFailed => {
            by_policy("Unmapped requests are served from whole blocks.")
        }
        Kind::CompactBegin | Kind::CompactEnd | Kind::CompactZone | Kind::Capture => {
            by_policy("The policy chose what to compact for.")
        }
        Kind::DirectReclaim => by_policy("The policy chose the order that reclaim works for."),
        Kind::SlowPath | Kind::Failed | Kind::OomKill | Kind::OomPanic => {
            by_policy("No zone passed its watermark with a block of the type.")
        }
        Kind::Extfrag if next.is_some_and(|next| next.kind() == Kind::BlockUnmapped) => {
            by_policy("A whole block was claimed, to be unmapped.")
        }
        Kind::Extfrag | Kind::ClaimRefused => "The type's own free lists were empty.".to_owned(),
        Kind::SlowServed => "A later walk of the slow path found a page.".to_owned(),
        Kind::KcompactdWakeup | Kind::KcompactdWake | Kind::KcompactdSleep => {
            "kcompactd follows its wake-ups, its score and its period of 500 ms.".to_owned()
        }
        Kind::KswapdWakeup | Kind::KswapdWake | Kind::KswapdBalanced | Kind::KswapdSleep => {
            "kswapd follows the low watermark and boosts.".to_owned()
        }
        Kind::Drain => "Direct reclaim made progress, and still nothing was free.".to_owned(),
    }
}
