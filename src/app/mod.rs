// SPDX-License-Identifier: GPL-2.0-only
//! The page: what a reader sees and touches. Everything computed comes from workers.

#![deny(clippy::unwrap_used, clippy::expect_used)]

mod address;
mod element;
mod engine;
mod fidelity;
mod files;
mod frame;
mod hand;
mod home;
mod inside;
mod keys;
mod parts;
mod permalink;
mod place;
mod platform;
mod pool;
mod program;
mod replay;
mod state;
mod store;
mod words;

use yew::prelude::*;

use place::Place;
use state::{Action, Model};

/// Takes the place of what index.html showed meanwhile.
pub fn start() {
    let Some(root) = gloo::utils::document().get_element_by_id("app") else { return };
    let first = platform::first_paint();
    root.set_inner_html("");
    let _ = root.remove_attribute("data-state");
    yew::Renderer::<App>::with_root_and_props(root, Props { first }).render();
}

#[derive(Properties, PartialEq)]
pub struct Props {
    /// What index.html holds; shown until the same has been computed.
    pub first: platform::FirstPaint,
}

#[component]
pub fn App(props: &Props) -> Html {
    let model = use_reducer(|| Model::new(&address::fragment(), platform::stored_dark()));
    engine::use_engine(&model);
    address::use_address(&model);
    frame::use_height(model.view.embed);
    // Listeners hold the dispatcher and not the handle, which would keep every state it has seen alive.
    let changed = model.dispatcher();
    use_effect_with((), move |()| {
        let look = platform::on_look_change(move || changed.dispatch(Action::Repaint));
        let print = platform::unfold_for_print();
        let keys = keys::listen();
        move || drop((look, print, keys))
    });
    let dark = model.dark();
    use_effect_with(dark, |dark| platform::apply_dark(*dark));
    use_effect_with((model.place, model.view.embed), |(place, embed)| platform::mark_place(place.word(), *embed));
    let on_dark = {
        let dispatcher = model.dispatcher();
        // Before anything is drawn anew, since pictures read their colours from the style sheet.
        Callback::from(move |on: bool| {
            platform::apply_dark(Some(on));
            platform::store_dark(on);
            dispatcher.dispatch(Action::Dark(on));
        })
    };
    match model.place {
        Place::Compare => home::home(&model, &props.first, &on_dark),
        Place::Fidelity => html! { <fidelity::Fidelity dark={platform::is_dark(dark)} {on_dark} /> },
        Place::Replay => html! { <replay::Page dark={platform::is_dark(dark)} paint={model.paint} {on_dark} /> },
    }
}
