// SPDX-License-Identifier: GPL-2.0-only
//! `oompoint policies`, `workloads`, `environments`: what can be named.

use serde_json::{Value, json};

use crate::environment;
use crate::knobs::Knob;
use crate::policy;
use crate::workload;

#[derive(clap::Args)]
pub struct Args {
    /// Print one JSON array.
    #[arg(long)]
    json: bool,
}

pub fn policies(args: &Args) -> String {
    let entry = |policy: &policy::Policy| {
        json!({
            "name": policy.name,
            "about": policy.about,
            "source": policy.source,
            "changes": policy.changes,
            "defrag_mode": policy.defrag_mode,
            "knobs": knobs(policy.knobs),
        })
    };
    print(args, policy::REGISTRY.iter().map(entry).collect())
}

pub fn workloads(args: &Args) -> String {
    let entry = |entry: &workload::Entry| json!({ "name": entry.name, "about": entry.about, "source": entry.source, "knobs": knobs(entry.knobs) });
    print(args, workload::CATALOG.iter().map(entry).collect())
}

pub fn environments(args: &Args) -> String {
    let entry = |preset: &environment::Preset| json!({ "name": preset.name, "about": preset.about, "fields": preset.environment(), "set": settable(preset) });
    print(args, environment::PRESETS.iter().map(entry).collect())
}

/// Fields as `--set` takes them, the groups apart.
fn settable(preset: &environment::Preset) -> Vec<String> {
    let fields = environment::fields(&preset.environment());
    let group = |name: &str| name.split_once('.').map_or(String::new(), |(group, _)| group.to_owned());
    let mut lines: Vec<(String, Vec<String>)> = Vec::new();
    for field in fields {
        let (group, text) = (group(&field.name), format!("{}={}", field.name, field.value));
        match lines.iter_mut().find(|(known, _)| *known == group) {
            Some((_, line)) => line.push(text),
            None => lines.push((group, vec![text])),
        }
    }
    lines.into_iter().map(|(_, line)| line.join(" ")).collect()
}

fn knobs(knobs: &[Knob]) -> Vec<Value> {
    knobs
        .iter()
        .map(|knob| {
            let value = |value: u32| match (knob.is_switch(), value) {
                (true, value) => Value::from(value != 0),
                (false, value) => Value::from(value),
            };
            json!({
                "name": knob.name,
                "about": knob.about,
                "default": value(knob.default),
                "min": knob.min,
                "max": knob.max,
                "switch": knob.is_switch(),
            })
        })
        .collect()
}

fn print(args: &Args, entries: Vec<Value>) -> String {
    if args.json {
        return format!("{:#}\n", Value::from(entries));
    }
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut text = String::new();
    for entry in &entries {
        text += &format!("{}\n    {}\n", word(&entry["name"]), word(&entry["about"]));
        for (key, name) in [("changes", "changes"), ("source", "source")] {
            if entry[key].is_string() {
                text += &format!("    {name}: {}\n", word(&entry[key]));
            }
        }
        for knob in entry["knobs"].as_array().into_iter().flatten() {
            let range = match (&knob["default"], &knob["switch"]) {
                (Value::Bool(on), _) => if *on { "on" } else { "off" }.to_owned(),
                (default, _) => format!("{default}, {}..{}", knob["min"], knob["max"]),
            };
            text += &format!("    {} ({range}): {}\n", word(&knob["name"]), word(&knob["about"]));
        }
        for line in entry["set"].as_array().into_iter().flatten() {
            text += &format!("    {}\n", word(line));
        }
    }
    text
}
