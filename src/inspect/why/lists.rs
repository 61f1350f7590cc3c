// SPDX-License-Identifier: GPL-2.0-only
//! The free lists by type and order, and how fragmented they are.

use super::super::moment::FreeLists;
use super::{Facts, Section};
use crate::model::freetype;
use crate::model::pageblock::PAGEBLOCK_ORDER;
use crate::model::view;
use crate::model::zone::{NR_ORDERS, Zone};
use crate::report::proc::{fragmentation_index, unusable_index};

fn eligible<'a>(facts: &'a Facts) -> impl Iterator<Item = &'a Zone> {
    let highest = facts.request.highest_zone;
    facts.machine.node.zones.iter().rev().filter(move |zone| zone.span.index <= highest)
}

/// One section a zone: the blocks of each type, order 0 to 10.
pub(super) fn sections(facts: &Facts) -> Vec<Section> {
    let one = |zone: &Zone| {
        let mut section = Section::new(format!("free blocks, zone {}, order 0 to 10", zone.name()));
        for (blocks, name) in FreeLists::of(zone).blocks.iter().zip(freetype::NAMES) {
            let pages: u64 = blocks.iter().enumerate().map(|(order, n)| u64::from(*n) << order).sum();
            if pages > 0 {
                let counts: Vec<String> = blocks.iter().map(u32::to_string).collect();
                section.line(name, counts.join(" "), format!("{pages} pages"));
            }
        }
        section
    };
    eligible(facts).map(one).collect()
}

/// Both indices of /sys/kernel/debug/extfrag, for the request's order and for a whole pageblock. Order 0 has neither.
pub(super) fn fragmentation(facts: &Facts) -> Section {
    let mut section = Section::new("fragmentation");
    for zone in eligible(facts) {
        let nr_free = view::counters(zone).nr_free;
        let blocks: [u64; NR_ORDERS] = nr_free.map(u64::from);
        let own = Some(facts.request.order).filter(|order| !matches!(*order, 0 | PAGEBLOCK_ORDER));
        for order in own.into_iter().chain([PAGEBLOCK_ORDER]) {
            let (order, name) = (usize::from(order), zone.name());
            let index = fragmentation_index(&blocks, order);
            let note = match index {
                -1000 => "-1000: a block is free, so it is not why",
                index if index > 500 => "towards 1000: fragmentation",
                _ => "towards 0: lack of memory",
            };
            section.line(format!("extfrag {name} order {order}"), index, note);
            let unusable = unusable_index(&blocks, order);
            section.line(format!("unusable {name} order {order}"), unusable, "thousandths of free memory");
        }
        let counters = view::counters(zone);
        let note = format!("NR_FREE_PAGES_BLOCKS, of which unmapped {}", counters.free_blocks_unmapped);
        section.line(format!("whole blocks {}", zone.name()), counters.free_blocks, note);
    }
    section
}
