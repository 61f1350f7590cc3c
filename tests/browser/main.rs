// SPDX-License-Identifier: GPL-2.0-only
//! The built page in a real browser, under a sub-path, as a plain file host would serve it. Needs `.ci/test`'s set-up.
//! Pictures of what was seen are left in target/screenshots.
#![cfg(not(target_arch = "wasm32"))]

mod access;
mod built;
mod compare;
mod driver;
mod embed;
mod fidelity;
mod inside;
mod inside_block;
mod links;
mod map;
mod one_file;
mod own;
mod page;
mod reach;
mod share;
// Its `main` is what `.ci/serve` runs.
#[allow(dead_code)]
#[path = "../../.ci/static_server.rs"]
mod static_server;
mod trouble;

use page::Page;

const DONE: &str = r#"[data-state="done"]"#;

/// Name, width, height, colour scheme.
const VIEWS: [(&str, u32, u32, &str); 7] = [
    ("desktop", 1440, 900, "light"),
    ("small", 720, 480, "light"),
    ("phone", 390, 844, "light"),
    ("narrowest", 320, 640, "light"),
    ("desktop-dark", 1440, 900, "dark"),
    ("small-dark", 720, 480, "dark"),
    ("phone-dark", 390, 844, "dark"),
];

/// Row of the agreement table and what the page must compute for it.
const FIGURES: [(&str, &str); 14] = [
    ("pages", "35,692 of 35,692"),
    ("blocks", "35,692 of 35,692"),
    ("drained", "39,296 of 39,296"),
    ("states", "5 of 5"),
    ("takes", "33,632 of 33,632"),
    ("fallbacks", "922 of 922"),
    ("claims", "130 of 130"),
    ("boosts", "130 of 130"),
    ("refills", "621 of 621"),
    ("trims", "863 of 863"),
    ("frees", "5,087 of 5,087"),
    ("counts", "34 of 34"),
    ("counter", "35,691 of 35,692"),
    ("refusals", "none in this trace"),
];

#[tokio::test]
async fn the_page_computes_and_fits() {
    let page = Page::open("#replay").await;
    page.wait_for(DONE).await;
    for (row, figure) in FIGURES {
        assert_eq!(page.text(&format!("#row-{row} td:nth-of-type(1)")).await, figure, "computed: {row}");
        assert_eq!(page.text(&format!("#row-{row} td:nth-of-type(2)")).await, figure, "published: {row}");
    }
    assert_eq!(page.text("#fact-difference").await, "none");
    assert_eq!(page.text("#fact-events").await, "238,694");
    for (name, width, height, scheme) in VIEWS {
        page.view(width, height, scheme).await;
        page.screenshot(&format!("replay-{name}")).await;
        for open in ["true", "false"] {
            page.value(&format!("document.querySelectorAll('details').forEach(d => d.open = {open})")).await;
            assert_eq!(
                page.number("document.documentElement.scrollWidth - innerWidth").await,
                0,
                "{name} scrolls sideways"
            );
        }
    }
    page.close_without_errors().await;
}

#[tokio::test]
async fn it_works_in_a_small_frame() {
    let page = Page::open("#replay").await;
    page.value(
        "(() => { document.body.innerHTML = '<iframe id=\"frame\" title=\"oompoint\" style=\"border:0\" width=\"720\" height=\"480\"></iframe>'; \
         document.getElementById('frame').src = location.href; })()",
    )
    .await;
    page.enter_frame("#frame").await;
    page.wait_for(DONE).await;
    assert_eq!(page.number("innerWidth").await, 720);
    assert_eq!(page.number("document.documentElement.scrollWidth - innerWidth").await, 0);
    let limits = "document.querySelector('.limits').getBoundingClientRect().bottom <= innerHeight ? 1 : 0";
    assert_eq!(page.number(limits).await, 1, "what the model can and cannot show is on the first screen");
    page.close_without_errors().await;
}

#[tokio::test]
async fn a_console_error_is_noticed() {
    let page = Page::open("#replay").await;
    page.wait_for(DONE).await;
    page.number("(console.error('on purpose'), 0)").await;
    let errors = page.close().await;
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].contains("on purpose"), "{errors:?}");
}
