// SPDX-License-Identifier: GPL-2.0-only
//! Questions that were asked on the list, as comparisons to begin from.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::app::element::element;
use crate::app::parts::choice;
use crate::app::state::{Action, Model};
use crate::experiment::Experiment;
use crate::link;
use crate::report::panel::{SCENARIOS, Scenario};

/// The question that an experiment answers, if it is one of these.
pub fn known(experiment: &Experiment) -> Option<&'static Scenario> {
    // A scenario's fragment ends with its configuration, as a test of them says.
    let now = format!("v=1&{}", link::config(experiment));
    SCENARIOS.iter().find(|one| one.fragment == now)
}

pub fn scenarios(model: &UseReducerHandle<Model>) -> Html {
    let chosen = known(&model.experiment);
    let dispatcher = model.dispatcher();
    let onchange = move |event: Event| {
        let value = event.target_unchecked_into::<HtmlSelectElement>().value();
        if let Some(scenario) = SCENARIOS.iter().find(|scenario| scenario.name == value) {
            dispatcher.dispatch(Action::Choose(scenario.fragment));
        }
    };
    let known = SCENARIOS.iter().map(|scenario| {
        let is_chosen = chosen.is_some_and(|one| one.name == scenario.name);
        choice(scenario.name, is_chosen, scenario.name).key(scenario.name)
    });
    element("div", &[("class", "field scenario")])
        .put(element("label", &[("for", "scenario")]).text("question"))
        .put(
            element("select", &[("id", "scenario"), ("aria-describedby", "scenario-about")])
                .on_change(onchange)
                .put(choice("", chosen.is_none(), "one of your own").flag("disabled", true))
                .list(known),
        )
        .put(
            element("small", &[("id", "scenario-about")])
                .text(chosen.map_or("Changed by you: the link in the address bar holds it.", |one| one.about)),
        )
        .html()
}
