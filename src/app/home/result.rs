// SPDX-License-Identifier: GPL-2.0-only
//! What a comparison came to. The same texts stand in index.html, made by the same functions.

use yew::prelude::*;

use crate::app::element::element;
use crate::report::panel::Shown;

/// What was computed; until then `first` is shown, which index.html held, as an example if something else was asked.
pub fn answer(shown: Option<&Shown>, parting: &str, first: &AttrValue, is_asked: bool) -> Html {
    let html = shown.map_or(first.clone(), |shown| shown.answer(parting).into());
    let class = if shown.is_none() && !is_asked { "answer example" } else { "answer" };
    element("section", &[("id", "answer"), ("aria-label", "Answer")])
        .with("class", class)
        .child(Html::from_html_unchecked(html))
        .html()
}

pub fn evidence(shown: Option<&Shown>, first: &AttrValue) -> Html {
    let html = shown.map_or(first.clone(), |shown| shown.evidence.clone().into());
    element("section", &[("id", "evidence"), ("class", "evidence"), ("aria-label", "Evidence")])
        .child(Html::from_html_unchecked(html))
        .html()
}
