// SPDX-License-Identifier: GPL-2.0-only
//! The fidelity page as HTML, from the text of www/fidelity.json alone.
//!
//! The page reads the record as plain JSON values: its types would bring half of the native program along.

use std::fmt::Write;

use serde_json::Value;

use crate::report::panel::html::{escape, table};

/// What is shown of all comparisons.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Name of a group; empty for all.
    pub group: String,
    pub missed_only: bool,
}

/// What each rung rests on here: the rung, what was reached, and the tests that would fail without it.
const LADDER: [(&str, &str, &str); 5] = [
    (
        "0 Invariants",
        "Pages are conserved, blocks aligned and apart, counters equal to the lists, after any sequence of operations; an \
         allocator without shared code agrees.",
        "tests/property, tests/oracle, tests/layout.rs",
    ),
    (
        "1 Facts from documents and sources",
        "Watermarks, fallback order, claims, per-CPU sizes, deferral: each function names the kernel's and has a test.",
        "tests/tables.rs, tests/compact.rs, unit tests in src/model",
    ),
    (
        "2 The very page",
        "Guided replay of an instrumented 7.3 kernel on one CPU, per-CPU lists on: 35,692 of 35,692 pages, 5 of 5 whole \
         states. Replay it on this site.",
        "tests/replay.rs",
    ),
    (
        "3 Blocks, from stock traces",
        "With the tracepoints that any kernel has: at least 99.8 % of pages and pageblocks in four traces with a \
         start state, 99.6 % of what two traces without one determine. Guests of at most 320 MiB and one CPU.",
        "tests/replay.rs, FIDELITY.md",
    ),
    (
        "4 Whole experiments",
        "Where runs end and what they cost, against boots of real kernels: the table below, misses included.",
        "tests/fidelity.rs, oompoint fidelity --check",
    ),
];

const LIMITS: [&str; 5] = [
    "All real figures come from QEMU guests without hardware acceleration, of 256 MiB to 2 GiB, with one or two CPUs. Nothing \
     was measured on bare metal, on NUMA or above 2 GiB.",
    "Many cells rest on one to five boots; where a cell is a race between kcompactd and the workload, its ends move.",
    "There is no latency and no throughput here: simulated time orders events, it does not predict them.",
    "Not modelled: NUMA, memory cgroups, swap, CMA areas, hotplug, writeback, large folios in the page cache.",
    "The mail's own guest was never measured by us; what is assumed of it stands in FIDELITY.md with what each assumption moves.",
];

