// SPDX-License-Identifier: GPL-2.0-only
//! What a run looked like over time, small enough to be drawn.
//!
//! Time is what tasks have asked for, in MiB, so that runs of two policies lie side by side. Rule of thinning: the
//! time-line has one bin each 2^k MiB, with the smallest k that leaves at most [`BINS_MAX`]. A sample is the state at
//! the first step in its bin; a lane keeps for each bin how many decisions fell into it, how many of them were
//! denials, and the first one's ordinal. Nothing else is dropped: every decision is in the stream.

use serde::{Deserialize, Serialize};

use super::lane::Lane;
use super::types::Types;
use super::words::PAGES_PER_MIB;
use crate::model::lru::Lru;
use crate::model::view;
use crate::model::zone::NR_ORDERS;
use crate::sim::World;

pub const BINS_MAX: u32 = 512;

/// The counters in a sample, under vmstat names.
pub const COUNTERS: [&str; 10] = [
    "compact_stall",
    "compact_migrate_scanned",
    "compact_free_scanned",
    "pgmigrate_success",
    "pgmigrate_fail",
    "pgsteal_direct",
    "pgsteal_kswapd",
    "workingset_refault_file",
    "um_block_unmap",
    "um_flip_noblock",
];

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    /// MiB in a bin.
    pub bin_mib: u32,
    pub samples: Vec<Sample>,
    pub types: Types,
    /// By [`Lane::ALL`].
    pub lanes: Vec<LaneBins>,
    pub phases: Vec<Mark>,
    pub kills: Vec<Mark>,
    /// What had been asked for when the program to be killed began, and all that was free, in per-CPU lists or cached
    /// files then, MiB: no policy can hand out more. None where tasks also give back.
    pub ceiling_mib: Option<u32>,
    /// Decisions in all.
    pub decisions: u64,
}

/// The state at one moment. Pages but where said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    pub requested_mib: u32,
    /// The decision that comes next.
    pub ordinal: u64,
    pub at_ms: u64,
    /// Free pages in blocks of each order.
    pub free: [u32; NR_ORDERS],
    /// NR_FREE_PAGES_BLOCKS, and its unmapped share.
    pub free_blocks: u64,
    pub free_blocks_unmapped: u64,
    pub pcp: u64,
    pub file: u64,
    pub boost: u64,
    /// By [`COUNTERS`].
    pub counters: [u64; COUNTERS.len()],
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneBins {
    pub lane: Lane,
    /// Bins that are not empty, ascending.
    pub bins: Vec<Bin>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bin {
    pub requested_mib: u32,
    pub first: u64,
    pub count: u32,
    pub failed: u32,
}

/// A named moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub name: String,
    pub ordinal: u64,
    pub requested_mib: u32,
}

impl Sample {
    pub fn of(world: &World) -> Sample {
        let m = &world.machine;
        let mut sample = Sample {
            requested_mib: requested_mib(world),
            ordinal: m.journal.count(),
            at_ms: m.now_ns / 1_000_000,
            free: [0; NR_ORDERS],
            free_blocks: 0,
            free_blocks_unmapped: 0,
            pcp: 0,
            file: 0,
            boost: 0,
            counters: [0; COUNTERS.len()],
        };
        for zone in &m.node.zones {
            let counters = view::counters(zone);
            for (order, (pages, blocks)) in sample.free.iter_mut().zip(counters.nr_free).enumerate() {
                *pages += blocks << order;
            }
            sample.free_blocks += counters.free_blocks;
            sample.free_blocks_unmapped += counters.free_blocks_unmapped;
            sample.pcp += counters.pcp;
            sample.file += zone.lru_pages(Lru::InactiveFile) + zone.lru_pages(Lru::ActiveFile);
            sample.boost += u64::from(zone.boost);
        }
        m.tally.each(|name, value| {
            if let Some(i) = COUNTERS.iter().position(|counter| *counter == name) {
                sample.counters[i] = value;
            }
        });
        sample
    }
}

pub fn requested_mib(world: &World) -> u32 {
    (world.machine.journal.requested_pages / u64::from(PAGES_PER_MIB)) as u32
}

impl Sample {
    /// All that could be had without killing anybody, MiB.
    pub fn at_hand_mib(&self) -> u32 {
        let free: u64 = self.free.iter().map(|&pages| u64::from(pages)).sum();
        ((free + self.pcp + self.file) / u64::from(PAGES_PER_MIB)) as u32
    }
}

impl Timeline {
    /// MiB asked for in the whole run.
    pub fn last_mib(&self) -> u32 {
        self.samples.last().map_or(0, |sample| sample.requested_mib)
    }
}
