// SPDX-License-Identifier: GPL-2.0-only
//! One labelled control. It hands on what was typed when the reader leaves it; what cannot be is said beside it.

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::app::element::{Element, element};
use crate::app::parts::choice;
use crate::app::state::Problem;
use crate::knobs::Knob;

/// What a value looks like.
#[derive(Clone, PartialEq)]
pub enum Kind {
    Text,
    Switch,
    /// One of these.
    OneOf(Vec<(AttrValue, AttrValue)>),
}

pub struct Field {
    /// Unique on the page.
    pub id: AttrValue,
    pub label: AttrValue,
    /// What it means, with its unit.
    pub about: AttrValue,
    pub kind: Kind,
    /// `on` or `off` for a switch.
    pub value: AttrValue,
    pub problem: Option<Problem>,
    pub on_change: Callback<String>,
}

/// A plain function, as all parts of this page that remember nothing: a component costs ten times the code.
pub fn field(props: &Field) -> Element {
    let (said, wrong) = (format!("{}-about", props.id), format!("{}-wrong", props.id));
    let described = match (&props.problem, props.about.is_empty()) {
        (Some(_), _) => Some(wrong.clone()),
        (None, false) => Some(said.clone()),
        (None, true) => None,
    };
    let on = props.on_change.clone();
    let is_wrong = props.problem.is_some();
    let control = match &props.kind {
        Kind::Text => {
            // What was typed stays where it was typed.
            let shown = props.problem.as_ref().map_or(props.value.clone(), |(typed, _)| AttrValue::from(typed.clone()));
            element("input", &[("type", "text"), ("autocomplete", "off"), ("spellcheck", "false")])
                .value(shown)
                .state("aria-invalid", is_wrong)
                .on_change(move |event: Event| on.emit(event.target_unchecked_into::<HtmlInputElement>().value()))
        }
        Kind::Switch => {
            element("input", &[("type", "checkbox")]).checked(props.value == "on").on_change(move |event: Event| {
                let checked = event.target_unchecked_into::<HtmlInputElement>().checked();
                on.emit(if checked { "on" } else { "off" }.to_owned());
            })
        }
        Kind::OneOf(options) => element("select", &[])
            .state("aria-invalid", is_wrong)
            .on_change(move |event: Event| on.emit(event.target_unchecked_into::<HtmlSelectElement>().value()))
            .list(
                options
                    .iter()
                    .map(|(value, text)| choice(value.clone(), *value == props.value, text.clone()).key(value)),
            ),
    };
    element("div", &[("class", "field")])
        .key(&props.id)
        .put(element("label", &[]).with("for", props.id.clone()).words(props.label.clone()))
        .put(control.with("id", props.id.clone()).with("aria-describedby", described))
        .maybe((!props.about.is_empty()).then(|| element("small", &[]).with("id", said).words(props.about.clone())))
        .maybe(props.problem.as_ref().map(|(_, why)| {
            element("small", &[("class", "wrong"), ("role", "alert")]).with("id", wrong).words(why.clone())
        }))
}

/// The control of a knob.
pub fn knob(id: String, knob: &Knob, value: u32, problem: Option<Problem>, on_change: Callback<String>) -> Element {
    let (kind, value, about) = match knob.is_switch() {
        true => (Kind::Switch, if value == 1 { "on" } else { "off" }.to_owned(), knob.about.to_owned()),
        false => (Kind::Text, value.to_string(), format!("{} ({}..{})", knob.about, knob.min, knob.max)),
    };
    field(&Field {
        id: id.into(),
        label: knob.name.into(),
        about: about.into(),
        kind,
        value: value.into(),
        problem,
        on_change,
    })
}
