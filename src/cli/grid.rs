// SPDX-License-Identifier: GPL-2.0-only
//! The flags that name an experiment, shared by every command that runs one.

use super::files::{self, Failure};
use crate::environment;
use crate::experiment::{Experiment, PolicySpec, parse_seeds};
use crate::workload::Workload;

#[derive(clap::Args)]
pub struct Grid {
    /// Environment preset; `oompoint environments` lists them.
    #[arg(long, default_value = "minimal-1g")]
    env: String,
    /// Workload as NAME[:knob=value,...], or @FILE with a plan as JSON; `oompoint workloads` lists them.
    #[arg(long, default_value = "secretmem-vs-frag")]
    workload: String,
    /// Policies as NAME[:knob=value,...], separated by commas, the baseline first; a knob's own comma is written `;`.
    #[arg(long, default_value = "base,series,blunt", value_delimiter = ',')]
    policies: Vec<String>,
    /// Seeds: one number, a range A-B, or several separated by commas.
    #[arg(long, default_value = "1-16", allow_hyphen_values = true)]
    seeds: String,
    /// RAM, such as 512MiB or 2GiB.
    #[arg(long, allow_hyphen_values = true)]
    memory: Option<String>,
    /// Any environment field as KEY=VALUE: cpus, thp, mglru, page_cache, background, vm.defrag_mode, ...
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Worker threads; 0 is one a CPU of this machine. The result does not depend on it.
    #[arg(long, default_value_t = 0)]
    pub jobs: usize,
}

impl Grid {
    pub fn experiment(&self) -> Result<Experiment, Failure> {
        let mut environment = environment::preset(&self.env).ok_or_else(|| {
            let names: Vec<_> = environment::PRESETS.iter().map(|preset| preset.name).collect();
            format!("--env: no environment `{}`; there are {}", self.env, names.join(", "))
        })?;
        if let Some(memory) = &self.memory {
            environment = environment::set(&environment, "memory", memory)
                .map_err(|error| format!("--memory {}", error.problem))?;
        }
        for pair in &self.set {
            let (key, value) = pair.split_once('=').ok_or(format!("--set {pair}: it is written KEY=VALUE"))?;
            environment = environment::set(&environment, key, value).map_err(|error| format!("--set {error}"))?;
        }
        let workload = workload(&self.workload)?;
        let policies = self.policies.iter().map(|text| {
            if text.contains('=') && !text.contains(':') {
                return Err(format!(
                    "`{text}` is no policy; several knobs of one are written NAME:knob=value;knob=value"
                ));
            }
            let text = text.replace(';', ",");
            no_knob_twice(&text)?;
            PolicySpec::parse(&text)
        });
        let policies = policies.collect::<Result<Vec<_>, _>>().map_err(|error| format!("--policies: {error}"))?;
        let seeds = parse_seeds(&self.seeds, ',').map_err(|error| format!("--seeds {}", error.problem))?;
        Experiment::new(environment, workload, policies, seeds).map_err(|error| error.to_string())
    }
}

/// What is written later would count, and what is written first be forgotten.
fn no_knob_twice(text: &str) -> Result<(), Failure> {
    let knobs = text.split_once(':').map_or("", |(_, knobs)| knobs);
    let names: Vec<&str> = knobs.split(',').filter_map(|knob| knob.split_once('=')).map(|(name, _)| name).collect();
    match (0..names.len()).find(|&i| names[..i].contains(&names[i])) {
        Some(i) => Err(format!("`{text}`: {} is set twice", names[i])),
        None => Ok(()),
    }
}

/// A workload of the catalog, or a plan from a file.
fn workload(text: &str) -> Result<Workload, Failure> {
    let Some(path) = text.strip_prefix('@') else {
        no_knob_twice(text).map_err(|error| format!("--workload: {error}"))?;
        return Workload::parse(text).map_err(|error| format!("--workload: {error}"));
    };
    let bytes = files::read(std::path::Path::new(path))?;
    let json = String::from_utf8(bytes).map_err(|_| format!("{path}: it is not UTF-8"))?;
    Workload::from_json(&json).map_err(|error| format!("{path}: {error}"))
}
