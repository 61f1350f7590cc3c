// SPDX-License-Identifier: GPL-2.0-only
//! Pairs of the current version as specs. Unknown keys are kept and named. Unknown values are refused where they say what
//! is run, and named and left out where they say what is looked at.

use super::grammar::{LinkError, Pairs};
use super::{CURRENT, Permalink, Promise, VIEWS, View, check, plan};
use crate::environment::{self, Environment, SpecError};
use crate::experiment::{Experiment, PolicySpec, Until, parse_seeds};
use crate::workload::Workload;

/// Every key, in canonical order; `c` follows them all.
pub const KEYS: &[&str] = &["v", "g", "m", "o", "w", "z", "p", "s", "u", "t", "x", "b", "n", "h", "th", "e", "mv", "r"];

/// Keys of what is run, apart from `v`.
pub const CONFIG: std::ops::Range<usize> = 1..9;

/// A pageblock is 512 frames of 4 KiB.
const MIB_PER_BLOCK: u32 = 2;

/// The version a link is written in.
pub fn version(pairs: &Pairs, notes: &mut Vec<String>) -> Result<u32, LinkError> {
    let Some((_, text)) = pairs.iter().find(|(key, _)| key == "v") else {
        notes.push("The link names no version: it was read as one of version 1.".to_owned());
        return Ok(1);
    };
    match text.parse::<u32>() {
        Ok(found) if found > CURRENT => Err(LinkError::Newer { found, known: CURRENT }),
        Ok(0) | Err(_) => Err(LinkError::value("v", format!("{text}: versions are numbers from 1"))),
        Ok(version) => Ok(version),
    }
}

/// A permalink from the pairs of the current version, defaults written out.
pub fn read(pairs: &Pairs, notes: &mut Vec<String>) -> Result<Permalink, LinkError> {
    let get = |key: &str| pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
    let unknown: Pairs = pairs.iter().filter(|(key, _)| !KEYS.contains(&key.as_str()) && key != "c").cloned().collect();
    if !unknown.is_empty() {
        let names: Vec<_> = unknown.iter().map(|(key, _)| key.as_str()).collect();
        notes.push(format!("Ignored: {}.", names.join(", ")));
    }
    let workload = get("w").unwrap_or_default();
    let workload = match (workload, get("z")) {
        ("plan", Some(text)) => plan::read(text).map_err(|problem| LinkError::value("z", format!("...: {problem}")))?,
        (_, Some(_)) => return Err(LinkError::value("z", "...: a plan goes with w=plan")),
        _ => Workload::parse(&spec(workload, "w")?).map_err(|error| refuse("w", workload, error))?,
    };
    let mut policies = Vec::new();
    for item in get("p").unwrap_or_default().split('~') {
        policies.push(PolicySpec::parse(&spec(item, "p")?).map_err(|error| refuse("p", item, error))?);
    }
    let text = get("s").unwrap_or_default();
    let seeds = parse_seeds(text, '~').map_err(|error| refuse("s", text, error.problem))?;
    let environment = guest(get("g").unwrap_or_default(), get("m"), get("o"))?;
    let mut experiment = Experiment::new(environment, workload, policies, seeds).map_err(|error| in_key(&error))?;
    if let Some(text) = get("u") {
        let (percent, stop) = text.split_once('-').ok_or_else(|| refuse("u", text, "write it as 2.0-1024"))?;
        let stop = stop.parse().map_err(|_| refuse("u", text, "write it as 2.0-1024"))?;
        experiment.until = Some(Until::new(percent, stop).map_err(|error| refuse("u", text, error.problem))?);
    }
    let view = view(get, experiment.environment.memory_mib, notes);
    let model = get("mv").unwrap_or_default();
    if model.len() > 12 || !model.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return Err(refuse("mv", model, "a model version is digits and full stops"));
    }
    let result = match get("r") {
        None => None,
        Some(hash) if check::is_base58(hash, 7) => {
            Some(Promise { hash: hash.to_owned(), model: model.to_owned(), config: String::new() })
        }
        Some(hash) => return Err(refuse("r", hash, "a result check has 7 letters and digits, without 0, O, I and l")),
    };
    Ok(Permalink { experiment, view, result, unknown })
}

