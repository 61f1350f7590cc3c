// SPDX-License-Identifier: GPL-2.0-only
//! Looking inside a run must not change it, and must show what was there.

mod daemons;
mod history;
mod part;
mod same;
mod seek;
mod tour;
mod why;

use oompoint::environment::{self, Environment};
use oompoint::experiment::run::STEPS_MAX;
use oompoint::experiment::watch::Unwatched;
use oompoint::experiment::{Cell, PolicySpec};
use oompoint::inspect::Recording;
use oompoint::workload::Workload;

/// A small guest, so that a run takes some ten milliseconds.
fn guest(mib: u32) -> Environment {
    let mut guest = environment::preset("minimal-1g").expect("the preset is there");
    guest.memory_mib = mib;
    guest
}

fn cell(environment: Environment, workload: &str, policy: &str, seed: u64) -> Cell {
    Cell {
        environment,
        workload: Workload::parse(workload).expect("the workload is in the catalog"),
        policy: PolicySpec::parse(policy).expect("the policy is in the registry"),
        seed,
        steps_max: STEPS_MAX,
    }
}

fn benchmark(policy: &str, seed: u64) -> Cell {
    cell(guest(128), "secretmem-vs-frag", policy, seed)
}

fn record(cell: &Cell) -> Recording {
    Recording::record(cell, &mut Unwatched).expect("the cell is sound")
}
