// SPDX-License-Identifier: GPL-2.0-only
//! What a key or a knob that a link leaves out means, by the link's version. Never edited, only added to: a default
//! that changes needs a new version with a registry of its own. A knob that the program has no longer is taken out: a link
//! that names it is refused by that name.

use super::grammar::Pairs;
use crate::policy;
use crate::workload;

/// The defaults of one version.
pub struct Registry {
    keys: &'static [(&'static str, &'static str)],
    /// Lines `workload|policy NAME knob=value ...`.
    knobs: &'static str,
}

/// By version, from 1.
const REGISTRIES: [Registry; super::CURRENT as usize] = [Registry {
    keys: &[("g", "minimal-1g"), ("w", "secretmem-vs-frag"), ("p", "base~series~blunt"), ("s", "1-64"), ("mv", "0.1")],
    knobs: include_str!("defaults/v1.txt"),
}];

/// The registry of the version that is written.
pub fn current() -> &'static Registry {
    registry(super::CURRENT)
}

fn registry(version: u32) -> &'static Registry {
    &REGISTRIES[version as usize - 1]
}

impl Registry {
    pub fn key(&self, key: &str) -> Option<&'static str> {
        self.keys.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    /// The default of a knob as it was when the version was frozen.
    fn knob(&self, kind: &str, name: &str, knob: &str) -> Option<u32> {
        let prefix = format!("{kind} {name} ");
        let line = self.knobs.lines().find_map(|line| line.strip_prefix(&prefix))?;
        let pair = line.split(' ').find_map(|pair| pair.split_once('=').filter(|(name, _)| *name == knob))?;
        pair.1.parse().ok()
    }
}

/// Writes out what a link of `version` leaves out and this program would take otherwise.
pub fn expand(pairs: &mut Pairs, version: u32) {
    let registry = registry(version);
    for (key, value) in registry.keys {
        if !pairs.iter().any(|(name, _)| name == key) {
            pairs.push(((*key).to_owned(), (*value).to_owned()));
        }
    }
    for (key, value) in pairs {
        match key.as_str() {
            "w" => *value = expand_item("workload", value, registry),
            "p" => {
                let items: Vec<_> = value.split('~').map(|item| expand_item("policy", item, registry)).collect();
                *value = items.join("~");
            }
            _ => {}
        }
    }
}

fn expand_item(kind: &str, item: &str, registry: &Registry) -> String {
    let name = item.split('.').next().unwrap_or_default();
    let known = match kind {
        "workload" => workload::find(name).map(|entry| entry.knobs),
        _ => policy::find(name).map(|policy| policy.knobs),
    };
    let mut item = item.to_owned();
    for knob in known.unwrap_or_default() {
        let is_set = item.split('.').any(|part| part.rsplit_once('-').is_some_and(|(name, _)| name == knob.name));
        // A knob younger than the version has a default that changes nothing, so today's is right.
        if let Some(then) = registry.knob(kind, name, knob.name).filter(|&then| then != knob.default && !is_set) {
            item += &format!(".{}-{then}", knob.name);
        }
    }
    item
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of a registry for what there is now.
    fn lines() -> Vec<String> {
        let line = |kind: &str, name: &str, knobs: &[crate::knobs::Knob]| {
            let knobs = knobs.iter().map(|knob| format!(" {}={}", knob.name, knob.default));
            format!("{kind} {name}{}", knobs.collect::<String>())
        };
        let workloads = workload::CATALOG.iter().map(|entry| line("workload", entry.name, entry.knobs));
        let policies = policy::REGISTRY.iter().map(|policy| line("policy", policy.name, policy.knobs));
        workloads.chain(policies).collect()
    }

    /// What the current registry lacks or has otherwise than the program: sentences for whoever changed a default.
    fn disagreements() -> Vec<String> {
        let mut found = Vec::new();
        for line in lines() {
            let mut words = line.split(' ');
            let (kind, name) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            for (knob, value) in words.filter_map(|pair| pair.split_once('=')) {
                match current().knob(kind, name, knob) {
                    None => found.push(format!("src/link/defaults/v{}.txt: add what is new: `{line}`", crate::link::CURRENT)),
                    Some(then) if then.to_string() != value => found.push(format!(
                        "{kind} {name}: the default of {knob} was {then} and is {value}: old links would change their meaning; \
                         raise link::CURRENT and add a registry"
                    )),
                    Some(_) => {}
                }
            }
        }
        found.dedup();
        found
    }

    #[test]
    fn the_program_keeps_the_defaults_of_the_current_version() {
        assert_eq!(disagreements(), Vec::<String>::new());
    }

    #[test]
    fn a_default_that_changed_is_written_out() {
        let old = Registry { keys: &[], knobs: "workload secretmem-vs-frag keep=7 target=90\n" };
        assert_eq!(expand_item("workload", "secretmem-vs-frag", &old), "secretmem-vs-frag.keep-7");
        assert_eq!(expand_item("workload", "secretmem-vs-frag.keep-2", &old), "secretmem-vs-frag.keep-2");
        assert_eq!(expand_item("workload", "other", &old), "other");
    }
}
