// SPDX-License-Identifier: GPL-2.0-only
//! The reader's own trace: pasted, chosen, dropped; whole, damaged, cut.

use oompoint::trace::{Skipped, import};
use serde_json::json;

use crate::page::Page;

const AGAIN: &str = r#"[data-state="done"][data-run="2"]"#;

fn file(name: &str) -> String {
    format!("{}/tests/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn stock() -> String {
    std::fs::read_to_string(file("traces/stock.txt")).expect("there is an excerpt")
}

impl Page {
    async fn own() -> Page {
        let page = Page::open("#replay").await;
        page.wait_for(crate::DONE).await;
        page.click(".own > summary").await;
        page
    }

    /// Drops files, given as an expression for a list of them.
    async fn drop_files(&self, files: &str) {
        self.value(&format!(
            "(async () => {{ const data = new DataTransfer(); for (const f of await {files}) data.items.add(f); \
             document.querySelector('.own').dispatchEvent(new DragEvent('drop', {{ dataTransfer: data, bubbles: true, \
             cancelable: true }})); }})()"
        ))
        .await;
    }
}

/// More than 1 MB: lines cut, glued together, with lost and changed bytes.
fn damaged() -> String {
    let (lines, mut text, mut draw) = (stock(), String::new(), 1_u32);
    while text.len() <= 1 << 20 {
        for line in lines.lines() {
            draw = draw.wrapping_mul(1_103_515_245).wrapping_add(12_345);
            let at = (draw >> 8) as usize % (line.len() + 1);
            match draw >> 28 {
                0..4 => text += &line[..at],
                4..7 => text += &line.replacen('=', "", 1 + at % 3),
                7 => text += &format!("{line}{line}"),
                8 => text += &format!("{}<b>\u{7}{}", &line[..at], &line[at..]),
                _ => text += line,
            }
            text.push('\n');
        }
    }
    text
}

#[tokio::test]
async fn a_megabyte_of_damage_is_counted_line_by_line() {
    let text = damaged();
    let wanted = import(text.as_bytes());
    assert!(wanted.skipped.total > 1000 && wanted.events.len() > 1000);
    let page = Page::own().await;
    let paste = "document.querySelector('#own-text').value = arguments[0]; document.querySelector('#own-go').click()";
    page.client.execute(paste, vec![json!(text)]).await.expect("the script runs");
    page.wait_for(AGAIN).await;
    let count = |css: &str| format!("+document.querySelector('{css}').textContent.replaceAll(',', '')");
    assert_eq!(page.number(&count("#trace-1")).await, i64::from(wanted.lines));
    assert_eq!(page.number(&count("#trace-2")).await, wanted.events.len() as i64);
    assert_eq!(page.number(&count("#trace-4")).await, i64::from(wanted.skipped.total));
    let sum = "[...document.querySelectorAll('#reasons tbody tr')].reduce((n, r) => n + +r.cells[1].textContent.replaceAll(',', ''), 0)";
    assert_eq!(page.number(sum).await, i64::from(wanted.skipped.total), "every line has a reason");
    assert_eq!(page.number("document.querySelectorAll('#skipped tbody tr').length").await, 200);
    assert!(wanted.skipped.first.len() <= Skipped::KEPT_MAX as usize);
    let drawn = "[...document.querySelectorAll('#timeline tbody tr')].reduce((n, r) => n + +r.cells[1].textContent.replaceAll(',', ''), 0)";
    assert_eq!(page.number(drawn).await, wanted.events.len() as i64);
    assert!(page.text("#verdict").await.starts_with("From the trace alone"));
    assert!(page.text(".agreement").await.contains("There is no start state"), "it is said why");
    page.screenshot("own-damaged").await;
    page.click("#bundled").await;
    page.wait_for(r#"[data-state="done"][data-run="3"]"#).await;
    assert_eq!(page.text("#row-pages td:nth-of-type(1)").await, "35,692 of 35,692");
    page.close_without_errors().await;
}

#[tokio::test]
async fn chosen_files_with_states_are_replayed() {
    let page = Page::own().await;
    let folder = "kernel/custom_svf_128_3";
    page.press("#own-trace", &file(&format!("{folder}/trace_full.txt.gz"))).await;
    page.press("#own-start", &file(&format!("{folder}/initial_state.json.gz"))).await;
    page.press("#own-end", &file(&format!("{folder}/final_state.json.gz"))).await;
    page.click("#own-go").await;
    page.wait_for(AGAIN).await;
    assert_eq!(page.text("#row-pages td").await, "35,692 of 35,692");
    assert_eq!(page.text("#row-states td").await, "1 of 1");
    assert_eq!(
        page.number("document.querySelectorAll('#agreement th[scope=col]').length").await,
        2,
        "nothing published"
    );
    assert_eq!(page.number("document.querySelectorAll('#before option').length").await, 2, "two moments");
    assert!(page.text("#status").await.contains("trace_full.txt.gz"));
    page.close_without_errors().await;
}

#[tokio::test]
async fn dropped_files_find_their_place_and_faults_are_told() {
    let page = Page::own().await;
    let cut = "fetch('trace/trace_full.txt.gz').then(r => r.blob()).then(b => [new File([b.slice(0, 200000)], 'cut.txt.gz')])";
    page.drop_files(cut).await;
    page.wait_for(AGAIN).await;
    let facts = page.text("#trace-facts").await;
    assert!(facts.contains("cut.txt.gz") && facts.contains("ends early, at byte 200000"), "{facts}");
    page.drop_files("[new File(['x'], 'a.txt'), new File(['{\"index\": 1'], 'initial.json')]").await;
    page.wait_for(r#"[data-state="failed"][data-run="3"]"#).await;
    let told = page.text("#failure").await;
    assert!(told.contains("initial.json") && told.contains("Choose another file"), "{told}");
    // Nothing chosen at all.
    page.client.refresh().await.expect("the page loads again");
    page.wait_for(crate::DONE).await;
    page.click(".own > summary").await;
    page.click("#own-go").await;
    assert!(page.text(".own .wrong").await.starts_with("There is no trace yet"));
    page.close_without_errors().await;
}
