// SPDX-License-Identifier: GPL-2.0-only
//! Looking inside the first comparison: scrub, step, partings, why, tables, keys.

use std::time::Duration;

use crate::access::breaks_no_rule;
use crate::compare::DONE;
use crate::page::Page;

const OPEN: &str = r#"#inside[data-state="open"]"#;

/// The first comparison, opened.
pub async fn opened(rest: &str) -> Page {
    let page = Page::open(rest).await;
    page.wait_for(DONE).await;
    if rest.is_empty() {
        page.click("#inside-open").await;
    }
    page.wait_for(OPEN).await;
    page
}

/// Presses what makes a wish, and waits for the answer.
pub async fn wish(page: &Page, wish: &str) {
    page.value(&format!("document.querySelector('#inside [data-wish=\"{wish}\"]').click()")).await;
    settle(page).await;
}

pub async fn now(page: &Page) -> String {
    page.text("#inside .now").await
}

/// Waits until the answer has come.
pub async fn settle(page: &Page) {
    tokio::time::sleep(Duration::from_millis(30)).await;
    page.wait_for(OPEN).await;
}

/// Pictures from an element on, of a wide page and of the narrowest in the dark; neither scrolls sideways.
pub async fn pictures(page: &Page, name: &str, from: &str) {
    for (name, width, scheme) in [(name.to_owned(), 1440, "light"), (format!("{name}-phone"), 320, "dark")] {
        page.view(width, 900, scheme).await;
        assert_eq!(page.number("document.documentElement.scrollWidth - innerWidth").await, 0, "{name}");
        page.value(&format!("document.querySelector('{from}').scrollIntoView()")).await;
        page.screenshot(&name).await;
    }
}

/// Moves the scrubber as a drag does.
async fn scrub(page: &Page, mib: u32) {
    let script = format!(
        "(() => {{ const range = document.querySelector('#inside-range'); range.value = {mib}; \
         range.dispatchEvent(new InputEvent('input', {{ bubbles: true }})) }})()"
    );
    page.value(&script).await;
    settle(page).await;
}

fn number_after(text: &str, word: &str) -> u64 {
    let rest = text.split(word).nth(1).unwrap_or_else(|| panic!("no `{word}` in {text}"));
    let digits: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("no number after `{word}` in {text}"))
}

#[tokio::test]
async fn a_run_is_scrubbed_stepped_and_explained() {
    let page = opened("").await;
    // How long a moment takes to open, from the drag to what it shows.
    let timed = "const end = arguments[0], range = document.querySelector('#inside-range'), all = [], old = () => \
                 document.querySelector('#inside .now').textContent; (async () => { for (const mib of [700, 930, 400, \
                 1300, 960]) { const was = old(), from = performance.now(); range.value = mib; range.dispatchEvent(new \
                 InputEvent('input', { bubbles: true })); while (old() === was) await new Promise(r => setTimeout(r, 1)); \
                 all.push(Math.round(performance.now() - from)) } end(all) })()";
    let took = page.client.execute_async(timed, vec![]).await.expect("the script runs");
    println!("ms to open a moment: {took}");
    scrub(&page, 500).await;
    assert!(now(&page).await.contains("500 MiB asked for"), "{}", now(&page).await);
    let drawn =
        "new Set(document.querySelector('#inside-map-0').getContext('2d').getImageData(0, 0, 200, 100).data).size";
    assert!(page.number(drawn).await > 4, "the map is drawn");

    wish(&page, "first").await;
    wish(&page, "next").await;
    assert!(now(&page).await.contains("decision 0 of"), "{}", now(&page).await);
    wish(&page, "next").await;
    assert!(now(&page).await.contains("decision 1 of"), "{}", now(&page).await);
    wish(&page, "previous").await;
    assert!(now(&page).await.contains("decision 0 of"), "{}", now(&page).await);

    wish(&page, "first").await;
    wish(&page, "next-parting").await;
    let parting = page.text("#inside-parting caption").await;
    assert!(parting.contains("part here for the first time"), "{parting}");
    assert!(page.text("#inside-parting").await.contains("because"));
    page.screenshot("inside-parting").await;

    wish(&page, "kill-a").await;
    wish(&page, "tab 1").await;
    let card = page.text("#inside-tab article").await;
    assert!(card.contains("invoked the OOM killer") && card.contains("min watermark"), "{card}");
    let (free, mark) = (number_after(&card, "\nfree"), number_after(&card, "\nmark"));
    assert!(free > 0 && mark > 0, "{card}");
    page.close_without_errors().await;
}

