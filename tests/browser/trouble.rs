// SPDX-License-Identifier: GPL-2.0-only
//! Cancelling, running again, and what is shown when something is missing.

use std::path::{Path, PathBuf};

use crate::DONE;
use crate::page::{Page, built};

const CANCELLED: &str = r#"[data-state="cancelled"]"#;
const FAILED: &str = r#"[data-state="failed"]"#;

#[tokio::test]
async fn a_run_can_be_cancelled_and_repeated() {
    let page = Page::open("#replay").await;
    page.wait_for(DONE).await;
    let digest = page.text("#fact-digest").await;
    // In one go, so that the run cannot be over before it is cancelled: begin, wait until it works, cancel.
    page.value(
        "(() => { const go = document.querySelector('#go'); go.click(); const t = setInterval(() => { \
         if (document.querySelector('#status').textContent.startsWith('Reading')) { go.click(); clearInterval(t); } }, 1); })()",
    )
    .await;
    page.wait_for(CANCELLED).await;
    assert_eq!(page.text("#status").await, "Cancelled. The figures are of the run before.");
    assert_eq!(page.text("#fact-digest").await, digest, "what was computed stays");
    // A worker that went on all the same would finish in this time.
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    page.wait_for(CANCELLED).await;
    assert_eq!(page.text("#go").await, "Run again");
    page.click("#go").await;
    page.wait_for(r#"[data-state="done"][data-run="3"]"#).await;
    assert_eq!(page.text("#fact-digest").await, digest, "the same trace gives the same state");
    page.close_without_errors().await;
}

#[tokio::test]
async fn progress_is_told_often() {
    let page = Page::open("#replay").await;
    page.wait_for(DONE).await;
    page.value(
        "(() => { window.heard = new Set(); new MutationObserver(() => \
         heard.add(document.querySelector('#status').textContent)).observe(document.querySelector('#status'), \
         { characterData: true, subtree: true, childList: true }); document.querySelector('#go').click(); })()",
    )
    .await;
    page.wait_for(r#"[data-state="done"][data-run="2"]"#).await;
    let steps = page.number("heard.size").await;
    assert!((15..=100).contains(&steps), "{steps} different texts");
    page.close_without_errors().await;
}

#[tokio::test]
async fn a_missing_trace_is_told_and_can_be_retried() {
    let copy = Copy::of_built("no-trace");
    let (trace, aside) = (copy.0.join("trace/trace_full.txt.gz"), copy.0.join("aside"));
    std::fs::rename(&trace, &aside).expect("the copy can be changed");
    let page = Page::open_folder(copy.0.clone(), "#replay").await;
    page.wait_for(FAILED).await;
    let told = page.text("#failure").await;
    assert!(told.contains("404") && told.contains("trace_full.txt.gz") && told.contains("retry"), "{told}");
    page.screenshot("failure").await;
    std::fs::rename(&aside, &trace).expect("the copy can be changed");
    assert_eq!(page.text("#go").await, "Retry");
    page.click("#go").await;
    page.wait_for(DONE).await;
    page.close().await;
}

#[tokio::test]
async fn a_program_that_does_not_come_is_told() {
    let copy = Copy::of_built("no-program");
    for name in copy.names(|name| name.starts_with("app") && name.ends_with(".wasm")) {
        std::fs::write(copy.0.join(name), b"no program").expect("the copy can be changed");
    }
    let page = Page::open_folder(copy.0.clone(), "#replay").await;
    page.wait_for("#loading[role=alert]").await;
    let told = page.text("#loading").await;
    assert!(told.contains("could not be loaded") && told.contains("Load the page again"), "{told}");
    page.close().await;
}

#[tokio::test]
async fn comparing_needs_no_replay_and_one_that_does_not_come_is_told() {
    let copy = Copy::of_built("no-replay");
    let aside = copy.0.join("aside");
    std::fs::create_dir(&aside).expect("the copy can be changed");
    let programs = copy.names(|name| name.starts_with("replay-"));
    assert_eq!(programs.len(), 2, "a script and a program: {programs:?}");
    for name in &programs {
        std::fs::rename(copy.0.join(name), aside.join(name)).expect("the copy can be changed");
    }
    let page = Page::open_folder(copy.0.clone(), "#v=1&p=base~blunt&s=1-2").await;
    page.wait_for(DONE).await;
    page.click("[data-to=replay]").await;
    for (run, missing) in [(1, ".js"), (2, ".wasm")] {
        page.wait_for(&format!(r#"[data-state="failed"][data-run="{run}"]"#)).await;
        let told = page.text("#failure").await;
        assert!(told.contains("stopped") && told.contains("all files of the page"), "{missing}: {told}");
        let name = programs.iter().find(|name| name.ends_with(missing)).expect("there is one of each");
        std::fs::rename(aside.join(name), copy.0.join(name)).expect("the copy can be changed");
        page.click("#go").await;
    }
    page.wait_for(r#"[data-state="done"][data-run="3"]"#).await;
    assert_eq!(page.text("#row-pages td:nth-of-type(1)").await, "35,692 of 35,692");
    page.close().await;
}

/// A copy of the built page that a test may damage, removed in the end.
struct Copy(PathBuf);

impl Copy {
    fn of_built(name: &str) -> Copy {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&folder);
        copy(&built(), &folder);
        Copy(folder)
    }

    /// The files that are named so.
    fn names(&self, is_so: impl Fn(&str) -> bool) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).expect("the copy is a folder").flatten();
        entries.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| is_so(name)).collect()
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("the target folder can be written");
    for entry in std::fs::read_dir(from).expect("the page is built").flatten() {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        match source.is_dir() {
            true => copy(&source, &target),
            false => drop(std::fs::copy(&source, &target).expect("the target folder can be written")),
        }
    }
}
