// SPDX-License-Identifier: GPL-2.0-only
//! The page: what a reader sees and touches. Everything computed comes from the worker.

#![deny(clippy::unwrap_used, clippy::expect_used)]

mod agreement;
mod canvas;
mod details;
mod export;
mod legend;
mod map;
mod memory;
mod platform;
mod state;
mod status;
mod table;
mod text;

use yew::prelude::*;

use crate::worker::message::Job;
use agreement::{Agreement, Facts};
use export::Export;
use memory::Memory;
use state::{Action, Model};
use status::Status;

#[component]
pub fn App() -> Html {
    let model = use_reducer(|| {
        let dark = platform::stored_dark();
        platform::apply_dark(dark);
        Model::new(dark)
    });
    use_worker(&model);
    // Listeners hold the dispatcher and not the handle, which would keep every state it has seen alive.
    let changed = model.dispatcher();
    use_effect_with((), move |()| {
        let look = platform::on_look_change(move || changed.dispatch(Action::Repaint));
        let print = platform::unfold_for_print();
        move || drop((look, print))
    });
    let send = |make: fn() -> Action| {
        let dispatcher = model.dispatcher();
        Callback::from(move |()| dispatcher.dispatch(make()))
    };
    let dark = {
        let dispatcher = model.dispatcher();
        // Before the maps are drawn anew, since they read their colours from the style sheet.
        move |on| {
            platform::apply_dark(Some(on));
            dispatcher.dispatch(Action::Dark(on));
        }
    };
    html! {
        <div class="app" data-state={model.phase.word()} data-run={model.run.to_string()}>
            <Status phase={model.phase.clone()} outcome={model.outcome.clone()} dark={platform::is_dark(model.dark)}
                on_run={send(|| Action::Run)} on_cancel={send(|| Action::Cancel)}
                on_dark={dark} />
            <div class="columns">
                <div class="figures">
                    <Agreement outcome={model.outcome.clone()} />
                    <Facts outcome={model.outcome.clone()} />
                    <Export outcome={model.outcome.clone()} />
                </div>
                <Memory model={model.clone()} />
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
        let worker = running.then(|| {
            platform::run(
                Job::bundled(),
                move |news| heard.dispatch(Action::Heard(run, news)),
                move |failure| broken.dispatch(Action::Broken(run, failure)),
            )
        });
        let worker = match worker {
            Some(Err(failure)) => {
                dispatcher.dispatch(Action::Broken(run, failure));
                None
            }
            other => other,
        };
        move || drop(worker)
    });
}
