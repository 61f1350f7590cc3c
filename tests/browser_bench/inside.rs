// SPDX-License-Identifier: GPL-2.0-only
//! Going to moments of two recorded runs by the scrubber, until both are painted side by side.

use oompoint::cli::bench::Goal;
use oompoint::experiment::seed::stream;
use rand::RngExt;
use serde::Deserialize;
use serde_json::json;

use crate::cpu;
use crate::page::{Page, built};
use crate::{DONE, spy};

const RUNS: &str = "#v=1&g=minimal-1g&p=base~isolate&s=1-2";
const MOMENTS: usize = 40;
/// Above this a seek is felt as a pause.
const SEEK_MS_MAX: f64 = 50.0;
/// Half a frame, so that a moving picture stays smooth.
const PAINT_MS_MAX: f64 = 8.0;

#[derive(Deserialize)]
struct Seen {
    /// ms from the move to the frame that shows the moment.
    painted: f64,
    /// None where the moment looks like the one before.
    maps: Option<Maps>,
}

/// ms until sizes and colours were known, and to draw the three maps.
#[derive(Deserialize)]
struct Maps {
    layout: f64,
    drawn: f64,
}

pub async fn goals() -> Vec<Goal> {
    let page = Page::open_with(built(), RUNS, &spy(2)).await;
    page.wait_for(DONE).await;
    page.view(1440, 900, "light").await;
    page.click("#inside-open").await;
    page.wait_for(r#"#inside[data-state="open"]"#).await;
    let max = page.number("Number(document.querySelector('#inside-range').max)").await;
    let mut random = stream(1, "bench scrub");
    let (mut painted, mut maps, mut at) = (Vec::new(), Vec::<Maps>::new(), -1);
    let before = cpu::of_workers();
    while painted.len() < MOMENTS {
        let mib = random.random_range(0..=max);
        // Moving to where it is moves nothing.
        if mib == std::mem::replace(&mut at, mib) {
            continue;
        }
        let script = "const [mib, end] = arguments; bench.scrub(mib).then(end)";
        let seen = page.client.execute_async(script, vec![json!(mib)]).await.expect("the script runs");
        let seen: Seen = serde_json::from_value(seen).expect("the spy measures");
        painted.push(seen.painted);
        maps.extend(seen.maps);
    }
    let worker = cpu::busiest(&before, &cpu::of_workers()).map(|ns| ns as f64 / 1e6 / MOMENTS as f64);
    page.close_without_errors().await;
    let mean = |all: &[f64]| (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64);
    let worst = |all: &[f64]| all.iter().copied().max_by(f64::total_cmp);
    let (layout, drawn): (Vec<f64>, Vec<f64>) = maps.iter().map(|maps| (maps.layout, maps.drawn)).unzip();
    let layout_ms = mean(&layout).unwrap_or_default();
    println!(
        "inside: {MOMENTS} moments of {max} MiB; {layout_ms:.1} ms for style and layout before the maps are drawn"
    );
    vec![
        Goal::new("seek-cpu", "ms CPU of the worker to a moment of both runs, mean", worker, SEEK_MS_MAX),
        Goal::new("scrub-mean", "ms from the scrubber's move until painted, mean", mean(&painted), SEEK_MS_MAX),
        Goal::new(
            "scrub-worst",
            "ms from the scrubber's move until painted, the slowest",
            worst(&painted),
            SEEK_MS_MAX,
        ),
        Goal::new("paint-mean", "ms to draw the three maps, mean", mean(&drawn), PAINT_MS_MAX),
        Goal::new("paint-worst", "ms to draw the three maps, the slowest", worst(&drawn), PAINT_MS_MAX),
    ]
}
