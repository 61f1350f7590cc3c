// SPDX-License-Identifier: GPL-2.0-only
//! The result as text for a mail.

use yew::prelude::*;

use super::state::Model;
use crate::app::element::element;
use crate::app::platform;

/// `copied` is what became of the last attempt to copy.
pub fn export(model: &Model, copied: &UseStateHandle<Option<bool>>) -> Html {
    let Some(outcome) = model.outcome.clone() else { return Html::default() };
    let (text, setter) = (outcome.text.clone(), copied.setter());
    let onclick = move |_| {
        let setter = setter.clone();
        platform::copy(&text, move |done| setter.set(Some(done)));
    };
    let said = match **copied {
        None => "",
        Some(true) => "Copied.",
        Some(false) => "The browser does not allow it here; select the text instead.",
    };
    let copy = element("p", &[])
        .put(element("button", &[("id", "copy"), ("type", "button")]).on_click(onclick).text("Copy"))
        .text(" ")
        .put(element("span", &[("role", "status")]).text(said));
    element("details", &[("class", "plain")])
        .put(element("summary", &[]).text("The result as plain text, for a mail"))
        .put(copy)
        .put(element("pre", &[("id", "plain"), ("tabindex", "0")]).words(outcome.text.clone()))
        .html()
}
