// SPDX-License-Identifier: GPL-2.0-only
//! What a comparison came to. The same texts stand in index.html, made by the same functions.

use yew::prelude::*;

use crate::report::panel::{self, Sight};

/// What was computed; until then `first` is shown, which index.html held.
pub fn answer(sight: Option<&Sight>, parting: &str, first: &AttrValue) -> Html {
    let html = sight.map_or(first.clone(), |sight| panel::answer(sight, parting).into());
    html! {
        <section id="answer" class="answer" aria-label="Answer">{ Html::from_html_unchecked(html) }</section>
    }
}

pub fn evidence(sight: Option<&Sight>, first: &AttrValue) -> Html {
    let html = sight.map_or(first.clone(), |sight| panel::evidence(sight).into());
    html! {
        <section id="evidence" class="evidence" aria-label="Evidence">{ Html::from_html_unchecked(html) }</section>
    }
}
