// SPDX-License-Identifier: GPL-2.0-only
//! /sys/kernel/debug/extfrag/{extfrag_index,unusable_index}: how fragmented free memory is for each order.
//!
//! Source: `mm/vmstat.c:{__fragmentation_index,unusable_free_index,extfrag_show_print,unusable_show_print}@7.3`.
//! Both print thousandths as `whole.fraction`; C divides toward zero, so that -1 is printed ` 0.-01`.

use std::fmt;

use super::scan::Cursor;
use super::view::ORDERS;
use super::{Buddyinfo, Parsed, Skip};

/// Which of the two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FragKind {
    Extfrag,
    Unusable,
}

/// One of the two files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FragIndex {
    pub kind: FragKind,
    pub zones: Vec<FragZone>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FragZone {
    pub node: u32,
    pub name: String,
    /// By order.
    pub thousandths: [i64; ORDERS],
}

/// How a request of `order` would fail, in thousandths: near 0 for lack of memory, near 1000 for fragmentation,
/// -1000 if it would not fail. `mm/vmstat.c:__fragmentation_index@7.3`.
pub fn fragmentation_index(free_blocks: &[u64; ORDERS], order: usize) -> i64 {
    let blocks: u128 = free_blocks.iter().map(|count| u128::from(*count)).sum();
    if blocks == 0 || order >= ORDERS {
        return 0;
    }
    if free_blocks.iter().skip(order).any(|count| *count != 0) {
        return -1000;
    }
    1000 - clamp((1000 + ((free_pages(free_blocks, 0) * 1000) >> order)) / blocks)
}

/// The share of free memory that is in blocks too small for `order`, in thousandths.
/// `mm/vmstat.c:unusable_free_index@7.3`.
pub fn unusable_index(free_blocks: &[u64; ORDERS], order: usize) -> i64 {
    let free = free_pages(free_blocks, 0);
    if free == 0 {
        return 1000;
    }
    clamp((free - free_pages(free_blocks, order)) * 1000 / free)
}

impl FragIndex {
    /// Both files follow from the counts of /proc/buddyinfo.
    pub fn of(kind: FragKind, buddies: &Buddyinfo) -> FragIndex {
        let index = match kind {
            FragKind::Extfrag => fragmentation_index,
            FragKind::Unusable => unusable_index,
        };
        let zones = buddies.zones.iter().map(|zone| FragZone {
            node: zone.node,
            name: zone.name.clone(),
            thousandths: std::array::from_fn(|order| index(&zone.free_blocks, order)),
        });
        FragIndex { kind, zones: zones.collect() }
    }

    pub fn parse(kind: FragKind, text: &str) -> Parsed<FragIndex> {
        let mut parsed = Parsed { value: FragIndex { kind, zones: Vec::new() }, skipped: Vec::new() };
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            match parse_line(line) {
                Some(zone) => parsed.value.zones.push(zone),
                None => parsed.skipped.push(Skip::new(index, line, "not `Node N, zone NAME` with 11 indices")),
            }
        }
        parsed
    }
}

impl fmt::Display for FragIndex {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let width = if self.kind == FragKind::Extfrag { 2 } else { 0 };
        for zone in &self.zones {
            write!(out, "Node {}, zone {:>8} ", zone.node, zone.name)?;
            for value in zone.thousandths {
                // Rust's `/`, `%` and `{:03}` treat the sign as C's do: -1 gives 0 and -01.
                write!(out, "{:>width$}.{:03} ", value / 1000, value % 1000)?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

/// The free pages that stand in blocks of at least `order`.
fn free_pages(free_blocks: &[u64; ORDERS], order: usize) -> u128 {
    // Counts may come from a pasted text, so that 64 bits need not hold the sum.
    free_blocks.iter().enumerate().skip(order).map(|(order, count)| u128::from(*count) << order).sum()
}

fn clamp(value: u128) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX - 1000)
}

fn parse_line(line: &str) -> Option<FragZone> {
    let mut cursor = Cursor::new(line);
    let (node, name) = cursor.node_zone()?;
    let mut thousandths = [0; ORDERS];
    for value in &mut thousandths {
        let (whole, fraction) = cursor.word()?.split_once('.')?;
        let whole: i64 = whole.parse().ok()?;
        *value = whole.checked_mul(1000)?.checked_add(fraction.parse().ok()?)?;
    }
    cursor.end()?;
    Some(FragZone { node, name, thousandths })
}
