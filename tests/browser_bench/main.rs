// SPDX-License-Identifier: GPL-2.0-only
//! The built page in a real browser, timed: sweeps, runs in a worker, moments inside a run. `.ci/browser-bench` builds
//! what it takes and calls it. It prints a table, judges no time, and fails only if two ways compute different things.

mod cpu;
#[allow(dead_code)]
#[path = "../browser/driver.rs"]
mod driver;
mod inside;
// Made for the tests; the bench needs a part of it.
#[allow(dead_code)]
#[path = "../browser/page.rs"]
mod page;
mod run;
#[allow(dead_code)]
#[path = "../../.ci/static_server.rs"]
mod static_server;
mod sweep;

use oompoint::cli::bench::goals_text;

/// A comparison that stands.
const DONE: &str = r#".app[data-state="done"]"#;
const USAGE: &str = "browser_bench PROGRAM [ROUNDS]: the native program to compare with, and 3 rounds or more";

/// What runs before the page's own scripts, in a browser that is said to have so many cores.
fn spy(cores: u32) -> String {
    format!("((cores) => {{\n{}\n}})({cores});", include_str!("spy.js"))
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let program = arguments.next().expect(USAGE);
    let rounds = arguments.next().map_or(5, |rounds| rounds.parse().expect(USAGE));
    assert!(rounds >= 3, "{USAGE}");
    load();
    let (mut goals, run_ms) = run::goals(&program, rounds).await;
    goals.extend(sweep::goals(rounds, run_ms).await);
    goals.extend(inside::goals().await);
    load();
    print!("\n{}", goals_text(&goals));
}

/// What else the machine does decides what times by the clock are worth.
fn load() {
    if let Ok(text) = std::fs::read_to_string("/proc/loadavg") {
        println!("load average: {}", text.split(' ').take(2).collect::<Vec<_>>().join(" "));
    }
}
