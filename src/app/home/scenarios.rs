// SPDX-License-Identifier: GPL-2.0-only
//! Questions that were asked on the list, as comparisons to begin from.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::app::state::{Action, Model};
use crate::link;
use crate::report::panel::SCENARIOS;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub model: UseReducerHandle<Model>,
}

#[component]
pub fn Scenarios(props: &Props) -> Html {
    let now = link::config(&props.model.experiment);
    let config = |fragment: &str| link::open(fragment).map(|opened| link::config(&opened.link.experiment)).ok();
    let known = use_memo((), |()| SCENARIOS.iter().map(|one| config(one.fragment)).collect::<Vec<_>>());
    let chosen = known.iter().position(|config| config.as_ref() == Some(&now));
    let dispatcher = props.model.dispatcher();
    let onchange = move |event: Event| {
        let value = event.target_unchecked_into::<HtmlSelectElement>().value();
        if let Some(scenario) = SCENARIOS.iter().find(|scenario| scenario.name == value) {
            dispatcher.dispatch(Action::Choose(scenario.fragment));
        }
    };
    html! {
        <div class="field scenario">
            <label for="scenario">{ "question" }</label>
            <select id="scenario" aria-describedby="scenario-about" {onchange}>
                <option value="" selected={chosen.is_none()} disabled=true>{ "one of your own" }</option>
                for (i, scenario) in SCENARIOS.iter().enumerate() {
                    <option key={scenario.name} value={scenario.name} selected={chosen == Some(i)}>{ scenario.name }</option>
                }
            </select>
            <small id="scenario-about">
                { chosen.map_or("Changed by you: the link in the address bar holds it.", |i| SCENARIOS[i].about) }
            </small>
        </div>
    }
}
