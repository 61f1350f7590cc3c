// SPDX-License-Identifier: GPL-2.0-only
//! The wasm half of `oompoint bench --wasm`: the same lanes, compiled to wasm32 and run in node. Prints a line for each:
//! name, ns, operations, digest. `.ci/wasm-bench` builds it and runs both halves in turns.
#![cfg(target_arch = "wasm32")]

use js_sys::{Function, Reflect};
use oompoint::environment::preset;
use oompoint::experiment::{Cell, PolicySpec, run};
use oompoint::model::digest::Digest;
use oompoint::trace::{decompress, import};
use oompoint::workload::Workload;
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

const TRACE_GZ: &[u8] = include_bytes!("kernel/custom_svf_128_3/trace_full.txt.gz");
/// The engine compiles a function again, and better, once it has run often, and what it spends on that counts as CPU
/// time of this process: these turns, which take up to five times as long, are not counted. A run of the series is
/// over after 15 ms, and its compilation only after a dozen of them.
const WARM_UP: usize = 20;
const TURNS: usize = 5;

/// CPU time of this process, microseconds.
fn cpu_us() -> f64 {
    let process = Reflect::get(&js_sys::global(), &"process".into()).expect("node has a process");
    let usage = Reflect::get(&process, &"cpuUsage".into()).expect("it knows its time");
    let usage = Function::from(usage).call0(&process).expect("it says its time");
    let part = |name: &str| Reflect::get(&usage, &name.into()).ok().and_then(|us| us.as_f64()).expect("a number");
    part("user") + part("system")
}

/// Does `work` a few times and prints the median.
fn lane(name: &str, mut work: impl FnMut() -> (u64, String)) {
    let mut times = Vec::new();
    let mut did = Vec::new();
    for turn in 0..WARM_UP + TURNS {
        let begun = cpu_us();
        did.push(work());
        if turn >= WARM_UP {
            times.push((cpu_us() - begun) * 1000.0);
        }
    }
    assert!(did.windows(2).all(|pair| pair[0] == pair[1]), "{name}: a turn computed something else");
    times.sort_by(f64::total_cmp);
    let (ops, digest) = &did[0];
    console_log!("lane\t{name}\t{:.0}\t{ops}\t{digest}", times[TURNS / 2]);
}

#[wasm_bindgen_test]
fn lanes() {
    for policy in ["base", "series", "isolate"] {
        let cell = Cell {
            environment: preset("minimal-1g").expect("the preset exists"),
            workload: Workload::parse("secretmem-vs-frag").expect("the workload exists"),
            policy: PolicySpec::parse(policy).expect("the policy exists"),
            seed: 1,
            steps_max: 100_000_000_000,
        };
        lane(&format!("run: {policy}"), || {
            let result = run(&cell).expect("the cell is in order");
            let counts = |name: &str| name.starts_with("pgalloc_") || matches!(name, "pgfree" | "pgmigrate_success");
            let pages = result.counters.iter().filter(|(name, _)| counts(name)).map(|(_, &value)| value).sum();
            (pages, result.digest)
        });
    }
    let text = decompress(TRACE_GZ).bytes.into_owned();
    lane("trace: import", || {
        let found = import(&text);
        let mut digest = Digest::new();
        for &(name, count) in found.counts.iter() {
            digest.bytes(name.as_bytes());
            digest.word(count);
        }
        digest.word(found.skipped.total);
        (found.events.len() as u64, format!("{:016x}", digest.finish()))
    });
}
