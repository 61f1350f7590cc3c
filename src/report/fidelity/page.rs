// SPDX-License-Identifier: GPL-2.0-only
//! The fidelity page as HTML, www/fidelity.html: everything that www/fidelity.json says, made beforehand.
//!
//! The page in the browser hides what its reader filters away; for that each part says its group, how many comparisons it
//! has and how many of them are missed.

use std::fmt::Write;

use super::moments::Moment;
use super::record::{CellRecord, Record};
use crate::experiment::fidelity::Measure;
use crate::report::panel::html::{escape, table};

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

/// The whole page below its heading.
pub fn page(record: &Record) -> String {
    let count = record.measures().count();
    format!(
        "<!-- SPDX-License-Identifier: GPL-2.0-only -->\n<!-- generated: oompoint fidelity --recorded --write -->\n{}\n\
         <section aria-labelledby=\"table-title\">\n<h2 id=\"table-title\">Every comparison</h2>\n{}\n\
         <p id=\"shown\" role=\"status\">{count} comparisons are shown.</p>\n{}{}</section>\n",
        summary(record),
        filter(record),
        groups(record).into_iter().enumerate().map(|(number, name)| group(record, number, name)).collect::<String>(),
        pictures(record),
    )
}

/// Names of the groups, in the record's order. Cells of one group differ in policy alone.
fn groups(record: &Record) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for cell in &record.cells {
        if !names.contains(&cell.group.as_str()) {
            names.push(&cell.group);
        }
    }
    names
}

/// How many bars are met, the ladder, the limits.
fn summary(record: &Record) -> String {
    let mut figures: Vec<(&str, u32, u32)> = Vec::new();
    for one in record.measures().filter(|one| one.miss.is_some()) {
        let what = match one.tolerance == "the same" && one.what.contains(" against ") {
            true => "order of policies",
            false => &one.what,
        };
        let at = figures.iter().position(|(name, ..)| *name == what).unwrap_or(figures.len());
        if at == figures.len() {
            figures.push((what, 0, 0));
        }
        figures[at].1 += u32::from(one.passes());
        figures[at].2 += 1;
    }
    let (met, all) = figures.iter().fold((0, 0), |sum, one| (sum.0 + one.1, sum.1 + one.2));
    let mut html = format!(
        "<p class=\"verdict\">{met} of {all} comparisons with real Linux 7.3.4 kernels are within the tolerance that was set for \
         them; the others are listed with what is known of the reason.</p>\n"
    );
    let head = ["figure", "met", "of"].map(str::to_owned);
    let rows: Vec<_> =
        figures.iter().map(|(name, met, all)| vec![(*name).to_owned(), met.to_string(), all.to_string()]).collect();
    let rungs: Vec<_> =
        LADDER.iter().map(|(rung, what, tests)| [*rung, *what, *tests].map(str::to_owned).to_vec()).collect();
    let ladder = ["rung", "what holds", "rests on"].map(str::to_owned);
    html += "<div class=\"trust\"><section aria-labelledby=\"ladder-title\"><h2 id=\"ladder-title\">What the trust rests on</h2>";
    html += &table("ladder", "From what must hold always to what was measured once", &ladder, &rungs);
    html += "</section>\n<section aria-labelledby=\"met-title\"><h2 id=\"met-title\">Met, by figure</h2>";
    html += &table("met", "Comparisons within their tolerance", &head, &rows);
    html += "</section></div>\n<section aria-labelledby=\"limits-title\"><h2 id=\"limits-title\">Limits</h2><ul class=\"notes\">";
    LIMITS.iter().for_each(|limit| html += &format!("\n<li>{}</li>", escape(limit)));
    html + "</ul></section>"
}

/// The two controls that hide what they leave out.
fn filter(record: &Record) -> String {
    let options: String =
        groups(record).iter().map(|name| format!("<option value=\"{0}\">{0}</option>", escape(name))).collect();
    format!(
        "<div class=\"filter\"><label for=\"group\">Group</label> <select id=\"group\"><option value=\"\">all</option>{options}\
         </select> <input id=\"missed\" type=\"checkbox\"> <label for=\"missed\">missed only</label></div>"
    )
}

/// One group's comparisons.
fn group(record: &Record, number: usize, name: &str) -> String {
    let cells: Vec<&CellRecord> = record.cells.iter().filter(|cell| cell.group == name).collect();
    let own = cells.iter().flat_map(|cell| &cell.measures);
    let all: Vec<&Measure> =
        own.chain(record.order.iter().chain(&record.costs).filter(|one| one.cell == name)).collect();
    let missed = all.iter().filter(|one| !one.passes()).count();
    let head = ["cell", "figure", "model", "real", "ratio", "tolerance", "verdict"].map(str::to_owned);
    let rows: Vec<_> = all.iter().map(|one| row(record, one)).collect();
    // Each table of a page needs an id of its own.
    let table = table(&format!("group-{number}"), &format!("{name}: model against real kernel"), &head, &rows);
    let mut parts = table.split("<tr><th scope=\"row\">");
    let mut html = parts.next().unwrap_or_default().to_owned();
    for (one, part) in all.iter().zip(parts) {
        let class = if one.passes() { "" } else { " class=\"missed\"" };
        html += &format!("<tr{class}><th scope=\"row\">{part}");
    }
    format!(
        "<section data-group=\"{0}\" data-all=\"{1}\" data-missed=\"{missed}\"><h3>{0}</h3>{2}{html}</section>\n",
        escape(name),
        all.len(),
        provenance(record, &cells)
    )
}

