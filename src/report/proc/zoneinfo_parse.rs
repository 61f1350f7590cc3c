// SPDX-License-Identifier: GPL-2.0-only
//! Reads /proc/zoneinfo.

use super::scan::{Cursor, ZONES_MAX};
use super::{Fields, PagesetText, Parsed, Skip, ZoneBody, ZoneInfo, ZoneText};

impl ZoneInfo {
    pub fn parse(text: &str) -> Parsed<ZoneInfo> {
        let mut reader = Reader { zones: Vec::new(), part: Part::Pages };
        let mut skipped = Vec::new();
        for (index, line) in text.lines().enumerate() {
            if !line.trim().is_empty() && reader.line(line).is_none() {
                skipped.push(Skip::new(index, line, "not a line of zoneinfo, or out of place"));
            }
        }
        Parsed { value: ZoneInfo { zones: reader.zones }, skipped }
    }
}

/// What the lines being read describe; names alone do not tell, `high` is a mark and a limit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    NodeCounters,
    Pages,
    Counters,
    Pagesets,
}

struct Reader {
    zones: Vec<ZoneText>,
    part: Part,
}

impl Reader {
    /// Reads one line; `None` if it is not understood.
    fn line(&mut self, line: &str) -> Option<()> {
        if line.starts_with("Node") {
            let mut cursor = Cursor::new(line);
            let (node, name) = cursor.node_zone()?;
            cursor.end()?;
            (self.zones.len() < ZONES_MAX).then_some(())?;
            self.zones.push(ZoneText { node, name, ..ZoneText::default() });
            self.part = Part::Pages;
            return Some(());
        }
        let zone = self.zones.last_mut()?;
        let text = line.trim();
        if text == "per-node stats" {
            zone.node_counters = Some(Fields::default());
            self.part = Part::NodeCounters;
        } else if let Some(free) = text.strip_prefix("pages free") {
            zone.pages.push("free", free.trim().parse().ok()?);
            self.part = Part::Pages;
        } else if let Some(columns) = text.strip_prefix("protection: (") {
            let columns = columns.strip_suffix(')')?.split(',');
            zone.protection = columns.map(|column| column.trim().parse().ok()).collect::<Option<_>>()?;
            self.part = Part::Counters;
        } else if text == "pagesets" {
            body(zone);
            self.part = Part::Pagesets;
        } else {
            return pair(zone, self.part, text);
        }
        Some(())
    }
}

/// Reads `name count` or `name: count`.
fn pair(zone: &mut ZoneText, part: Part, text: &str) -> Option<()> {
    let (name, count) = text.rsplit_once(char::is_whitespace)?;
    let count: u64 = count.parse().ok()?;
    let name = name.trim_end();
    let Some(name) = name.strip_suffix(':') else {
        match part {
            Part::NodeCounters => zone.node_counters.get_or_insert_default().push(name, count),
            Part::Pages => zone.pages.push(name, count),
            Part::Counters => body(zone).counters.push(name, count),
            Part::Pagesets => return None,
        }
        return Some(());
    };
    let body = zone.body.as_mut()?;
    if part != Part::Pagesets {
        return None;
    }
    match name {
        "cpu" => {
            let cpu = u32::try_from(count).ok()?;
            body.pagesets.push(PagesetText { cpu, ..PagesetText::default() });
        }
        "vm stats threshold" => body.pagesets.last_mut()?.stat_threshold = Some(count),
        "count" | "high" | "batch" | "high_min" | "high_max" => body.pagesets.last_mut()?.fields.push(name, count),
        _ => body.tail.push(name, count),
    }
    Some(())
}

fn body(zone: &mut ZoneText) -> &mut ZoneBody {
    zone.body.get_or_insert_default()
}
