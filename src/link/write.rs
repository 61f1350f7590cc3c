// SPDX-License-Identifier: GPL-2.0-only
//! Links as text: canonical order, defaults left out, the check last.

use super::fields::{CONFIG, KEYS};
use super::grammar::Pairs;
use super::{CURRENT, Permalink, check, defaults, plan};
use crate::environment;
use crate::experiment::{Experiment, seeds_text};

/// The fragment of a link, without `#`.
pub fn write(link: &Permalink) -> String {
    let mut pairs: Pairs = vec![("v".to_owned(), CURRENT.to_string())];
    pairs.extend(config_pairs(&link.experiment));
    let view = &link.view;
    let mut add = |key: &str, value: Option<String>| pairs.extend(value.map(|value| (key.to_owned(), value)));
    add("t", view.event.map(|event| event.to_string()));
    add("x", view.view.clone());
    let pages = if view.pages { ".p" } else { "" };
    add("b", (view.block > 0 || view.pages).then(|| format!("{}{pages}", view.block)));
    add("n", view.name.clone());
    add("h", view.trace.clone());
    add("th", view.theme.clone());
    add("e", view.embed.then(|| "1".to_owned()));
    pairs.extend(link.unknown.iter().cloned());
    if let Some(promise) = &link.result {
        if defaults::current().key("mv") != Some(&promise.model) {
            pairs.push(("mv".to_owned(), promise.model.clone()));
        }
        pairs.push(("r".to_owned(), promise.hash.clone()));
    }
    let body = join(&pairs);
    format!("{body}&c={}", check::check(&body))
}

/// What is run, as the canonical part of a link: the text that a result hash covers.
pub fn config(experiment: &Experiment) -> String {
    join(&config_pairs(experiment))
}

/// The same of a link of an older version: its own pairs, in the order its version wrote them.
pub fn config_of_pairs(pairs: &Pairs) -> String {
    let config: Pairs = pairs.iter().filter(|(key, _)| KEYS[CONFIG].contains(&key.as_str())).cloned().collect();
    join(&config)
}

fn join(pairs: &Pairs) -> String {
    pairs.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("&")
}

fn config_pairs(experiment: &Experiment) -> Pairs {
    let mut pairs = Pairs::new();
    let mut add = |key: &str, value: String| {
        if defaults::current().key(key) != Some(&value) && !value.is_empty() {
            pairs.push((key.to_owned(), value));
        }
    };
    let guest = &experiment.environment;
    let preset = environment::preset(&guest.name).expect("an environment's name is its preset's");
    add("g", guest.name.clone());
    if guest.memory_mib != preset.memory_mib {
        let mib = guest.memory_mib;
        add("m", if mib.is_multiple_of(1024) { format!("{}g", mib / 1024) } else { format!("{mib}m") });
    }
    let changes = environment::changes(guest, &preset);
    let changes = changes.into_iter().filter(|(name, _)| name != "memory_mib");
    add("o", changes.map(|(name, value)| format!("{name}-{value}")).collect::<Vec<_>>().join("~"));
    match &experiment.workload.custom {
        Some(spec) => {
            add("w", "plan".to_owned());
            add("z", plan::write(spec));
        }
        None => add("w", item(&experiment.workload.text())),
    }
    add("p", experiment.policies.iter().map(|policy| item(&policy.text())).collect::<Vec<_>>().join("~"));
    add("s", seeds_text(&experiment.seeds, '~'));
    if let Some(until) = experiment.until {
        add("u", format!("{}-{}", until.percent_text(), until.hard_stop));
    }
    pairs
}

/// `name:knob=8,other=on` as `name.knob-8.other-on`.
fn item(text: &str) -> String {
    text.replace([':', ','], ".").replace('=', "-")
}
