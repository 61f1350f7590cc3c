// SPDX-License-Identifier: GPL-2.0-only
//! Whole runs in a worker of the page and by the native program, in turns. Their fastest turns are compared: on a shared
//! core a neighbour makes a turn half as long again, for seconds at a time.

use std::process::Command;

use oompoint::cli::bench::Goal;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cpu;
use crate::page::{Page, built};
use crate::{DONE, spy};

const POLICIES: [&str; 3] = ["base", "series", "isolate"];
/// The engine compiles a function again, and better, once it has run often: these are not counted.
const WARM_UP: u32 = 4;
/// Of each side in a round.
const TURNS: u32 = 3;
/// A program twice as slow as the native one would be felt in the page.
const TIMES_MAX: f64 = 1.6;

#[derive(Deserialize)]
struct Again {
    ms: f64,
    digest: String,
}

/// The fastest of a policy's runs. CPU time, but for what the worker took by the clock.
#[derive(Clone, Copy, Debug)]
struct Fastest {
    native_ns: f64,
    /// Not told on every system.
    worker_ns: f64,
    worker_ms: f64,
}

impl Default for Fastest {
    fn default() -> Fastest {
        Fastest { native_ns: f64::MAX, worker_ns: f64::MAX, worker_ms: f64::MAX }
    }
}

impl Fastest {
    fn of_both(self, other: Fastest) -> Fastest {
        Fastest {
            native_ns: self.native_ns.min(other.native_ns),
            worker_ns: self.worker_ns.min(other.worker_ns),
            worker_ms: self.worker_ms.min(other.worker_ms),
        }
    }
}

/// The goals, and what a run of the first policy takes in a worker, ms.
pub async fn goals(program: &str, rounds: u32) -> (Vec<Goal>, f64) {
    let hash = format!("#v=1&g=minimal-1g&p={}&s=1", POLICIES.join("~"));
    let page = Page::open_with(built(), &hash, &spy(1)).await;
    page.wait_for(DONE).await;
    for policy in 0..POLICIES.len() {
        for _ in 0..WARM_UP {
            again(&page, policy).await;
        }
    }
    let mut found = [Fastest::default(); POLICIES.len()];
    for number in 1..=rounds {
        let native = native(program);
        for (policy, name) in POLICIES.into_iter().enumerate() {
            let (native_ns, digest) = lane(&native, name);
            let round = Fastest { native_ns, ..turns(&page, policy, &digest).await };
            let cpu_ms = told(round.worker_ns).map_or("-".to_owned(), |ns| format!("{:.1}", ns / 1e6));
            let (native_ms, wall_ms) = (native_ns / 1e6, round.worker_ms);
            println!(
                "run {number}: {name} native {native_ms:.1} ms, worker {cpu_ms} ms CPU, {wall_ms:.1} ms by the clock"
            );
            found[policy] = found[policy].of_both(round);
        }
    }
    page.close_without_errors().await;
    let goals = POLICIES.iter().zip(&found).map(|(name, fastest)| {
        let ratio = told(fastest.worker_ns).map(|ns| ns / fastest.native_ns);
        Goal::new(format!("chromium-{name}"), format!("run: {name}, worker / native"), ratio, TIMES_MAX)
    });
    (goals.collect(), found[0].worker_ms)
}

fn told(ns: f64) -> Option<f64> {
    (ns < f64::MAX).then_some(ns)
}

/// The worker's turns of a round.
async fn turns(page: &Page, policy: usize, digest: &str) -> Fastest {
    let mut fastest = Fastest::default();
    for _ in 0..TURNS {
        let before = cpu::of_workers();
        let turn = again(page, policy).await;
        let worker_ns = cpu::busiest(&before, &cpu::of_workers()).map_or(f64::MAX, |ns| ns as f64);
        assert_eq!(turn.digest, digest, "{}: the worker and the native program differ", POLICIES[policy]);
        fastest = fastest.of_both(Fastest { worker_ns, worker_ms: turn.ms, ..fastest });
    }
    fastest
}

async fn again(page: &Page, policy: usize) -> Again {
    let script = "const [number, end] = arguments; bench.again(number).then(end)";
    let answer = page.client.execute_async(script, vec![json!(policy)]).await.expect("the script runs");
    serde_json::from_value(answer).expect("the spy measures")
}

/// What `oompoint bench` says of whole runs.
fn native(program: &str) -> Value {
    let arguments = ["bench", "--only", "host", "--json", "--rounds", &TURNS.to_string()];
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|e| panic!("{program}: {e}"));
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the bench prints JSON")
}

/// A policy's CPU time, ns, the fastest turn's, and digest.
fn lane(bench: &Value, policy: &str) -> (f64, String) {
    let name = format!("run: {policy}");
    let lanes = bench["lanes"].as_array().expect("lanes");
    let lane = lanes.iter().find(|lane| lane["name"] == name.as_str()).unwrap_or_else(|| panic!("no lane {name}"));
    let ns = lane["ns"].as_array().into_iter().flatten().filter_map(Value::as_f64);
    let digest = lane["digest"].as_str().expect("a digest").to_owned();
    (ns.min_by(f64::total_cmp).expect("a turn"), digest)
}
