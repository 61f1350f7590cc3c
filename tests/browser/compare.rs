// SPDX-License-Identifier: GPL-2.0-only
//! The comparison: computed as published, changed, cancelled, opened from links.

use crate::page::Page;

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
