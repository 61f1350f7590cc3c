// SPDX-License-Identifier: GPL-2.0-only
//! Everything a comparison came to, as www/fidelity.json holds it.

use serde::{Deserialize, Serialize};

use super::moments::{Moment, moments};
use crate::experiment::fidelity::known::KNOWN;
use crate::experiment::fidelity::{CELLS, Fixture, Measure, Observed, Spec, across, bars};
use crate::model::digest::Digest;

/// One cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellRecord {
    pub name: String,
    pub group: String,
    /// How to run it by hand.
    pub command: String,
    pub policy: String,
    pub seeds: Vec<u64>,
    /// The state at the end of each run.
    pub digests: Vec<String>,
    /// Bytes at the OOM kill by seed.
    pub bytes: Vec<u64>,
    /// Bytes of the real runs that are in the repository.
    pub real_bytes: Vec<u64>,
    pub svg: Option<String>,
    /// The picture's figures.
    #[serde(default)]
    pub moments: Vec<Moment>,
    pub measures: Vec<Measure>,
}

/// Why a comparison is known to miss its bar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    pub cell: String,
    pub what: String,
    pub reason: String,
}

/// Where real figures come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    pub file: String,
    pub kernel: String,
    pub guest: String,
    /// Each cell and how many boots of it there are.
    pub cells: Vec<(String, usize)>,
}

/// All cells, the comparisons across them, and what those who read the figures must know beside them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub cells: Vec<CellRecord>,
    pub order: Vec<Measure>,
    pub costs: Vec<Measure>,
    #[serde(default)]
    pub known: Vec<Reason>,
    #[serde(default)]
    pub sources: Vec<Source>,
}

impl Record {
    /// `observed` gives the model's runs of a cell, none for a cell that was not run.
    pub fn new<'a>(fixture: &Fixture, observed: &'a dyn Fn(&Spec) -> &'a [Observed]) -> Record {
        let cells = CELLS.iter().filter(|spec| !observed(spec).is_empty());
        Record {
            cells: cells.map(|spec| cell(spec, fixture, observed(spec))).collect(),
            order: across::order(fixture, observed),
            costs: across::costs(fixture, observed),
            known: Vec::new(),
            sources: Vec::new(),
        }
        .explained(fixture)
    }

    /// With the reasons and sources of the day, which need no run.
    pub fn explained(self, fixture: &Fixture) -> Record {
        let known = KNOWN.iter().map(|one| Reason {
            cell: one.cell.to_owned(),
            what: one.what.to_owned(),
            reason: one.reason.to_owned(),
        });
        Record { known: known.collect(), sources: sources(fixture), ..self }
    }

    /// Every comparison.
    pub fn measures(&self) -> impl Iterator<Item = &Measure> {
        self.cells.iter().flat_map(|cell| &cell.measures).chain(&self.order).chain(&self.costs)
    }

    /// xxHash64 over the names, seeds and digests of all cells, hexadecimal.
    pub fn digest(&self) -> String {
        let mut digest = Digest::new();
        for cell in &self.cells {
            digest.bytes(cell.name.as_bytes());
            cell.seeds.iter().for_each(|&seed| digest.long(seed));
            cell.digests.iter().for_each(|one| digest.bytes(one.as_bytes()));
        }
        format!("{:016x}", digest.finish())
    }

    /// One cell a line, so that a change shows which cells changed.
    pub fn json(&self) -> String {
        format!(
            "{{\"cells\":[\n{}\n],\"order\":[\n{}\n],\"costs\":[\n{}\n],\"known\":[\n{}\n],\"sources\":[\n{}\n]}}\n",
            lines(&self.cells),
            lines(&self.order),
            lines(&self.costs),
            lines(&self.known),
            lines(&self.sources),
        )
    }
}

fn lines<T: Serialize>(all: &[T]) -> String {
    let line = |value: &T| serde_json::to_string(value).expect("a record is plain data");
    all.iter().map(line).collect::<Vec<String>>().join(",\n")
}

fn sources(fixture: &Fixture) -> Vec<Source> {
    let families = Fixture::FAMILIES.iter().zip(&fixture.families).map(|(file, family)| Source {
        file: (*file).to_owned(),
        kernel: family.kernel.clone(),
        guest: family.guest.clone(),
        cells: CELLS
            .iter()
            .map(|spec| (spec.name.to_owned(), family.runs.iter().filter(|run| run.cell == spec.name).count()))
            .filter(|(_, boots)| *boots > 0)
            .collect(),
    });
    let means = CELLS.iter().filter_map(|spec| Some((spec.name.to_owned(), fixture.mean(spec.name)?.n)));
    let published = Source {
        file: Fixture::MEANS.to_owned(),
        kernel: "the same".to_owned(),
        guest: "published means over more boots than are in the other files".to_owned(),
        cells: means.collect(),
    };
    families.chain([published]).collect()
}

fn cell(spec: &Spec, fixture: &Fixture, observed: &[Observed]) -> CellRecord {
    CellRecord {
        name: spec.name.to_owned(),
        group: spec.group.to_owned(),
        command: spec.command(),
        policy: spec.policy.to_owned(),
        seeds: observed.iter().map(|one| one.result.seed).collect(),
        digests: observed.iter().map(|one| one.result.digest.clone()).collect(),
        bytes: observed.iter().map(|one| one.result.oom_bytes).collect(),
        real_bytes: fixture.runs(spec.name).iter().map(|run| run.bytes).collect(),
        svg: spec.svg.map(str::to_owned),
        moments: if spec.svg.is_some() { moments(observed, &fixture.runs(spec.name)) } else { Vec::new() },
        measures: bars::compare(spec, fixture, observed).into_iter().map(rounded).collect(),
    }
}

/// Four decimals: what is printed, and the same from one machine to the next.
fn rounded(measure: Measure) -> Measure {
    let round = |value: f64| (value * 1e4).round() / 1e4;
    Measure { ratio: measure.ratio.map(round), miss: measure.miss.map(round), ..measure }
}
