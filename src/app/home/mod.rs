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
    let sight = model.sight.clone().filter(|sight| model.step > 0 || sight.is_whole() || !model.is_default());
    let shown = sight.as_deref();
    // The longest to compute: until then the first comparison shows what was computed beforehand.
    let parting = match model.parting() {
        Some(text) => text,
        None if model.is_default() => &first.parting,
        None => "",
    };
    let dark = platform::is_dark(model.dark());
    let inputs = Inputs { model: model.clone(), on_edit };
    if model.view.embed {
        // A link that looks inside a run shows that in the place of the plot.
        let inside = embed::inside(model);
        return html! {
            <div class="app" data-state={model.phase.word()} data-inside={inside.clone()}>
                { embed::head(model) }
                { result::answer(shown, parting, &first.answer) }
                { result::evidence(shown, &first.evidence) }
                if inside.is_some() {
                    <Inside model={model.clone()} />
                }
                { status::status(model, dark, on_dark) }
                { embed::limits() }
            </div>
        };
    }
    html! {
        <div class="app" data-state={model.phase.word()} data-run={model.run.to_string()}
            data-seeds={model.given.to_string()}>
            <div class="compare">
                <div class="outcome">
                    { result::answer(shown, parting, &first.answer) }
                    { status::status(model, dark, on_dark) }
                    { result::evidence(shown, &first.evidence) }
                    <Inside model={model.clone()} />
                </div>
                <aside class="inputs" id="inputs" aria-labelledby="inputs-title">
                    <h2 id="inputs-title">{ "What is compared" }</h2>
                    { scenarios::scenarios(model) }
                    { policies::policies(&inputs) }
                    { seeds::seeds(&inputs) }
                    { guest::guest(&inputs) }
                    { workload::workload(&inputs) }
                </aside>
            </div>
        </div>
    }
}