/// Names of the groups, in the record's order. Cells of one group differ in policy alone.
pub fn groups(record: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for cell in list(record, "cells") {
        let name = text(cell, "group");
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What does not depend on the filter, then the comparisons. `picture` gives the address of a time-line's file.
pub fn page(record: &Value, filter: &Filter, picture: &dyn Fn(&str) -> String) -> String {
    let mut html = String::new();
    let mut shown = 0;
    for group in groups(record) {
        if filter.group.is_empty() || filter.group == group {
            shown += group_html(&mut html, record, group, filter.missed_only);
        }
    }
    let count = format!("<p id=\"shown\" role=\"status\">{shown} comparisons are shown.</p>");
    count + &html + &pictures(record, filter, picture)
}

/// What stands above the filter: how many bars are met, the ladder, the limits.
pub fn summary(record: &Value) -> String {
    let mut figures: Vec<(&str, u32, u32)> = Vec::new();
    for one in measures(record).filter(|one| is_judged(one)) {
        let what = if one["tolerance"] == "the same" && text(one, "what").contains(" against ") {
            "order of policies"
        } else {
            text(one, "what")
        };
        let at = figures.iter().position(|(name, ..)| *name == what).unwrap_or(figures.len());
        if at == figures.len() {
            figures.push((what, 0, 0));
        }
        figures[at].1 += u32::from(is_met(one));
        figures[at].2 += 1;
    }
    let (met, all) = figures.iter().fold((0, 0), |sum, one| (sum.0 + one.1, sum.1 + one.2));
    let mut html = format!(
        "<p class=\"verdict\">{met} of {all} comparisons with real Linux 7.3.4 kernels are within the tolerance that was set for \
         them; the others are listed with what is known of the reason.</p>"
    );
    let head = ["figure", "met", "of"].map(str::to_owned);
    let rows: Vec<_> =
        figures.iter().map(|(name, met, all)| vec![(*name).to_owned(), met.to_string(), all.to_string()]).collect();
    let rungs: Vec<_> =
        LADDER.iter().map(|(rung, what, tests)| [*rung, *what, *tests].map(str::to_owned).to_vec()).collect();
    let ladder = ["rung", "what holds", "rests on"].map(str::to_owned);
    html += "<div class=\"trust\"><section aria-labelledby=\"ladder-title\"><h2 id=\"ladder-title\">What the trust rests on</h2>";
    html += &table("ladder", "From what must hold always to what was measured once", &ladder, &rungs);
    html += "</section><section aria-labelledby=\"met-title\"><h2 id=\"met-title\">Met, by figure</h2>";
    html += &table("met", "Comparisons within their tolerance", &head, &rows);
    html += "</section></div><section aria-labelledby=\"limits-title\"><h2 id=\"limits-title\">Limits</h2><ul class=\"notes\">";
    LIMITS.iter().for_each(|limit| html += &format!("<li>{}</li>", escape(limit)));
    html + "</ul></section>"
}

/// One group's comparisons; gives how many. Nothing is written of a group without one.
fn group_html(html: &mut String, record: &Value, group: &str, missed_only: bool) -> usize {
    let cells: Vec<&Value> = list(record, "cells").filter(|cell| cell["group"] == group).collect();
    let own = cells.iter().flat_map(|cell| list(cell, "measures"));
    let across = ["order", "costs"].into_iter().flat_map(|part| list(record, part)).filter(|one| one["cell"] == group);
    let rows: Vec<Vec<String>> = own
        .chain(across)
        .filter(|one| !missed_only || is_judged(one) && !is_met(one))
        .map(|one| row(record, one))
        .collect();
    if rows.is_empty() {
        return 0;
    }
    _ = write!(html, "<h3>{}</h3>{}", escape(group), provenance(record, &cells));
    let head = ["cell", "figure", "model", "real", "ratio", "tolerance", "verdict"].map(str::to_owned);
    // Each table of a page needs an id of its own.
    let id = format!("group-{}", groups(record).iter().position(|name| *name == group).unwrap_or_default());
    *html += &table(&id, &format!("{group}: model against real kernel"), &head, &rows);
    rows.len()
}

fn row(record: &Value, one: &Value) -> Vec<String> {
    let ratio = one["ratio"].as_f64().map_or(String::new(), |ratio| format!("{ratio:.3}"));
    let known = list(record, "known").find(|known| known["cell"] == one["cell"] && known["what"] == one["what"]);
    let verdict = match (is_judged(one), is_met(one), known) {
        (false, ..) => "shown only".to_owned(),
        (_, true, _) => "met".to_owned(),
        (_, false, Some(known)) => format!("missed: {}", text(known, "reason")),
        (_, false, None) => "missed".to_owned(),
    };
    let cell = |name| text(one, name).replace("\\|", "|");
    vec![cell("cell"), cell("what"), cell("model"), cell("real"), ratio, cell("tolerance"), verdict]
}

/// Where the real figures of some cells come from, and how to run the model's.
fn provenance(record: &Value, cells: &[&Value]) -> String {
    let mut html = String::new();
    for source in list(record, "sources") {
        let boots: Vec<String> = list(source, "cells")
            .filter(|pair| cells.iter().any(|cell| cell["name"] == pair[0]))
            .map(|pair| format!("{} ({})", pair[0].as_str().unwrap_or_default(), pair[1]))
            .collect();
        if !boots.is_empty() {
            let [file, kernel, guest] = ["file", "kernel", "guest"].map(|name| escape(text(source, name)));
            _ = write!(
                html,
                "<p class=\"source\">Real: tests/kernel/runs/{file}; kernel {kernel}; {guest}; boots of each cell: {}.</p>",
                escape(&boots.join(", "))
            );
        }
    }
    html += "<details><summary>How to run the model's cells</summary><ul class=\"notes\">";
    for cell in cells {
        let seeds = list(cell, "seeds").count();
        _ = write!(
            html,
            "<li>{}: <code>{} --seeds 1-{seeds}</code></li>",
            escape(text(cell, "name")),
            escape(text(cell, "command"))
        );
    }
    html + "</ul></details>"
}

fn pictures(record: &Value, filter: &Filter, picture: &dyn Fn(&str) -> String) -> String {
    let mut html = String::new();
    for cell in list(record, "cells").filter(|cell| filter.group.is_empty() || cell["group"] == filter.group.as_str()) {
        let Some(file) = cell["svg"].as_str() else { continue };
        let name = escape(text(cell, "name"));
        _ = write!(
            html,
            "<figure><figcaption>{name}</figcaption><div class=\"wide\" tabindex=\"0\" role=\"group\" \
             aria-label=\"Time-line of {name}\"><img loading=\"lazy\" width=\"1134\" height=\"546\" src=\"{}\" \
             alt=\"Eleven small plots, orders 0 to 10: free blocks while secretmem grows. The model's band and mean over its \
             seeds, each real boot as a dashed line.\"></div>{}</figure>",
            escape(&picture(file)),
            moments(cell, &name)
        );
    }
    if html.is_empty() {
        return html;
    }
    format!("<h2 id=\"lines-title\">Free blocks by order over a run</h2><p>Where a time-line was recorded.</p>{html}")
}

/// The picture's figures as a table; nothing for a record without them.
fn moments(cell: &Value, name: &str) -> String {
    let mut rows = String::new();
    let orders = list(cell, "moments").map(|moment| list(moment, "model").count()).max().unwrap_or(0);
    for moment in list(cell, "moments") {
        let real: Vec<String> = list(moment, "real").map(Value::to_string).collect();
        _ = write!(rows, "<tr class=\"moment\"><th scope=\"row\">{}</th>", moment["mib"]);
        for (order, model) in list(moment, "model").enumerate() {
            _ = write!(rows, "<td>{model} / {}</td>", real.get(order).map_or("-", String::as_str));
        }
        rows += "</tr>";
    }
    if rows.is_empty() {
        return rows;
    }
    let heads: String = (0..orders).map(|order| format!("<th scope=\"col\">{order}</th>")).collect();
    format!(
        "<details><summary>The same as a table</summary><div class=\"wide\" tabindex=\"0\" role=\"group\" \
         aria-label=\"Free blocks of {name}\"><table><caption>{name}: free blocks by order, mean of the model / mean of the \
         real boots, every 64 MiB of secretmem</caption><thead><tr><th scope=\"col\">MiB</th>{heads}</tr></thead>\
         <tbody>{rows}</tbody></table></div></details>"
    )
}

fn measures(record: &Value) -> impl Iterator<Item = &Value> {
    let own = list(record, "cells").flat_map(|cell| list(cell, "measures"));
    own.chain(["order", "costs"].into_iter().flat_map(|part| list(record, part)))
}

fn is_judged(one: &Value) -> bool {
    one["miss"].is_number()
}

fn is_met(one: &Value) -> bool {
    one["miss"].as_f64().is_some_and(|miss| miss <= 1.0)
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name].as_array().into_iter().flatten()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}
