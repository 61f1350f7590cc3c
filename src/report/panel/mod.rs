// SPDX-License-Identifier: GPL-2.0-only
//! A comparison as HTML: what the page shows first, before any program runs, and what the program shows later.
//!
//! Both come from here, so that they cannot differ. Every picture has a table beside it with the same numbers.

mod headline;
pub mod html;
mod marks;
mod scale;
mod scenarios;
pub mod share;
mod shown;
mod sight;
pub mod strip;
pub mod tradeoff;

pub use marks::COLOURS;
pub use scenarios::{DEFAULT, SCENARIOS, Scenario};
pub use shown::Shown;
pub use sight::{Comparison, Reproduced, Row, Sight};

use html::{escape, list, table};

/// The answer. `parting` says where two of the policies first decide differently; it may come later.
pub fn answer(sight: &Sight, parting: &str) -> String {
    let [before, behind] = around_parting(sight);
    before + &escape(parting) + &behind
}

/// The answer without the sentence that may come later: what stands before it and behind it.
fn around_parting(sight: &Sight) -> [String; 2] {
    let mut html = String::new();
    for headline in &sight.headlines {
        html += &format!("<p class=\"verdict\">{}</p>", escape(headline));
    }
    if sight.headlines.is_empty() {
        html += "<p class=\"verdict\">One policy alone: add a second one to compare.</p>";
    }
    [html + "<p class=\"parting\">", "</p>".to_owned() + &list("warnings", &sight.warnings)]
}

/// Results as a table, and as pictures.
pub fn results(sight: &Sight) -> String {
    let unit = &sight.unit;
    let head: Vec<String> = [
        "policy".to_owned(),
        "n".to_owned(),
        format!("mean {unit}"),
        "stdev".to_owned(),
        "min".to_owned(),
        "max".to_owned(),
        "delta".to_owned(),
        "95 % interval".to_owned(),
        "verdict".to_owned(),
    ]
    .into();
    let row = |(i, row): (usize, &Row)| {
        let mut cells = vec![row.label.clone()];
        cells.extend(row.sample.iter().cloned());
        match i.checked_sub(1).and_then(|i| sight.comparisons.get(i)) {
            Some(one) => cells.extend(one.cells.iter().cloned()),
            None => cells.extend(["baseline", "-", "-"].map(str::to_owned)),
        }
        cells
    };
    let rows: Vec<_> = sight.rows.iter().enumerate().map(row).collect();
    let figures = table("results", &sight.title, &head, &rows);
    let trade = tradeoff::svg(sight, false).map_or(String::new(), |svg| {
        let right = if sight.less_is_better { "left" } else { "right" };
        format!(
            "<figure id=\"tradeoff\"><figcaption>Where it ends against the work it takes; {right} and low is better\
             </figcaption>{svg}</figure>"
        )
    });
    format!(
        "{figures}<div class=\"plots\"><figure id=\"strip\"><figcaption>Every seed, the mean, and its 95 % interval; \
         differences are paired by seed</figcaption>{}</figure>{trade}</div>",
        strip::svg(sight, false)
    )
}

/// What the policies make the machine do.
pub fn costs(sight: &Sight) -> String {
    let mut head = vec!["counter".to_owned()];
    head.extend(sight.rows.iter().map(|row| row.label.clone()));
    let row = |(name, means): &(String, Vec<f64>)| {
        let mut cells = vec![name.clone()];
        cells.extend(means.iter().map(|mean| format!("{mean:.1}")));
        cells
    };
    let rows: Vec<_> = sight.costs.iter().map(row).collect();
    let caption = "Work: mean a run, under the names of /proc/vmstat";
    table("costs", caption, &head, &rows) + &list("prices", &sight.prices)
}

/// What was run, and what the numbers are not.
pub fn fine_print(sight: &Sight) -> String {
    let mut html = "<dl class=\"setting\">".to_owned();
    for (name, text) in &sight.setting {
        html += &format!("<div><dt>{}</dt><dd>{}</dd></div>", escape(name), escape(text));
    }
    html += "</dl>";
    html + &list("notes", &sight.notes)
}

/// Everything below the answer.
pub fn evidence(sight: &Sight) -> String {
    format!(
        "<div class=\"results\">{}</div>\n<div class=\"work\">{}</div>\n<div class=\"print\">{}</div>",
        results(sight),
        costs(sight),
        fine_print(sight)
    )
}
