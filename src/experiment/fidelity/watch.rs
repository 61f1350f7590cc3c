// SPDX-License-Identifier: GPL-2.0-only
//! Runs a cell and keeps what is compared with real runs.

use serde::{Deserialize, Serialize};

use super::real::BLOCK_TYPES;
use crate::environment::SpecError;
use crate::experiment::run::run_watched;
use crate::experiment::watch::Watch;
use crate::experiment::{Cell, CellResult};
use crate::model::view;
use crate::model::zone::NR_ORDERS;
use crate::sim::World;

/// Pages of secretmem between two samples of a time-line: 16 MiB, as the real runs were sampled.
pub const SAMPLE_PAGES: u64 = 4096;

/// One run of the model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Observed {
    pub result: CellResult,
    /// After the antagonist, over all zones.
    pub frag_free_blocks: Option<[u64; NR_ORDERS]>,
    pub frag_pageblocks: Option<[u64; BLOCK_TYPES]>,
    /// Secretmem pages, then free blocks by order, up to the first kill.
    pub timeline: Vec<[u64; NR_ORDERS + 1]>,
}

/// Runs a cell.
pub fn observe(cell: &Cell) -> Result<Observed, SpecError> {
    let mut watcher = Watcher::default();
    let result = run_watched(cell, &mut watcher)?;
    let Watcher { frag_free_blocks, frag_pageblocks, timeline, .. } = watcher;
    Ok(Observed { result, frag_free_blocks, frag_pageblocks, timeline })
}

#[derive(Default)]
struct Watcher {
    frag_free_blocks: Option<[u64; NR_ORDERS]>,
    frag_pageblocks: Option<[u64; BLOCK_TYPES]>,
    timeline: Vec<[u64; NR_ORDERS + 1]>,
}

impl Watch for Watcher {
    fn phase(&mut self, name: &str, world: &World) {
        if name == "frag" {
            self.frag_free_blocks = Some(free_blocks(world));
            self.frag_pageblocks = Some(pageblocks(world));
        }
    }

    fn chunk(&mut self, world: &World) {
        let pages = world.worker.chunks * u64::from(world.worker.chunk_pages);
        let next = self.timeline.last().map_or(SAMPLE_PAGES, |row| row[0] + SAMPLE_PAGES);
        if world.kills.is_empty() && pages >= next {
            let mut row = [0; NR_ORDERS + 1];
            row[0] = pages;
            row[1..].copy_from_slice(&free_blocks(world));
            self.timeline.push(row);
        }
    }
}

fn free_blocks(world: &World) -> [u64; NR_ORDERS] {
    let mut sums = [0; NR_ORDERS];
    for zone in &world.machine.node.zones {
        let counts = view::counters(zone).nr_free;
        sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += u64::from(count));
    }
    sums
}

fn pageblocks(world: &World) -> [u64; BLOCK_TYPES] {
    let mut sums = [0; BLOCK_TYPES];
    for (_, kind) in world.machine.node.zones.iter().flat_map(view::pageblocks) {
        if let Some(sum) = sums.get_mut(usize::from(kind)) {
            *sum += 1;
        }
    }
    sums
}
