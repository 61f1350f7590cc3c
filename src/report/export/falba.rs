// SPDX-License-Identifier: GPL-2.0-only
//! A falba database: one result for each run, so that `falba cmp` can group simulated runs beside real ones.
//!
//! Layout from falba's README (bjackman/falba): `parsers.json`, and `TEST:ID/artifacts/...` for each result. The fact
//! `simulated` tells these runs from those of a kernel.

use serde_json::{Value, json};
use xxhash_rust::xxh64::xxh64;

use super::analysis::Analysis;
use crate::experiment::MODEL_VERSION;

/// A file of the database, by its path below the database's root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub path: String,
    pub text: String,
}

/// The files of a database with the runs of an outcome.
pub fn falba(analysis: &Analysis) -> Vec<File> {
    let outcome = &analysis.outcome;
    let experiment = &outcome.experiment;
    let metric = metric(analysis);
    let mut files = vec![parsers(analysis, &metric)];
    let config = crate::link::config(experiment);
    for cell in &outcome.cells {
        let mut metrics: serde_json::Map<_, _> =
            cell.counters.iter().map(|(name, value)| (name.clone(), Value::from(*value))).collect();
        metrics.insert(metric.clone(), cell.value().into());
        let artifact = json!({
            "simulated": true,
            "oompoint_version": env!("CARGO_PKG_VERSION"),
            "model_version": MODEL_VERSION,
            "environment": experiment.environment.name,
            "memory_mib": experiment.environment.memory_mib,
            "workload": experiment.workload.text(),
            "policy": cell.policy,
            "seed": cell.seed,
            "experiment": config,
            "end": cell.end,
            "metrics": metrics,
        });
        let text = pretty(&artifact);
        let id = xxh64(text.as_bytes(), 0) >> 16;
        let path = format!("oompoint-{}:{id:012x}/artifacts/oompoint.json", experiment.workload.name);
        files.push(File { path, text });
    }
    files
}

/// The name under which the real benchmark reports the same number.
fn metric(analysis: &Analysis) -> String {
    match (analysis.outcome.experiment.workload.name, analysis.metric.name.as_str()) {
        ("secretmem-vs-frag", "oom_bytes") => "secretmem_allocated_bytes".to_owned(),
        // A name becomes part of a path in the artifact, so it is kept to one word.
        (_, name) => name.replace(|c: char| !c.is_ascii_alphanumeric(), "_"),
    }
}

/// Facts that say how a run was made, and metrics. The seed is no fact: it would put every run in a group of its own.
fn parsers(analysis: &Analysis, metric: &str) -> File {
    let facts = [
        ("simulated", "bool"),
        ("oompoint_version", "string"),
        ("model_version", "string"),
        ("environment", "string"),
        ("memory_mib", "int"),
        ("workload", "string"),
        ("policy", "string"),
    ];
    let parser = |path: &str| json!({ "type": "jsonpath", "artifact_regexp": "^oompoint\\.json$", "jsonpath": path });
    let mut parsers = serde_json::Map::new();
    for (name, kind) in facts {
        let mut one = parser(&format!("$.{name}"));
        one["fact"] = json!({ "name": name, "type": kind });
        parsers.insert(name.to_owned(), one);
    }
    let counters = analysis.outcome.cells.first().into_iter().flat_map(|cell| cell.counters.keys());
    for name in counters {
        let mut one = parser(&format!("$.metrics.{name}"));
        one["metric"] = json!({ "name": name, "type": "int" });
        parsers.insert(name.clone(), one);
    }
    let mut one = parser(&format!("$.metrics.{metric}"));
    one["metric"] = json!({ "name": metric, "type": "int" });
    if analysis.metric.name == "oom_bytes" {
        one["metric"]["unit"] = "B".into();
    }
    parsers.insert(metric.to_owned(), one);
    File { path: "parsers.json".to_owned(), text: pretty(&json!({ "parsers": parsers })) }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("a value is plain data") + "\n"
}
