// SPDX-License-Identifier: GPL-2.0-only
//! The page of one file, opened from the disk: no server, no network.

use crate::DONE;
use crate::page::{Page, built};

const SCHEMES: &str = "performance.getEntriesByType('resource').map(entry => entry.name.split(':')[0]).filter(scheme => \
                       scheme !== 'blob' && scheme !== 'data')";

async fn open(rest: &str) -> Page {
    let file = built().join("oompoint.html");
    assert!(file.exists(), "dist/oompoint.html is missing: Trunk's hook writes it");
    // The file alone: what lies beside it in dist must not help.
    let alone = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("one-file");
    std::fs::create_dir_all(&alone).expect("the target folder can be written");
    let copy = alone.join("oompoint.html");
    std::fs::copy(&file, &copy).expect("the target folder can be written");
    Page::open_url(&format!("file://{}{rest}", copy.display())).await
}

#[tokio::test]
async fn it_compares_from_the_disk() {
    let page = open("").await;
    let published = page.text("#answer .verdict").await;
    page.wait_for(DONE).await;
    assert_eq!(page.text("#answer .verdict").await, published);
    assert!(page.text("#status").await.starts_with("32 cells run in this browser"));
    assert_eq!(page.value(SCHEMES).await, serde_json::json!([]), "something was fetched");
    page.view(1440, 900, "light").await;
    page.screenshot("one-file").await;
    page.close_without_errors().await;
}

#[tokio::test]
async fn it_opens_links_and_goes_back_from_the_disk() {
    let page = open("#v=1&p=base~blunt&s=1-2").await;
    page.wait_for(DONE).await;
    assert!(page.text("#answer .verdict").await.contains("over 2 seeds"));
    page.click("#policy-series").await;
    page.wait_until("document.querySelectorAll('#results tbody tr').length === 3").await;
    page.client.back().await.expect("there is something to go back to");
    page.wait_until("document.querySelectorAll('#results tbody tr').length === 2").await;
    page.close_without_errors().await;
}

#[tokio::test]
async fn it_replays_from_the_disk() {
    let page = open("#replay").await;
    page.wait_for(DONE).await;
    assert_eq!(page.text("#row-pages td:nth-of-type(1)").await, "35,692 of 35,692");
    assert_eq!(page.text("#fact-difference").await, "none");
    assert_eq!(page.value(SCHEMES).await, serde_json::json!([]), "something was fetched");
    page.close_without_errors().await;
}

#[tokio::test]
async fn it_has_the_fidelity_page_and_its_pictures() {
    let page = open("#fidelity").await;
    page.wait_for(DONE).await;
    assert!(page.number("document.querySelectorAll('.fidelity table tbody tr').length").await > 20);
    // Pictures out of sight would not be read.
    page.value("document.querySelectorAll('img').forEach(image => image.loading = 'eager')").await;
    page.wait_until(
        "[...document.images].length > 0 && [...document.images].every(i => i.complete && i.naturalWidth > 0)",
    )
    .await;
    assert_eq!(page.value(SCHEMES).await, serde_json::json!([]), "something was fetched");
    page.close_without_errors().await;
}
