// SPDX-License-Identifier: GPL-2.0-only
//! What runs beside the page: fetches a recorded trace, replays it, and tells the page how far it is.
//!
//! The page starts this program as a plain Worker, because it must see the Worker's error event when the program
//! cannot be loaded, and must be able to end it in the middle of a replay. gloo's bridge hides both.

mod fetch;
pub mod message;
mod run;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use message::{Envelope, Failure, Job, News, VERSION};

/// Registers the worker. It says hello when it is ready for a job; what was sent before might be lost.
pub fn start() {
    std::panic::set_hook(Box::new(|info| {
        post(News::Failed(Failure {
            what: format!("the replay broke: {info}"),
            remedy: "This is a defect of this program. Run again; if it stays, please report it with this text.".into(),
        }));
    }));
    let handler = Closure::<dyn Fn(MessageEvent)>::new(|event: MessageEvent| {
        let text = event.data().as_string().unwrap_or_default();
        // The page compares versions at the hello and says what to do; a job of another version is never begun.
        let Ok(Envelope::<Job> { version: VERSION, body }) = serde_json::from_str(&text) else { return };
        spawn_local(async move {
            match run::run(&body).await {
                Ok(outcome) => post(News::Done(Box::new(outcome))),
                Err(failure) => post(News::Failed(failure)),
            }
        });
    });
    scope().set_onmessage(Some(handler.as_ref().unchecked_ref()));
    // The handler lives as long as the worker does.
    handler.forget();
    post(News::Hello);
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

fn post(news: News) {
    if let Ok(text) = serde_json::to_string(&Envelope { version: VERSION, body: news }) {
        // Posting a string fails only when the page is gone, and then nobody waits for it.
        let _ = scope().post_message(&JsValue::from_str(&text));
    }
}
