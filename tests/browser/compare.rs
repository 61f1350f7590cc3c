// SPDX-License-Identifier: GPL-2.0-only
//! The comparison: computed as published, changed, cancelled, opened from links.

use crate::page::{Page, built};

pub const DONE: &str = r#".app[data-state="done"]"#;

#[tokio::test]
async fn the_first_comparison_is_computed_as_published() {
    let page = Page::open("").await;
    let published = page.text("#answer .verdict").await;
    let shift = "(() => { window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(e => { \
                 if (!e.hadRecentInput) shift += e.value })).observe({ type: 'layout-shift', buffered: true }) })()";
    page.value(shift).await;
    page.wait_for(DONE).await;
    assert_eq!(page.text("#answer .verdict").await, published);
    assert!(page.text("#status").await.starts_with("32 cells run in this browser"));
    assert_eq!(page.number("Math.round(shift * 1000)").await, 0, "nothing moves after the first paint");
    page.screenshot("compare").await;
    page.close_without_errors().await;
}

/// Notes what is sent to workers: the first byte of a job says its kind, `message::Job::Cell` being 0.
const SPY: &str = "window.sent = []; const post = Worker.prototype.postMessage; \
    Worker.prototype.postMessage = function (message, ...rest) { \
    if (Array.isArray(message)) sent.push(message[0][0]); return post.call(this, message, ...rest); };";

impl Page {
    /// How many cells were given to workers so far.
    async fn cells(&self) -> i64 {
        self.number("sent.filter(kind => kind === 0).length").await
    }

    async fn done(&self, run: u32) {
        self.wait_for(&format!(r#".app[data-state="done"][data-run="{run}"]"#)).await;
    }
}

#[tokio::test]
async fn a_policy_comes_and_goes_and_its_cells_are_kept() {
    let page = Page::open_with(built(), "", SPY).await;
    page.done(1).await;
    let first = page.text("#answer .verdict").await;
    assert_eq!(page.cells().await, 32);
    page.click("#policy-base").await;
    page.done(2).await;
    assert_eq!(page.cells().await, 48, "only the new policy was run");
    assert_eq!(page.number("document.querySelectorAll('#results tbody tr').length").await, 3);
    assert!(page.value("location.hash").await.as_str().expect("text").contains("p=series~blunt~base"));
    page.click("#policy-base").await;
    page.done(3).await;
    assert_eq!((page.cells().await, page.text("#answer .verdict").await), (48, first));
    page.value("history.back()").await;
    page.done(4).await;
    assert_eq!(page.number("document.querySelectorAll('#results tbody tr').length").await, 3, "Back leads to three");
    assert_eq!(page.cells().await, 48);
    page.close_without_errors().await;
}

#[tokio::test]
async fn seeds_and_memory_change_and_nonsense_is_told() {
    let page = Page::open_with(built(), "", SPY).await;
    page.done(1).await;
    page.fill("#seeds", "1-4").await;
    page.done(2).await;
    assert_eq!(
        (page.text("#status").await, page.cells().await),
        ("8 cells run in this browser; 4 seeds.".to_owned(), 32)
    );
    page.fill("#guest-memory_mib", "512MiB").await;
    page.done(3).await;
    assert_eq!(page.cells().await, 40);
    page.fill("#guest-memory_mib", "lots").await;
    assert_eq!(page.attribute("#guest-memory_mib", "aria-invalid").await, "true");
    assert_eq!(page.value("document.querySelector('#guest-memory_mib').value").await, "lots", "what was typed stays");
    assert!(page.text("#guest-memory_mib-wrong").await.len() > 10, "and the reason stands beside it");
    page.fill("#guest-memory_mib", "1GiB").await;
    page.done(4).await;
    assert_eq!(page.cells().await, 40, "the cells of 1 GiB were there already");
    page.close_without_errors().await;
}

#[tokio::test]
async fn a_comparison_can_be_cancelled_and_goes_on_from_there() {
    let page = Page::open_with(built(), "", SPY).await;
    page.done(1).await;
    page.fill("#seeds", "1-32").await;
    page.click("#go").await;
    page.wait_for(r#".app[data-state="cancelled"]"#).await;
    assert!(page.text("#status").await.starts_with("Cancelled at "));
    assert_eq!(page.text("#go").await, "Run");
    page.click("#go").await;
    page.done(3).await;
    assert!(page.cells().await <= 32 + 32 + 8, "what was done before is not done again");
    page.close_without_errors().await;
}

#[tokio::test]
async fn a_worker_that_dies_takes_nothing_with_it() {
    let kill = format!(
        "{SPY} const spied = Worker.prototype.postMessage; Worker.prototype.postMessage = function (...all) {{ \
         const answer = spied.apply(this, all); if (sent.filter(kind => kind === 0).length === 5 && !window.killed) {{ \
         window.killed = true; this.terminate(); setTimeout(() => this.dispatchEvent(new ErrorEvent('error', \
         {{ message: 'gone' }}))); }} return answer; }};"
    );
    let page = Page::open_with(built(), "", &kill).await;
    let published = page.text("#answer .verdict").await;
    page.done(1).await;
    assert_eq!(page.value("window.killed").await, true);
    assert_eq!(page.text("#answer .verdict").await, published);
    assert_eq!(page.cells().await, 33, "one cell was tried again");
    page.close_without_errors().await;
}

#[tokio::test]
async fn the_page_stays_quick_while_it_computes() {
    let watch = "window.long = []; new PerformanceObserver(list => list.getEntries().forEach(e => \
                 long.push(Math.round(e.duration)))).observe({ type: 'longtask', buffered: true });";
    let page = Page::open_with(built(), "", watch).await;
    page.done(1).await;
    let (long, at_start) = (page.value("long").await, page.number("long.length").await);
    page.fill("#seeds", "1-24").await;
    page.done(2).await;
    let sweep = page.number("long.length").await - at_start;
    eprintln!("main-thread tasks above 50 ms: at the start and the first comparison {long}; in a second sweep {sweep}");
    // A busy machine makes short tasks long; a sweep of 48 cells on the main thread would show many more.
    assert!(sweep <= 10, "{sweep} long tasks");
    page.close_without_errors().await;
}
