// SPDX-License-Identifier: GPL-2.0-only
//! The workload and its knobs.

use yew::prelude::*;

use super::field::{self, Field, Kind};
use crate::app::state::Model;
use crate::experiment::{Edit, edit};
use crate::workload::CATALOG;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub model: UseReducerHandle<Model>,
    pub on_edit: Callback<Edit>,
}

#[component]
pub fn WorkloadInputs(props: &Props) -> Html {
    let workload = &props.model.experiment.workload;
    let entry = workload.entry();
    let mut names: Vec<(AttrValue, AttrValue)> =
        CATALOG.iter().map(|entry| (entry.name.into(), entry.name.into())).collect();
    if let Some(plan) = &workload.custom {
        names.push((entry.name.into(), format!("plan: {}", plan.name).into()));
    }
    let on_edit = props.on_edit.clone();
    let knobs = edit::knob_values(&workload.knobs, entry.knobs).into_iter().map(|(knob, value)| {
        let on_edit = props.on_edit.clone();
        let on = Callback::from(move |text| on_edit.emit(Edit::WorkloadKnob(knob.name.to_owned(), text)));
        let problem = props.model.problems.get(&format!("workload.{}", knob.name)).cloned();
        field::knob(format!("workload-{}", knob.name), knob, value, problem, on)
    });
    html! {
        <fieldset>
            <legend>{ "Workload" }</legend>
            <Field id="workload" label="workload" about={entry.about} kind={Kind::OneOf(names)} value={entry.name}
                problem={props.model.problems.get("workload").cloned()}
                on_change={Callback::from(move |name| on_edit.emit(Edit::Workload(name)))} />
            <p class="source">{ "Source: " }{ entry.source }</p>
            <details>
                <summary>{ "Its knobs" }</summary>
                { for knobs }
            </details>
        </fieldset>
    }
}
