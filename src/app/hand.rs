// SPDX-License-Identifier: GPL-2.0-only
//! One worker: started, given jobs, heard, ended.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::utils::document;
use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, ErrorEvent, MessageEvent, Url, Worker, WorkerOptions, WorkerType};

use crate::worker::message::{self, Failure, Job, News};

#[wasm_bindgen]
extern "C" {
    /// Where this program's script came from.
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static SCRIPT: JsString;
}

/// The element that holds the script in a page of one file; its text starts page and worker alike.
const INLINE_SCRIPT: &str = "oompoint-script";

/// A worker; dropping it ends it at once, whatever it is doing.
pub struct Hand {
    worker: Worker,
    /// Jobs that came before the worker was ready; `None` once it is.
    early: Rc<RefCell<Option<Vec<Array>>>>,
    _listeners: [EventListener; 2],
}

impl Drop for Hand {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl Hand {
    /// Starts a worker. `broken` hears of an end that nobody asked for, perhaps after `heard` has heard of its cause.
    ///
    /// # Errors
    /// A browser that lets no worker start here.
    pub fn hire(heard: impl Fn(News) + 'static, broken: impl Fn(Failure) + 'static) -> Result<Hand, Failure> {
        let worker = worker().map_err(|_| {
            Failure::new(
                "the browser refuses to start a worker",
                "Allow this page to run scripts and workers, or open it in a tab of its own.",
            )
        })?;
        let early: Rc<RefCell<Option<Vec<Array>>>> = Rc::new(RefCell::new(Some(Vec::new())));
        let (queue, to) = (early.clone(), worker.clone());
        let message = EventListener::new(&worker, "message", move |event| {
            match message::decode(&event.unchecked_ref::<MessageEvent>().data()) {
                Ok(News::Hello) => {
                    for job in queue.take().unwrap_or_default() {
                        let _ = to.post_message(&job);
                    }
                }
                Ok(news) => heard(news),
                Err(error) => heard(News::Failed(Failure::new(
                    format!("a worker's message could not be read: {error}"),
                    "Reload the page without its cache (Shift and reload).",
                ))),
            }
        });
        let error = EventListener::new(&worker, "error", move |event| {
            let why = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message).unwrap_or_default();
            let why = if why.is_empty() { "its program could not be loaded".to_owned() } else { why };
            broken(Failure::new(
                format!("a worker stopped: {why}"),
                "Check that all files of the page are there, then retry.",
            ));
        });
        // The program is compiled once; a worker gets what the page has. It waits for this as its first message.
        let _ = worker.post_message(&wasm_bindgen::module());
        Ok(Hand { worker, early, _listeners: [message, error] })
    }

    /// Sends a job with what is handed over beside it.
    pub fn send(&self, job: &Job, handed: &[JsValue]) {
        let mut parts = Array::of1(&message::encode(job));
        parts.extend(handed.iter().cloned());
        match &mut *self.early.borrow_mut() {
            Some(early) => early.push(parts),
            // Posting plain data to a living worker cannot fail; a dead one fires its error event.
            None => _ = self.worker.post_message(&parts),
        }
    }
}

/// A worker of a few lines that loads the page's own script: its name is known to the script alone, and a frame
/// without an origin may start no worker from a URL.
fn worker() -> Result<Worker, JsValue> {
    let options = WorkerOptions::new();
    let script = match document().get_element_by_id(INLINE_SCRIPT) {
        // No module: browsers refuse one from a page that has no origin, such as a file.
        Some(element) => element.text_content().unwrap_or_default(),
        None => {
            options.set_type(WorkerType::Module);
            let from = SCRIPT.with(|url| String::from(url));
            format!(
                "import start from {from:?};\n\
                 onmessage = (event) => {{ onmessage = null; start({{ module_or_path: event.data }}); }};"
            )
        }
    };
    let kind = BlobPropertyBag::new();
    kind.set_type("text/javascript");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&JsValue::from_str(&script)), &kind)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    Worker::new_with_options(&url, &options)
}
