// SPDX-License-Identifier: GPL-2.0-only
//! What runs beside the page: simulates cells and works out what they show, or replays recorded traces.
//!
//! The page starts these programs as plain Workers, because it must see the Worker's error event when a program
//! cannot be loaded, and must be able to end it in the middle of a job. gloo's bridge hides both.

mod cell;
mod fetch;
mod inside;
pub mod message;
mod replay;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::Array;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use message::{Failure, Job, News, Replay};

/// Registers a worker of comparisons.
pub fn start() {
    serve(async |job: Job, _| match job {
        Job::Cell(fragment) => cell::run(&fragment),
        Job::Analyse(job) => cell::analyse(&job),
        Job::Parting(keys) => cell::parting(&keys),
        Job::Inside { runs, wish } => inside::wish(runs, &wish),
    });
}

/// Registers a worker that reads traces. It is a program of its own: most readers of a link never ask for it.
pub fn start_replay() {
    serve(async |job: Replay, handed| replay::run(&job, &handed).await);
}

/// Says hello when the worker is ready for a job, as what was sent before might be lost; then does one job after the
/// other. A job that waits for a file does not let the next one overtake it.
fn serve<J: DeserializeOwned + 'static>(take: impl AsyncFn(J, Array) -> Result<News, Failure> + 'static) {
    std::panic::set_hook(Box::new(|info| {
        post(&News::Failed(Failure::new(
            format!("the model stopped at a broken invariant: {info}"),
            "This is a defect of this program: please report it with this text and the link in the address bar.",
        )));
    }));
    let take = Rc::new(take);
    let waiting = Rc::new(RefCell::new(VecDeque::new()));
    let is_busy = Rc::new(Cell::new(false));
    let handler = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let parts: Array = event.data().unchecked_into();
        match message::decode::<J>(&parts.shift()) {
            Ok(job) => waiting.borrow_mut().push_back((job, parts)),
            Err(error) => post(&News::Failed(Failure::new(
                format!("a job could not be read: {error}"),
                "Reload the page without its cache (Shift and reload).",
            ))),
        }
        if is_busy.replace(true) {
            return;
        }
        let (take, waiting, is_busy) = (take.clone(), waiting.clone(), is_busy.clone());
        spawn_local(async move {
            loop {
                let Some((job, handed)) = waiting.borrow_mut().pop_front() else { break };
                post(&take(job, handed).await.unwrap_or_else(News::Failed));
            }
            is_busy.set(false);
        });
    });
    scope().set_onmessage(Some(handler.as_ref().unchecked_ref()));
    // The handler lives as long as the worker does.
    handler.forget();
    post(&News::Hello);
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

fn post(news: &News) {
    // Posting plain data fails only when the page is gone, and then nobody waits for it.
    let _ = scope().post_message(&message::encode(news));
}
