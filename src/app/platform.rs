// SPDX-License-Identifier: GPL-2.0-only
//! What the page asks of the browser, except for drawing.

use gloo::events::EventListener;
use gloo::utils::{document, document_element, window};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, HtmlDialogElement, HtmlTextAreaElement, Response};
use yew::AttrValue;

use crate::experiment::MODEL_VERSION;

const THEME: &str = "oompoint-theme";
/// Below this width of the page a map has half as many columns; www/*.css have the same number.
const NARROW: &str = "(max-width: 640px)";
const DARK: &str = "(prefers-color-scheme: dark)";

/// Whether a media query holds now.
fn holds(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|list| list.matches())
}

pub fn is_narrow() -> bool {
    holds(NARROW)
}

pub fn is_dark(choice: Option<bool>) -> bool {
    choice.unwrap_or_else(|| holds(DARK))
}

/// The reader's earlier choice.
pub fn stored_dark() -> Option<bool> {
    stored(THEME).map(|stored| stored == "dark")
}

/// Applies a choice of colours.
pub fn apply_dark(choice: Option<bool>) {
    let _ = match choice {
        Some(dark) => document_element().set_attribute("data-theme", if dark { "dark" } else { "light" }),
        None => document_element().remove_attribute("data-theme"),
    };
}

/// Keeps the reader's choice where that is allowed.
pub fn store_dark(dark: bool) {
    store(THEME, if dark { "dark" } else { "light" });
}

pub fn store(name: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(name, value);
    }
}

/// What was stored under a name. A frame of another origin may have no storage; then there is nothing.
pub fn stored(name: &str) -> Option<String> {
    window().local_storage().ok().flatten()?.get_item(name).ok().flatten()
}

/// Says to the style sheet what is shown: the header differs, and an embedded page has none.
pub fn mark_place(place: &str, is_embedded: bool) {
    let root = document_element();
    let _ = root.set_attribute("data-place", place);
    let _ = root.toggle_attribute_with_force("data-embed", is_embedded);
}

/// The footer's line for a shell. A link holds nothing that single quotes would not keep.
pub fn show_command(fragment: &str) {
    if let Some(command) = document().get_element_by_id("command") {
        command.set_text_content(Some(&format!("oompoint link '{fragment}'")));
    }
}

/// The comparison that index.html holds, as HTML.
#[derive(Clone, PartialEq)]
pub struct FirstPaint {
    pub answer: AttrValue,
    /// A part of the answer that takes longest to compute.
    pub parting: AttrValue,
    pub evidence: AttrValue,
}

pub fn first_paint() -> FirstPaint {
    let find = |css: &str| document().query_selector(css).ok().flatten();
    let inner = |css: &str| find(css).map_or(String::new(), |element| element.inner_html()).into();
    let parting = find("#answer .parting").and_then(|element| element.text_content()).unwrap_or_default();
    FirstPaint { answer: inner("#answer"), parting: parting.into(), evidence: inner("#evidence") }
}

/// How many workers can run at once.
pub fn cores() -> usize {
    (window().navigator().hardware_concurrency() as usize).max(1)
}

/// A file beside the page as an absolute URL: a worker may have no place of its own. A page of one file holds its
/// others as base64 in elements whose id is `file:` and the name; fetch() takes what this gives all the same.
pub fn absolute(name: &str) -> String {
    if let Some(inline) = document().get_element_by_id(&format!("file:{name}")) {
        let kind = if name.ends_with(".svg") { "image/svg+xml" } else { "application/octet-stream" };
        return format!("data:{kind};base64,{}", inline.text_content().unwrap_or_default().trim());
    }
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    web_sys::Url::new_with_base(name, &base).map_or_else(|_| name.to_owned(), |url| url.href())
}

/// The text of a file beside the page; `then` hears it, or what went wrong.
pub fn read_file(name: &'static str, then: impl FnOnce(Result<String, String>) + 'static) {
    let answer = window().fetch_with_str(&absolute(name));
    spawn_local(async move {
        let text = async {
            let response: Response = JsFuture::from(answer).await?.dyn_into()?;
            match response.ok() {
                true => JsFuture::from(response.text()?).await,
                false => Err(JsValue::from_str(&format!("the server answered {}", response.status()))),
            }
        };
        then(match text.await {
            Ok(text) => Ok(text.as_string().unwrap_or_default()),
            Err(error) => {
                Err(error.as_string().unwrap_or_else(|| String::from(js_sys::Object::from(error).to_string())))
            }
        });
    });
}

/// Calls back when the page's width or the colours in force have changed. Dropping the result ends that.
pub fn on_look_change(changed: impl Fn() + Clone + 'static) -> Vec<EventListener> {
    let in_window = changed.clone();
    let mut listeners = vec![EventListener::new(&window(), "resize", move |_| in_window())];
    for query in [DARK, "(forced-colors: active)"] {
        if let Ok(Some(list)) = window().match_media(query) {
            let changed = changed.clone();
            listeners.push(EventListener::new(&list, "change", move |_| changed()));
        }
    }
    listeners
}

/// A printed page has nothing to click on: what is folded is opened before printing, and folded again after. What is
/// of use on a screen alone stays folded. The address is printed with it.
pub fn unfold_for_print() -> Vec<EventListener> {
    vec![
        EventListener::new(&window(), "beforeprint", |_| {
            if let Some(printed) = document().get_element_by_id("printed") {
                let address = window().location().href().unwrap_or_default();
                let version = env!("CARGO_PKG_VERSION");
                printed.set_text_content(Some(&format!("{address} (oompoint {version}, model {MODEL_VERSION})")));
            }
            for element in all("details:not([open]):not(.screen)") {
                let _ = element.set_attribute("open", "");
                let _ = element.set_attribute("data-unfolded", "");
            }
        }),
        EventListener::new(&window(), "afterprint", |_| {
            for element in all("details[data-unfolded]") {
                let _ = element.remove_attribute("open");
                let _ = element.remove_attribute("data-unfolded");
            }
        }),
    ]
}

/// The elements that a selector names.
pub fn all(selector: &str) -> Vec<Element> {
    let Ok(found) = document().query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|i| found.get(i)?.dyn_into().ok()).collect()
}

/// Does something after a while.
pub fn later(ms: i32, then: impl FnOnce() + 'static) {
    let then = Closure::once_into_js(then);
    // Only a window that is going away has no timers, and then nothing is to be done.
    _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(then.unchecked_ref(), ms);
}

/// This page's own address, whole.
pub fn address() -> String {
    window().location().href().unwrap_or_default()
}

/// Opens a dialog over the page, with the focus in it.
pub fn show_dialog(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        // The only failure is that it is open already.
        let _ = element.unchecked_into::<HtmlDialogElement>().show_modal();
    }
}

/// Selects the text of a field, ready for the reader's own copy command.
pub fn select(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        let field: HtmlTextAreaElement = element.unchecked_into();
        let _ = field.focus();
        field.select();
    }
}

/// Puts text on the clipboard; `then` hears whether that worked. A frame or a plain http host may not be allowed to.
pub fn copy(text: &str, then: impl Fn(bool) + 'static) {
    let clipboard = window().navigator().clipboard();
    if clipboard.is_undefined() {
        return then(false);
    }
    let promise = clipboard.write_text(text);
    spawn_local(async move { then(JsFuture::from(promise).await.is_ok()) });
}
