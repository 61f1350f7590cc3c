// SPDX-License-Identifier: GPL-2.0-only
//! The result as text for a mail: ASCII, at most 72 columns, nothing that a collapsed blank would change.

use std::rc::Rc;

use yew::prelude::*;

use super::agreement;
use super::text;
use crate::app::platform;
use crate::worker::message::Outcome;

const COLUMNS: usize = 72;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub outcome: Option<Rc<Outcome>>,
}

#[component]
pub fn Export(props: &Props) -> Html {
    let copied = use_state(|| None::<bool>);
    let Some(outcome) = props.outcome.clone() else { return html! {} };
    let whole = plain(&outcome);
    let onclick = {
        let (whole, copied) = (whole.clone(), copied.setter());
        move |_| {
            let copied = copied.clone();
            platform::copy(&whole, move |done| copied.set(Some(done)));
        }
    };
    let said = match *copied {
        None => "",
        Some(true) => "Copied.",
        Some(false) => "The browser does not allow it here; select the text instead.",
    };
    html! {
        <details class="plain">
            <summary>{ "The result as plain text, for a mail" }</summary>
            <p><button id="copy" type="button" {onclick}>{ "Copy" }</button>{ " " }<span role="status">{ said }</span></p>
            <pre id="plain" tabindex="0">{ whole }</pre>
        </details>
    }
}

fn plain(outcome: &Outcome) -> String {
    let report = &outcome.report;
    let mut lines = vec![
        format!("oompoint {}: replay of a Linux 7.3.4 trace", env!("CARGO_PKG_VERSION")),
        format!("trace custom_svf_128_3, {} events, digest {}", report.events, report.digest),
        String::new(),
    ];
    for (name, score) in agreement::rows(report) {
        lines.push(format!("{name} {} {}", ".".repeat(46 - name.len().min(44)), text::score(score).replace(',', "")));
    }
    lines.push(String::new());
    lines.extend(wrap(&format!("first difference: {}", agreement::first_difference(outcome))));
    lines.extend(wrap(&format!("not judged: {}", agreement::not_judged(outcome))));
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
