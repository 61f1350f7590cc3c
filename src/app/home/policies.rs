// SPDX-License-Identifier: GPL-2.0-only
//! Which policies are compared: each with its sentence, its source and what it changes.

use yew::prelude::*;

use super::{Inputs, field};
use crate::experiment::{Edit, edit};

pub fn policies(props: &Inputs) -> Html {
    let experiment = &props.model.experiment;
    let problem = props.model.problem("policies").map(|(_, why)| why);
    html! {
        <fieldset class="policies">
            <legend>{ "Policies, on the same seeds" }</legend>
            for (policy, number) in edit::policies(experiment) {
                <div class="policy" key={policy.name}>
                    <div class="pick">
                        <input id={format!("policy-{}", policy.name)} type="checkbox" checked={number.is_some()}
                            disabled={number.is_some() && experiment.policies.len() == 1}
                            aria-describedby={format!("about-{}", policy.name)}
                            onchange={toggle(props, policy.name, number)} />
                        <label for={format!("policy-{}", policy.name)}>{ policy.name }</label>
                        { role(props, policy.name, number) }
                    </div>
                    <details>
                        <summary id={format!("about-{}", policy.name)}>{ policy.about }</summary>
                        <p>{ "Changes: " }{ policy.changes }</p>
                        <p>{ "Source: " }{ source(policy.source) }</p>
                        if number.is_none() && !policy.knobs.is_empty() {
                            <p>{ "It has knobs; they appear once it is compared." }</p>
                        }
                    </details>
                    { knobs(props, number) }
                </div>
            }
            if let Some(why) = problem {
                <small class="wrong" role="alert">{ why }</small>
            }
        </fieldset>
    }
}

fn toggle(props: &Inputs, name: &'static str, number: Option<usize>) -> Callback<Event> {
    let on_edit = props.on_edit.clone();
    Callback::from(move |_| {
        on_edit.emit(match number {
            Some(number) => Edit::RemovePolicy(number),
            None => Edit::AddPolicy(name.to_owned()),
        });
    })
}

/// What the others are compared with is the first one.
fn role(props: &Inputs, name: &'static str, number: Option<usize>) -> Html {
    match number {
        None => html! {},
        Some(0) => html! { <span class="role">{ "baseline" }</span> },
        Some(number) => {
            let on_edit = props.on_edit.clone();
            html! {
                <button type="button" class="small" aria-label={format!("make baseline: {name}")}
                    onclick={move |_| on_edit.emit(Edit::Baseline(number))}>{ "make baseline" }</button>
            }
        }
    }
}

fn knobs(props: &Inputs, number: Option<usize>) -> Html {
    let Some(number) = number else { return html! {} };
    let spec = &props.model.experiment.policies[number];
    let fields = edit::knob_values(&spec.knobs, spec.policy.knobs).into_iter().map(|(knob, value)| {
        let place = format!("policy.{number}.{}", knob.name);
        let on_edit = props.on_edit.clone();
        let on = Callback::from(move |text| on_edit.emit(Edit::PolicyKnob(number, knob.name.to_owned(), text)));
        let problem = props.model.problem(&place);
        field::knob(format!("knob-{}-{}", spec.policy.name, knob.name), knob, value, problem, on)
    });
    fields.collect()
}

/// A source that begins with an address is a link.
fn source(text: &'static str) -> Html {
    match text.split_once(' ').unwrap_or((text, "")) {
        (url, rest) if url.starts_with("https://") => html! { <><a href={url}>{ url }</a>{ " " }{ rest }</> },
        _ => html! { text },
    }
}
