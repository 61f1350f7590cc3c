// SPDX-License-Identifier: GPL-2.0-only
//! What the workers are doing, the buttons, and what went wrong.

use yew::prelude::*;

use super::share;
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
    let (dispatcher, on_dark, dark) = (model.dispatcher(), on_dark.clone(), dark);
    html! {
        <section class="status" aria-label="Run" aria-busy={(model.phase == Phase::Running).to_string()}>
            <div class="bar">
                <p id="status" class="now">{ words::now(model) }</p>
                <progress max={all.to_string()} value={done.to_string()} aria-label="Cells that are done" />
                // One button, so that a press does not take the focus away from the reader.
                <button id="go" type="button" onclick={move |_| dispatcher.dispatch(action())}>{ does }</button>
                { share::button(model) }
                if model.view.embed {
                    { share::copy_text(model) }
                } else {
                    <a class="button to-inputs" href="#inputs">{ "Change" }</a>
                    <button id="dark" type="button" aria-pressed={dark.to_string()} onclick={move |_| on_dark.emit(!dark)}>
                        { "Dark" }
                    </button>
                }
            </div>
            { share::dialog(model) }
            // Heard by screen readers: only when something begins or ends, never at each step.
            <p class="heard" role="status">{ words::spoken(model) }</p>
            { messages(model) }
        </section>
    }
}

/// What the reader must know of the link and of what went wrong.
fn messages(model: &Model) -> Html {
    let reproduced = model.sight.as_ref().filter(|_| model.is_current()).and_then(|sight| sight.reproduction.clone());
    html! {
        <>
        if let Some(error) = &model.refused {
            <div id="refused" class="failure" role="alert">
                <p><strong>{ "The link could not be opened: " }</strong>{ error }</p>
                // A link of its own would write into the history of a host.
                if !model.view.embed {
                    <p>{ "Correct it in the address bar, or " }<a href="#">{ "open the first comparison" }</a>
                    { ". The comparison that was shown stays." }</p>
                }
            </div>
        }
        for note in model.notes.iter() {
            <p class="note">{ note }</p>
        }
        if let Some(found) = reproduced {
            <p id="reproduction" class={if found.is_broken { "failure" } else { "note" }}
                role={found.is_broken.then_some("alert")}>{ found.sentence }</p>
        }
        if let Phase::Failed(failure) = &model.phase {
            <div id="failure" class="failure" role="alert">
                <p><strong>{ "The comparison did not finish: " }</strong>{ &failure.what }{ "." }</p>
                <p>{ &failure.remedy }{ " What was computed stays." }</p>
            </div>
        }
        </>
    }
}
