// SPDX-License-Identifier: GPL-2.0-only
//! Parts that more than one page has.

use yew::prelude::*;

use super::element::{Element, element};

/// Dark or light.
pub fn dark_button(is_dark: bool, on_dark: &Callback<bool>) -> Element {
    let on_dark = on_dark.clone();
    element("button", &[("id", "dark"), ("type", "button")])
        .state("aria-pressed", is_dark)
        .on_click(move |_| on_dark.emit(!is_dark))
        .text("Dark")
}

/// What went wrong, in two paragraphs; `what` is followed by a full stop.
pub fn failure(title: &'static str, what: &str, remedy: String) -> Element {
    element("div", &[("class", "failure"), ("role", "alert")])
        .put(element("p", &[]).put(element("strong", &[]).text(title)).words(format!("{what}.")))
        .put(element("p", &[]).words(remedy))
}

/// One of a list to choose from.
pub fn choice(value: impl Into<AttrValue>, is_chosen: bool, words: impl Into<AttrValue>) -> Element {
    element("option", &[]).with("value", value.into()).flag("selected", is_chosen).words(words)
}
