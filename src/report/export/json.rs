// SPDX-License-Identifier: GPL-2.0-only
//! JSON: the short form that programs have always read, and the whole analysis.

use serde::Serialize;
use serde_json::json;

use super::analysis::{Analysis, COSTS};
use super::text::setting;
use crate::experiment::{CellResult, MODEL_VERSION, Outcome};
use crate::link;
use crate::stats;

/// Cells and a summary in bytes. Keys are never renamed.
#[derive(Serialize)]
pub struct Summary<'a> {
    cells: &'a [CellResult],
    summary: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    policy: String,
    /// What is summarised: `oom_bytes`, or the score's name.
    metric: String,
    n: u64,
    mean: f64,
    stdev: f64,
    min: u64,
    max: u64,
}

/// The short form, policies in the experiment's order.
pub fn summary(outcome: &Outcome) -> Summary<'_> {
    let rows = outcome.experiment.policies.iter().enumerate().map(|(index, policy)| {
        let bytes = outcome.values(index, CellResult::value);
        let summary = stats::Summary::of_counts(&bytes).ok();
        Row {
            policy: policy.text(),
            metric: super::analysis::Metric::of(outcome).name,
            n: bytes.len() as u64,
            mean: summary.map_or(0.0, |summary| summary.mean),
            stdev: summary.and_then(|summary| summary.stdev).unwrap_or(0.0),
            min: bytes.iter().copied().min().unwrap_or(0),
            max: bytes.iter().copied().max().unwrap_or(0),
        }
    });
    Summary { cells: &outcome.cells, summary: rows.collect() }
}

/// The short form with what was run, as one text.
pub fn short(analysis: &Analysis) -> String {
    #[derive(Serialize)]
    struct Short<'a> {
        oompoint: &'a str,
        model: &'a str,
        experiment: &'a str,
        result: Option<&'a str>,
        cells: &'a [CellResult],
        summary: Vec<Row>,
    }
    let Summary { cells, summary } = summary(&analysis.outcome);
    let short = Short {
        oompoint: env!("CARGO_PKG_VERSION"),
        model: MODEL_VERSION,
        experiment: analysis.url.split_once('#').map_or("", |(_, fragment)| fragment),
        result: analysis.result.as_deref(),
        cells,
        summary,
    };
    serde_json::to_string(&short).expect("results are plain data") + "\n"
}

/// Everything. `experiment` opens with `oompoint link`, however long it is.
pub fn json(analysis: &Analysis) -> serde_json::Value {
    let short = summary(&analysis.outcome);
    let setting: serde_json::Map<_, _> =
        setting(analysis).into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    json!({
        "oompoint": env!("CARGO_PKG_VERSION"),
        "model": MODEL_VERSION,
        "experiment": analysis.url.split_once('#').map_or("", |(_, fragment)| fragment),
        "url": (analysis.url.len() <= link::LENGTH_MAX).then_some(&analysis.url),
        "result": analysis.result,
        "setting": setting,
        "metric": analysis.metric,
        "seeds": analysis.outcome.seeds,
        "is_whole": analysis.outcome.is_whole(),
        "rows": analysis.rows,
        "cost_names": COSTS,
        "comparisons": analysis.comparisons,
        "verdicts": analysis.verdicts(),
        "warnings": analysis.warnings(),
        "footnotes": analysis.footnotes(),
        "cells": short.cells,
        "summary": short.summary,
    })
}
