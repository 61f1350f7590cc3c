// SPDX-License-Identifier: GPL-2.0-only
//! The sheet of keys, which index.html holds: opened by a button, or by `?` unless the reader switches that off. The
//! browser keeps the focus inside and gives it back.

use gloo::events::EventListener;
use gloo::utils::document;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlDialogElement, HtmlInputElement, KeyboardEvent};

use super::platform;

const SWITCH: &str = "oompoint-keys";

/// Dropping the result ends it.
pub fn listen() -> Vec<EventListener> {
    let mut listeners = vec![EventListener::new(&document(), "keydown", |event| {
        let event: &KeyboardEvent = event.unchecked_ref();
        let is_typing = event.target().and_then(|target| target.dyn_into::<Element>().ok()).is_some_and(|element| {
            element.matches("input:not([type=checkbox]):not([type=file]), textarea, select").unwrap_or(false)
        });
        if event.key() == "?" && !is_typing && is_on() {
            open();
        }
    })];
    let by_id = |id: &str| document().get_element_by_id(id);
    if let Some(button) = by_id("keys-open") {
        let _ = button.remove_attribute("hidden");
        listeners.push(EventListener::new(&button, "click", |_| open()));
    }
    if let Some(switch) = by_id("keys-on").and_then(|element| element.dyn_into::<HtmlInputElement>().ok()) {
        switch.set_checked(is_on());
        listeners.push(EventListener::new(&switch.clone(), "change", move |_| {
            platform::store(SWITCH, if switch.checked() { "on" } else { "off" });
        }));
    }
    listeners
}

fn is_on() -> bool {
    platform::stored(SWITCH).is_none_or(|stored| stored == "on")
}

fn open() {
    let sheet = document().get_element_by_id("keys").and_then(|element| element.dyn_into::<HtmlDialogElement>().ok());
    // One that is open already refuses.
    if let Some(sheet) = sheet.filter(|sheet| !sheet.open()) {
        let _ = sheet.show_modal();
    }
}