#[tokio::test]
async fn maps_drawn_over_are_as_maps_drawn_anew() {
    let page = opened("").await;
    for (mib, block) in [(980, 40), (700, 41), (1010, 300), (960, 301)] {
        scrub(&page, mib).await;
        let to = format!(
            "(() => {{ const field = document.querySelector('#inside-cursor'); field.value = {block}; \
             field.dispatchEvent(new Event('change', {{ bubbles: true }})) }})()"
        );
        page.value(&to).await;
        settle(&page).await;
    }
    // A changed window has them drawn anew. They are spoilt first, so that this is seen to happen.
    let anew = "const end = arguments[0], maps = [0, 1, 2].map(i => document.querySelector('#inside-map-' + i)), seen = () \
                => maps.map(map => map.toDataURL()); (async () => { const over = seen(); for (const map of maps) \
                map.getContext('2d').fillRect(0, 0, 40, 40); const spoilt = seen(); window.dispatchEvent(new \
                Event('resize')); const now = performance.now(); let anew = seen(); while (anew.some((map, i) => map === \
                spoilt[i]) && performance.now() - now < 5000) { await new Promise(r => setTimeout(r, 20)); anew = seen() } \
                end(over.map((map, i) => [map === anew[i], map === spoilt[i]])) })()";
    let same = page.client.execute_async(anew, vec![]).await.expect("the script runs");
    assert_eq!(same, serde_json::json!([[true, false], [true, false], [true, false]]));
    page.close_without_errors().await;
}

#[tokio::test]
async fn everything_drawn_stands_in_a_table_too() {
    let page = opened("").await;
    // series, which is A, ends sooner.
    assert!(now(&page).await.contains("invoked the OOM killer"), "{}", now(&page).await);
    wish(&page, "kill-b").await;
    for (id, rows) in [
        ("inside-lanes-A", 8),
        ("inside-lanes-B", 8),
        ("inside-time-A", 20),
        ("inside-time-B", 20),
        ("inside-types-A", 20),
        ("inside-types-B", 20),
    ] {
        let count = page.number(&format!("document.querySelectorAll('#{id} tbody tr').length")).await;
        assert!(count >= rows, "{id} has {count} rows");
    }
    page.value("document.querySelectorAll('#inside .pictures details').forEach(details => details.open = true)").await;
    let label = page.attribute("#inside .drawn.types > svg", "aria-label").await;
    assert!(label.contains("free memory of type Unmovable: first "), "{label}");
    page.screenshot("inside-types").await;
    wish(&page, "tab 4").await;
    let count = page.number("document.querySelectorAll('#inside-blocks tbody tr').length").await;
    assert_eq!(count, 512, "a row for each pageblock of 1 GiB");
    let label = page.attribute("#inside-map-2", "aria-label").await;
    assert!(label.starts_with("Difference: "), "{label}");
    let said = number_after(&label, "Difference: ");
    let differ = "[...document.querySelectorAll('#inside-blocks tbody tr')].filter(r => { const c = [...r.cells].map(c => \
                  c.textContent); return [2, 3, 4, 5].some(i => c[i] !== c[i + 4]) }).length";
    let listed = page.number(differ).await as u64;
    assert!(listed > 0 && listed <= said && said <= 512, "{listed} {said}");
    wish(&page, "tab 2").await;
    assert!(page.text("#inside-counters").await.contains("um_block_unmap"));
    wish(&page, "tab 3").await;
    let report = page.value("document.querySelector('#text-b4').textContent").await;
    assert!(report.as_str().is_some_and(|text| text.contains("invoked oom-killer")), "{report}");
    page.close_without_errors().await;
}

#[tokio::test]
async fn it_is_used_by_keys_alone() {
    let page = opened("").await;
    page.press("#inside-range", "\u{e010}").await;
    settle(&page).await;
    page.value("document.querySelector('#inside [data-wish=\"first\"]').focus()").await;
    for (key, seen) in [("\u{e007}", "0 MiB asked for"), ("j", "decision 0 of"), ("K", "part here for the first time")]
    {
        page.press("#inside [data-wish=\"first\"]", key).await;
        settle(&page).await;
        assert!(now(&page).await.contains(seen), "{key}: {}", now(&page).await);
    }
    page.press("#inside [data-wish=\"first\"]", "e").await;
    settle(&page).await;
    assert_eq!(page.attribute("#inside-tab-why", "aria-pressed").await, "true");
    page.value("document.querySelector('#inside-map-0').focus()").await;
    page.press("#inside-map-0", "\u{e014}\u{e015}").await;
    settle(&page).await;
    let columns = page.number("innerWidth < 640 ? 16 : 32").await;
    assert_eq!(page.attribute("#inside-map-0", "aria-valuenow").await, (columns + 1).to_string());
    settle(&page).await;
    assert!(page.text("#inside-block caption").await.starts_with(&format!("Pageblock {}", columns + 1)));
    assert_eq!(page.value("document.activeElement.id").await, "inside-map-0");
    page.close_without_errors().await;
}

