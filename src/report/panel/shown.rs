// SPDX-License-Identifier: GPL-2.0-only
//! What the page keeps of a comparison: texts, made where the results are. The numbers behind them stay there.

use serde::{Deserialize, Serialize};

use super::html::escape;
use super::sight::{Reproduced, Sight};
use super::{around_parting, evidence, share, strip, tradeoff};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// The experiment's part of a link: what all this is of.
    pub config: String,
    /// Whether every seed is in.
    pub is_whole: bool,
    /// The answer as HTML, before and behind the sentence on where two policies part.
    answer: [String; 2],
    /// Everything below the answer, as HTML.
    pub evidence: String,
    /// The answer as one text.
    pub spoken: String,
    /// Files to keep: two pictures, each a document of its own, a table, everything, and how their names begin.
    pub strip: String,
    pub tradeoff: String,
    pub csv: String,
    pub json: String,
    pub stem: String,
    /// The block for a mail.
    pub text: String,
    pub result: Option<String>,
    /// What holding the result against the link's promise came to.
    pub reproduction: Option<Reproduced>,
}

impl Shown {
    pub fn of(sight: Sight) -> Shown {
        Shown {
            is_whole: sight.is_whole(),
            answer: around_parting(&sight),
            evidence: evidence(&sight),
            spoken: sight.headlines.join(" "),
            strip: strip::svg(&sight, true),
            tradeoff: tradeoff::svg(&sight, true).unwrap_or_default(),
            csv: share::csv(&sight.tsv),
            stem: share::file_stem(&sight),
            config: sight.config,
            json: sight.json,
            text: sight.text,
            result: sight.result,
            reproduction: sight.reproduction,
        }
    }

    /// As `panel::answer`.
    pub fn answer(&self, parting: &str) -> String {
        let [before, behind] = &self.answer;
        format!("{before}{}{behind}", escape(parting))
    }
}
