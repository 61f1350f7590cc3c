// SPDX-License-Identifier: GPL-2.0-only
//! What holding the compaction scanners against a trace found.

use std::collections::BTreeMap;
use std::fmt;

use super::score::Score;

/// How the predictions fared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompactionReport {
    /// Compactions, and how many were exact to the end.
    pub runs: Score,
    /// Where the scanners start.
    pub positions: Score,
    /// Every event of every run.
    pub events: Score,
    pub by_event: BTreeMap<&'static str, Score>,
    /// Whether a zone is worth compacting (mm_compaction_suitable).
    pub suitable: Score,
    /// Deferrals and their counters.
    pub deferral: Score,
    /// Skip bits of pageblocks at the snapshots.
    pub skip_bits: Score,
    /// Each difference, in words.
    pub differences: Vec<String>,
}

impl fmt::Display for CompactionReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  compactions exact     {}", self.runs)?;
        writeln!(f, "  start positions       {}", self.positions)?;
        writeln!(f, "  events                {}", self.events)?;
        self.by_event.iter().try_for_each(|(name, score)| writeln!(f, "    {name:<20} {score}"))?;
        writeln!(f, "  suitability           {}", self.suitable)?;
        writeln!(f, "  deferral              {}", self.deferral)?;
        writeln!(f, "  skip bits             {}", self.skip_bits)?;
        self.differences.iter().try_for_each(|what| writeln!(f, "  {what}"))
    }
}
