// SPDX-License-Identifier: GPL-2.0-only
//! How far the model is from real kernels: what FIDELITY.md says, to look things up in.

use std::rc::Rc;

use serde_json::Value;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::platform;
use crate::json;
use crate::report::fidelity::{self, Filter};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub dark: bool,
    pub on_dark: Callback<bool>,
}

#[component]
pub fn Fidelity(props: &Props) -> Html {
    let record = use_state(|| None::<Result<Rc<Value>, String>>);
    let filter = use_state(Filter::default);
    let setter = record.setter();
    use_effect_with((), move |()| {
        platform::read_file("fidelity.json", move |text| {
            let value = text.and_then(|text| json::parse(text.as_bytes()));
            setter.set(Some(value.map(Rc::new)));
        });
    });
    let (on_dark, dark) = (props.on_dark.clone(), props.dark);
    let (state, body) = match &*record {
        None => ("running", html! { <p>{ "Fetching the record." }</p> }),
        Some(Err(why)) => (
            "failed",
            html! {
                <p id="failure" class="failure" role="alert">
                    { format!("The record could not be read: {why}. fidelity.json belongs beside the page; reload to retry.") }
                </p>
            },
        ),
        Some(Ok(record)) => ("done", shown(record, &filter)),
    };
    html! {
        <div class="app fidelity" data-state={state}>
            <div class="bar">
                <h2 class="now">{ "Fidelity: how far the model is from real kernels" }</h2>
                <button id="dark" type="button" aria-pressed={dark.to_string()} onclick={move |_| on_dark.emit(!dark)}>
                    { "Dark" }
                </button>
            </div>
            { body }
        </div>
    }
}

fn shown(record: &Value, filter: &UseStateHandle<Filter>) -> Html {
    let now = (**filter).clone();
    let (set, others) = (filter.setter(), now.clone());
    let by_group = move |event: Event| {
        let group = event.target_unchecked_into::<HtmlSelectElement>().value();
        set.set(Filter { group, ..others.clone() });
    };
    let (set, others) = (filter.setter(), now.clone());
    let by_miss = move |event: Event| {
        let missed_only = event.target_unchecked_into::<HtmlInputElement>().checked();
        set.set(Filter { missed_only, ..others.clone() });
    };
    let picture = |file: &str| platform::absolute(&format!("fidelity/{file}"));
    html! {
        <>
        { Html::from_html_unchecked(fidelity::summary(record).into()) }
        <section aria-labelledby="table-title">
            <h2 id="table-title">{ "Every comparison" }</h2>
            <div class="filter">
                <label for="group">{ "Group" }</label>
                <select id="group" onchange={by_group}>
                    <option value="" selected={now.group.is_empty()}>{ "all" }</option>
                    for group in fidelity::groups(record) {
                        <option key={group} value={group.to_owned()} selected={now.group == group}>{ group }</option>
                    }
                </select>
                <input id="missed" type="checkbox" checked={now.missed_only} onchange={by_miss} />
                <label for="missed">{ "missed only" }</label>
            </div>
            { Html::from_html_unchecked(fidelity::page(record, &now, &picture).into()) }
        </section>
        </>
    }
}
