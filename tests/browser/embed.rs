// SPDX-License-Identifier: GPL-2.0-only
//! The page inside another page: as it is, in a sandbox without an origin, and narrow.

use std::path::PathBuf;

use crate::DONE;
use crate::page::{Page, built};

const FRAMES: [&str; 3] = ["#plain", "#sandboxed", "#narrow"];

async fn open() -> Page {
    built();
    let page = Page::open_folder(PathBuf::from(env!("CARGO_MANIFEST_DIR")), "tests/browser/embed.html").await;
    page.view(820, 900, "light").await;
    page
}

#[tokio::test]
async fn three_frames_compare() {
    let page = open().await;
    let entries = page.number("history.length").await;
    for frame in FRAMES {
        page.enter_frame(frame).await;
        page.wait_for(DONE).await;
        let verdict = page.text("#answer .verdict").await;
        assert!(verdict.contains("over 4 seeds"), "{frame}: {verdict}");
        for hidden in ["header", "footer"] {
            let display = format!("getComputedStyle(document.querySelector('{hidden}')).display");
            assert_eq!(page.value(&display).await, "none", "{frame}");
        }
        assert_eq!(
            page.number("document.documentElement.scrollWidth - innerWidth").await,
            0,
            "{frame} scrolls sideways"
        );
        assert_eq!(page.value("document.activeElement === document.body").await, true, "{frame} takes the focus");
        // What a link says before `r=` and `c=` is what was run; the whole page gets all of it but the frame's own.
        let full = page.attribute("#open-full", "href").await;
        assert!(full.contains("&s=1-4&") && full.contains("&r=") && !full.contains("e=1"), "{full}");
        assert_eq!(page.attribute("#open-full", "target").await, "_blank");
        assert_eq!(page.attribute("#open-full", "rel").await, "noopener");
        page.leave_frame().await;
    }
    assert_eq!(page.number("history.length").await, entries, "a frame wrote into its host's history");
    assert_eq!(page.value("document.activeElement === document.body").await, true);
    // All of them in one picture: what is not in sight is not drawn.
    page.view(820, 2_100, "light").await;
    page.screenshot("embed").await;
    page.close_without_errors().await;
}

#[tokio::test]
async fn a_frame_is_as_high_as_it_says() {
    let page = open().await;
    for frame in FRAMES {
        page.enter_frame(frame).await;
        page.wait_for(DONE).await;
        page.leave_frame().await;
    }
    for frame in FRAMES {
        page.enter_frame(frame).await;
        page.wait_until("document.documentElement.scrollHeight <= innerHeight").await;
        // And no higher: the body fills what it asked for.
        let rest = page.number("innerHeight - document.body.offsetHeight").await;
        assert!((0..=1).contains(&rest), "{frame}: {rest} pixels too high");
        let width = page.number("innerWidth").await;
        let height = page.number("innerHeight").await;
        if width == 720 {
            assert!(height <= 480, "{frame}: {height} pixels do not fit the frame that is offered");
        }
        page.leave_frame().await;
    }
    page.close_without_errors().await;
}

#[tokio::test]
async fn without_an_origin_it_has_no_storage_and_works() {
    let page = open().await;
    page.enter_frame("#sandboxed").await;
    page.wait_for(DONE).await;
    assert_eq!(page.value("origin").await, "null");
    let storage = "(() => { try { localStorage.length; return true } catch { return false } })()";
    assert_eq!(page.value(storage).await, false, "the frame has an origin after all");
    // The link's colours, whatever the reader's system says.
    assert_eq!(page.value("getComputedStyle(document.body).backgroundColor").await, "rgb(13, 17, 23)");
    let whole = page.text("#status").await;
    assert!(whole.starts_with("8 cells run in this browser"), "{whole}");
    page.click("#share").await;
    page.wait_for("#share-block").await;
    // What may not be copied can be selected, and what may not be saved is said.
    page.click("#copy-block").await;
    page.wait_until("document.activeElement.id === 'share-block' && document.activeElement.selectionEnd > 900").await;
    assert!(page.text("#sharing .said").await.contains("Ctrl+C"));
    assert!(page.text("#sharing").await.contains("may not save files"));
    page.close().await;
}

#[tokio::test]
async fn a_broken_link_in_a_frame_is_said_in_the_frame() {
    let page = open().await;
    page.value("document.querySelector('#plain').src = '../../dist/index.html#v=99&e=1'").await;
    page.enter_frame("#plain").await;
    page.wait_for("#refused").await;
    let told = page.text("#refused").await;
    assert!(told.contains("version 99") && told.contains("reload the page"), "{told}");
    assert_eq!(page.number("document.querySelectorAll('#refused a').length").await, 0);
    page.close_without_errors().await;
}

#[tokio::test]
async fn the_offered_frame_holds_the_answer() {
    let page = Page::open("#v=1&p=series~blunt&s=1-16&e=1&c=aQ").await;
    page.wait_for(DONE).await;
    for (name, width, height, scheme) in [
        ("embed-720", 720, 480, "light"),
        ("embed-720-dark", 720, 480, "dark"),
        ("embed-390", 390, 640, "light"),
        ("embed-320", 320, 640, "dark"),
    ] {
        page.view(width, height, scheme).await;
        page.screenshot(name).await;
        assert_eq!(
            page.number("document.documentElement.scrollWidth - innerWidth").await,
            0,
            "{name} scrolls sideways"
        );
        if width == 720 {
            assert_eq!(page.number("document.documentElement.scrollHeight - innerHeight").await, 0, "{name} scrolls");
        }
    }
    page.close_without_errors().await;
}

#[tokio::test]
async fn a_link_that_looks_inside_does_so_in_a_frame() {
    let page = Page::open("#v=1&p=series~blunt&s=1-16&x=d&e=1&c=Vi").await;
    page.wait_for("#inside[data-state=open]").await;
    page.wait_for(DONE).await;
    let open = page.attribute("#open-full", "href").await;
    assert!(open.contains("&x=d&"), "the whole page looks at the same: {open}");
    assert_eq!(page.number("document.querySelector('#strip').getClientRects().length").await, 0);
    assert!(page.number("document.querySelectorAll('#inside canvas').length").await >= 2);
    let before = page.number("history.length").await;
    page.click("#inside [data-wish=last]").await;
    page.wait_for("#inside[data-state=open]").await;
    assert_eq!(page.number("history.length").await, before);
    page.view(720, 480, "light").await;
    page.screenshot("embed-inside").await;
    assert_eq!(page.number("document.documentElement.scrollWidth - innerWidth").await, 0);
    page.close_without_errors().await;
}
