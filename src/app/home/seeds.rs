// SPDX-License-Identifier: GPL-2.0-only
//! How many boots: seeds, and a rule that adds some until the interval is narrow.

use yew::prelude::*;

use super::field::{Field, Kind};
use crate::app::state::Model;
use crate::experiment::{Edit, seeds_text};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub model: UseReducerHandle<Model>,
    pub on_edit: Callback<Edit>,
}

#[component]
pub fn Seeds(props: &Props) -> Html {
    let (experiment, problems) = (&props.model.experiment, &props.model.problems);
    let until = experiment.until.map_or(String::new(), |until| until.percent_text());
    let on = |make: fn(String) -> Edit| {
        let on_edit = props.on_edit.clone();
        Callback::from(move |text: String| on_edit.emit(make(text)))
    };
    html! {
        <fieldset>
            <legend>{ "Seeds" }</legend>
            <Field id="seeds" label="seeds" about="one boot each, the same for every policy: 1-16, or 1-4,9"
                kind={Kind::Text} value={seeds_text(&experiment.seeds, ',')} problem={problems.get("seeds").cloned()}
                on_change={on(Edit::Seeds)} />
            <Field id="until" label="until" kind={Kind::Text} value={until} problem={problems.get("until").cloned()}
                about="add seeds until every interval is narrower than so many percent (at most 256 seeds); the report says so"
                on_change={on(Edit::Until)} />
        </fieldset>
    }
}
