// SPDX-License-Identifier: GPL-2.0-only
//! The page: what a reader sees and touches. Everything computed comes from the worker.

use crate::worker::{Answer, Question, Replayer};
use gloo::worker::Spawnable;
use yew::prelude::*;

/// Where the worker's program is, seen from the page: beside it, in whatever folder that is.
const WORKER: &str = "./worker.js";

#[component]
pub fn App() -> Html {
    let answer = use_state(|| None::<Answer>);
    let setter = answer.setter();
    // The worker lives as long as the effect's cleanup does.
    use_effect_with((), move |()| {
        let worker = Replayer::spawner().callback(move |answer| setter.set(Some(answer))).spawn(WORKER);
        worker.send(Question { number: 20 });
        move || drop(worker)
    });
    match &*answer {
        None => html! { <p data-state="running" role="status">{ "Waiting for the worker" }</p> },
        Some(answer) => html! {
            <p data-state="done" role="status">{ "The worker answered " }<output id="answer">{ answer.number }</output></p>
        },
    }
}
