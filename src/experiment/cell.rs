// SPDX-License-Identifier: GPL-2.0-only
//! A cell, and what running it gives.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::environment::Environment;
use crate::policy::{self, Knobs, Policy};
use crate::workload::Workload;

/// A policy with its knobs.
#[derive(Clone)]
pub struct PolicySpec {
    pub policy: &'static Policy,
    pub knobs: Knobs,
}

impl PolicySpec {
    /// Parses `name[:knob=value,...]`.
    pub fn parse(text: &str) -> Result<PolicySpec, String> {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        let policy = policy::find(name).ok_or_else(|| {
            let names: Vec<_> = policy::REGISTRY.iter().map(|policy| policy.name).collect();
            format!("no policy `{name}`; there are {}", names.join(", "))
        })?;
        let knobs = Knobs::parse(rest, policy.knobs).map_err(|error| format!("policy {name}: {error}"))?;
        Ok(PolicySpec { policy, knobs })
    }

    pub fn text(&self) -> String {
        let knobs = self.knobs.text(self.policy.knobs);
        if knobs.is_empty() { self.policy.name.to_owned() } else { format!("{}:{knobs}", self.policy.name) }
    }
}

/// One run: everything it depends on.
#[derive(Clone)]
pub struct Cell {
    pub environment: Environment,
    pub workload: Workload,
    pub policy: PolicySpec,
    pub seed: u64,
    /// Steps after which the run ends whatever happens.
    pub steps_max: u64,
}

/// The request that invoked the OOM killer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OomRequest {
    pub order: u8,
    pub gfp: String,
}

/// What a workload is judged by when that is not bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    pub name: String,
    pub unit: String,
    pub value: u64,
}

/// What a run came to. Bytes and pages are integers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellResult {
    pub policy: String,
    pub seed: u64,
    /// `oom-kill`, `complete`, `step-budget`, or `panic` when the OOM killer found nobody to kill.
    pub end: String,
    /// What the workload had got when it was killed, or at the end.
    pub oom_bytes: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
    /// The bytes of each iteration in one boot.
    pub iterations: Vec<u64>,
    pub free_pages_at_oom: u64,
    pub pcp_pages_at_oom: u64,
    pub boost_pages_at_oom: u64,
    pub oom_request: Option<OomRequest>,
    pub blocks_unmapped: u64,
    pub blocks_mapped_back: u64,
    /// vmstat names.
    pub counters: BTreeMap<String, u64>,
    pub simulated_ms: u64,
    /// xxHash64 of the machine's state at the end, hexadecimal.
    pub digest: String,
}

impl CellResult {
    /// The number a run is judged by: its score, else bytes.
    pub fn value(&self) -> u64 {
        self.score.as_ref().map_or(self.oom_bytes, |score| score.value)
    }

    /// Walks of direct reclaim: `allocstall` of all zones.
    pub fn stalls(&self) -> u64 {
        self.counters.iter().filter(|(name, _)| name.starts_with("allocstall")).map(|(_, count)| count).sum()
    }
}
