// SPDX-License-Identifier: GPL-2.0-only
//! Whoever comes by keyboard, with a small or a zoomed screen, with wider letters: nothing is out of reach.

use serde_json::json;

use crate::page::Page;
use crate::{DONE, VIEWS};

/// WCAG 1.4.12.
const SPACING: &str = "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}\
                       p{margin-bottom:2em!important}";

#[tokio::test]
async fn every_page_fits_every_screen_and_wider_letters() {
    for (place, name) in [("", "compare"), ("#replay", "replay"), ("#fidelity", "fidelity")] {
        let page = Page::open(place).await;
        page.wait_for(DONE).await;
        for (size, width, height, scheme) in VIEWS {
            page.view(width, height, scheme).await;
            // That of the replay has a test of its own.
            if name != "replay" {
                page.screenshot(&format!("{name}-{size}")).await;
            }
            page.fits(&format!("{name} {size}")).await;
        }
        page.value("document.querySelectorAll('details').forEach(d => d.open = true)").await;
        let add = "const style = document.createElement('style'); style.textContent = arguments[0]; document.head.append(style)";
        page.client.execute(add, vec![json!(SPACING)]).await.expect("the script runs");
        // 720 is 1440 at 200 %.
        for width in [1440, 720, 320] {
            page.view(width, 640, "light").await;
            page.fits(&format!("{name} {width} with wider letters")).await;
        }
        page.close_without_errors().await;
    }
}

impl Page {
    async fn fits(&self, when: &str) {
        assert_eq!(
            self.number("document.documentElement.scrollWidth - innerWidth").await,
            0,
            "{when} scrolls sideways"
        );
        let cut = "[...document.querySelectorAll('body *')].filter(e => { const s = getComputedStyle(e); return \
                   (s.overflowX === 'hidden' || s.overflowY === 'hidden') && !e.closest('.heard, svg') && \
                   (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1); }).length";
        assert_eq!(self.number(cut).await, 0, "{when} cuts a text");
    }

    async fn tab(&self) {
        self.key("Tab", "Tab", 9, "").await;
    }
}

#[tokio::test]
async fn the_comparison_can_be_walked_and_changed_by_keys_alone() {
    let page = Page::open("").await;
    page.wait_for(DONE).await;
    page.view(1440, 900, "light").await;
    page.value(
        "(() => { window.met = []; addEventListener('focusin', e => { const s = getComputedStyle(e.target); \
         met.push([e.target, s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2]); }); })()",
    )
    .await;
    let reachable = "[...document.querySelectorAll('a[href], button, input, select, summary, [tabindex=\"0\"]')].filter(e => \
                     !e.disabled && e.checkVisibility({ visibilityProperty: true })).length";
    let wanted = page.number(reachable).await;
    assert!(wanted > 40, "{wanted}");
    let mut toggled = false;
    for _ in 0..wanted {
        page.tab().await;
        if page.value("document.activeElement.id").await == "policy-early" {
            page.key(" ", "Space", 32, " ").await;
            page.wait_for(r#"[data-state="done"][data-run="2"]"#).await;
            assert_eq!(page.value("document.activeElement.id").await, "policy-early", "the focus stays");
            toggled = true;
            break;
        }
    }
    assert!(toggled && page.text("#results").await.contains("early"));
    // A third policy brings a button more; the way is begun anew.
    let wanted = page.number(reachable).await;
    page.value("(() => { met.length = 0; document.activeElement.blur(); scrollTo(0, 0); })()").await;
    for _ in 0..wanted + 2 {
        page.tab().await;
    }
    assert_eq!(page.number("new Set(met.map(m => m[0])).size").await, wanted, "every control has its turn");
    let unseen = "met.filter(m => !m[1]).map(m => m[0].outerHTML.slice(0, 80))";
    assert_eq!(page.value(unseen).await, json!([]), "and shows it");
    page.close_without_errors().await;
}

#[tokio::test]
async fn the_sheet_of_keys_keeps_the_focus_and_gives_it_back() {
    let page = Page::open("#replay").await;
    page.wait_for(DONE).await;
    page.value("document.querySelector('#go').focus()").await;
    page.key("?", "Slash", 191, "?").await;
    page.wait_for("#keys[open]").await;
    assert!(page.text("#keys").await.contains("four rows"), "the keys of this page are listed");
    for _ in 0..6 {
        page.tab().await;
        let inside = "document.activeElement === document.body || !!document.activeElement.closest('#keys')";
        assert_eq!(page.value(inside).await, true, "the focus stays inside");
    }
    page.key("Escape", "Escape", 27, "").await;
    assert_eq!(page.value("document.querySelector('#keys').open").await, false);
    assert_eq!(page.value("document.activeElement.id").await, "go", "and goes back");
    // In a text field it is a character; and it can be switched off.
    page.press("#block", "?").await;
    assert_eq!(page.value("document.querySelector('#keys').open").await, false);
    page.click("#keys-open").await;
    page.click("#keys-on").await;
    page.click("#keys-close").await;
    page.value("document.querySelector('#go').focus()").await;
    page.key("?", "Slash", 191, "?").await;
    assert_eq!(page.value("document.querySelector('#keys').open").await, false);
    page.close_without_errors().await;
}

#[tokio::test]
async fn forced_colours_leave_every_mark_visible() {
    let page = Page::open("").await;
    page.wait_for(DONE).await;
    let media = json!({ "features": [{ "name": "forced-colors", "value": "active" }] });
    page.devtools("Emulation.setEmulatedMedia", media).await;
    assert_eq!(page.value("matchMedia('(forced-colors: active)').matches").await, true);
    page.screenshot("compare-forced").await;
    let fill = "getComputedStyle(document.querySelector('#strip .p1 .dot')).fill";
    let paper = "getComputedStyle(document.body).backgroundColor";
    assert_ne!(page.value(fill).await, page.value(paper).await);
    page.close_without_errors().await;
}
