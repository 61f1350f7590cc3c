// SPDX-License-Identifier: GPL-2.0-only
//! Random operations on a whole node; what must hold is recomputed as they go.
//!
//! Each run draws which operations occur and how often (a swarm), then a list of operations. A failing run is shrunk
//! to its shortest failing prefix and printed. `OOMPOINT_SEED=n` runs one seed, `OOMPOINT_RUNS=n` that many.

#[path = "property/machine.rs"]
mod machine;
#[path = "property/op.rs"]
mod op;

use machine::Machine;
use op::{Op, Plan};

const STEPS: usize = 6000;

fn env(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

/// The digest after these operations and how many were denied, or the first thing that did not hold. A panic of the model
/// counts as one, `every` says how often the whole state is checked.
fn run(plan: &Plan, ops: &[Op], every: usize) -> Result<(u64, u32), String> {
    let run = || {
        let mut machine = Machine::new(plan);
        for (n, op) in ops.iter().enumerate() {
            machine.step(op).map_err(|what| format!("step {n}, {op:?}: {what}"))?;
            if (n + 1) % every == 0 {
                machine.check().map_err(|what| format!("after step {n}, {op:?}: {what}"))?;
            }
        }
        machine.check()?;
        let result = (machine.digest(), machine.denials);
        machine.end(plan)?;
        Ok(result)
    };
    std::panic::catch_unwind(run).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Err(text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default())
    })
}

/// The shortest prefix that still fails, by bisection; checks after every step, so that the last one is to blame.
fn shrink(plan: &Plan, ops: &[Op]) -> usize {
    let (mut good, mut bad) = (0, ops.len());
    while bad - good > 1 {
        let middle = good.midpoint(bad);
        match run(plan, &ops[..middle], 1) {
            Ok(_) => good = middle,
            Err(_) => bad = middle,
        }
    }
    bad
}

fn check_seed(seed: u64) -> u32 {
    let plan = Plan::new(seed);
    let ops = plan.ops(seed, STEPS);
    match run(&plan, &ops, 50) {
        Ok(result) => {
            assert_eq!(run(&plan, &ops, STEPS), Ok(result), "seed {seed}: a second run differs");
            result.1
        }
        Err(what) => {
            let bad = shrink(&plan, &ops);
            let prefix = &ops[..bad];
            let why = run(&plan, prefix, 1).err().unwrap_or(what);
            panic!(
                "seed {seed}: {why}\n{plan:?}\nshortest failing prefix, {bad} of {STEPS}: {prefix:?}\n\
                 again with: OOMPOINT_SEED={seed} cargo test --test property random"
            );
        }
    }
}

#[test]
fn random_operations_keep_the_invariants() {
    let seeds = env("OOMPOINT_SEED").map_or(0..env("OOMPOINT_RUNS").unwrap_or(60), |seed| seed..seed + 1);
    let denials: Vec<u32> = seeds.map(check_seed).collect();
    println!("{} seeds, {STEPS} operations each, twice; denials of each: {denials:?}", denials.len());
}

#[test]
fn shrinking_finds_the_operation_to_blame() {
    // Sabotage at step 40 only shows when it is reached, so the shortest failing prefix ends with it.
    let plan = Plan::new(1);
    let mut ops = plan.ops(1, 100);
    ops[40] = Op::Sabotage;
    assert_eq!(shrink(&plan, &ops), 41);
}
