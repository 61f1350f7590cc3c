// SPDX-License-Identifier: GPL-2.0-only
//! The workload and its knobs.

use yew::prelude::*;

use super::Inputs;
use super::field::{Field, Kind, field, knob};
use crate::app::element::element;
use crate::experiment::{Edit, edit};
use crate::workload::CATALOG;

pub fn workload(props: &Inputs) -> Html {
    let workload = &props.model.experiment.workload;
    let entry = workload.entry();
    let mut names: Vec<(AttrValue, AttrValue)> =
        CATALOG.iter().map(|entry| (entry.name.into(), entry.name.into())).collect();
    if let Some(plan) = &workload.custom {
        names.push((entry.name.into(), format!("plan: {}", plan.name).into()));
    }
    let on_edit = props.on_edit.clone();
    let knobs = edit::knob_values(&workload.knobs, entry.knobs).into_iter().map(|(one, value)| {
        let on_edit = props.on_edit.clone();
        let on = Callback::from(move |text| on_edit.emit(Edit::WorkloadKnob(one.name.to_owned(), text)));
        let problem = props.model.problem(&format!("workload.{}", one.name));
        knob(format!("workload-{}", one.name), one, value, problem, on)
    });
    let choice = field(&Field {
        id: "workload".into(),
        label: "workload".into(),
        about: entry.about.into(),
        kind: Kind::OneOf(names),
        value: entry.name.into(),
        problem: props.model.problem("workload"),
        on_change: Callback::from(move |name| on_edit.emit(Edit::Workload(name))),
    });
    element("fieldset", &[])
        .put(element("legend", &[]).text("Workload"))
        .put(choice)
        .put(element("p", &[("class", "source")]).text("Source: ").text(entry.source))
        .put(element("details", &[]).put(element("summary", &[]).text("Its knobs")).list(knobs))
        .html()
}
