// SPDX-License-Identifier: GPL-2.0-only
//! The address bar: read when the page opens or its fragment changes, written when the experiment or the view does.

use gloo::events::EventListener;
use gloo::utils::window;
use wasm_bindgen::JsValue;
use yew::prelude::*;

use super::platform;
use super::state::{Action, Model};

/// What follows `#`, without it.
pub fn fragment() -> String {
    let hash = window().location().hash().unwrap_or_default();
    hash.strip_prefix('#').unwrap_or(&hash).to_owned()
}

/// Keeps the address and the model together. An embedded page leaves the history of its host alone.
#[hook]
pub fn use_address(model: &UseReducerHandle<Model>) {
    let dispatcher = model.dispatcher();
    use_effect_with((), move |()| {
        let listener = EventListener::new(&window(), "hashchange", move |_| {
            dispatcher.dispatch(Action::Address(fragment()));
        });
        move || drop(listener)
    });
    let bar = model.fragment();
    let command = bar.clone().unwrap_or_else(|| model.link_to_share(false));
    use_effect_with(command, |command| platform::show_command(command));
    let wanted = (bar, model.step, model.view.embed);
    let last_step = use_mut_ref(|| 0);
    use_effect_with(wanted, move |(wanted, step, embed)| {
        let mut last = last_step.borrow_mut();
        if let Some(wanted) = wanted.as_ref().filter(|wanted| !embed && **wanted != fragment()) {
            let history = window().history();
            let url = format!("#{wanted}");
            // A new experiment is a step to go back from; a result check or a moved cursor is not.
            let _ = history.map(|history| match *last == *step {
                true => history.replace_state_with_url(&JsValue::NULL, "", Some(&url)),
                false => history.push_state_with_url(&JsValue::NULL, "", Some(&url)),
            });
        }
        *last = *step;
    });
}
