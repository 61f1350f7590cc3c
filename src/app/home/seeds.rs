// SPDX-License-Identifier: GPL-2.0-only
//! How many boots: seeds, and a rule that adds some until the interval is narrow.

use yew::prelude::*;

use super::Inputs;
use super::field::{Field, Kind, field};
use crate::app::element::element;
use crate::experiment::{Edit, seeds_text};

pub fn seeds(props: &Inputs) -> Html {
    let experiment = &props.model.experiment;
    let until = experiment.until.map_or(String::new(), |until| until.percent_text());
    let one = |id: &'static str, about: &'static str, value: String, make: fn(String) -> Edit| {
        let on_edit = props.on_edit.clone();
        field(&Field {
            id: id.into(),
            label: id.into(),
            about: about.into(),
            kind: Kind::Text,
            value: value.into(),
            problem: props.model.problem(id),
            on_change: Callback::from(move |text| on_edit.emit(make(text))),
        })
    };
    let boots = "one boot each, the same for every policy: 1-16, or 1-4,9";
    let rule =
        "add seeds until every interval is narrower than so many percent (at most 256 seeds); the report says so";
    element("fieldset", &[])
        .put(element("legend", &[]).text("Seeds"))
        .put(one("seeds", boots, seeds_text(&experiment.seeds, ','), Edit::Seeds))
        .put(one("until", rule, until, Edit::Until))
        .html()
}
