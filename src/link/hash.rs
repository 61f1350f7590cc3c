// SPDX-License-Identifier: GPL-2.0-only
//! The result check: seven characters that a reader's own run must give again.

use xxhash_rust::xxh64::Xxh64;

use super::check::base58;
use super::{Permalink, write};
use crate::experiment::{CellResult, MODEL_VERSION, Outcome};

/// The hash of a whole outcome of this model; none for a partial one.
pub fn result_hash(outcome: &Outcome) -> Option<String> {
    outcome.is_whole().then(|| hash(MODEL_VERSION, &write::config(&outcome.experiment), &outcome.cells))
}

/// 40 bits of xxHash64 over the model's version, the configuration, and each cell's OOM points and final state.
fn hash(model: &str, config: &str, cells: &[CellResult]) -> String {
    let mut hash = Xxh64::new(0);
    let mut add = |text: &str| {
        // The length first, so that no two lists of texts are the same bytes.
        hash.update(&(text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    ["oompoint result 1", model, config].into_iter().for_each(&mut add);
    for cell in cells {
        let score = cell.score.as_ref().map_or(String::new(), |score| score.value.to_string());
        let iterations: Vec<_> = cell.iterations.iter().map(u64::to_string).collect();
        [&cell.policy, &cell.seed.to_string(), &cell.end, &iterations.join(","), &score, &cell.digest]
            .into_iter()
            .for_each(|text| add(text));
    }
    base58(hash.digest() >> 24, 7)
}

/// What running a link again came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reproduction {
    /// The link promises no result.
    NoPromise {
        now: String,
    },
    Reproduced {
        seeds: usize,
    },
    /// Made with another version of the model. `is_same` says whether the results are equal all the same.
    OtherModel {
        then: String,
        then_hash: String,
        now_hash: String,
        is_same: bool,
    },
    /// The same version, and another result: a bug in the determinism of the model, or a link that was tampered with.
    NotReproduced {
        then: String,
        now: String,
    },
}

/// Holds an outcome against the link it was run from; none for a partial outcome, which shows nothing.
pub fn compare(link: &Permalink, outcome: &Outcome) -> Option<Reproduction> {
    let now = result_hash(outcome)?;
    let Some(promise) = &link.result else { return Some(Reproduction::NoPromise { now }) };
    let again = hash(&promise.model, &promise.config, &outcome.cells);
    let is_same = again == promise.hash;
    Some(match (promise.model == MODEL_VERSION, is_same) {
        (true, true) => Reproduction::Reproduced { seeds: outcome.seeds.len() },
        (true, false) => Reproduction::NotReproduced { then: promise.hash.clone(), now: again },
        (false, _) => Reproduction::OtherModel {
            then: promise.model.clone(),
            then_hash: promise.hash.clone(),
            now_hash: now,
            is_same,
        },
    })
}

impl Reproduction {
    /// One sentence for a banner.
    pub fn sentence(&self) -> String {
        match self {
            Reproduction::NoPromise { now } => format!("The link promises no result; this run's is r={now}."),
            Reproduction::Reproduced { seeds } => format!("Reproduced ({seeds}/{seeds} seeds)."),
            Reproduction::OtherModel { then, then_hash, now_hash, is_same } => {
                let same = if *is_same { "the results are the same" } else { "the result differs" };
                format!(
                    "Made with model {then}, run with model {MODEL_VERSION}: {same} (then r={then_hash}, now r={now_hash})."
                )
            }
            Reproduction::NotReproduced { then, now } => format!(
                "NOT reproduced: the link promises r={then} and this run gave r={now} with the same model version \
                 {MODEL_VERSION}. Either the link was edited, or the model is not deterministic: please report it."
            ),
        }
    }

    /// Whether a result that was promised did not come.
    pub fn is_broken(&self) -> bool {
        matches!(self, Reproduction::NotReproduced { .. } | Reproduction::OtherModel { is_same: false, .. })
    }
}
