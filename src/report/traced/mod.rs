// SPDX-License-Identifier: GPL-2.0-only
//! A trace and its replay as HTML: what the page shows of them. Pure, so that a worker can make it.

mod agreement;
mod orders;
mod skips;
mod timeline;
pub mod words;

pub use agreement::{NO_ADDED, NO_STATE, facts, table, text, verdict};
pub use skips::SHOWN_MAX;
pub use timeline::BINS;

use super::panel::html::escape;
use crate::trace::Imported;
use crate::trace::input::Fault;
use words::{number, seconds_of};

/// What a trace contains: facts, requests, a time-line, and what was not understood.
pub fn contents(name: &str, trace: &Imported, fault: Option<Fault>) -> String {
    let mut html = format!("<h2 id=\"contents-title\">What the trace contains</h2>{}", facts_of(name, trace, fault));
    html += &orders::html(trace);
    html += &timeline::html(trace);
    html + &skips::html(&trace.skipped)
}

fn facts_of(name: &str, trace: &Imported, fault: Option<Fault>) -> String {
    let mut cpus: Vec<u16> = Vec::new();
    for event in &trace.events {
        if let Err(at) = cpus.binary_search(&event.cpu) {
            cpus.insert(at, event.cpu);
        }
    }
    let shown: Vec<String> = cpus.iter().take(16).map(u16::to_string).collect();
    let more = if cpus.len() > shown.len() { format!(" and {} more", cpus.len() - shown.len()) } else { String::new() };
    let times = || trace.events.iter().map(|event| event.time_us);
    let span = times().max().unwrap_or(0) - times().min().unwrap_or(0);
    let mut rows = vec![
        ("File", name.to_owned()),
        ("Lines", number(u64::from(trace.lines))),
        ("Events", number(trace.events.len() as u64)),
        ("Comments and blank lines", number(u64::from(trace.comments))),
        ("Lines not understood", number(u64::from(trace.skipped.total))),
        ("Events that the kernel lost", number(trace.lost_events)),
        ("CPUs", format!("{} (number {}{more})", cpus.len(), shown.join(", "))),
        ("Time span", seconds_of(span)),
    ];
    if let Some((kept, written)) = trace.buffer.filter(|(kept, written)| kept < written) {
        let text = format!("{} of {}: the ring buffer was too small for the rest", number(kept), number(written));
        rows.push(("Events that the buffer kept", text));
    }
    if let Some(fault) = fault {
        rows.push(("What is missing", fault.to_string()));
    } else if trace.open_end {
        rows.push(("The end", "the last line has no end: it may have been cut".to_owned()));
    }
    let rows = rows
        .into_iter()
        .enumerate()
        .map(|(i, (name, text))| format!("<div><dt>{name}</dt><dd id=\"trace-{i}\">{}</dd></div>", escape(&text)));
    format!("<dl id=\"trace-facts\">{}</dl>", rows.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::import;

    fn lines(n: u32) -> String {
        (0..n)
            .map(|i| {
                format!("  a-1       [000] .....     {}.000000: mm_page_free: page=00 pfn={:#x} order=0\n", i + 1, i)
            })
            .collect()
    }

    #[test]
    fn what_was_not_understood_is_counted_whole_and_shown_in_part() {
        let text = lines(3) + &"<script>alert(1)</script>\n".repeat(1500);
        let html = contents("<b>.txt", &import(text.as_bytes()), None);
        assert!(html.contains("<dd id=\"trace-4\">1,500</dd>"), "{html}");
        assert!(!html.contains("<script>") && !html.contains("<b>"), "text of a trace is never markup");
        assert_eq!(html.matches("&lt;script&gt;").count(), SHOWN_MAX + 1, "one a line shown, one by its reason");
    }

    #[test]
    fn every_event_is_in_some_bin() {
        let html = contents("t", &import(lines(160).as_bytes()), None);
        let twin = html.split("id=\"bins\"").nth(1).unwrap();
        assert_eq!(twin.matches("<td>2</td>").count(), BINS, "two in each");
        // One damaged time does not push all others into one bin.
        let far = lines(400) + "  a-1       [000] .....  9000000.000000: mm_page_free: page=00 pfn=0x1 order=0\n";
        let html = contents("t", &import(far.as_bytes()), None);
        assert!(html.contains("1 event lies outside"), "{html}");
        assert!(html.split("id=\"bins\"").nth(1).unwrap().matches("<td>0</td>").count() < BINS / 10);
    }

    #[test]
    fn nothing_at_all_is_said_too() {
        let html = contents("t", &import(b"no trace\n"), None);
        assert!(html.contains("No event was found") && html.contains("not a line of ftrace"), "{html}");
    }
}
