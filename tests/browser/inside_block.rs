// SPDX-License-Identifier: GPL-2.0-only
//! Pageblocks inside a run: their table, the chosen one in the link, and why a page is where it is.

use crate::access::breaks_no_rule;
use crate::inside::{now, opened, pictures, settle, wish};

#[tokio::test]
async fn the_table_of_blocks_is_sorted_by_its_headings() {
    let page = opened("").await;
    wish(&page, "kill-b").await;
    wish(&page, "tab 4").await;
    let sorted = "[...document.querySelectorAll('#inside-blocks th[aria-sort]')].map(t => t.textContent + ' ' + \
                  t.getAttribute('aria-sort')).join()";
    assert_eq!(page.value(sorted).await, "block ascending");
    let column = |i: u32, number: &str| {
        format!("[...document.querySelectorAll('#inside-blocks tbody tr')].map(r => r.cells[{i}].textContent){number}")
    };
    let rises = |i: u32| format!("{}.every((n, i, all) => !i || all[i - 1] <= n)", column(i, ".map(Number)"));
    let falls = |i: u32| format!("{}.every((n, i, all) => !i || all[i - 1] >= n)", column(i, ".map(Number)"));
    let before = page.number(&column(3, ".map(Number).reduce((a, b) => a + b)")).await;
    // The focus stays on the heading, so that the other way is one more key.
    page.value("document.querySelector('#inside [data-wish=\"sort 3\"]').focus()").await;
    for (way, holds) in [("A free ascending", rises(3)), ("A free descending", falls(3))] {
        page.key("Enter", "Enter", 13, "\r").await;
        settle(&page).await;
        assert_eq!(page.value(sorted).await, way);
        assert_eq!(page.value(&holds).await, true, "{way}");
        assert_eq!(page.value("document.activeElement.dataset.wish").await, "sort 3", "{way}");
    }
    assert_eq!(page.text("#inside-said").await, "512 rows by A free, descending.");
    assert_eq!(page.number(&column(3, ".map(Number).reduce((a, b) => a + b)")).await, before, "no row is lost");
    // A step keeps the order.
    wish(&page, "previous").await;
    assert_eq!(page.value(&falls(3)).await, true);
    wish(&page, "sort 6").await;
    assert_eq!(page.value(sorted).await, "B type ascending");
    let groups = column(6, ".map(t => t.split(' ')[0]).filter((t, i, all) => t !== all[i - 1]).length");
    let types = column(6, ".map(t => t.split(' ')[0])");
    assert_eq!(page.number(&groups).await, page.number(&format!("new Set({types}).size")).await, "by type");
    wish(&page, "sort 1").await;
    assert_eq!(page.value(&rises(1)).await, true, "by frame");
    pictures(&page, "inside-blocks", "#inside-tab-table").await;
    breaks_no_rule(&page, "inside, blocks").await;
    page.close_without_errors().await;
}

#[tokio::test]
async fn a_link_leads_to_the_same_pageblock() {
    let page = opened("").await;
    wish(&page, "kill-b").await;
    let plain = page.value("location.hash").await;
    assert!(!plain.as_str().expect("an address").contains("b="), "{plain}");
    page.press("#inside-map-0", "\u{e015}\u{e014}").await;
    settle(&page).await;
    let block = page.attribute("#inside-map-0", "aria-valuenow").await;
    page.wait_until(&format!("location.hash.includes('&b={block}&')")).await;
    wish(&page, "pages 1").await;
    page.wait_until(&format!("location.hash.includes('&b={block}.p&')")).await;
    let (hash, told) = (page.value("location.hash").await, page.text("#inside-block").await);
    let seen = now(&page).await;
    page.screenshot("inside-pages-block").await;
    page.close_without_errors().await;
    let page = opened(hash.as_str().expect("an address")).await;
    assert_eq!((now(&page).await, page.text("#inside-block").await), (seen, told));
    assert_eq!(page.attribute("#inside-map-0", "aria-valuenow").await, block);
    assert_eq!(page.attribute("#inside-pages", "aria-pressed").await, "true");
    assert_eq!(page.number("document.querySelector('#inside-map-0').width").await, 512, "every page is drawn");
    // The default is left out again, and a wrong one is told and does no harm.
    wish(&page, "pages 0").await;
    page.press("#inside-map-0", "\u{e009}\u{e011}").await;
    settle(&page).await;
    page.wait_until("!location.hash.includes('&b=')").await;
    page.close_without_errors().await;
    let page = opened("#v=1&p=series~blunt&s=1-2&x=d&b=512").await;
    assert!(page.text(".status").await.contains("Ignored: b=512: the guest's pageblocks are 0 to 511."));
    page.close_without_errors().await;
}

#[tokio::test]
async fn a_page_says_why_it_is_here() {
    let page = opened("#v=1&p=series~blunt&s=1-2&x=b&t=2700&b=60").await;
    assert_eq!(page.attribute("#inside-map-0", "aria-valuenow").await, "60");
    // By keys alone.
    page.press("#inside-page", "\u{e009}a\u{e000}300\u{e004}").await;
    page.wait_until("document.activeElement.dataset.wish === 'history 300'").await;
    let begun = std::time::Instant::now();
    page.key("Enter", "Enter", 13, "\r").await;
    settle(&page).await;
    println!("ms to tell what befell a page in both runs: {}", begun.elapsed().as_millis());
    let frame = "0x792c";
    let told = page.text("#inside-told").await;
    assert!(told.contains(&format!("A, series: frame {frame} is ")) && told.contains("B, blunt: frame"), "{told}");
    assert_eq!(page.number("document.querySelectorAll('#inside .history').length").await, 2);
    let lines = page.text("#inside .history").await;
    assert!(lines.contains("anonymous memory"), "{lines}");
    assert_eq!(page.value("document.activeElement.dataset.wish").await, "history 300", "the focus stays");
    pictures(&page, "inside-history", "#inside-page").await;
    breaks_no_rule(&page, "inside, a page").await;
    page.view(1440, 900, "light").await;
    // Another block is another page.
    page.press("#inside-map-0", "\u{e014}").await;
    settle(&page).await;
    assert_eq!(page.number("document.querySelectorAll('#inside .history').length").await, 0);
    // By pointer, on a pixel of the page view, which is a page; events round their place to whole ones.
    wish(&page, "pages 1").await;
    let click = "(() => { const c = document.querySelector('#inside-map-1'), r = c.getBoundingClientRect(); \
                 c.dispatchEvent(new MouseEvent('click', { bubbles: true, clientX: r.x + r.width * (5 + 8.1 / 16) / 32, \
                 clientY: r.y + r.height * (2 + 10.1 / 32) / 16 })) })()";
    page.value(click).await;
    settle(&page).await;
    assert_eq!(page.attribute("#inside-map-0", "aria-valuenow").await, "69");
    assert_eq!(page.value("document.querySelector('#inside-page').value").await, (10 * 16 + 8).to_string());
    page.screenshot("inside-page-picked").await;
    wish(&page, "history 168").await;
    assert!(page.text("#inside-told").await.contains("frame 0x8aa8 is "));
    // A decision of the history is a way to its moment, where nothing has been asked yet.
    let way = "#inside .history [data-wish]";
    let decision = page.attribute(way, "data-wish").await;
    page.click(way).await;
    settle(&page).await;
    let number = decision.split(' ').nth(1).expect("run and number");
    assert!(now(&page).await.contains(&format!("decision {number} of")), "{decision}");
    assert_eq!(page.number("document.querySelectorAll('#inside .history').length").await, 0);
    page.close_without_errors().await;
}
