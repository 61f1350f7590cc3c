// SPDX-License-Identifier: GPL-2.0-only
//! One labelled control. It hands on what was typed when the reader leaves it; what cannot be is said beside it.

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

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
pub fn field(props: &Field) -> Html {
    let (said, wrong) = (format!("{}-about", props.id), format!("{}-wrong", props.id));
    let described = match (&props.problem, props.about.is_empty()) {
        (Some(_), _) => Some(wrong.clone()),
        (None, false) => Some(said.clone()),
        (None, true) => None,
    };
    let on = props.on_change.clone();
    let text = move |event: Event| on.emit(event.target_unchecked_into::<HtmlInputElement>().value());
    let on = props.on_change.clone();
    let switch = move |event: Event| {
        let checked = event.target_unchecked_into::<HtmlInputElement>().checked();
        on.emit(if checked { "on" } else { "off" }.to_owned());
    };
    let on = props.on_change.clone();
    let choice = move |event: Event| on.emit(event.target_unchecked_into::<HtmlSelectElement>().value());
    let invalid = props.problem.is_some().to_string();
    // What was typed stays where it was typed.
    let shown = props.problem.as_ref().map_or(props.value.clone(), |(typed, _)| AttrValue::from(typed.clone()));
    let control = match &props.kind {
        Kind::Text => html! {
            <input id={props.id.clone()} type="text" value={shown} autocomplete="off" spellcheck="false"
                aria-invalid={invalid} aria-describedby={described} onchange={text} />
        },
        Kind::Switch => html! {
            <input id={props.id.clone()} type="checkbox" checked={props.value == "on"} aria-describedby={described}
                onchange={switch} />
        },
        Kind::OneOf(options) => html! {
            <select id={props.id.clone()} aria-describedby={described} aria-invalid={invalid} onchange={choice}>
            for (value, text) in options.iter() {
                <option key={value.to_string()} value={value.clone()} selected={*value == props.value}>{ text }</option>
            }
            </select>
        },
    };
    html! {
        <div class="field" key={props.id.to_string()}>
            <label for={props.id.clone()}>{ &props.label }</label>
            { control }
            if !props.about.is_empty() {
                <small id={said}>{ &props.about }</small>
            }
            if let Some((_, why)) = &props.problem {
                <small id={wrong} class="wrong" role="alert">{ why }</small>
            }
        </div>
    }
}

/// The control of a knob.
pub fn knob(id: String, knob: &Knob, value: u32, problem: Option<Problem>, on_change: Callback<String>) -> Html {
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