#[tokio::test]
async fn decisions_are_filtered_by_words() {
    let page = opened("").await;
    wish(&page, "kill-b").await;
    wish(&page, "tab 2").await;
    // From any tab the key opens the log and leads to the field.
    page.press("#inside [data-wish=\"first\"]", "/").await;
    page.wait_until("document.activeElement.id === 'inside-find'").await;
    settle(&page).await;
    assert_eq!(page.attribute("#inside-tab-log", "aria-pressed").await, "true");
    let all = page.text("#inside-said").await;
    page.press("#inside-find", "mt:unmapped fail/\u{e007}").await;
    settle(&page).await;
    let wrong = page.text("#inside-find-help").await;
    assert!(wrong.contains("`fail/`: no event has it in its name; there are mt:TYPE"), "{wrong}");
    assert_eq!(page.attribute("#inside-find", "aria-invalid").await, "true");
    assert_eq!(page.value("document.querySelector('#inside-find').value").await, "mt:unmapped fail/");
    assert_eq!(page.text("#inside-said").await, all, "nothing is lost");
    page.press("#inside-find", "\u{e003}\u{e007}").await;
    settle(&page).await;
    let said = page.text("#inside-said").await;
    let (found, of) = (number_after(&format!("\n{said}"), "\n"), number_after(&said, "of"));
    assert!(0 < found && found < of && all.starts_with(&format!("{of} of {of}")), "{said}; {all}");
    // What a compaction came to does not repeat the type of the request that it was for.
    let others = "[...document.querySelectorAll('#inside-log tbody tr')].filter(r => !r.cells[2].textContent.includes('denied') \
                  || !/Unmapped|direct (compaction|reclaim)/.test(r.cells[3].textContent)).length";
    assert_eq!(page.number(others).await, 0);
    assert!(page.number("document.querySelectorAll('#inside-log tbody tr').length").await > 0);
    assert_eq!(page.value("document.activeElement.id").await, "inside-find", "the focus stays");
    pictures(&page, "inside-find", "#inside-tab-log").await;
    page.fill("#inside-find", "no:such").await;
    breaks_no_rule(&page, "inside, a filter that cannot be read").await;
    page.close_without_errors().await;
}

#[tokio::test]
async fn a_link_leads_to_the_same_moment() {
    let page = opened("").await;
    wish(&page, "kill-a").await;
    let (seen, hash) = (now(&page).await, page.value("location.hash").await);
    let hash = hash.as_str().expect("an address").to_owned();
    assert!(hash.contains("x=") && hash.contains("t="), "{hash}");
    page.close_without_errors().await;
    let page = opened(&hash).await;
    assert_eq!(now(&page).await, seen);
    page.close_without_errors().await;
}

#[tokio::test]
async fn it_fits_and_breaks_no_rule() {
    let page = opened("").await;
    wish(&page, "kill-b").await;
    for (name, width, height, scheme) in [
        ("inside-desktop", 1440, 900, "light"),
        ("inside-small", 720, 480, "light"),
        ("inside-phone", 390, 844, "light"),
        ("inside-narrowest", 320, 640, "light"),
        ("inside-dark", 1440, 900, "dark"),
    ] {
        page.view(width, height, scheme).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(page.number("document.documentElement.scrollWidth - innerWidth").await, 0, "{name}");
        page.screenshot(name).await;
    }
    page.view(1440, 900, "light").await;
    wish(&page, "pages 1").await;
    assert_eq!(page.number("document.querySelector('#inside-map-0').width").await, 512);
    assert_eq!(page.number("document.querySelector('#inside-map-0').height").await, 512);
    page.screenshot("inside-pages").await;
    wish(&page, "tab 1").await;
    page.screenshot("inside-why").await;
    breaks_no_rule(&page, "inside").await;
    page.close_without_errors().await;
}
