// SPDX-License-Identifier: GPL-2.0-only
//! One worker: started, given jobs, heard, ended.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::EventListener;
use js_sys::Array;
use serde::Serialize;
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker};

use super::program::{self, Program};
use crate::worker::message::{self, Failure, News};

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
    pub fn hire(
        program: Program,
        heard: impl Fn(News) + 'static,
        broken: impl Fn(Failure) + 'static,
    ) -> Result<Hand, Failure> {
        let worker = program::start(program).map_err(|_| {
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
        Ok(Hand { worker, early, _listeners: [message, error] })
    }

    /// Sends a job that its program knows, with what is handed over beside it.
    pub fn send(&self, job: &impl Serialize, handed: &[JsValue]) {
        let mut parts = Array::of1(&message::encode(job));
        parts.extend(handed.iter().cloned());
        match &mut *self.early.borrow_mut() {
            Some(early) => early.push(parts),
            // Posting plain data to a living worker cannot fail; a dead one fires its error event.
            None => _ = self.worker.post_message(&parts),
        }
    }
}
