// SPDX-License-Identifier: GPL-2.0-only
//! A comparison of 4 policies by 16 seeds with one worker and with two, in turns. Each is a browser of its own, so that
//! nothing computed or compiled before helps.

use std::time::Duration;

use oompoint::cli::bench::{Goal, median};
use serde::Deserialize;

use crate::cpu;
use crate::page::{Page, built};
use crate::{DONE, spy};

const SWEEP: &str = "#v=1&g=minimal-1g&p=base~series~blunt~isolate&s=1-16";
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

/// `run_ms`: what one run takes.
pub async fn goals(rounds: u32, run_ms: f64) -> Vec<Goal> {
    let (mut ratios, mut busiest, mut two, mut long) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut promised = None;
    for round in 1..=rounds {
        let (mut ms, mut cpu_ms) = (Vec::new(), Vec::new());
        for workers in [1, 2] {
            let (seen, check, busiest_ms) = sweep(workers).await;
            assert_eq!((seen.cells, seen.workers), (CELLS, workers), "cells, and workers that got one");
            assert_eq!(promised.get_or_insert(check.clone()), &check, "{workers} workers computed something else");
            let cpu = busiest_ms.map_or("-".to_owned(), |ms| format!("{ms:.0}"));
            println!(
                "sweep {round}: workers {workers}: {:.0} ms, CPU of the busiest {cpu} ms, tasks above 50 ms: {:?}",
                seen.ms, seen.long
            );
            ms.push(seen.ms);
            cpu_ms.extend(busiest_ms);
            long.push(seen.long.len() as f64);
        }
        ratios.push(ms[1] / ms[0]);
        busiest.extend((cpu_ms.len() == 2).then(|| cpu_ms[1] / cpu_ms[0]));
        two.push(ms[1]);
    }
    println!("sweep: r={}", promised.unwrap_or_default());
    let runs = median(two).map(|ms| ms / run_ms);
    vec![
        Goal::new("sweep-workers", "4 policies x 16 seeds, 2 workers / 1 worker", median(ratios), TWO_OVER_ONE_MAX),
        // Whatever else the machine does is not in it; nor are start-up and the page's own part.
        Goal::new("sweep-cpu", "the same by CPU time of the busiest worker", median(busiest), TWO_OVER_ONE_MAX),
        Goal::new("sweep-runs", "4 policies x 16 seeds, 2 workers / one run of base", runs, RUNS_MAX),
        Goal::new("long-tasks", "tasks of the main thread above 50 ms in a sweep", median(long), 0.0),
    ]
}

/// Also the check of the result that a shared link promises, and CPU time of the worker that was busiest, ms.
async fn sweep(workers: u32) -> (Seen, String, Option<f64>) {
    let page = Page::open_with(built(), SWEEP, &spy(workers)).await;
    page.wait_for(DONE).await;
    // The observers hear of what happened a little later.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let busiest = cpu::busiest(&cpu::Times::new(), &cpu::of_workers());
    let seen = page.value("bench.sweep()").await;
    let seen = serde_json::from_value(seen).expect("the spy counts");
    page.click("#share").await;
    page.wait_for("#share-link").await;
    let link = page.value("document.querySelector('#share-link').value").await;
    let check = link.as_str().and_then(|link| link.split('&').find_map(|pair| pair.strip_prefix("r=")));
    let check = check.expect("a shared link promises a result").to_owned();
    page.close_without_errors().await;
    (seen, check, busiest.map(|ns| ns as f64 / 1e6))
}
