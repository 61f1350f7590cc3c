// SPDX-License-Identifier: GPL-2.0-only
//! The survey of a trace without a state, as text.

use std::fmt;

use super::survey::Survey;

impl fmt::Display for Survey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = self.end_us.saturating_sub(self.begin_us);
        let cpus: Vec<String> = self.cpus.iter().map(u16::to_string).collect();
        writeln!(f, "  time span           {}.{:06} s", span / 1_000_000, span % 1_000_000)?;
        writeln!(f, "  CPUs                {}", cpus.join(", "))?;
        writeln!(f, "  lost events         {}", self.lost_events)?;
        for (name, score) in [
            ("blocks aligned", self.aligned),
            ("types as flags say", self.type_of_flags),
            ("not allocated twice", self.not_allocated_twice),
            ("frees of seen pages", self.frees_of_seen_pages),
            ("fallbacks in table", self.fallback_in_table),
            ("claim, steal rules", self.fallback_rules),
            ("steals, small first", self.steals_smallest_first),
            ("per-CPU list heads", self.determined_heads),
            ("  their pageblocks", self.determined_blocks),
            ("refills when empty", self.refills_when_empty),
        ] {
            writeln!(f, "  {name:<19} {score}")?;
        }
        writeln!(f, "  events:")?;
        let mut names: Vec<(&String, &u64)> = Vec::new();
        for (name, count) in &self.events_by_name {
            let at = names.partition_point(|(_, more)| *more >= count);
            names.insert(at, (name, count));
        }
        names.iter().try_for_each(|(name, count)| writeln!(f, "  {count:>9} {name}"))
    }
}
