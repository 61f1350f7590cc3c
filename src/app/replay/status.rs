// SPDX-License-Identifier: GPL-2.0-only
//! The verdict, what the worker is doing, and the buttons.

use yew::prelude::*;

use super::state::{Action, Model, Phase};
use super::text;
use crate::app::element::element;
use crate::app::parts;
use crate::report::traced;
use crate::report::traced::words::{number, seconds};

pub fn status(model: &UseReducerHandle<Model>, dark: bool, on_dark: &Callback<bool>) -> Html {
    let dispatcher = model.dispatcher();
    // One button, so that a press does not take the focus away from the reader.
    let (does, action): (_, fn() -> Action) = match &model.phase {
        phase if phase.is_running() => ("Cancel", || Action::Cancel),
        Phase::Failed(_) => ("Retry", || Action::Run),
        _ => ("Run again", || Action::Run),
    };
    let bar = element("div", &[("class", "bar")])
        .put(element("p", &[("id", "status"), ("class", "now")]).words(now(model)))
        .put(
            element("progress", &[("max", "100"), ("aria-label", "Share of the replay that is done")])
                .with("value", done(&model.phase).to_string()),
        )
        .put(
            element("button", &[("id", "go"), ("type", "button")])
                .on_click(move |_| dispatcher.dispatch(action()))
                .text(does),
        )
        .put(parts::dark_button(dark, on_dark));
    let failure = match &model.phase {
        Phase::Failed(failure) => {
            let remedy = format!("{} What was computed before stays on the page.", failure.remedy);
            Some(parts::failure("The replay did not finish: ", &failure.what, remedy).with("id", "failure"))
        }
        _ => None,
    };
    element("section", &[("class", "status"), ("aria-label", "Result")])
        .state("aria-busy", model.phase.is_running())
        .put(element("p", &[("id", "verdict"), ("class", "verdict")]).words(verdict(model)))
        .put(bar)
        // Heard by screen readers: only when something begins or ends, never at each step.
        .put(element("p", &[("class", "heard"), ("role", "status")]).text(spoken(&model.phase)))
        .maybe(failure)
        .html()
}

fn verdict(model: &Model) -> String {
    match (&model.outcome, &model.own) {
        (Some(outcome), _) => outcome.verdict.clone(),
        (None, None) => traced::verdict(None),
        (None, Some(_)) => format!("Reading {}.", model.name()),
    }
}

fn now(model: &Model) -> String {
    let before = match (&model.outcome, &model.own) {
        (Some(_), _) => "The figures are of the run before.",
        (None, None) => "The sentence above was computed beforehand.",
        (None, Some(_)) => "",
    };
    let text = match (&model.phase, &model.outcome) {
        (Phase::Starting, _) if model.own.is_some() => format!("Loading the program that reads {}.", model.name()),
        (Phase::Starting, _) => "Computed beforehand. Loading the program that computes it again, here.".to_owned(),
        (Phase::Working(progress), _) => text::progress(*progress),
        (Phase::Done, Some(outcome)) => {
            let (events, time) = (number(outcome.events), seconds(outcome.ms));
            format!("Computed here, in this browser, just now, from {}: {events} events in {time}.", model.name())
        }
        (Phase::Done, None) => String::new(),
        (Phase::Cancelled, _) => format!("Cancelled. {before}"),
        (Phase::Failed(_), _) => format!("Stopped. {before}"),
    };
    text.trim_end().to_owned()
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
