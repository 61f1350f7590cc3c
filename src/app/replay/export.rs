// SPDX-License-Identifier: GPL-2.0-only
//! The result as text for a mail.

use yew::prelude::*;

use super::state::Model;
use crate::app::platform;

/// `copied` is what became of the last attempt to copy.
pub fn export(model: &Model, copied: &UseStateHandle<Option<bool>>) -> Html {
    let Some(outcome) = model.outcome.clone() else { return html! {} };
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
    html! {
        <details class="plain">
            <summary>{ "The result as plain text, for a mail" }</summary>
            <p><button id="copy" type="button" {onclick}>{ "Copy" }</button>{ " " }<span role="status">{ said }</span></p>
            <pre id="plain" tabindex="0">{ &outcome.text }</pre>
        </details>
    }
}
