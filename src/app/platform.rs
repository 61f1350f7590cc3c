// SPDX-License-Identifier: GPL-2.0-only
//! What the page asks of the browser, except for drawing.

use gloo::events::EventListener;
use gloo::utils::{document, document_element, window};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::worker::message::{Envelope, Failure, Job, News, VERSION};

/// Beside the page, in whatever folder that is. Trunk writes this file, which starts the worker's program.
const WORKER: &str = "./worker_loader.js";
const THEME: &str = "oompoint-theme";
/// Below this width of the page a map has half as many columns; www/*.css have the same number.
const NARROW: &str = "(max-width: 640px)";
const DARK: &str = "(prefers-color-scheme: dark)";

/// A worker with a job; dropping it ends the worker at once, whatever it is doing.
pub struct Running {
    worker: Worker,
    _listeners: [EventListener; 2],
}

impl Drop for Running {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

/// Starts a worker and gives it the job once it says that it is ready.
pub fn run(
    job: Job,
    heard: impl Fn(News) + 'static,
    broken: impl Fn(Failure) + Clone + 'static,
) -> Result<Running, Failure> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = Worker::new_with_options(WORKER, &options).map_err(|_| Failure {
        what: "the browser refuses to start a worker".to_owned(),
        remedy: "Open this page through a web server, not from a file, and in a frame that may run scripts of its own \
                 origin."
            .to_owned(),
    })?;
    let (broken_in_message, to) = (broken.clone(), worker.clone());
    let message = EventListener::new(&worker, "message", move |event| {
        let text = event.unchecked_ref::<MessageEvent>().data().as_string().unwrap_or_default();
        match serde_json::from_str(&text) {
            Ok(Envelope { version: VERSION, body: News::Hello }) => send(&to, &job),
            Ok(Envelope { version: VERSION, body }) => heard(body),
            _ => broken_in_message(Failure {
                what: "page and worker are of different versions".to_owned(),
                remedy: "Reload the page without its cache (Shift and reload).".to_owned(),
            }),
        }
    });
    let error = EventListener::new(&worker, "error", move |event| {
        let why = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message).unwrap_or_default();
        let why = if why.is_empty() { "its program could not be loaded".to_owned() } else { why };
        broken(Failure {
            what: format!("the worker stopped: {why}"),
            remedy: "Check that worker.js and worker_bg.wasm are beside the page, then retry.".to_owned(),
        });
    });
    Ok(Running { worker, _listeners: [message, error] })
}

fn send(worker: &Worker, job: &Job) {
    if let Ok(text) = serde_json::to_string(&Envelope { version: VERSION, body: job }) {
        // Posting a string to a living worker cannot fail; a dead one fires its error event.
        let _ = worker.post_message(&JsValue::from_str(&text));
    }
}

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

/// The reader's earlier choice. A frame of another origin may have no storage; then there is none.
pub fn stored_dark() -> Option<bool> {
    let stored = window().local_storage().ok().flatten()?.get_item(THEME).ok().flatten()?;
    Some(stored == "dark")
}

/// Applies a choice of colours, and keeps it where that is allowed.
pub fn apply_dark(choice: Option<bool>) {
    let Some(dark) = choice else { return };
    let word = if dark { "dark" } else { "light" };
    let _ = document_element().set_attribute("data-theme", word);
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(THEME, word);
    }
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

/// A printed page has nothing to click on: what is folded is opened before printing, and folded again after.
pub fn unfold_for_print() -> Vec<EventListener> {
    vec![
        EventListener::new(&window(), "beforeprint", |_| {
            for element in all("details:not([open])") {
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

fn all(selector: &str) -> Vec<Element> {
    let Ok(found) = document().query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|i| found.get(i)?.dyn_into().ok()).collect()
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
