// SPDX-License-Identifier: GPL-2.0-only
//! Whole runs of secretmem-vs-frag, and what the kernel of this machine takes for the first part of it alone.

use std::cell::Cell as Slot;
use std::rc::Rc;

use memmap2::MmapMut;

use super::clock::{Lane, Turn, number_of, timed};
use crate::environment;
use crate::experiment::run::run_watched;
use crate::experiment::watch::{Unwatched, Watch};
use crate::experiment::{Cell, CellResult, PolicySpec};
use crate::policy::REGISTRY;
use crate::sim::World;
use crate::workload::Workload;

/// 64 KiB: what the antagonist maps at once.
const CHUNK_BYTES: usize = 65_536;

/// The benchmark in a guest of this size.
pub fn cell(preset: &str, policy: &str, mib: u32) -> Cell {
    let mut environment = environment::preset(preset).expect("the preset exists");
    environment.memory_mib = mib;
    let workload = Workload::parse("secretmem-vs-frag").expect("the workload exists");
    let policy = PolicySpec::parse(policy).expect("the policy exists");
    Cell { environment, workload, policy, seed: 1, steps_max: 100_000_000_000 }
}

/// The host's kernel first, then every policy.
pub fn against_the_host(mib: u32) -> Vec<Lane<'static>> {
    let mut lanes = vec![Lane::new("host kernel, antagonist only", "page", move || antagonist(mib))];
    lanes.extend(REGISTRY.iter().map(|entry| policy_lane(entry.name, mib)));
    lanes
}

/// The run under one policy.
pub fn policy_lane(policy: &str, mib: u32) -> Lane<'static> {
    let cell = cell("minimal-1g", policy, mib);
    Lane::new(format!("run: {policy}"), "page", move || turn(&cell, &mut Unwatched))
}

/// The same run in a small and a large guest; the large one's bytes at their most are left in `bytes_max`.
pub fn scaling(small_mib: u32, large_mib: u32, bytes_max: Rc<Slot<u64>>) -> Vec<Lane<'static>> {
    let (small, large) = (cell("minimal-1g", "base", small_mib), cell("minimal-1g", "base", large_mib));
    let mut weigh = Weigh(bytes_max);
    vec![
        Lane::new(format!("run: {small_mib} MiB"), "page", move || turn(&small, &mut Unwatched)),
        Lane::new(format!("run: {large_mib} MiB"), "page", move || turn(&large, &mut weigh)),
    ]
}

fn turn(cell: &Cell, watch: &mut dyn Watch) -> Turn {
    let (result, ns) = timed(|| run_watched(cell, watch).expect("the cell is in order"));
    Turn { ns, ops: pages(&result), digest: number_of(&result.digest) }
}

/// Pages that were allocated, freed or moved.
fn pages(result: &CellResult) -> u64 {
    let counts =
        |name: &&String| name.starts_with("pgalloc_") || matches!(name.as_str(), "pgfree" | "pgmigrate_success");
    result.counters.iter().filter(|(name, _)| counts(name)).map(|(_, &value)| value).sum()
}

/// Notes the most bytes that the model's records held.
struct Weigh(Rc<Slot<u64>>);

impl Watch for Weigh {
    fn phase(&mut self, _name: &str, world: &World) {
        self.0.set(self.0.get().max(world.machine.bytes()));
    }
}

/// What the antagonist does to the kernel that this program runs on: maps and touches nine tenths of a guest of this
/// size in chunks of 64 KiB, then unmaps three of four.
fn antagonist(mib: u32) -> Turn {
    let chunks = mib as usize * 16 * 8 / 9;
    let mut held: Vec<Option<MmapMut>> = Vec::with_capacity(chunks);
    let (touched, ns) = timed(|| {
        let mut touched = 0;
        for _ in 0..chunks {
            let Ok(mut chunk) = MmapMut::map_anon(CHUNK_BYTES) else { break };
            chunk.iter_mut().step_by(4096).for_each(|byte| *byte = 1);
            touched += (CHUNK_BYTES / 4096) as u64;
            held.push(Some(chunk));
        }
        held.iter_mut().enumerate().filter(|(i, _)| i % 4 != 0).for_each(|(_, chunk)| *chunk = None);
        touched
    });
    // Of the host's kernel nothing can be digested; a refused mapping shows in the count.
    Turn { ns, ops: touched, digest: 0 }
}
