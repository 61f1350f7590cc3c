// SPDX-License-Identifier: GPL-2.0-only
//! The words that decisions are filtered by. They are read here, so that what cannot be read changes nothing; they are
//! applied where the runs are recorded, to all decisions.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::state::{Action, State};
use crate::app::element::{element, several};
use crate::inspect::filter::TERMS;

const INPUT: &[(&str, &str)] = &[
    ("id", "inside-find"),
    ("type", "text"),
    ("maxlength", "200"),
    ("placeholder", "mt:unmovable order>=9 fail"),
    ("autocapitalize", "off"),
    ("autocomplete", "off"),
    ("spellcheck", "false"),
    ("aria-describedby", "inside-find-help"),
    ("aria-keyshortcuts", "/"),
];

pub fn field(state: &UseReducerHandle<State>) -> Html {
    let dispatcher = state.dispatcher();
    let onchange = move |event: Event| {
        dispatcher.dispatch(Action::Filter(event.target_unchecked_into::<HtmlInputElement>().value()));
    };
    let help = element("p", &[("id", "inside-find-help"), ("class", "note"), ("role", "status")]);
    let help = match &state.wrong {
        Some(wrong) => help.put(
            element("small", &[("class", "wrong")]).words(wrong.clone()).text(". Everything is as it was before."),
        ),
        None => help.text("All words must fit, for the log and for single steps: ").text(TERMS).text("."),
    };
    let row = element("div", &[("class", "row find")])
        .put(element("label", &[("for", "inside-find")]).text("only decisions with"))
        .put(
            element("input", INPUT)
                .value(state.words.clone())
                .with("aria-invalid", state.wrong.is_some().then_some("true"))
                .on_change(onchange),
        );
    several(vec![row.html(), help.html()])
}
