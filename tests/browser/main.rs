// SPDX-License-Identifier: GPL-2.0-only
//! The built page in a real browser, under a sub-path, as a plain file host would serve it. Needs `.ci/test`'s set-up.
//! Pictures of what was seen are left in target/screenshots.
#![cfg(not(target_arch = "wasm32"))]

// Its `main` is what `.ci/serve` runs.
mod driver;
mod page;
#[allow(dead_code)]
#[path = "../../.ci/static_server.rs"]
mod static_server;

use page::Page;

const DONE: &str = r#"[data-state="done"]"#;

/// Name, width, height, colour scheme.
const VIEWS: [(&str, u32, u32, &str); 6] = [
    ("desktop", 1440, 900, "light"),
    ("small", 720, 480, "light"),
    ("phone", 390, 844, "light"),
    ("desktop-dark", 1440, 900, "dark"),
    ("small-dark", 720, 480, "dark"),
    ("phone-dark", 390, 844, "dark"),
];

#[tokio::test]
async fn the_page_computes_and_fits() {
    let page = Page::open("").await;
    page.wait_for(DONE).await;
    assert_eq!(page.text("#answer").await, "21");
    for (name, width, height, scheme) in VIEWS {
        page.view(width, height, scheme).await;
        assert_eq!(
            page.number("document.documentElement.scrollWidth - innerWidth").await,
            0,
            "{name} scrolls sideways"
        );
        page.screenshot(name).await;
    }
    page.close_without_errors().await;
}

#[tokio::test]
async fn a_console_error_is_noticed() {
    let page = Page::open("").await;
    page.wait_for(DONE).await;
    page.number("(console.error('on purpose'), 0)").await;
    let errors = page.close().await;
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].contains("on purpose"), "{errors:?}");
}
