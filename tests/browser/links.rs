// SPDX-License-Identifier: GPL-2.0-only
//! A link says what it is: reproduced, of another model, not reproduced, cut, too new.

use crate::DONE;
use crate::page::Page;

/// Links that were published; tests/links/v1.txt is the list.
const FROZEN: &str = include_str!("../links/v1.txt");

/// Some of them with few seeds, since a browser runs every cell.
fn frozen(with: &str) -> &'static str {
    let lines = FROZEN.lines().filter(|line| !line.starts_with("//"));
    let links = lines.filter_map(|line| line.split('\t').next());
    let found = links.filter_map(|link| link.split_once('#')).find(|(_, fragment)| fragment.contains(with));
    found.unwrap_or_else(|| panic!("no frozen link has {with}")).1
}

/// The page at a link, when it is done.
async fn open(fragment: &str) -> Page {
    let page = Page::open(&format!("#{fragment}")).await;
    page.wait_for(DONE).await;
    page
}

#[tokio::test]
async fn frozen_links_open() {
    // What each must show: rows of its table, and a sentence on the link.
    for (with, rows, said) in [
        ("s=1-4&p=base~series", 2, "no check"),
        ("s=1&future=yes", 3, "Ignored: future"),
        ("s=1-2&mv=0.0.9", 3, "Made with model 0.0.9"),
    ] {
        let page = open(frozen(with)).await;
        let shown = page.number("document.querySelectorAll('#results tbody tr').length").await;
        assert_eq!(shown, rows, "{with}");
        let status = page.text(".status").await;
        assert!(status.contains(said), "{with}: {status}");
        page.close_without_errors().await;
    }
}

#[tokio::test]
async fn another_result_than_promised_is_loud() {
    let page = open("v=1&p=base~blunt&s=1-2&r=k7Qm2x4").await;
    let told = page.text("#reproduction").await;
    assert!(told.starts_with("NOT reproduced") && told.contains("r=k7Qm2x4"), "{told}");
    assert_eq!(page.attribute("#reproduction", "role").await, "alert");
    assert_eq!(page.attribute("#reproduction", "class").await, "failure");
    // The link to hand on promises what was found.
    page.click("#share").await;
    page.wait_for("#share-link").await;
    let link = page.value("document.querySelector('#share-link').value").await;
    let now =
        told.split("this run gave r=").nth(1).and_then(|rest| rest.split(' ').next()).expect("the result is said");
    assert!(link.as_str().is_some_and(|link| link.contains(&format!("&r={now}&c="))), "{link} {now}");
    page.close_without_errors().await;
}

#[tokio::test]
async fn a_link_that_cannot_be_opened_says_why() {
    for (fragment, why) in [
        ("v=99&s=1-2", "version 99, this program knows versions up to 1: reload the page"),
        ("v=1&p=base~blu", "may have been cut"),
        ("v=1&p=base~", "the link was cut: it ends with `p=base~`"),
        ("v=1&s=1-2&s=3", "has `s=` twice"),
    ] {
        let page = Page::open(&format!("#{fragment}")).await;
        page.wait_for("#refused").await;
        let told = page.text("#refused").await;
        assert!(told.contains(why), "{fragment}: {told}");
        // The way out leads to a page that works.
        page.click("#refused a").await;
        page.wait_for(DONE).await;
        assert_eq!(page.number("document.querySelectorAll('#refused').length").await, 0);
        page.close_without_errors().await;
    }
}

#[tokio::test]
async fn a_cut_link_that_still_opens_says_so() {
    // Its end is missing: the seeds are fewer than its maker asked for.
    let page = open("v=1&p=base~blunt&s=1").await;
    assert!(page.text(".status").await.contains("its end was cut off"));
    page.client.goto(&format!("{}#v=1&p=base~blunt&s=1-3&c=zz", page.url)).await.expect("the page stays");
    page.wait_until("document.querySelector('#results tbody td').textContent === '3'").await;
    assert!(page.text(".status").await.contains("looks cut or changed"));
    page.close_without_errors().await;
}

#[tokio::test]
async fn back_and_forward_lead_between_experiments() {
    let page = open("v=1&p=base~blunt&s=1-2").await;
    let first = page.text("#answer").await;
    page.click("#policy-series").await;
    page.wait_until("document.querySelectorAll('#results tbody tr').length === 3").await;
    page.wait_for(DONE).await;
    let second = page.text("#answer").await;
    assert_ne!(first, second);
    page.client.back().await.expect("there is a step back");
    page.wait_until("document.querySelectorAll('#results tbody tr').length === 2").await;
    page.wait_for(DONE).await;
    assert_eq!(page.text("#answer").await, first);
    assert_eq!(page.value("document.querySelector('#policy-series').checked").await, false);
    page.client.execute("history.forward()", vec![]).await.expect("there is a step forward");
    page.wait_until("document.querySelectorAll('#results tbody tr').length === 3").await;
    page.wait_for(DONE).await;
    assert_eq!(page.text("#answer").await, second);
    page.close_without_errors().await;
}

#[tokio::test]
async fn what_was_computed_beforehand_does_not_answer_another_link() {
    // A link whose first cells take a while: until then the page shows what it brought along, and says so.
    let page = Page::open("#v=1&g=disk-1g&w=file-churn&p=base~blunt&s=1-2").await;
    page.wait_for("#go").await;
    let before = "getComputedStyle(document.querySelector('#answer'), '::before').content";
    assert!(page.text("#answer").await.contains("blunt runs out of memory later than series"));
    assert_eq!(page.value(before).await, "\"Another comparison, as an example:\"");
    // What is shown in the end is the reader's own, and so is the line for a shell.
    page.client.goto(&format!("{}#v=1&w=kernel-build&p=base~blunt&s=1-2", page.url)).await.expect("the page stays");
    page.wait_until(
        "document.querySelector('#results caption').textContent.includes('build time (ms; less is better)')",
    )
    .await;
    page.wait_for(DONE).await;
    assert_eq!(page.value(before).await, "none");
    let command = page.text("#command").await;
    assert!(command.starts_with("oompoint link 'v=1&w=kernel-build&p=base~blunt&s=1-2&") && command.ends_with('\''));
    let plot = page.text("#tradeoff figcaption").await;
    assert_eq!(plot, "Where it ends against the work it takes; left and low is better");
    page.close_without_errors().await;
}
