// SPDX-License-Identifier: GPL-2.0-only
//! The fidelity page: all comparisons, filtered, with their sources and time-lines.

use serde_json::Value;

use crate::DONE;
use crate::page::Page;

#[tokio::test]
async fn comparisons_can_be_looked_up() {
    let record = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/www/fidelity.json")).expect("a record");
    let record: Value = serde_json::from_str(&record).expect("JSON");
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut all: Vec<Value> = list(&record["cells"]).iter().flat_map(|cell| list(&cell["measures"])).collect();
    all.extend(list(&record["order"]));
    all.extend(list(&record["costs"]));
    let missed = all.iter().filter(|one| one["miss"].as_f64().is_some_and(|miss| miss > 1.0)).count();
    let page = Page::open("#fidelity").await;
    page.wait_for(DONE).await;
    assert_eq!(page.text("#shown").await, format!("{} comparisons are shown.", all.len()));
    page.click("#missed").await;
    assert_eq!(page.text("#shown").await, format!("{missed} comparisons are shown."));
    let cells = "[...document.querySelectorAll('[id^=group-] td:last-child')].filter(c => c.checkVisibility()).every(c => c.textContent.startsWith('missed: ')) ? 1 : 0";
    assert_eq!(page.number(cells).await, 1, "each with a reason");
    page.click("#missed").await;
    page.click("#group option[value='debian-1g']").await;
    assert_eq!(page.number("document.querySelectorAll(':not([hidden]) > .wide > [id^=group-]').length").await, 1);
    assert!(page.text(":not([hidden]) > .source").await.contains("tests/kernel/runs/debian.json"));
    let twins = "document.querySelectorAll('.fidelity figure').length - document.querySelectorAll('.fidelity figure details table').length";
    assert_eq!(page.number(twins).await, 0, "each time-line is a table, too");
    page.value("document.querySelector('.fidelity img').scrollIntoView()").await;
    let loaded =
        "document.querySelector('.fidelity img').complete && document.querySelector('.fidelity img').naturalWidth > 0";
    for _ in 0..100 {
        if page.value(loaded).await == true {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(page.value(loaded).await, true, "the time-line is there");
    page.close_without_errors().await;
}
