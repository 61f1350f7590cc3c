// SPDX-License-Identifier: GPL-2.0-only
//! The comparison: answer first, then the evidence, then what it was made from.

mod embed;
mod field;
mod guest;
mod policies;
mod result;
mod scenarios;
mod seeds;
mod share;
mod status;
mod workload;

use yew::prelude::*;

use super::element::element;
use super::inside::Inside;
use super::platform::{self, FirstPaint};
use super::state::{Action, Model};
use crate::experiment::Edit;

/// What the controls need.
struct Inputs {
    model: UseReducerHandle<Model>,
    on_edit: Callback<Edit>,
}

pub fn home(model: &UseReducerHandle<Model>, first: &FirstPaint, on_dark: &Callback<bool>) -> Html {
    let on_edit = {
        let dispatcher = model.dispatcher();
        Callback::from(move |edit: Edit| dispatcher.dispatch(Action::Edit(edit)))
    };
    let shown = model.shown.clone().filter(|shown| model.step > 0 || shown.is_whole || !model.is_default());
    let shown = shown.as_deref();
    // The longest to compute: until then the first comparison shows what was computed beforehand.
    let parting = match model.parting() {
        Some(text) => text,
        None if model.is_default() => &first.parting,
        None => "",
    };
    let is_asked = model.is_default() && model.refused.is_none();
    let dark = platform::is_dark(model.dark());
    let inputs = Inputs { model: model.clone(), on_edit };
    if model.view.embed {
        // A link that looks inside a run shows that in the place of the plot.
        let inside = embed::inside(model);
        let inside = inside.map(|inside| (inside, html! { <Inside model={model.clone()} /> }));
        return element("div", &[("class", "app")])
            .with("data-state", model.phase.word())
            .with("data-inside", inside.as_ref().map(|(name, _)| name.clone()))
            .child(embed::head(model))
            .child(result::answer(shown, parting, &first.answer, is_asked))
            .child(result::evidence(shown, &first.evidence))
            .child(inside.map_or_else(Html::default, |(_, inside)| inside))
            .child(status::status(model, dark, on_dark))
            .child(embed::limits())
            .html();
    }
    let outcome = element("div", &[("class", "outcome")])
        .child(result::answer(shown, parting, &first.answer, is_asked))
        .child(status::status(model, dark, on_dark))
        .child(result::evidence(shown, &first.evidence))
        .child(html! { <Inside model={model.clone()} /> });
    let aside = element("aside", &[("class", "inputs"), ("id", "inputs"), ("aria-labelledby", "inputs-title")])
        .put(element("h2", &[("id", "inputs-title")]).text("What is compared"))
        .child(scenarios::scenarios(model))
        .child(policies::policies(&inputs))
        .child(seeds::seeds(&inputs))
        .child(guest::guest(&inputs))
        .child(workload::workload(&inputs));
    element("div", &[("class", "app")])
        .with("data-state", model.phase.word())
        .with("data-run", model.run.to_string())
        .with("data-seeds", model.given.to_string())
        .put(element("div", &[("class", "compare")]).put(outcome).put(aside))
        .html()
}
