// SPDX-License-Identifier: GPL-2.0-only
//! What a comparison came to. The same texts stand in index.html, made by the same functions.

use std::rc::Rc;

use yew::prelude::*;

use crate::report::panel::{self, Sight};

#[derive(Properties, PartialEq)]
pub struct Props {
    /// What was computed; until then `first` is shown, which index.html held.
    pub sight: Option<Rc<Sight>>,
    pub first: AttrValue,
}

#[component]
pub fn Answer(props: &Props) -> Html {
    let html = use_memo((props.sight.clone(), props.first.clone()), |(sight, first)| match sight {
        Some(sight) => AttrValue::from(panel::answer(sight)),
        None => first.clone(),
    });
    html! {
        <section id="answer" class="answer" aria-label="Answer">{ Html::from_html_unchecked((*html).clone()) }</section>
    }
}

#[component]
pub fn Evidence(props: &Props) -> Html {
    let html = use_memo((props.sight.clone(), props.first.clone()), |(sight, first)| match sight {
        Some(sight) => AttrValue::from(panel::evidence(sight)),
        None => first.clone(),
    });
    html! {
        <section id="evidence" class="evidence" aria-label="Evidence">{ Html::from_html_unchecked((*html).clone()) }</section>
    }
}
