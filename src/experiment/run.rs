// SPDX-License-Identifier: GPL-2.0-only
//! Runs one cell.

use rand::RngExt;
use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;

use super::cell::{Cell, CellResult, OomRequest};
use super::session::{End, Session};
use crate::environment::{Environment, SpecError};
use crate::model::digest::{self, Digest};
use crate::sim::World;
use crate::sim::scheduler::Stop;

/// Steps after which any run ends: some hundred times what the largest preset needs.
pub const STEPS_MAX: u64 = 2_000_000_000;

/// Looks at the world between phases and every so many bytes; for time-lines.
pub trait Watch {
    /// After the named phase.
    fn phase(&mut self, _name: &str, _world: &World) {}
    /// After each chunk of secretmem.
    fn chunk(&mut self, _world: &World) {}
}

/// Watches nothing.
pub struct Unwatched;

impl Watch for Unwatched {}

/// Runs a cell to its stated end.
pub fn run(cell: &Cell) -> Result<CellResult, SpecError> {
    run_watched(cell, &mut Unwatched)
}

/// The same, with somebody looking on. Looking changes nothing.
pub fn run_watched(cell: &Cell, watch: &mut dyn Watch) -> Result<CellResult, SpecError> {
    let mut session = Session::boot(cell)?;
    watch.phase("boot", session.world());
    while session.stride(watch) {}
    Ok(session.result().expect("a session that is over has a result"))
}

/// How much faster or slower compaction is beside tasks in one boot than in another, percent: between two 16 MiB steps
/// of the measured runs the ratio of failed migrations to pages allocated varied by this much (10th to 90th of a
/// hundred, around its mean).
const PACE_PERCENT: std::ops::RangeInclusive<u64> = 84..=116;

pub(super) fn vary_pace(environment: &mut Environment, rng: &mut Xoshiro256PlusPlus) {
    let percent = rng.random_range(PACE_PERCENT);
    let costs = &mut environment.costs;
    for cost in [&mut costs.migrate_success_ns, &mut costs.migrate_fail_ns, &mut costs.scan_ns] {
        *cost = *cost * percent / 100;
    }
}

/// An independent stream of numbers for one purpose, so that a change in one shifts no other.
pub fn stream(seed: u64, purpose: &str) -> Xoshiro256PlusPlus {
    let mut digest = Digest::new();
    digest.long(seed);
    digest.bytes(purpose.as_bytes());
    Xoshiro256PlusPlus::seed_from_u64(digest.finish())
}

pub(super) fn result(cell: &Cell, world: &World, end: &End) -> CellResult {
    let m = &world.machine;
    let first = world.kills.first();
    let mut digest = Digest::new();
    m.node.zones.iter().for_each(|zone| digest::zone(&mut digest, zone));
    m.tally.each(|name, value| {
        digest.bytes(name.as_bytes());
        digest.long(value);
    });
    let mut counters = std::collections::BTreeMap::new();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::{CountersUntil, preset};
    use crate::experiment::PolicySpec;
    use crate::workload::Workload;

    #[test]
    fn the_antagonist_gives_back_what_it_kept_where_the_counters_are_read_then() {
        let mut environment = preset("debian-1g").expect("the preset exists");
        environment.memory_mib = 128;
        let [early, late] = [CountersUntil::VictimGone, CountersUntil::ProgramEnd].map(|counters_until| {
            let environment = Environment { counters_until, ..environment.clone() };
            let policy = PolicySpec::parse("base").expect("the policy exists");
            let workload = Workload::parse("secretmem-vs-frag").expect("the workload exists");
            run(&Cell { environment, workload, policy, seed: 3, steps_max: STEPS_MAX }).expect("the cell is in order")
        });
        assert_eq!((early.oom_bytes, early.free_pages_at_oom), (late.oom_bytes, late.free_pages_at_oom));
        // 90 % of some 12,500 free pages lie in chunks, of which one in four is kept.
        let given_back = late.counters["pgfree"] - early.counters["pgfree"];
        assert!((2500..3500).contains(&given_back), "{given_back} pages");
        assert!(late.simulated_ms > early.simulated_ms);
    }

    #[test]
    fn strides_come_to_what_steps_come_to() {
        for (environment, policy, workload) in [
            ("minimal-1g", "base", "secretmem-vs-frag"),
            ("minimal-1g", "series", "secretmem-vs-frag:iterations=2,chunk-kib=20,keep=3"),
            ("disk-1g", "isolate", "secretmem-vs-frag:threads=3"),
            ("debian-1g", "base", "secretmem-vs-frag:secret-chunk-mib=6"),
        ] {
            let mut environment = preset(environment).expect("the preset exists");
            environment.memory_mib = 128;
            let policy = PolicySpec::parse(policy).expect("the policy exists");
            let workload = Workload::parse(workload).expect("the workload exists");
            let cell = Cell { environment, workload, policy, seed: 3, steps_max: STEPS_MAX };
            let [mut by_steps, mut by_strides] = [0; 2].map(|_| Session::boot(&cell).expect("the cell is in order"));
            let mut strides = 0;
            while by_steps.step(&mut Unwatched) {}
            while by_strides.stride(&mut Unwatched) {
                strides += 1;
            }
            assert_eq!(by_steps.result(), by_strides.result());
            assert_eq!(by_steps.steps(), by_strides.steps());
            assert!(strides < by_steps.steps(), "no stride was longer than a step");
        }
    }
}
