// SPDX-License-Identifier: GPL-2.0-only
//! What a replay found: counts of agreement, the first disagreement, a digest.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::score::Score;
use super::survey::Survey;

/// Where model and kernel first differed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Divergence {
    /// Line of the trace, from 1.
    pub line: u32,
    pub event: String,
    pub expected: String,
    pub got: String,
}

/// The result of a replay. `allocations` to `digest` are a stable interface; the scores below them say which rule a
/// difference belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// `guided` or `native`.
    pub mode: String,
    /// Allocations the trace shows with a page.
    pub allocations: u64,
    /// Of these, how many got the very page from the model.
    pub pfn_exact: u64,
    /// Pages the per-CPU lists gave back, and how many of them in the model's order.
    pub drained: u64,
    pub drained_exact: u64,
    /// Allocations whose pageblock at least was right.
    pub pageblock_exact: u64,
    pub first_divergence: Option<Divergence>,
    /// Snapshots compared: free lists with order, per-CPU lists and tuning, pageblock types.
    pub states_checked: u64,
    pub states_equal: u64,
    pub skipped_lines: u64,
    /// xxHash64 of the model's state at the end, hexadecimal.
    pub digest: String,
    pub events: u64,
    /// Allocations that found no page in a zone, both agreeing.
    pub refusals: Score,
    /// Refills of per-CPU lists: how many pages were wanted and how many came.
    pub refills: Score,
    /// What a free made its per-CPU list give back.
    pub trims: Score,
    /// The list a freed page went to.
    pub free_types: Score,
    /// Each page that left a free list, in order (mm_page_alloc_zone_locked).
    pub list_takes: Score,
    /// Requests served from another type's memory: type, order, ownership (mm_page_alloc_extfrag).
    pub fallbacks: Score,
    /// Whether a block below pageblock order could be claimed, by the model's own count of movable pages.
    pub claims: Score,
    /// Watermark boosts.
    pub boosts: Score,
    /// NR_FREE_PAGES as the kernel saw it, with per-CPU drift.
    pub free_counter: Score,
    /// Per-CPU counts before drains and decays.
    pub pcp_counts: Score,
    /// Pages that had to be taken from where the model did not expect them.
    pub adopted: u64,
    /// Events that named memory outside the state's zones, or an impossible block.
    pub impossible: u64,
    /// In words, what this trace cannot be judged on.
    pub not_judged: Vec<String>,
    /// What a trace without a state holds.
    #[serde(default)]
    pub survey: Option<Box<Survey>>,
}

impl Report {
    /// Whether nothing differed.
    pub fn is_exact(&self) -> bool {
        self.first_divergence.is_none()
            && self.pfn_exact == self.allocations
            && self.drained_exact == self.drained
            && self.states_equal == self.states_checked
    }

    pub(super) fn diverge(&mut self, line: u32, event: &str, expected: impl fmt::Display, got: impl fmt::Display) {
        self.first_divergence.get_or_insert_with(|| Divergence {
            line,
            event: event.to_owned(),
            expected: expected.to_string(),
            got: got.to_string(),
        });
    }
}

impl Report {
    /// One row of a table in Markdown: [`Report::MARKDOWN_HEAD`] names the columns.
    pub fn markdown(&self, name: &str) -> String {
        let share = |made: u64, exact: u64| match (Score { made, exact }).per_myriad() {
            Some(share) => format!("{exact} of {made} ({}.{:02} %)", share / 100, share % 100),
            None => "-".to_owned(),
        };
        let states = match self.states_checked {
            0 => "-".to_owned(),
            all => format!("{} of {all}", self.states_equal),
        };
        let row = [
            name.to_owned(),
            self.mode.clone(),
            share(self.allocations, self.pfn_exact),
            share(self.allocations, self.pageblock_exact),
            share(self.drained, self.drained_exact),
            share(self.fallbacks.made, self.fallbacks.exact),
            states,
        ];
        format!("| {} |\n", row.join(" | "))
    }

    pub const MARKDOWN_HEAD: &str = "| trace | mode | pages exact | pageblocks exact | drained pages exact | \
        fallbacks exact | states equal |\n| --- | --- | --- | --- | --- | --- | --- |\n";
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let score = |made, exact| Score { made, exact };
        writeln!(f, "{} replay of {} events, {} lines skipped", self.mode, self.events, self.skipped_lines)?;
        if let Some(survey) = &self.survey {
            survey.fmt(f)?;
            return self.not_judged.iter().try_for_each(|what| writeln!(f, "  not judged: {what}"));
        }
        writeln!(f, "  pages exact         {}", score(self.allocations, self.pfn_exact))?;
        writeln!(f, "  pageblocks exact    {}", score(self.allocations, self.pageblock_exact))?;
        writeln!(f, "  drained pages exact {}", score(self.drained, self.drained_exact))?;
        writeln!(f, "  states equal        {} of {}", self.states_equal, self.states_checked)?;
        for (name, score) in [
            ("refusals", self.refusals),
            ("refills", self.refills),
            ("trims", self.trims),
            ("types of frees", self.free_types),
            ("takes from lists", self.list_takes),
            ("fallbacks", self.fallbacks),
            ("claims predicted", self.claims),
            ("boosts", self.boosts),
            ("free counter", self.free_counter),
            ("per-CPU counts", self.pcp_counts),
        ] {
            if score.made > 0 {
                writeln!(f, "  {name:<19} {score}")?;
            }
        }
        if let Some(first) = &self.first_divergence {
            let Divergence { line, event, expected, got } = first;
            writeln!(f, "  first difference at line {line}, {event}: expected {expected}, got {got}")?;
        }
        if self.adopted + self.impossible > 0 {
            writeln!(f, "  adopted {} pages, {} impossible events", self.adopted, self.impossible)?;
        }
        self.not_judged.iter().try_for_each(|what| writeln!(f, "  not judged: {what}"))?;
        writeln!(f, "  digest              {}", self.digest)
    }
}
