// SPDX-License-Identifier: GPL-2.0-only
//! The guest: a preset, what people vary, and everything else by its name.

use yew::prelude::*;

use super::field::{Field, Kind};
use crate::app::state::Model;
use crate::environment::{self, PRESETS};
use crate::experiment::Edit;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub model: UseReducerHandle<Model>,
    pub on_edit: Callback<Edit>,
}

/// What people vary, with what it means.
const USUAL: &[(&str, &str)] = &[
    ("memory_mib", "RAM: 512MiB, 2GiB"),
    ("cpus", "1..64"),
    ("page_cache_mib", "clean file pages read beforehand: 300MiB"),
    ("background", "what else runs"),
    ("thp", "transparent huge pages"),
    ("mglru", "multi-generational LRU"),
    ("vm.defrag_mode", "7.3's promotion of non-movable requests"),
    ("vm.compaction_proactiveness", "0..100; 0 is off"),
];

#[component]
pub fn Guest(props: &Props) -> Html {
    let guest = &props.model.experiment.environment;
    let fields = environment::fields(guest);
    let (usual, other): (Vec<_>, Vec<_>) =
        fields.into_iter().partition(|field| USUAL.iter().any(|(name, _)| *name == field.name));
    let on_edit = props.on_edit.clone();
    let presets = PRESETS.iter().map(|preset| (preset.name.into(), preset.name.into())).collect();
    let about = PRESETS.iter().find(|preset| preset.name == guest.name).map_or("", |preset| preset.about);
    html! {
        <fieldset>
            <legend>{ "Guest" }</legend>
            <Field id="guest" label="preset" {about} kind={Kind::OneOf(presets)} value={guest.name.clone()}
                problem={props.model.problems.get("guest").cloned()}
                on_change={Callback::from(move |name| on_edit.emit(Edit::Guest(name)))} />
            for (name, about) in USUAL {
                { usual.iter().find(|field| field.name == *name).map(|field| one(props, field, about)) }
            }
            <details>
                <summary>{ "Every other field: zones, watermarks, boot footprint, costs" }</summary>
                for field in other.iter() {
                    { one(props, field, "") }
                }
            </details>
        </fieldset>
    }
}

fn one(props: &Props, field: &environment::Field, about: &'static str) -> Html {
    let kind = match (field.is_switch(), field.choices) {
        (true, _) => Kind::Switch,
        (false, []) => Kind::Text,
        (false, choices) => Kind::OneOf(choices.iter().map(|word| ((*word).into(), (*word).into())).collect()),
    };
    let (on_edit, name) = (props.on_edit.clone(), field.name.clone());
    // Sizes may be written with a unit.
    let key = match field.name.as_str() {
        "memory_mib" => "memory".to_owned(),
        "page_cache_mib" => "page_cache".to_owned(),
        name => name.to_owned(),
    };
    let problem = props.model.problems.get(&key).cloned();
    let on = Callback::from(move |text| on_edit.emit(Edit::Field(key.clone(), text)));
    html! {
        <Field key={name.clone()} id={format!("guest-{}", name.replace('.', "-"))} label={name.clone()} {about} {kind}
            value={field.value.clone()} {problem} on_change={on} />
    }
}