fn refuse(key: &str, value: &str, problem: impl std::fmt::Display) -> LinkError {
    LinkError::value(key, format!("{value}: {problem}"))
}

/// The key that an experiment's part stands under.
fn in_key(error: &SpecError) -> LinkError {
    let key = match error.field.as_str() {
        "policies" => "p",
        "seeds" => "s",
        "memory_mib" => "m",
        _ => "o",
    };
    LinkError::value(key, format!("...: {error}"))
}

/// `name.knob-8` as `name:knob=8`.
fn spec(item: &str, key: &str) -> Result<String, LinkError> {
    let mut parts = item.split('.');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for (i, part) in parts.enumerate() {
        let (knob, value) =
            part.rsplit_once('-').ok_or_else(|| refuse(key, item, format!("`{part}` is not knob-value")))?;
        text += &format!("{}{knob}={value}", if i == 0 { ':' } else { ',' });
    }
    Ok(text)
}

fn guest(preset: &str, memory: Option<&str>, changes: Option<&str>) -> Result<Environment, LinkError> {
    let mut environment = environment::preset(preset).ok_or_else(|| {
        let names: Vec<_> = environment::PRESETS.iter().map(|preset| preset.name).collect();
        refuse("g", preset, format!("no environment of this name; there are {}", names.join(", ")))
    })?;
    if let Some(memory) = memory {
        environment =
            environment::set(&environment, "memory", memory).map_err(|error| refuse("m", memory, error.problem))?;
    }
    for change in changes.unwrap_or_default().split('~').filter(|change| !change.is_empty()) {
        let (name, value) =
            change.rsplit_once('-').ok_or_else(|| refuse("o", change, "a field is written name-value"))?;
        environment = environment::set(&environment, name, value).map_err(|error| refuse("o", change, error))?;
    }
    Ok(environment)
}

/// What is looked at. A wrong value costs no more than a look elsewhere in the same run, so that it is no reason to refuse
/// the link: it is named and left out.
fn view<'a>(get: impl Fn(&str) -> Option<&'a str>, memory_mib: u32, notes: &mut Vec<String>) -> View {
    let mut sound = |key: &str, problem: &dyn Fn(&str) -> Option<String>| {
        let text = get(key)?;
        let problem = problem(text);
        notes.extend(problem.as_ref().map(|problem| format!("Ignored: {key}={text}: {problem}.")));
        problem.is_none().then_some(text)
    };
    let unless = |good: bool, problem: &str| (!good).then(|| problem.to_owned());
    let event = sound("t", &|text| unless(text.parse::<u64>().is_ok(), "an event is a number"));
    let name_of_view = sound("x", &|text| {
        let names = VIEWS.map(|(name, _)| name);
        unless(names.contains(&text), &format!("no such view; there are {}", names.join(", ")))
    });
    let chosen = sound("b", &|text| block(text, memory_mib).err());
    let name = sound("n", &|text| unless(text.len() <= 24, "a name has at most 24 characters"));
    let trace = sound("h", &|text| {
        let is_hash = text.len() == 16 && text.bytes().all(|byte| b"0123456789abcdef".contains(&byte));
        unless(is_hash, "a trace's hash has 16 digits and letters a to f")
    });
    let theme = sound("th", &|text| unless(["light", "dark"].contains(&text), "a theme is light or dark"));
    let embed = sound("e", &|text| unless(["0", "1"].contains(&text), "embedded is 1 or 0"));
    let (block, pages) = chosen.and_then(|text| block(text, memory_mib).ok()).unwrap_or_default();
    View {
        event: event.and_then(|text| text.parse().ok()),
        view: name_of_view.map(str::to_owned),
        block,
        pages,
        name: name.map(str::to_owned),
        trace: trace.map(str::to_owned),
        theme: theme.map(str::to_owned),
        embed: embed == Some("1"),
    }
}

/// Which pageblock is chosen, and whether every page is drawn.
fn block(text: &str, memory_mib: u32) -> Result<(u32, bool), String> {
    let (number, pages) = text.strip_suffix(".p").map_or((text, false), |number| (number, true));
    let last = memory_mib.div_ceil(MIB_PER_BLOCK) - 1;
    let number = number.parse().ok().filter(|&number| number <= last);
    number.map(|number| (number, pages)).ok_or_else(|| format!("the guest's pageblocks are 0 to {last}"))
}
