// SPDX-License-Identifier: GPL-2.0-only
//! /proc/vmstat: one counter per line.
//!
//! Source: `mm/vmstat.c:vmstat_show@7.3`.

use std::fmt;

use super::scan::Cursor;
use super::view::NodeView;
use super::{Fields, Parsed, Skip, names};

/// The counters in the order of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VmStat {
    pub counters: Fields,
}

impl VmStat {
    /// All names of 7.3, from the views' counters and from `events`, which wins. Names that 7.3 does not have, as a
    /// patched kernel's, come after its own.
    pub fn of(nodes: &[NodeView], events: &Fields) -> VmStat {
        let mut known = events.clone();
        known.0.extend(NodeView::vmstat_sums(nodes).0);
        let mut counters = known.ordered(names::vmstat());
        for (name, count) in events.iter() {
            if name != names::UNSTABLE && !names::vmstat().any(|known| known == name) {
                counters.push(name, count);
            }
        }
        counters.push(names::UNSTABLE, 0);
        VmStat { counters }
    }

    pub fn parse(text: &str) -> Parsed<VmStat> {
        let mut parsed = Parsed::<VmStat>::default();
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            match parse_line(line) {
                Some((name, count)) => parsed.value.counters.push(name, count),
                None => parsed.skipped.push(Skip::new(index, line, "not a name and a count")),
            }
        }
        parsed
    }
}

impl fmt::Display for VmStat {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        self.counters.iter().try_for_each(|(name, count)| writeln!(out, "{name} {count}"))
    }
}

fn parse_line(line: &str) -> Option<(&str, u64)> {
    let mut cursor = Cursor::new(line);
    let pair = (cursor.word()?, cursor.number()?);
    cursor.end()?;
    Some(pair)
}
