// SPDX-License-Identifier: GPL-2.0-only
//! The head of the page inside another page: what is compared, and the way to the whole page.

use yew::prelude::*;

use super::scenarios;
use crate::app::element::{element, several, text};
use crate::app::platform;
use crate::app::state::Model;
use crate::experiment::MODEL_VERSION;

pub fn head(model: &Model) -> Html {
    let experiment = &model.experiment;
    let names = experiment.policies.iter().map(|policy| policy.text()).collect::<Vec<_>>().join(", ");
    let named = model.view.name.as_ref().map(|name| name.replace('_', " "));
    let title = named.or_else(|| scenarios::known(experiment).map(|one| one.name.to_owned()));
    let seeds = experiment.seeds.len();
    let what = format!("{names} on {}, {seeds} seeds; oompoint, model {MODEL_VERSION}", experiment.environment.name);
    // The page's own address, so that a copy of the page leads to itself wherever it lies.
    let address = platform::address();
    let page = address.split('#').next().unwrap_or_default();
    let titled =
        title.map_or_else(Html::default, |title| several(vec![element("strong", &[]).words(title).html(), text(": ")]));
    element("p", &[("class", "embed-head")])
        .put(element("span", &[]).child(titled).words(what))
        .put(
            element("a", &[("id", "open-full"), ("target", "_blank"), ("rel", "noopener")])
                .with("href", format!("{page}#{}", model.link_to_share(false)))
                .text("Open full"),
        )
        .html()
}

/// The view of a run that the link wants shown, if any; a moment alone is one of the baseline.
pub fn inside(model: &Model) -> Option<String> {
    let view = &model.view;
    view.view.clone().or(view.is_inside().then(|| "a".to_owned()))
}

/// What the numbers are not, in one line: the whole page has more of it in its own head.
pub fn limits() -> Html {
    element("p", &[("class", "embed-limits")])
        .text(
            "A model, not a kernel: whether and why a policy finds memory, not latency. The intervals do not hold its own \
             error.",
        )
        .html()
}
