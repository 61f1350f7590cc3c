// SPDX-License-Identifier: GPL-2.0-only
//! Which policies are compared: each with its sentence, its source and what it changes.

use yew::prelude::*;

use super::{Inputs, field};
use crate::app::element::{Element, element, several, text as words};
use crate::experiment::{Edit, edit};
use crate::policy::Policy;

pub fn policies(props: &Inputs) -> Html {
    let all = edit::policies(&props.model.experiment).into_iter().map(|(policy, number)| one(props, policy, number));
    let problem = props.model.problem("policies").map(|(_, why)| why);
    element("fieldset", &[("class", "policies")])
        .put(element("legend", &[]).text("Policies, on the same seeds"))
        .list(all)
        .maybe(problem.map(|why| element("small", &[("class", "wrong"), ("role", "alert")]).words(why)))
        .html()
}

fn one(props: &Inputs, policy: &'static Policy, number: Option<usize>) -> Element {
    let id = format!("policy-{}", policy.name);
    let about = format!("about-{}", policy.name);
    let is_last = number.is_some() && props.model.experiment.policies.len() == 1;
    let pick = element("div", &[("class", "pick")])
        .put(
            element("input", &[("type", "checkbox")])
                .with("id", id.clone())
                .checked(number.is_some())
                .flag("disabled", is_last)
                .with("aria-describedby", about.clone())
                .on_change(toggle(props, policy.name, number)),
        )
        .put(element("label", &[]).with("for", id).text(policy.name))
        .maybe(number.map(|number| role(props, policy.name, number)));
    let knobless = number.is_some() || policy.knobs.is_empty();
    let details = element("details", &[])
        .put(element("summary", &[]).with("id", about).text(policy.about))
        .put(element("p", &[]).text("Changes: ").text(policy.changes))
        .put(element("p", &[]).text("Source: ").child(source(policy.source)))
        .maybe((!knobless).then(|| element("p", &[]).text("It has knobs; they appear once it is compared.")));
    element("div", &[("class", "policy")])
        .key(policy.name)
        .put(pick)
        .put(details)
        .list(number.into_iter().flat_map(|number| knobs(props, number)))
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
fn role(props: &Inputs, name: &'static str, number: usize) -> Element {
    if number == 0 {
        return element("span", &[("class", "role")]).text("baseline");
    }
    let on_edit = props.on_edit.clone();
    element("button", &[("type", "button"), ("class", "small")])
        .with("aria-label", format!("make baseline: {name}"))
        .on_click(move |_| on_edit.emit(Edit::Baseline(number)))
        .text("make baseline")
}

fn knobs(props: &Inputs, number: usize) -> impl Iterator<Item = Element> {
    let spec = &props.model.experiment.policies[number];
    edit::knob_values(&spec.knobs, spec.policy.knobs).into_iter().map(move |(knob, value)| {
        let place = format!("policy.{number}.{}", knob.name);
        let on_edit = props.on_edit.clone();
        let on = Callback::from(move |text| on_edit.emit(Edit::PolicyKnob(number, knob.name.to_owned(), text)));
        let problem = props.model.problem(&place);
        field::knob(format!("knob-{}-{}", spec.policy.name, knob.name), knob, value, problem, on)
    })
}

/// A source that begins with an address is a link.
fn source(text: &'static str) -> Html {
    match text.split_once(' ').unwrap_or((text, "")) {
        (url, rest) if url.starts_with("https://") => {
            several(vec![element("a", &[]).with("href", url).text(url).html(), words(" "), words(rest)])
        }
        _ => words(text),
    }
}
