// SPDX-License-Identifier: GPL-2.0-only
//! A comparison of 4 policies by 16 seeds with one worker and with two, in turns. Each is a browser of its own. The first
//! comparison of a page is the one it opens with: the engine compiles the program again, and better, beside it. The second
//! is what a reader asks for next.

use std::time::Duration;

use oompoint::cli::bench::{Goal, median};
use serde::Deserialize;

use crate::cpu;
use crate::page::{Page, built};
use crate::spy;

const FIRST: &str = "#v=1&g=minimal-1g&p=base~series~blunt~isolate&s=1-16";
const SECOND: &str = "#v=1&g=minimal-1g&p=base~series~blunt~isolate&s=17-32";
const CELLS: u32 = 4 * 16;
/// Half would be twice as fast.
const TWO_OVER_ONE_MAX: f64 = 0.65;
const RUNS_MAX: f64 = 100.0;

#[derive(Deserialize)]
struct Seen {
    /// From the first word to a worker until the answer is in the page.
    ms: f64,
    cells: u32,
    workers: u32,
    /// Tasks of the main thread above 50 ms.
    long: Vec<f64>,
}

/// What comparisons took by one worker and by two, a round each.
#[derive(Default)]
struct Found {
    ratios: Vec<f64>,
    cpu_ratios: Vec<f64>,
    two_ms: Vec<f64>,
    long: Vec<f64>,
}

/// `run_ms`: what one run takes.
pub async fn goals(rounds: u32, run_ms: f64) -> Vec<Goal> {
    let mut found: [Found; 2] = Default::default();
    let mut promised: [Option<String>; 2] = Default::default();
    for round in 1..=rounds {
        let (one, two) = (sweeps(1).await, sweeps(2).await);
        for (i, (one, two)) in one.into_iter().zip(two).enumerate() {
            for (workers, sweep) in [(1, &one), (2, &two)] {
                let seen = &sweep.seen;
                assert_eq!((seen.cells, seen.workers), (CELLS, workers), "cells, and workers that got one");
                let check = promised[i].get_or_insert(sweep.check.clone());
                assert_eq!(check, &sweep.check, "{workers} workers computed something else");
                let cpu = sweep.busiest_ms.map_or("-".to_owned(), |ms| format!("{ms:.0}"));
                println!(
                    "sweep {round}.{}: workers {workers}: {:.0} ms, CPU of the busiest {cpu} ms, tasks above 50 ms: {:?}",
                    i + 1,
                    seen.ms,
                    seen.long
                );
                found[i].long.push(seen.long.len() as f64);
            }
            found[i].ratios.push(two.seen.ms / one.seen.ms);
            found[i].cpu_ratios.extend(one.busiest_ms.zip(two.busiest_ms).map(|(one, two)| two / one));
            found[i].two_ms.push(two.seen.ms);
        }
    }
    println!("sweeps: r={}", promised.map(Option::unwrap_or_default).join(", r="));
    let names = [("sweep", "as a page opens"), ("again", "the page's next")];
    let goals = names.into_iter().zip(found).flat_map(|((id, name), found)| {
        let Found { ratios, cpu_ratios, two_ms, long } = found;
        let runs = median(two_ms).map(|ms| ms / run_ms);
        let what = |text: &str| format!("4 policies x 16 seeds, {name}: {text}");
        let workers = what("2 workers / 1 worker");
        [
            Goal::new(format!("{id}-workers"), workers, median(ratios), TWO_OVER_ONE_MAX),
            // Whatever else the machine does is not in it; nor are start-up and the page's own part.
            Goal::new(format!("{id}-cpu"), what("by CPU time"), median(cpu_ratios), TWO_OVER_ONE_MAX),
            Goal::new(format!("{id}-runs"), what("2 workers / one run"), runs, RUNS_MAX),
            Goal::new(format!("{id}-long"), what("tasks above 50 ms"), median(long), 0.0),
        ]
    });
    goals.collect()
}

struct Sweep {
    seen: Seen,
    /// Of the result, as a shared link promises it.
    check: String,
    /// CPU time of the worker that was busiest.
    busiest_ms: Option<f64>,
}

/// Both comparisons of a page.
async fn sweeps(workers: u32) -> [Sweep; 2] {
    let page = Page::open_with(built(), FIRST, &spy(workers)).await;
    let first = sweep(&page, &cpu::Times::new()).await;
    let before = cpu::of_workers();
    page.client.execute("bench.next(arguments[0])", vec![SECOND.into()]).await.expect("the script runs");
    let second = sweep(&page, &before).await;
    page.close_without_errors().await;
    [first, second]
}

async fn sweep(page: &Page, before: &cpu::Times) -> Sweep {
    page.wait_until("bench.done !== null").await;
    // The observers hear of what happened a little later.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let busiest_ms = cpu::busiest(before, &cpu::of_workers()).map(|ns| ns as f64 / 1e6);
    let seen = serde_json::from_value(page.value("bench.sweep()").await).expect("the spy counts");
    page.click("#share").await;
    page.wait_for("#share-link").await;
    let link = page.value("document.querySelector('#share-link').value").await;
    let check = link.as_str().and_then(|link| link.split('&').find_map(|pair| pair.strip_prefix("r=")));
    let check = check.expect("a shared link promises a result").to_owned();
    page.click("#share-close").await;
    Sweep { seen, check, busiest_ms }
}
