// SPDX-License-Identifier: GPL-2.0-only
//! What a replay found: a sentence, a table of everything that was compared, the facts of the run, a text for a mail.

use super::words::{number, score, seconds};
use crate::replay::{Report, Score, Survey};
use crate::report::panel::html::escape;

/// Why no page is judged.
pub const NO_STATE: &str = "There is no start state, and a trace does not say what lay on the free lists before its first \
    line: so the model cannot say which page each request should get. To have that judged, add a dump of the allocator's \
    state from the moment before the trace.";
pub const NO_ADDED: &str = "The trace has no PA lines of an instrumented kernel, and this page replays by those alone. On the \
    command line, `oompoint replay --native --state STATE --trace TRACE` does it from the stock lines.";

const COLUMNS: usize = 72;

/// Identifier, what is compared, and what was published for the bundled trace.
const ROWS: [(&str, &str, Score); 14] = [
    ("pages", "Allocations: the very page", same(35_692)),
    ("blocks", "Allocations: the right pageblock", same(35_692)),
    ("drained", "Pages given back by per-CPU lists, in order", same(39_296)),
    ("states", "Whole states: lists with order, tuning, types", same(5)),
    ("takes", "Pages taken off free lists, in order", same(33_632)),
    ("fallbacks", "Requests served from another type's memory", same(922)),
    ("claims", "Pageblocks that could be claimed", same(130)),
    ("boosts", "Watermark boosts", same(130)),
    ("refills", "Refills of per-CPU lists: wanted and got", same(621)),
    ("trims", "What a free made its per-CPU list give back", same(863)),
    ("frees", "The list a freed page went to", same(5_087)),
    ("counts", "Pages on per-CPU lists at drains", same(34)),
    ("counter", "Free-page counter as the kernel saw it", Score { made: 35_692, exact: 35_691 }),
    ("refusals", "Requests that found no page in a zone", same(0)),
];

const fn same(made: u64) -> Score {
    Score { made, exact: made }
}

fn scores(report: &Report) -> [Score; ROWS.len()] {
    let score = |made, exact| Score { made, exact };
    [
        score(report.allocations, report.pfn_exact),
        score(report.allocations, report.pageblock_exact),
        score(report.drained, report.drained_exact),
        score(report.states_checked, report.states_equal),
        report.list_takes,
        report.fallbacks,
        report.claims,
        report.boosts,
        report.refills,
        report.trims,
        report.free_types,
        report.pcp_counts,
        report.free_counter,
        report.refusals,
    ]
}

/// One sentence on how it went; without a report, what was published for the bundled trace.
pub fn verdict(report: Option<&Report>) -> String {
    if let Some(report) = report.filter(|report| report.survey.is_some()) {
        let named = score(Score { made: report.allocations, exact: report.pfn_exact });
        return format!("From the trace alone: where it determines a request's page, the model names it in {named}.");
    }
    let [pages, _, drained, states, ..] = report.map_or(ROWS.map(|row| row.2), scores);
    let whole = match states.made {
        0 => "no later state was given to compare.".to_owned(),
        _ => format!("{} whole states equal the kernel's.", score(states)),
    };
    format!(
        "The model names the very page in {} allocations and in {} pages given back by per-CPU lists; {whole}",
        score(pages),
        score(drained)
    )
}

/// Everything that was compared; before there is a report, the rows alone. The bundled trace has published figures.
/// `why` says why pages could not be judged, if they were not.
pub fn table(report: Option<&Report>, is_bundled: bool, why: &str) -> String {
    let title = "<h2 id=\"agreement-title\">Agreement with the kernel</h2>";
    if let Some(survey) = report.and_then(|report| report.survey.as_deref()) {
        return format!("{title}{}", without_state(survey, why));
    }
    let published = if is_bundled { "<th scope=\"col\">Published</th>" } else { "" };
    let mut html = format!(
        "{title}<table id=\"agreement\"><thead><tr><th scope=\"col\">Compared</th><th scope=\"col\">Computed here</th>\
         {published}</tr></thead><tbody>"
    );
    let computed = report.map(scores);
    for (i, (id, name, published)) in ROWS.iter().enumerate() {
        let here = computed.map_or("...".to_owned(), |scores| score(scores[i]));
        html += &format!("<tr id=\"row-{id}\"><th scope=\"row\">{}</th><td>{here}</td>", escape(name));
        if is_bundled {
            html += &format!("<td>{}</td>", score(*published));
        }
        html += "</tr>";
    }
    html + "</tbody></table>"
}

