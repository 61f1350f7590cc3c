// SPDX-License-Identifier: GPL-2.0-only
//! Named workloads and their knobs.

use crate::knobs::{Knob, KnobError, Knobs};

/// A workload as a list of workloads shows it.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub name: &'static str,
    pub about: &'static str,
    pub source: &'static str,
    pub knobs: &'static [Knob],
}

/// Every workload, in the order they are listed to users.
pub const CATALOG: &[Entry] = &[SECRETMEM_VS_FRAG];

pub const SECRETMEM_VS_FRAG: Entry = Entry {
    name: "secretmem-vs-frag",
    about: "Fills most of free memory in small chunks, unmaps three of four, then takes secretmem until the OOM kill.",
    source: "packages/benchmarks/secretmem-vs-frag of bjackman/kernel-benchmarks-nix@72bbb10",
    knobs: SECRETMEM_VS_FRAG_KNOBS,
};

const SECRETMEM_VS_FRAG_KNOBS: &[Knob] = &[
    Knob::switch("antagonist", "fragment memory first", true),
    Knob::number("target", "share of MemFree the antagonist fills, percent", 90, 1, 99),
    Knob::number("chunk-kib", "size of the antagonist's chunks", 64, 4, 2048),
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
        Ok(Workload { name: entry.name, knobs })
    }

    /// The value of a knob of this workload.
    pub fn knob(&self, name: &str) -> u32 {
        self.knobs.get(find(self.name).expect("a workload is in the catalog").knobs, name)
    }

    pub fn text(&self) -> String {
        let knobs = self.knobs.text(find(self.name).expect("a workload is in the catalog").knobs);
        if knobs.is_empty() { self.name.to_owned() } else { format!("{}:{knobs}", self.name) }
    }
}

pub fn find(name: &str) -> Option<&'static Entry> {
    CATALOG.iter().find(|entry| entry.name == name)
}
