// SPDX-License-Identifier: GPL-2.0-only
//! The table of everything the replay compared, and the facts of the run.

use std::rc::Rc;

use yew::prelude::*;

use super::text;
use crate::replay::{Report, Score};
use crate::worker::message::Outcome;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub outcome: Option<Rc<Outcome>>,
}

/// Identifier, what is compared, and what was published. index.html shows the same rows before the program has loaded.
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

/// The sentence above the table; without an outcome, what was published.
pub fn verdict(outcome: Option<&Outcome>) -> String {
    let [pages, _, drained, states, ..] = match outcome {
        Some(outcome) => scores(&outcome.report),
        None => ROWS.map(|row| row.2),
    };
    text::verdict(pages, drained, states)
}

/// Every comparison by name, for the text.
pub fn rows(report: &Report) -> impl Iterator<Item = (&'static str, Score)> {
    ROWS.iter().map(|row| row.1).zip(scores(report))
}

#[component]
pub fn Agreement(props: &Props) -> Html {
    let computed = props.outcome.as_ref().map(|outcome| scores(&outcome.report));
    html! {
        <section class="agreement" aria-labelledby="agreement-title">
            <h2 id="agreement-title">{ "Agreement with the kernel" }</h2>
            <table id="agreement">
                <thead><tr>
                    <th scope="col">{ "Compared" }</th>
                    <th scope="col">{ "Computed here" }</th>
                    <th scope="col">{ "Published" }</th>
                </tr></thead>
                <tbody>
                for (i, (id, name, published)) in ROWS.iter().enumerate() {
                    <tr key={*id} id={format!("row-{id}")}>
                        <th scope="row">{ *name }</th>
                        <td>{ computed.map_or("...".to_owned(), |scores| text::score(scores[i])) }</td>
                        <td>{ text::score(*published) }</td>
                    </tr>
                }
                </tbody>
            </table>
        </section>
    }
}

#[component]
pub fn Facts(props: &Props) -> Html {
    let outcome = props.outcome.as_deref();
    let of = |fact: fn(&Outcome) -> String| outcome.map_or("...".to_owned(), fact);
    let rows: [(&str, &str, String); 8] = [
        ("difference", "First difference", of(first_difference)),
        ("digest", "Digest of the end state", of(|outcome| outcome.report.digest.clone())),
        ("events", "Events replayed", of(|outcome| text::number(outcome.report.events))),
        ("skipped", "Lines not understood", of(|outcome| text::number(outcome.report.skipped_lines))),
        ("bent", "Pages not where the model expected them", of(|outcome| text::number(outcome.report.adopted))),
        ("times", "Time to fetch, read, replay", of(times)),
        ("speed", "Speed of the replay", of(text::speed)),
        ("unjudged", "Not judged on this trace", of(not_judged)),
    ];
    html! {
        <section class="facts" aria-labelledby="facts-title">
            <h2 id="facts-title">{ "This run" }</h2>
            <dl>
            for (id, name, value) in rows {
                <div key={id}><dt>{ name }</dt><dd id={format!("fact-{id}")}>{ value }</dd></div>
            }
            </dl>
        </section>
    }
}

pub fn first_difference(outcome: &Outcome) -> String {
    match &outcome.report.first_divergence {
        None => "none".to_owned(),
        Some(first) => {
            format!("line {}, {}: kernel {}, model {}", first.line, first.event, first.expected, first.got)
        }
    }
}

fn times(outcome: &Outcome) -> String {
    [outcome.fetch_ms, outcome.import_ms, outcome.replay_ms].map(text::seconds).join(", ")
}

pub fn not_judged(outcome: &Outcome) -> String {
    match outcome.report.not_judged.is_empty() {
        true => "nothing".to_owned(),
        false => outcome.report.not_judged.join("; "),
    }
}