/// Rules that can be held against a trace alone.
fn without_state(survey: &Survey, why: &str) -> String {
    let rows = [
        ("Blocks begin at a multiple of their size", survey.aligned),
        ("The printed type is the one that the flags ask for", survey.type_of_flags),
        ("Pages are not allocated twice", survey.not_allocated_twice),
        ("Freed pages were allocated in this trace", survey.frees_of_seen_pages),
        ("Helping types are in the fallback table", survey.fallback_in_table),
        ("Claims and steals follow the rules", survey.fallback_rules),
        ("Steals take the smallest chunk", survey.steals_smallest_first),
        ("Refills come when the list is empty", survey.refills_when_empty),
        ("Pages of per-CPU lists whose head is determined", survey.determined_heads),
        ("The same by pageblock", survey.determined_blocks),
    ];
    let mut html = format!(
        "<p>{}</p><p>What can be held against the trace alone:</p><table id=\"agreement\"><thead><tr>\
         <th scope=\"col\">Compared</th><th scope=\"col\">Holds in</th></tr></thead><tbody>",
        escape(why)
    );
    for (name, found) in rows {
        html += &format!("<tr><th scope=\"row\">{}</th><td>{}</td></tr>", escape(name), score(found));
    }
    html + "</tbody></table>"
}

/// The facts of the run; `ms` are the times to fetch, read and replay.
pub fn facts(report: Option<&Report>, ms: [f64; 3]) -> String {
    let of = |fact: &dyn Fn(&Report) -> String| report.map_or("...".to_owned(), fact);
    let rows = [
        ("difference", "First difference", of(&first_difference)),
        (
            "digest",
            "Digest of the end state",
            of(&|report| if report.digest.is_empty() { "none".to_owned() } else { report.digest.clone() }),
        ),
        ("events", "Events replayed", of(&|report| number(report.events))),
        ("skipped", "Lines not understood", of(&|report| number(report.skipped_lines))),
        ("bent", "Pages not where the model expected them", of(&|report| number(report.adopted))),
        ("times", "Time to fetch, read, replay", of(&|_| ms.map(seconds).join(", "))),
        ("speed", "Speed of the replay", of(&|report| speed(report.events, ms[2]))),
        ("unjudged", "Not judged on this trace", of(&not_judged)),
    ];
    let mut html = "<h2 id=\"facts-title\">This run</h2><dl>".to_owned();
    for (id, name, value) in rows {
        html += &format!("<div><dt>{name}</dt><dd id=\"fact-{id}\">{}</dd></div>", escape(&value));
    }
    html + "</dl>"
}

fn speed(events: u64, ms: f64) -> String {
    if ms < 1.0 {
        return "too short to tell".to_owned();
    }
    format!("{} events a second", number((events as f64 / ms * 1000.0) as u64 / 1000 * 1000))
}

fn first_difference(report: &Report) -> String {
    match &report.first_divergence {
        None if report.survey.is_some() => "not looked for".to_owned(),
        None => "none".to_owned(),
        Some(first) => {
            format!("line {}, {}: kernel {}, model {}", first.line, first.event, first.expected, first.got)
        }
    }
}

fn not_judged(report: &Report) -> String {
    if report.not_judged.is_empty() { "nothing".to_owned() } else { report.not_judged.join("; ") }
}

/// For a mail: ASCII, at most 72 columns, nothing that a collapsed blank would change.
pub fn text(name: &str, report: &Report) -> String {
    let name: String = name.chars().filter(char::is_ascii_graphic).take(40).collect();
    let mut lines = vec![
        format!("oompoint {}: replay of the trace", env!("CARGO_PKG_VERSION")),
        format!("{name}, {} events", report.events),
        format!("digest {}", if report.digest.is_empty() { "none" } else { &report.digest }),
        String::new(),
    ];
    if report.survey.is_some() {
        lines.extend(wrap(&verdict(Some(report))));
    } else {
        for ((_, name, _), found) in ROWS.iter().zip(scores(report)) {
            lines.push(format!("{name} {} {}", ".".repeat(46 - name.len().min(44)), score(found).replace(',', "")));
        }
    }
    lines.push(String::new());
    lines.extend(wrap(&format!("first difference: {}", first_difference(report))));
    lines.extend(wrap(&format!("not judged: {}", not_judged(report))));
    lines.extend(wrap(
        "The order of requests, list drains and what compaction isolates come from the trace; the model names the \
         pages. It does not predict when memory runs out.",
    ));
    lines.join("\n")
}

/// Breaks at blanks. A word longer than a line stays whole.
fn wrap(sentence: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in sentence.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + 1 + word.len() <= COLUMNS => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
