// SPDX-License-Identifier: GPL-2.0-only
//! Lines that were not understood: why, how many, which, and what such a line should look like.

use super::words::number;
use crate::report::panel::html::table;
use crate::trace::{Reason, Skip, Skipped};

/// So many of them are listed one by one.
pub const SHOWN_MAX: usize = 200;

/// What a kernel prints, by the event's name.
const SAMPLES: [(&str, &str); 6] = [
    (
        "mm_page_alloc:",
        "busybox-110 [000] ..... 15.843736: mm_page_alloc: page=000000009c9b6cce pfn=0xfff0 order=0 migratetype=1 gfp_flags=GFP_NOFS|__GFP_MOVABLE",
    ),
    ("mm_page_free:", "init-1 [000] ..... 8.245243: mm_page_free: page=0000000039a06508 pfn=0xe1f3 order=0"),
    (
        "mm_page_free_batched:",
        "busybox-95 [000] .B.4. 8.341494: mm_page_free_batched: page=00000000a9a2cc1e pfn=0xe1e9 order=0",
    ),
    (
        "mm_page_alloc_zone_locked:",
        "busybox-95 [000] d..3. 8.254584: mm_page_alloc_zone_locked: page=0000000093e73500 pfn=0x2db6 order=0 migratetype=0 percpu_refill=1",
    ),
    (
        "mm_page_pcpu_drain:",
        "kworker/0:1-11 [000] d..2. 8.265180: mm_page_pcpu_drain: page=00000000611d7e9c pfn=0x2dc4 order=0 migratetype=0",
    ),
    (
        "mm_page_alloc_extfrag:",
        "busybox-108 [000] d..3. 11.012460: mm_page_alloc_extfrag: page=000000009406b5f4 pfn=0x3c00 alloc_order=2 fallback_order=10 pageblock_order=9 alloc_migratetype=2 fallback_migratetype=1 fragmenting=0 change_ownership=1",
    ),
];

/// Stands for any other line.
const OTHER: &str = "task-1 [000] ..... 8.245243: event: fields, as events/*/EVENT/format in tracefs prints them";

pub fn html(skipped: &Skipped) -> String {
    let mut html = "<h3>Lines that were not understood</h3>".to_owned();
    if skipped.total == 0 {
        return html + "<p>None: every line was an event, a comment or blank.</p>";
    }
    let mut reasons: Vec<(Reason, u32)> = Vec::new();
    for &(reason, count) in skipped.by_reason.iter() {
        reasons.insert(reasons.partition_point(|(_, more)| *more >= count), (reason, count));
    }
    let head = ["reason", "lines", "first", "what stands there", "what is expected"].map(str::to_owned);
    let rows: Vec<Vec<String>> = reasons
        .into_iter()
        .map(|(reason, count)| {
            let first = skipped.first.iter().find(|skip| skip.reason == reason);
            vec![
                reason.to_string(),
                number(u64::from(count)),
                first.map_or("later".to_owned(), |skip| number(u64::from(skip.line))),
                first.map_or(String::new(), |skip| skip.text.clone()),
                first.map_or(OTHER, expected).to_owned(),
            ]
        })
        .collect();
    html += &table("reasons", "By reason", &head, &rows);
    let head = ["line", "reason", "what stands there"].map(str::to_owned);
    let shown: Vec<Vec<String>> = skipped
        .first
        .iter()
        .take(SHOWN_MAX)
        .map(|skip| vec![number(u64::from(skip.line)), skip.reason.to_string(), skip.text.clone()])
        .collect();
    let caption = match skipped.total as usize {
        all if all > shown.len() => format!("The first {} of {}", shown.len(), number(all as u64)),
        all => format!("All {all}"),
    };
    format!(
        "{html}<details class=\"twin\"><summary>{caption}, line by line</summary>{}</details>",
        table("skipped", &caption, &head, &shown)
    )
}

fn expected(skip: &Skip) -> &'static str {
    SAMPLES.iter().find(|(event, _)| skip.text.contains(event)).map_or(OTHER, |sample| sample.1)
}

#[test]
fn what_is_said_to_be_expected_is_understood() {
    for (event, sample) in SAMPLES {
        let trace = crate::trace::import(sample.as_bytes());
        assert_eq!((trace.events.len(), trace.skipped.total), (1, 0), "{event}: {:?}", trace.skipped.first);
        assert_eq!(format!("{}:", trace.events[0].kind.name()), event);
    }
}
