// SPDX-License-Identifier: GPL-2.0-only
//! The share dialog: by keyboard, what it copies, what it saves, and that a shared link gives the same again.

use std::path::Path;

use fantoccini::key::Key;
use serde_json::json;

use crate::DONE;
use crate::page::Page;

const LINK: &str = "v=1&p=series~blunt&s=1-4";

/// Where the policies part is worked out when all else is there.
const PARTED: &str = "document.querySelector('#answer .parting').textContent !== ''";

async fn open() -> Page {
    let page = Page::open(&format!("#{LINK}")).await;
    page.wait_for(DONE).await;
    page
}

async fn shared(page: &Page, name: &str) -> String {
    let value = page.value(&format!("document.querySelector('#share-{name}').value")).await;
    value.as_str().unwrap_or_else(|| panic!("there is no {name} to share")).to_owned()
}

#[tokio::test]
async fn keys_open_it_copy_and_give_the_focus_back() {
    let page = open().await;
    page.allow_clipboard().await;
    page.press("#share", &Key::Enter.to_string()).await;
    page.wait_for("dialog[open] #share-link").await;
    assert_eq!(page.value("document.querySelector('#sharing').contains(document.activeElement)").await, true);
    for (name, begin) in
        [("link", "https://"), ("footnote", "[1] https://"), ("block", "MiB that"), ("iframe", "<iframe ")]
    {
        let text = shared(&page, name).await;
        assert!(text.starts_with(begin), "{name}: {text}");
        page.press(&format!("#copy-{name}"), &Key::Enter.to_string()).await;
        page.wait_until("document.querySelector('#sharing .said').textContent === 'Copied.'").await;
        let copied = page.client.execute_async("navigator.clipboard.readText().then(arguments[0])", vec![]).await;
        assert_eq!(copied.expect("the clipboard can be read"), text, "{name}");
    }
    let link = shared(&page, "link").await;
    let note = page.text("#share-link-note").await;
    assert!(note.starts_with(&format!("{} characters", link.len())), "{link}: {note}");
    assert!(shared(&page, "block").await.trim_end().ends_with(&link), "the text ends with the link");
    page.view(1440, 900, "light").await;
    page.screenshot("share").await;
    page.view(390, 844, "dark").await;
    page.screenshot("share-phone-dark").await;
    assert_eq!(page.number("document.documentElement.scrollWidth - innerWidth").await, 0);
    page.press("#share-close", &Key::Escape.to_string()).await;
    page.wait_until("!document.querySelector('#sharing').open").await;
    assert_eq!(page.value("document.activeElement.id").await, "share");
    page.close_without_errors().await;
}

#[tokio::test]
async fn where_copying_is_refused_the_text_is_selected() {
    let page = open().await;
    page.value("navigator.clipboard.writeText = () => Promise.reject(new Error('no'))").await;
    page.click("#share").await;
    page.wait_for("#copy-footnote").await;
    page.click("#copy-footnote").await;
    page.wait_until("document.activeElement.id === 'share-footnote'").await;
    let selected = "document.activeElement.value.length - (document.activeElement.selectionEnd - document.activeElement.selectionStart)";
    assert_eq!(page.number(selected).await, 0);
    assert!(page.text("#sharing .said").await.contains("Ctrl+C"));
    page.close_without_errors().await;
}

#[tokio::test]
async fn a_shared_link_gives_the_same_and_says_so() {
    let page = open().await;
    page.click("#share").await;
    page.wait_for("#share-link").await;
    let link = shared(&page, "link").await;
    let (base, fragment) = link.split_once('#').expect("a link has a fragment");
    // This copy is served from the machine itself, where nobody else can follow a link.
    assert_eq!(base, oompoint::link::BASE);
    assert!(page.text("#sharing").await.contains("no public address"));
    page.wait_until(PARTED).await;
    let answer = page.text("#answer").await;
    let table = page.text("#results").await;
    let url = page.url.clone();
    page.client.goto("about:blank").await.expect("a blank page");
    page.client.goto(&format!("{url}#{fragment}")).await.expect("the page loads");
    page.wait_for("#reproduction").await;
    assert_eq!(page.text("#reproduction").await, "Reproduced (4/4 seeds).");
    page.wait_until(PARTED).await;
    assert_eq!((page.text("#answer").await, page.text("#results").await), (answer, table));
    page.close_without_errors().await;
}

#[tokio::test]
async fn files_are_saved_and_are_what_they_say() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("saved");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    let page = open().await;
    page.save_into(&folder).await;
    page.click("#share").await;
    page.wait_for("button[data-file]").await;
    let names = page.value("[...document.querySelectorAll('button[data-file]')].map(b => b.dataset.file)").await;
    let names: Vec<String> = serde_json::from_value(names).expect("names are a list");
    assert_eq!(names.len(), 7);
    for name in &names {
        page.click(&format!("button[data-file='{name}']")).await;
        let bytes = saved(&folder, name).await;
        let text = || String::from_utf8(bytes.clone()).unwrap_or_else(|_| panic!("{name} is no text"));
        match name.rsplit('.').next().unwrap_or_default() {
            "svg" => {
                // An XML parser of the browser's reads it, and it needs nothing of the page.
                let parse = format!(
                    "new DOMParser().parseFromString({}, 'image/svg+xml').documentElement.localName",
                    json!(text())
                );
                assert_eq!(page.value(&parse).await, "svg", "{name}");
                assert!(text().contains("<style>") && text().contains("#v=1&amp;p=series~blunt"), "{name}");
            }
            "png" => {
                assert_eq!(&bytes[1..4], b"PNG", "{name}");
                let side = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
                assert!(side(16) == 2 * 768 && side(20) > 400, "{name}: {} x {}", side(16), side(20));
            }
            "csv" => {
                assert_eq!(text().lines().count(), 1 + 2 * 4);
                assert!(text().starts_with("\"model\",\"environment\",") && text().contains("\",\"blunt\",\"4\","));
            }
            "json" => {
                let value: serde_json::Value = serde_json::from_slice(&bytes).expect("it is JSON");
                assert_eq!(value["cells"].as_array().map(Vec::len), Some(8));
            }
            _ => assert!(text().is_ascii() && text().contains("result check: r=")),
        }
    }
    page.close_without_errors().await;
}

/// The file whose name ends so, once it is whole.
async fn saved(folder: &Path, end: &str) -> Vec<u8> {
    for _ in 0..200 {
        let entries = std::fs::read_dir(folder).expect("the folder is there").flatten();
        let mut names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let name = names.find(|name| name.starts_with("oompoint-series-blunt-") && name.ends_with(&format!("-{end}")));
        if let Some(bytes) = name.and_then(|name| std::fs::read(folder.join(name)).ok()).filter(|b| !b.is_empty()) {
            return bytes;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("no file ends with {end} in {}", folder.display());
}
