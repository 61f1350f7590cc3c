// SPDX-License-Identifier: GPL-2.0-only
//! /proc/buddyinfo: free blocks by order, one line per zone with pages.
//!
//! Source: `mm/vmstat.c:frag_show_print@7.3`.

use std::fmt;

use super::scan::{Cursor, ZONES_MAX};
use super::view::{NodeView, ORDERS};
use super::{Parsed, Skip};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Buddyinfo {
    pub zones: Vec<BuddyZone>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuddyZone {
    pub node: u32,
    pub name: String,
    /// `nr_free` by order: all types, isolated blocks too.
    pub free_blocks: [u64; ORDERS],
}

impl Buddyinfo {
    pub fn of(nodes: &[NodeView]) -> Buddyinfo {
        let rows = nodes.iter().flat_map(|node| node.populated_zones().map(move |zone| (node.node, zone)));
        let zones = rows
            .map(|(node, zone)| BuddyZone { node, name: zone.name.clone(), free_blocks: zone.blocks_by_order() })
            .collect();
        Buddyinfo { zones }
    }

    pub fn parse(text: &str) -> Parsed<Buddyinfo> {
        let mut parsed = Parsed::<Buddyinfo>::default();
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            match parse_line(line) {
                Some(zone) if parsed.value.zones.len() < ZONES_MAX => parsed.value.zones.push(zone),
                _ => parsed.skipped.push(Skip::new(index, line, "not `Node N, zone NAME` with 11 counts")),
            }
        }
        parsed
    }

    pub fn zone(&self, node: u32, name: &str) -> Option<&BuddyZone> {
        self.zones.iter().find(|zone| zone.node == node && zone.name == name)
    }
}

impl fmt::Display for Buddyinfo {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        for zone in &self.zones {
            write!(out, "Node {}, zone {:>8} ", zone.node, zone.name)?;
            for count in zone.free_blocks {
                write!(out, "{count:>6} ")?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

fn parse_line(line: &str) -> Option<BuddyZone> {
    let mut cursor = Cursor::new(line);
    let (node, name) = cursor.node_zone()?;
    Some(BuddyZone { node, name, free_blocks: cursor.orders()? })
}
