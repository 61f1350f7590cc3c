// SPDX-License-Identifier: GPL-2.0-only
//! The replay page: the model held against the trace of a real kernel, the bundled one or the reader's.

mod canvas;
mod details;
mod export;
mod legend;
pub(super) mod map;
mod memory;
mod own;
mod state;
mod status;
mod table;
mod text;

use wasm_bindgen::JsValue;
use yew::prelude::*;

use super::element::element;
use super::hand::Hand;
use super::platform;
use super::program::Program;
use crate::report::traced;
use crate::worker::message::{File, From, Replay};
use state::{Action, Model, Own};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub dark: bool,
    /// Grows when pictures must be drawn anew.
    pub paint: u32,
    pub on_dark: Callback<bool>,
}

#[component]
pub fn Page(props: &Props) -> Html {
    let model = use_reducer(Model::new);
    use_worker(&model);
    let asked = use_state(|| false);
    let copied = use_state(|| None::<bool>);
    let facts = match &model.outcome {
        Some(outcome) => outcome.facts.clone(),
        None => traced::facts(None, [0.0; 3]).into(),
    };
    let figures = element("div", &[("class", "figures")])
        .put(
            element("section", &[("class", "agreement"), ("aria-labelledby", "agreement-title")])
                .child(Html::from_html_unchecked(model.agreement())),
        )
        .put(
            element("section", &[("class", "facts"), ("aria-labelledby", "facts-title")])
                .child(Html::from_html_unchecked(facts)),
        )
        .child(export::export(&model, &copied));
    let memory = match model.own.is_none() || !model.moments.is_empty() {
        true => memory::memory(&model, props.paint),
        false => Html::default(),
    };
    let contents = (!model.contents.is_empty()).then(|| {
        element("section", &[("class", "contents"), ("aria-labelledby", "contents-title")])
            .child(Html::from_html_unchecked(model.contents.clone()))
    });
    element("div", &[("class", "app")])
        .with("data-state", model.phase.word())
        .with("data-run", model.run.to_string())
        .child(status::status(&model, props.dark, &props.on_dark))
        .put(own::form(&model, &asked))
        .put(element("div", &[("class", "columns")]).put(figures).child(memory).maybe(contents))
        .html()
}

/// One worker for each run; it ends when the run is over, is cancelled or gives way to the next.
#[hook]
fn use_worker(model: &UseReducerHandle<Model>) {
    let dispatcher = model.dispatcher();
    let own = model.own.clone();
    use_effect_with((model.run, model.phase.is_running()), move |&(run, running)| {
        let (heard, broken) = (dispatcher.clone(), dispatcher.clone());
        let hand = running.then(|| {
            Hand::hire(
                Program::Replay,
                move |news| heard.dispatch(Action::Heard(run, news)),
                move |failure| broken.dispatch(Action::Broken(run, failure)),
            )
        });
        let hand = match hand {
            Some(Ok(hand)) => {
                let (job, handed) = own.as_deref().map_or_else(bundled, given);
                hand.send(&job, &handed);
                Some(hand)
            }
            Some(Err(failure)) => {
                dispatcher.dispatch(Action::Broken(run, failure));
                None
            }
            None => None,
        };
        move || drop(hand)
    });
}

/// The trace that comes with the page, with nothing to hand over. index.html names the same files for Trunk to copy; a
/// page of one file holds them.
fn bundled() -> (Replay, Vec<JsValue>) {
    let file =
        |name: &str| File { name: name.to_owned(), from: From::Url(platform::absolute(&format!("trace/{name}"))) };
    let state = |name: &str| file(&format!("{name}.json.gz"));
    let job = Replay {
        is_bundled: true,
        trace: file("trace_full.txt.gz"),
        start: Some(state("initial_state")),
        snapshots: ["state_1_frag_allocated", "state_2_frag", "state_3_oom", "state_4_killed"].map(state).to_vec(),
        end: Some(state("final_state")),
    };
    (job, Vec::new())
}

/// The reader's files, handed to the worker unread.
fn given(own: &Own) -> (Replay, Vec<JsValue>) {
    let mut handed = Vec::new();
    let mut file = |one: &(String, web_sys::Blob)| {
        handed.push(JsValue::from(one.1.clone()));
        File { name: one.0.clone(), from: From::Handed(handed.len() as u32 - 1) }
    };
    let none = || File { name: String::new(), from: From::Url(String::new()) };
    let job = Replay {
        is_bundled: false,
        trace: own.trace.as_ref().map_or_else(none, &mut file),
        start: own.start.as_ref().map(&mut file),
        snapshots: own.snapshots.iter().map(&mut file).collect(),
        end: own.end.as_ref().map(&mut file),
    };
    (job, handed)
}
