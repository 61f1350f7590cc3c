// SPDX-License-Identifier: GPL-2.0-only
//! One change to an experiment, as a control of a page makes it: text in, an experiment that can be run or a reason.

use super::cell::PolicySpec;
use super::plan::{Experiment, Until, parse_seeds};
use crate::environment::{self, SpecError};
use crate::knobs::{Knob, Knobs};
use crate::policy;
use crate::workload::Workload;

/// A change. Values are as somebody typed them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Another guest; its fields are the preset's again.
    Guest(String),
    /// A field of the environment by its name.
    Field(String, String),
    /// Another workload, with its defaults.
    Workload(String),
    WorkloadKnob(String, String),
    /// Adds a policy with its defaults as the last one, or takes one away by its number.
    AddPolicy(String),
    RemovePolicy(usize),
    /// Makes a policy the baseline, by its number.
    Baseline(usize),
    /// A knob of a policy, by the policy's number.
    PolicyKnob(usize, String, String),
    Seeds(String),
    /// Per cent of a stopping rule, empty for none.
    Until(String),
}

/// Seeds at which a rule that was typed into a page stops: what a browser does in a few minutes.
const HARD_STOP: u32 = 256;

impl Edit {
    /// Where the change was made: the name that a problem is shown under.
    pub fn place(&self) -> String {
        match self {
            Edit::Guest(_) => "guest".to_owned(),
            Edit::Field(name, _) => name.clone(),
            Edit::Workload(_) => "workload".to_owned(),
            Edit::WorkloadKnob(name, _) => format!("workload.{name}"),
            Edit::AddPolicy(_) | Edit::RemovePolicy(_) | Edit::Baseline(_) => "policies".to_owned(),
            Edit::PolicyKnob(index, name, _) => format!("policy.{index}.{name}"),
            Edit::Seeds(_) => "seeds".to_owned(),
            Edit::Until(_) => "until".to_owned(),
        }
    }

    /// What was typed or chosen.
    pub fn text(&self) -> String {
        match self {
            Edit::Guest(text) | Edit::Workload(text) | Edit::AddPolicy(text) | Edit::Seeds(text) => text.clone(),
            Edit::Until(text) | Edit::Field(_, text) | Edit::WorkloadKnob(_, text) => text.clone(),
            Edit::PolicyKnob(_, _, text) => text.clone(),
            Edit::RemovePolicy(index) | Edit::Baseline(index) => index.to_string(),
        }
    }

    /// The experiment after the change.
    ///
    /// # Errors
    /// A value that the field cannot have, or an experiment that cannot be run.
    pub fn apply(&self, to: &Experiment) -> Result<Experiment, SpecError> {
        let mut new = to.clone();
        match self {
            Edit::Guest(name) => {
                new.environment =
                    environment::preset(name).ok_or_else(|| SpecError::new("guest", format!("no guest `{name}`")))?;
            }
            Edit::Field(name, value) => new.environment = environment::set(&to.environment, name, value)?,
            Edit::Workload(name) => {
                new.workload = Workload::parse(name).map_err(|error| SpecError::new("workload", error.to_string()))?;
            }
            Edit::WorkloadKnob(name, value) => {
                let text = with_knob(&to.workload.text(), name, value);
                new.workload = Workload::parse(&text).map_err(|error| SpecError::new(name, error.to_string()))?;
            }
            Edit::AddPolicy(name) => new.policies.push(spec(name)?),
            Edit::RemovePolicy(index) if *index < new.policies.len() => _ = new.policies.remove(*index),
            Edit::Baseline(index) if *index < new.policies.len() => new.policies[..=*index].rotate_right(1),
            Edit::PolicyKnob(index, name, value) if *index < new.policies.len() => {
                new.policies[*index] = spec(&with_knob(&to.policies[*index].text(), name, value))?;
            }
            Edit::RemovePolicy(index) | Edit::Baseline(index) | Edit::PolicyKnob(index, ..) => {
                return Err(SpecError::new("policies", format!("there is no policy number {index}")));
            }
            Edit::Seeds(text) => {
                let text = text.replace(' ', "");
                new.seeds = parse_seeds(&text, ',')?;
                new.until = None;
            }
            Edit::Until(text) if text.trim().is_empty() => new.until = None,
            Edit::Until(text) => new.until = Some(Until::new(text.trim(), HARD_STOP)?),
        }
        let until = new.until;
        let new = Experiment::new(new.environment, new.workload, new.policies, new.seeds)?;
        Ok(Experiment { until, ..new })
    }
}

