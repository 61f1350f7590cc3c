// SPDX-License-Identifier: GPL-2.0-only
//! Named workloads and their knobs.

use std::sync::Arc;

use super::catalog;
use super::entry::{Chosen, Entry};
use super::plan::PlanSpec;
use crate::environment::{Environment, SpecError};
use crate::knobs::{Knob, KnobError, Knobs};

/// Every workload, in the order they are listed to users.
pub const CATALOG: &[Entry] =
    &[SECRETMEM_VS_FRAG, catalog::KERNEL_BUILD, catalog::THP_BURST, catalog::FILE_CHURN, catalog::ZOLNIERKIEWICZ];

/// The name under which a plan that somebody wrote is run.
pub const PLAN: Entry = Entry {
    name: "plan",
    about: "A workload from a file: a tree of steps.",
    source: "its author",
    knobs: &[],
    plan: None,
};

pub const SECRETMEM_VS_FRAG: Entry = Entry {
    name: "secretmem-vs-frag",
    about: "Fills most of free memory in small chunks, unmaps three of four, then takes secretmem until the OOM kill.",
    source: "packages/benchmarks/secretmem-vs-frag of bjackman/kernel-benchmarks-nix@72bbb10",
    knobs: SECRETMEM_VS_FRAG_KNOBS,
    plan: None,
};

const SECRETMEM_VS_FRAG_KNOBS: &[Knob] = &[
    Knob::switch("antagonist", "fragment memory first", true),
    Knob::number("target", "share of MemFree the antagonist fills, percent", 90, 1, 99),
    Knob::number("chunk-kib", "size of the antagonist's chunks, rounded down to whole pages", 64, 4, 2048),
    Knob::number("keep", "one chunk of this many is kept", 4, 1, 64),
    Knob::number("secret-chunk-mib", "size of a secretmem chunk", 2, 2, 64),
    Knob::number("iterations", "workers started one after the other in one boot", 1, 1, 16),
    Knob::number("threads", "threads that fill a chunk; 0 is one a CPU", 0, 0, 64),
];

/// A workload with its knobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    pub name: &'static str,
    pub knobs: Knobs,
    /// A plan that somebody wrote; the name is then that of `PLAN`.
    pub custom: Option<Arc<PlanSpec>>,
}

impl Workload {
    /// Parses `name[:knob=value,...]`.
    pub fn parse(text: &str) -> Result<Workload, String> {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        let entry = find(name).ok_or_else(|| {
            let names: Vec<_> = CATALOG.iter().map(|entry| entry.name).collect();
            format!("no workload `{name}`; there are {}", names.join(", "))
        })?;
        let knobs = Knobs::parse(rest, entry.knobs).map_err(|error: KnobError| format!("workload {name}: {error}"))?;
        Ok(Workload { name: entry.name, knobs, custom: None })
    }

    /// Reads a plan as JSON. Generic, so that the readers below it are compiled for size with the package that calls it.
    pub fn from_json(text: impl AsRef<str>) -> Result<Workload, SpecError> {
        let custom = Some(Arc::new(PlanSpec::parse(text)?));
        Ok(Workload { name: PLAN.name, knobs: Knobs::default(), custom })
    }

    /// What a list of workloads says of it.
    pub fn entry(&self) -> &'static Entry {
        if self.custom.is_some() { &PLAN } else { find(self.name).expect("a workload is in the catalog") }
    }

    /// The plan it stands for on this machine; `None` for what is written by hand.
    pub fn plan(&self, environment: &Environment) -> Option<PlanSpec> {
        match &self.custom {
            Some(plan) => Some(PlanSpec::clone(plan)),
            None => self.entry().plan.map(|make| make(&self.chosen(), environment)),
        }
    }

    /// The value of a knob of this workload.
    pub fn knob(&self, name: &str) -> u32 {
        self.chosen().knob(name)
    }

    fn chosen(&self) -> Chosen<'_> {
        Chosen { entry: self.entry(), knobs: &self.knobs }
    }

    pub fn text(&self) -> String {
        if let Some(plan) = &self.custom {
            return format!("plan {}", plan.name);
        }
        let knobs = self.knobs.text(self.entry().knobs);
        if knobs.is_empty() { self.name.to_owned() } else { format!("{}:{knobs}", self.name) }
    }
}

pub fn find(name: &str) -> Option<&'static Entry> {
    CATALOG.iter().find(|entry| entry.name == name)
}
