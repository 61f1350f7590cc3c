// SPDX-License-Identifier: GPL-2.0-only
//! The score that starts and ends proactive compaction.
//!
//! Stands for mm/compaction.c@7.3: fragmentation_score_zone, fragmentation_score_zone_weighted,
//! fragmentation_score_node, fragmentation_score_wmark; and mm/vmstat.c:extfrag_for_order. Modelled: all of it.

use crate::model::node::Node;
use crate::model::pageblock::PAGEBLOCK_ORDER;
use crate::model::zone::Zone;

/// Percent of free pages that are not in blocks of the huge page order; 0 when nothing is free.
pub fn zone_score(zone: &Zone) -> u64 {
    let (mut pages, mut suitable) = (0u64, 0u64);
    for (k, &n) in zone.nr_free.iter().enumerate() {
        pages += u64::from(n) << k;
        if k >= usize::from(PAGEBLOCK_ORDER) {
            suitable += u64::from(n) << k;
        }
    }
    ((pages - suitable) * 100).checked_div(pages).unwrap_or(0)
}

/// Sum over zones, weighted by present pages.
pub fn node_score(node: &Node) -> u64 {
    let present: u64 = node.zones.iter().map(|zone| u64::from(zone.present)).sum();
    node.zones.iter().map(|zone| zone_score(zone) * u64::from(zone.present) / (present + 1)).sum()
}

/// A round ends for a zone at this score.
pub fn low_mark(proactiveness: u32) -> u64 {
    u64::from(100 - proactiveness.min(100))
}

/// A round begins above this score of the node.
pub fn high_mark(proactiveness: u32) -> u64 {
    let low = low_mark(proactiveness);
    (low + 10.min(low / 2)).min(100)
}
