// SPDX-License-Identifier: GPL-2.0-only
//! The guest: a preset, what people vary, and everything else by its name.

use yew::prelude::*;

use super::Inputs;
use super::field::{Field, Kind, field};
use crate::app::element::{Element, element};
use crate::environment::{self, PRESETS};
use crate::experiment::Edit;

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

pub fn guest(props: &Inputs) -> Html {
    let guest = &props.model.experiment.environment;
    let fields = environment::fields(guest);
    let (usual, other): (Vec<_>, Vec<_>) =
        fields.into_iter().partition(|field| USUAL.iter().any(|(name, _)| *name == field.name));
    let on_edit = props.on_edit.clone();
    let presets = PRESETS.iter().map(|preset| (preset.name.into(), preset.name.into())).collect();
    let about = PRESETS.iter().find(|preset| preset.name == guest.name).map_or("", |preset| preset.about);
    let preset = field(&Field {
        id: "guest".into(),
        label: "preset".into(),
        about: about.into(),
        kind: Kind::OneOf(presets),
        value: guest.name.clone().into(),
        problem: props.model.problem("guest"),
        on_change: Callback::from(move |name| on_edit.emit(Edit::Guest(name))),
    });
    let shown = USUAL.iter().filter_map(|(name, about)| {
        usual.iter().find(|field| field.name == *name).map(|field| one(props, field, about))
    });
    element("fieldset", &[])
        .put(element("legend", &[]).text("Guest"))
        .put(preset)
        .list(shown)
        .put(
            element("details", &[])
                .put(element("summary", &[]).text("Every other field: zones, watermarks, boot footprint, costs"))
                .list(other.iter().map(|field| one(props, field, ""))),
        )
        .html()
}

fn one(props: &Inputs, of: &environment::Field, about: &'static str) -> Element {
    let kind = match (of.is_switch(), of.choices) {
        (true, _) => Kind::Switch,
        (false, []) => Kind::Text,
        (false, choices) => Kind::OneOf(choices.iter().map(|word| ((*word).into(), (*word).into())).collect()),
    };
    let on_edit = props.on_edit.clone();
    // Sizes may be written with a unit.
    let key = match of.name.as_str() {
        "memory_mib" => "memory".to_owned(),
        "page_cache_mib" => "page_cache".to_owned(),
        name => name.to_owned(),
    };
    let problem = props.model.problem(&key);
    let on = Callback::from(move |text| on_edit.emit(Edit::Field(key.clone(), text)));
    field(&Field {
        id: format!("guest-{}", of.name.replace('.', "-")).into(),
        label: of.name.clone().into(),
        about: about.into(),
        kind,
        value: of.value.clone().into(),
        problem,
        on_change: on,
    })
}
