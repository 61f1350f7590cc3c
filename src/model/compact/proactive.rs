// SPDX-License-Identifier: GPL-2.0-only
//! When compaction starts without being asked.
//!
//! Modelled: mm/compaction.c@7.3: fragmentation_score_zone, fragmentation_score_zone_weighted, fragmentation_score_node,
//! fragmentation_score_wmark, should_proactive_compact_node. The clock (every 500 ms) is the caller's.

use crate::model::node::Node;
use crate::model::pageblock::PAGEBLOCK_ORDER;
use crate::model::zone::Zone;

/// `sysctl_compaction_proactiveness` of a stock kernel.
pub const PROACTIVENESS: u32 = 20;
/// Above this a round starts.
pub const HIGH: u32 = wmark_high(PROACTIVENESS);
/// At or below this a zone is left alone.
pub const LOW: u32 = wmark_low(PROACTIVENESS);

pub const fn wmark_low(proactiveness: u32) -> u32 {
    100 - if proactiveness < 100 { proactiveness } else { 100 }
}

pub const fn wmark_high(proactiveness: u32) -> u32 {
    let low = wmark_low(proactiveness);
    let above = if low / 2 < 10 { low / 2 } else { 10 };
    if low + above < 100 { low + above } else { 100 }
}

/// Percent of the free memory that lies in blocks too small for a huge page
/// (mm/compaction.c:fragmentation_score_zone@7.3).
pub fn fragmentation_score_zone(zone: &Zone) -> u32 {
    let (pages, _, suitable) = zone.contig_page_info(PAGEBLOCK_ORDER);
    if pages == 0 { 0 } else { ((pages - (suitable << PAGEBLOCK_ORDER)) * 100 / pages) as u32 }
}

/// The zones' scores by their share of the memory, each share truncated (mm/compaction.c:fragmentation_score_node@7.3).
pub fn node_score(node: &Node) -> u32 {
    let present: u64 = node.zones.iter().map(|zone| u64::from(zone.present)).sum();
    let weighted = |zone: &Zone| u64::from(zone.present) * u64::from(fragmentation_score_zone(zone)) / (present + 1);
    node.zones.iter().map(weighted).sum::<u64>() as u32
}