/// Every policy there is with the number it has in an experiment, if it is there without knobs set.
pub fn policies(experiment: &Experiment) -> Vec<(&'static policy::Policy, Option<usize>)> {
    let number = |name: &str| experiment.policies.iter().position(|spec| spec.policy.name == name);
    policy::REGISTRY.iter().map(|entry| (entry, number(entry.name))).collect()
}

/// The knobs of a policy or workload with the values they have.
pub fn knob_values(knobs: &Knobs, known: &'static [Knob]) -> Vec<(&'static Knob, u32)> {
    known.iter().map(|knob| (knob, knobs.get(known, knob.name))).collect()
}

fn spec(text: &str) -> Result<PolicySpec, SpecError> {
    PolicySpec::parse(text).map_err(|problem| SpecError::new("policies", problem))
}

/// `name:a=1,b=2` with one knob set anew; a later setting of a knob overrides an earlier one.
fn with_knob(text: &str, name: &str, value: &str) -> String {
    let separator = if text.contains(':') { ',' } else { ':' };
    format!("{text}{separator}{name}={}", value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> Experiment {
        let environment = environment::preset("minimal-1g").expect("the preset exists");
        let workload = Workload::parse("secretmem-vs-frag").expect("the workload exists");
        let policies = ["series", "blunt"].map(|name| spec(name).expect("the policy exists")).to_vec();
        Experiment::new(environment, workload, policies, vec![1, 2]).expect("it can be run")
    }

    fn names(experiment: &Experiment) -> Vec<String> {
        experiment.policies.iter().map(PolicySpec::text).collect()
    }

    fn after(edits: &[Edit]) -> Experiment {
        edits.iter().fold(start(), |now, edit| edit.apply(&now).unwrap_or_else(|error| panic!("{edit:?}: {error}")))
    }

    #[test]
    fn policies_come_go_and_change_places() {
        let text = |text: &str| text.to_owned();
        let now = after(&[Edit::AddPolicy(text("base")), Edit::Baseline(2)]);
        assert_eq!(names(&now), ["base", "series", "blunt"]);
        let now = after(&[Edit::RemovePolicy(0), Edit::PolicyKnob(0, text("june-leak"), text("on"))]);
        assert_eq!(names(&now), ["blunt:june-leak=on"]);
        let back = Edit::PolicyKnob(0, text("june-leak"), text("off")).apply(&now).expect("a knob goes back");
        assert_eq!(names(&back), ["blunt"]);
    }

    #[test]
    fn what_cannot_be_changes_nothing_and_says_why() {
        let text = |text: &str| text.to_owned();
        for (edit, why) in [
            (Edit::AddPolicy(text("blunt")), "given twice"),
            (Edit::AddPolicy(text("blnt")), "no policy `blnt`"),
            (Edit::Seeds(text("5-1")), "low to high"),
            (Edit::Field(text("memory"), text("8 cats")), "512MiB"),
            (Edit::Field(text("cpus"), text("0")), "not within 1..64"),
            (Edit::WorkloadKnob(text("keep"), text("0")), "within 1..64"),
            (Edit::Until(text("much")), "per cent"),
            (Edit::Guest(text("mars")), "no guest `mars`"),
            (Edit::RemovePolicy(9), "no policy number 9"),
        ] {
            let error = edit.apply(&start()).err().unwrap_or_else(|| panic!("{edit:?} was taken"));
            assert!(error.to_string().contains(why), "{edit:?}: {error}");
        }
    }

    #[test]
    fn a_rule_and_seeds_are_taken() {
        let now = after(&[Edit::Seeds("1-4, 9".to_owned()), Edit::Until("2.5".to_owned())]);
        assert_eq!(now.seeds, [1, 2, 3, 4, 9]);
        assert_eq!(now.until.map(|until| (until.target_tenths, until.hard_stop)), Some((25, 256)));
        assert_eq!(Edit::Until(String::new()).apply(&now).expect("a rule can go").until, None);
    }
}
