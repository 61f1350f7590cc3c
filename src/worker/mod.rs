// SPDX-License-Identifier: GPL-2.0-only
//! What runs beside the page: simulates cells, works out what they show, replays recorded traces.
//!
//! The page starts this program as a plain Worker, because it must see the Worker's error event when the program
//! cannot be loaded, and must be able to end it in the middle of a job. gloo's bridge hides both.

mod cell;
mod fetch;
mod inside;
pub mod message;
mod replay;

use std::cell::RefCell;
use std::collections::VecDeque;

use js_sys::Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use message::{Failure, Job, News};

/// Registers the worker. It says hello when it is ready for a job; what was sent before might be lost.
pub fn start() {
    std::panic::set_hook(Box::new(|info| {
        post(&News::Failed(Failure::new(
            format!("the model stopped at a broken invariant: {info}"),
            "This is a defect of this program: please report it with this text and the link in the address bar.",
        )));
    }));
    let handler = Closure::<dyn Fn(MessageEvent)>::new(|event: MessageEvent| {
        let parts: Array = event.data().unchecked_into();
        match message::decode::<Job>(&parts.shift()) {
            Ok(job) => take(job, parts),
            Err(error) => post(&News::Failed(Failure::new(
                format!("a job could not be read: {error}"),
                "Reload the page without its cache (Shift and reload).",
            ))),
        }
    });
    scope().set_onmessage(Some(handler.as_ref().unchecked_ref()));
    // The handler lives as long as the worker does.
    handler.forget();
    post(&News::Hello);
}

thread_local! {
    static WAITING: RefCell<VecDeque<(Job, Array)>> = const { RefCell::new(VecDeque::new()) };
    static IS_BUSY: RefCell<bool> = const { RefCell::new(false) };
}

/// A job that waits for a file does not let the next one overtake it.
fn take(job: Job, handed: Array) {
    WAITING.with_borrow_mut(|waiting| waiting.push_back((job, handed)));
    if IS_BUSY.replace(true) {
        return;
    }
    spawn_local(async {
        while let Some((job, handed)) = WAITING.with_borrow_mut(VecDeque::pop_front) {
            let news = match job {
                Job::Cell(fragment) => cell::run(&fragment),
                Job::Analyse(job) => cell::analyse(&job),
                Job::Inside { runs, wish } => inside::wish(runs, &wish),
                Job::Replay(job) => replay::run(&job, &handed).await,
            };
            post(&news.unwrap_or_else(News::Failed));
        }
        IS_BUSY.set(false);
    });
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

fn post(news: &News) {
    // Posting plain data fails only when the page is gone, and then nobody waits for it.
    let _ = scope().post_message(&message::encode(news));
}
