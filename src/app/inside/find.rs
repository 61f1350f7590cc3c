// SPDX-License-Identifier: GPL-2.0-only
//! The words that decisions are filtered by. They are read here, so that what cannot be read changes nothing; they are
//! applied where the runs are recorded, to all decisions.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::state::{Action, State};
use crate::inspect::filter::TERMS;

pub fn field(state: &UseReducerHandle<State>) -> Html {
    let dispatcher = state.dispatcher();
    let onchange = move |event: Event| {
        dispatcher.dispatch(Action::Filter(event.target_unchecked_into::<HtmlInputElement>().value()));
    };
    html! {
        <>
        <div class="row find">
            <label for="inside-find">{ "only decisions with" }</label>
            <input id="inside-find" type="text" maxlength="200" placeholder="mt:unmovable order>=9 fail"
                autocapitalize="off" autocomplete="off" spellcheck="false" value={state.words.clone()}
                aria-describedby="inside-find-help" aria-invalid={state.wrong.is_some().then_some("true")}
                aria-keyshortcuts="/" {onchange} />
        </div>
        <p id="inside-find-help" class="note" role="status">
        if let Some(wrong) = &state.wrong {
            <small class="wrong">{ wrong }{ ". Everything is as it was before." }</small>
        } else {
            { "All words must fit, for the log and for single steps: " }{ TERMS }{ "." }
        }
        </p>
        </>
    }
}
