// SPDX-License-Identifier: GPL-2.0-only
//! What the page owes readers who do not see it, or not as drawn: axe-core's rules, colours by choice, print.

use std::path::Path;

use serde_json::{Value, json};

use crate::DONE;
use crate::page::Page;

/// Where `.ci/setup/axe.sh` puts it.
const AXE: &str = ".tools/axe/node_modules/axe-core/axe.min.js";
const RULES: &str = r#"["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]"#;

#[tokio::test]
async fn no_rule_of_wcag_is_broken() {
    for place in ["", "#replay", "#fidelity"] {
        let page = Page::open(place).await;
        page.wait_for(DONE).await;
        breaks_no_rule(&page, place).await;
        if place.is_empty() {
            page.click("#policy-base").await;
            page.wait_for(r#"[data-state="done"][data-run="2"]"#).await;
            breaks_no_rule(&page, "compare, three policies").await;
        }
        page.click("#keys-open").await;
        page.wait_for("#keys[open]").await;
        breaks_no_rule(&page, "keys").await;
        page.close_without_errors().await;
    }
}

/// Runs axe-core on the page, everything unfolded, wide and narrow, light and dark.
pub async fn breaks_no_rule(page: &Page, place: &str) {
    let Ok(axe) = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(AXE)) else {
        // Without npm there is no axe-core; the other tests still hold.
        eprintln!("SKIPPED: no {AXE}; .ci/setup/axe.sh installs it");
        return;
    };
    page.client.execute(&axe, vec![]).await.expect("axe-core loads");
    page.value("document.querySelectorAll('details').forEach(d => d.open = true)").await;
    for (width, height) in [(1440, 900), (320, 640)] {
        for scheme in ["light", "dark"] {
            page.view(width, height, scheme).await;
            let run = format!(
                "const end = arguments[0]; axe.run(document, {{ runOnly: {{ type: 'tag', values: {RULES} }} }}).then(r => \
                 end(r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).slice(0, 5).join(', '))))"
            );
            let broken = page.client.execute_async(&run, vec![]).await.expect("axe-core runs");
            assert_eq!(broken, Value::Array(Vec::new()), "{place} {width} {scheme}");
        }
    }
}

#[tokio::test]
async fn dark_can_be_chosen_and_is_kept() {
    let page = Page::open("#replay").await;
    page.wait_for(DONE).await;
    page.view(1440, 900, "light").await;
    let paper = "getComputedStyle(document.body).backgroundColor";
    assert_eq!(page.value(paper).await, "rgb(255, 255, 255)");
    page.click("#dark").await;
    assert_eq!(page.value(paper).await, "rgb(13, 17, 23)");
    assert_eq!(page.attribute("#dark", "aria-pressed").await, "true");
    // The canvas follows: its first pixels are no longer white.
    let pixel = "document.querySelector('#map-before').getContext('2d').getImageData(2, 2, 1, 1).data[0]";
    assert!(page.number(pixel).await < 64);
    page.client.refresh().await.expect("the page loads again");
    page.wait_for(DONE).await;
    assert_eq!(page.value(paper).await, "rgb(13, 17, 23)");
    page.click("#dark").await;
    assert_eq!(page.value(paper).await, "rgb(255, 255, 255)");
    page.close_without_errors().await;
}

#[tokio::test]
async fn print_shows_the_tables() {
    let page = Page::open("#replay").await;
    page.wait_for(DONE).await;
    let open = "document.querySelectorAll('details[open]').length";
    assert_eq!(page.number(open).await, 0);
    page.value("dispatchEvent(new Event('beforeprint'))").await;
    assert_eq!(page.number(open).await, 2);
    page.value("dispatchEvent(new Event('afterprint'))").await;
    assert_eq!(page.number(open).await, 0);
    page.close_without_errors().await;
}

#[tokio::test]
async fn a_printed_comparison_says_what_it_is_of() {
    let page = Page::open("#v=1&p=base~blunt&s=1-2").await;
    page.wait_for(DONE).await;
    page.value("dispatchEvent(new Event('beforeprint'))").await;
    page.devtools("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
    let printed = page.text("#printed").await;
    assert!(printed.contains("p=base~blunt") && printed.contains("model"), "{printed}");
    let shows = |css: &str| format!("document.querySelector('{css}').getClientRects().length ? 1 : 0");
    for css in ["#answer .verdict", "#results", "#costs", ".setting", "#strip svg", "#tradeoff svg"] {
        assert_eq!(page.number(&shows(css)).await, 1, "{css} is printed");
    }
    for css in ["#go", "#dark", "#inputs", "nav"] {
        assert_eq!(page.number(&shows(css)).await, 0, "{css} is not printed");
    }
    page.screenshot("print").await;
    page.close_without_errors().await;
}

#[tokio::test]
async fn the_text_fits_a_mail() {
    let page = Page::open("#replay").await;
    page.wait_for(DONE).await;
    let text = page.value("document.querySelector('#plain').textContent").await;
    let text = text.as_str().expect("text");
    assert!(text.is_ascii(), "{text}");
    assert!(text.lines().all(|line| line.len() <= 72 && !line.contains("  ")), "{text}");
    assert!(text.contains("35692 of 35692") && text.contains("238694 events"), "{text}");
    page.close_without_errors().await;
}