fn row(record: &Record, one: &Measure) -> Vec<String> {
    let ratio = one.ratio.map_or(String::new(), |ratio| format!("{ratio:.3}"));
    let known = record.known.iter().find(|known| known.cell == one.cell && known.what == one.what);
    let verdict = match (one.miss, one.passes(), known) {
        (None, ..) => "shown only".to_owned(),
        (_, true, _) => "met".to_owned(),
        (_, false, Some(known)) => format!("missed: {}", known.reason),
        (_, false, None) => "missed".to_owned(),
    };
    let [cell, what, model, real, tolerance] =
        [&one.cell, &one.what, &one.model, &one.real, &one.tolerance].map(|text| text.replace("\\|", "|"));
    vec![cell, what, model, real, ratio, tolerance, verdict]
}

/// Where the real figures of some cells come from, and how to run the model's.
fn provenance(record: &Record, cells: &[&CellRecord]) -> String {
    let mut html = String::new();
    for source in &record.sources {
        let boots: Vec<String> = source
            .cells
            .iter()
            .filter(|(name, _)| cells.iter().any(|cell| cell.name == *name))
            .map(|(name, boots)| format!("{name} ({boots})"))
            .collect();
        if !boots.is_empty() {
            let [file, kernel, guest] = [&source.file, &source.kernel, &source.guest].map(|text| escape(text));
            _ = write!(
                html,
                "\n<p class=\"source\">Real: tests/kernel/runs/{file}; kernel {kernel}; {guest}; boots of each cell: {}.</p>",
                escape(&boots.join(", "))
            );
        }
    }
    html += "\n<details><summary>How to run the model's cells</summary><ul class=\"notes\">";
    for cell in cells {
        let (name, command) = (escape(&cell.name), escape(&cell.command));
        _ = write!(html, "<li>{name}: <code>{command} --seeds 1-{}</code></li>", cell.seeds.len());
    }
    html + "</ul></details>"
}

/// Pictures are given by name: a page of one file holds them elsewhere than beside it.
fn pictures(record: &Record) -> String {
    let mut html = String::new();
    for cell in &record.cells {
        let Some(file) = &cell.svg else { continue };
        let name = escape(&cell.name);
        _ = write!(
            html,
            "\n<figure data-group=\"{}\"><figcaption>{name}</figcaption><div class=\"wide\" tabindex=\"0\" role=\"group\" \
             aria-label=\"Time-line of {name}\"><img loading=\"lazy\" width=\"1134\" height=\"546\" data-file=\"fidelity/{file}\" \
             alt=\"Eleven small plots, orders 0 to 10: free blocks while secretmem grows. The model's band and mean over its \
             seeds, each real boot as a dashed line.\"></div>{}</figure>",
            escape(&cell.group),
            moments(&cell.moments, &name)
        );
    }
    if html.is_empty() {
        return html;
    }
    format!(
        "<div class=\"lines\"><h2 id=\"lines-title\">Free blocks by order over a run</h2><p>Where a time-line was \
         recorded.</p>{html}</div>"
    )
}

/// The picture's figures as a table; nothing for a record without them.
fn moments(all: &[Moment], name: &str) -> String {
    let mut rows = String::new();
    for moment in all {
        _ = write!(rows, "<tr class=\"moment\"><th scope=\"row\">{}</th>", moment.mib);
        for (order, model) in moment.model.iter().enumerate() {
            let real = moment.real.get(order).map_or("-".to_owned(), u64::to_string);
            _ = write!(rows, "<td>{model} / {real}</td>");
        }
        rows += "</tr>";
    }
    if rows.is_empty() {
        return rows;
    }
    let orders = all.iter().map(|moment| moment.model.len()).max().unwrap_or(0);
    let heads: String = (0..orders).map(|order| format!("<th scope=\"col\">{order}</th>")).collect();
    format!(
        "<details><summary>The same as a table</summary><div class=\"wide\" tabindex=\"0\" role=\"group\" \
         aria-label=\"Free blocks of {name}\"><table><caption>{name}: free blocks by order, mean of the model / mean of the \
         real boots, every 64 MiB of secretmem</caption><thead><tr><th scope=\"col\">MiB</th>{heads}</tr></thead>\
         <tbody>{rows}</tbody></table></div></details>"
    )
}
