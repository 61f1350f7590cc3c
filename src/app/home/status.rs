// SPDX-License-Identifier: GPL-2.0-only
//! What the workers are doing, the buttons, and what went wrong.

use yew::prelude::*;

use super::share;
use crate::app::element::{element, several};
use crate::app::parts;
use crate::app::state::{Action, Model, Phase};
use crate::app::words;

pub fn status(model: &UseReducerHandle<Model>, dark: bool, on_dark: &Callback<bool>) -> Html {
    let (done, all) = (model.cells_done(), model.cells.len());
    let (does, action): (_, fn() -> Action) = match model.phase {
        Phase::Running => ("Cancel", || Action::Cancel),
        Phase::Failed(_) => ("Retry", || Action::Run),
        Phase::Cancelled => ("Run", || Action::Run),
        Phase::Done => ("Run again", || Action::Run),
    };
    let dispatcher = model.dispatcher();
    let bar = element("div", &[("class", "bar")])
        .put(element("p", &[("id", "status"), ("class", "now")]).words(words::now(model)))
        .put(
            element("progress", &[("aria-label", "Cells that are done")])
                .with("max", all.to_string())
                .with("value", done.to_string()),
        )
        // One button, so that a press does not take the focus away from the reader.
        .put(
            element("button", &[("id", "go"), ("type", "button")])
                .on_click(move |_| dispatcher.dispatch(action()))
                .text(does),
        )
        .put(share::button(model));
    let bar = match model.view.embed {
        true => bar.child(share::copy_text(model)),
        false => bar
            .put(element("a", &[("class", "button to-inputs"), ("href", "#inputs")]).text("Change"))
            .put(parts::dark_button(dark, on_dark)),
    };
    element("section", &[("class", "status"), ("aria-label", "Run")])
        .state("aria-busy", model.phase == Phase::Running)
        .put(bar)
        .put(share::dialog(model))
        // Heard by screen readers: only when something begins or ends, never at each step.
        .put(element("p", &[("class", "heard"), ("role", "status")]).words(words::spoken(model)))
        .child(messages(model))
        .html()
}

/// What the reader must know of the link and of what went wrong.
fn messages(model: &Model) -> Html {
    let reproduced = model.shown.as_ref().filter(|_| model.is_current()).and_then(|shown| shown.reproduction.clone());
    let mut found = Vec::new();
    if let Some(error) = &model.refused {
        // A link of its own would write into the history of a host.
        let way_out = (!model.view.embed).then(|| {
            element("p", &[])
                .text("Correct it in the address bar, or ")
                .put(element("a", &[("href", "#")]).text("open the first comparison"))
                .text(". The comparison that was shown stays.")
        });
        let what = element("strong", &[]).text("The link could not be opened: ");
        found.push(
            element("div", &[("id", "refused"), ("class", "failure"), ("role", "alert")])
                .put(element("p", &[]).put(what).words(error.clone()))
                .maybe(way_out)
                .html(),
        );
    }
    for note in model.notes.iter() {
        found.push(element("p", &[("class", "note")]).words(note.clone()).html());
    }
    if let Some(reproduction) = reproduced {
        found.push(
            element("p", &[("id", "reproduction")])
                .with("class", if reproduction.is_broken { "failure" } else { "note" })
                .with("role", reproduction.is_broken.then_some("alert"))
                .words(reproduction.sentence)
                .html(),
        );
    }
    if let Phase::Failed(failure) = &model.phase {
        let remedy = format!("{} What was computed stays.", failure.remedy);
        found.push(
            parts::failure("The comparison did not finish: ", &failure.what, remedy).with("id", "failure").html(),
        );
    }
    several(found)
}
