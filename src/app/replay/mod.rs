// SPDX-License-Identifier: GPL-2.0-only
//! The replay page: the model held against the trace of a real kernel.

mod agreement;
mod canvas;
mod details;
mod export;
mod legend;
pub(super) mod map;
mod memory;
mod state;
mod status;
mod table;
mod text;

use wasm_bindgen::JsValue;
use yew::prelude::*;

use super::hand::Hand;
use super::{files, platform};
use crate::worker::message::{File, From, Job, Replay};
use agreement::{Agreement, Facts};
use export::Export;
use memory::Memory;
use state::{Action, Model};
use status::Status;

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
    let send = |make: fn() -> Action| {
        let dispatcher = model.dispatcher();
        Callback::from(move |()| dispatcher.dispatch(make()))
    };
    html! {
        <div class="app" data-state={model.phase.word()} data-run={model.run.to_string()}>
            <Status phase={model.phase.clone()} outcome={model.outcome.clone()} dark={props.dark}
                on_run={send(|| Action::Run)} on_cancel={send(|| Action::Cancel)}
                on_dark={props.on_dark.clone()} />
            <div class="columns">
                <div class="figures">
                    <Agreement outcome={model.outcome.clone()} />
                    <Facts outcome={model.outcome.clone()} />
                    <Export outcome={model.outcome.clone()} />
                </div>
                <Memory model={model.clone()} paint={props.paint} />
            </div>
        </div>
    }
}

/// One worker for each run; it ends when the run is over, is cancelled or gives way to the next.
#[hook]
fn use_worker(model: &UseReducerHandle<Model>) {
    let dispatcher = model.dispatcher();
    use_effect_with((model.run, model.phase.is_running()), move |&(run, running)| {
        let (heard, broken) = (dispatcher.clone(), dispatcher.clone());
        let hand = running.then(|| {
            Hand::hire(
                move |news| heard.dispatch(Action::Heard(run, news)),
                move |failure| broken.dispatch(Action::Broken(run, failure)),
            )
        });
        let hand = match hand {
            Some(Ok(hand)) => {
                let (job, handed) = bundled();
                hand.send(&Job::Replay(job), &handed);
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

/// The trace that comes with the page, and what of it is handed over. index.html names the same files for Trunk to
/// copy; a page of one file holds them.
fn bundled() -> (Replay, Vec<JsValue>) {
    let mut handed: Vec<JsValue> = Vec::new();
    let mut file = |name: &str| {
        let path = format!("trace/{name}");
        let from = match files::inlined(&path) {
            Some(blob) => {
                handed.push(blob.into());
                From::Handed(handed.len() as u32 - 1)
            }
            None => From::Url(platform::absolute(&path)),
        };
        File { name: name.to_owned(), from }
    };
    let trace = file("trace_full.txt.gz");
    let mut state = |name: &str| file(&format!("{name}.json.gz"));
    let job = Replay {
        trace,
        start: Some(state("initial_state")),
        snapshots: ["state_1_frag_allocated", "state_2_frag", "state_3_oom", "state_4_killed"].map(&mut state).to_vec(),
        end: Some(state("final_state")),
    };
    (job, handed)
}
