// SPDX-License-Identifier: GPL-2.0-only
//! The verdict, what the worker is doing, and the buttons.

use yew::prelude::*;

use super::agreement;
use super::state::Phase;
use super::text;
use crate::worker::message::Outcome;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub phase: Phase,
    pub outcome: Option<std::rc::Rc<Outcome>>,
    pub dark: bool,
    pub on_run: Callback<()>,
    pub on_cancel: Callback<()>,
    pub on_dark: Callback<bool>,
}

#[component]
pub fn Status(props: &Props) -> Html {
    let running = props.phase.is_running();
    let (on_run, on_cancel, on_dark, dark) =
        (props.on_run.clone(), props.on_cancel.clone(), props.on_dark.clone(), props.dark);
    // One button, so that a press does not take the focus away from the reader.
    let (does, go) = match &props.phase {
        phase if phase.is_running() => ("Cancel", on_cancel),
        Phase::Failed(_) => ("Retry", on_run),
        _ => ("Run again", on_run),
    };
    html! {
        <section class="status" aria-label="Result" aria-busy={running.to_string()}>
            <p id="verdict" class="verdict">{ agreement::verdict(props.outcome.as_deref()) }</p>
            <div class="bar">
                <p id="status" class="now">{ now(props) }</p>
                <progress max="100" value={done(&props.phase).to_string()} aria-label="Share of the replay that is done" />
                <button id="go" type="button" onclick={move |_| go.emit(())}>{ does }</button>
                <button id="dark" type="button" aria-pressed={dark.to_string()} onclick={move |_| on_dark.emit(!dark)}>
                    { "Dark" }
                </button>
            </div>
            // Heard by screen readers: only when something begins or ends, never at each step.
            <p class="heard" role="status">{ spoken(&props.phase) }</p>
            if let Phase::Failed(failure) = &props.phase {
                <div id="failure" class="failure" role="alert">
                    <p><strong>{ "The replay did not finish: " }</strong>{ &failure.what }{ "." }</p>
                    <p>{ &failure.remedy }{ " What was computed before stays on the page." }</p>
                </div>
            }
        </section>
    }
}

fn now(props: &Props) -> String {
    match (&props.phase, &props.outcome) {
        (Phase::Starting, _) => "Computed beforehand. Starting a worker that computes it again, here.".to_owned(),
        (Phase::Working(progress), _) => text::progress(*progress),
        (Phase::Done, Some(outcome)) => {
            let total = outcome.fetch_ms + outcome.import_ms + outcome.replay_ms;
            let events = text::number(outcome.report.events);
            format!("Computed here, in this browser, just now: {events} events in {}.", text::seconds(total))
        }
        (Phase::Done, None) => String::new(),
        (Phase::Cancelled, Some(_)) => "Cancelled. The figures are of the run before.".to_owned(),
        (Phase::Cancelled, None) => "Cancelled. The sentence above was computed beforehand.".to_owned(),
        (Phase::Failed(_), Some(_)) => "Stopped. The figures are of the run before.".to_owned(),
        (Phase::Failed(_), None) => "Stopped. The sentence above was computed beforehand.".to_owned(),
    }
}

fn spoken(phase: &Phase) -> &'static str {
    match phase {
        Phase::Starting | Phase::Working(_) => "Replaying the trace.",
        Phase::Done => "The replay is done.",
        Phase::Cancelled => "The replay was cancelled.",
        // The alert speaks for itself.
        Phase::Failed(_) => "",
    }
}

fn done(phase: &Phase) -> u32 {
    match phase {
        Phase::Working(progress) => text::share_done(*progress),
        Phase::Done => 100,
        _ => 0,
    }
}
