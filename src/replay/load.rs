// SPDX-License-Identifier: GPL-2.0-only
//! Builds a model from a dumped state, and holds a model against one.

use crate::model::check;
use crate::model::digest::{self, Digest};
use crate::model::frames::{Kind, Order, Pfn, flag};
use crate::model::node::Node;
use crate::model::pcp::{NR_PCP_LISTS_STOCK, Pcp, pindex_to_order};
use crate::model::zone::{MAX_ORDER, Zone, ZoneSpan};
use crate::trace::state;
use crate::trace::state::State;

/// A model in exactly the dumped state: lists with their order, tuning, counters with drift, pageblocks, LRU flags.
/// Frames that are neither free nor reserved become allocated blocks of order 0.
///
/// # Panics
/// On a state that `trace::read_state` would have refused.
pub fn node(state: &State) -> Node {
    let zones = state.zones.iter().filter(|zone| zone.managed_pages > 0).map(|zone| load_zone(zone, state)).collect();
    Node::new(zones, state.params.defrag_mode != 0)
}

fn load_zone(from: &state::Zone, state: &State) -> Zone {
    let cpus = state.params.online_cpus.clamp(1, 255) as u8;
    let span = ZoneSpan { index: from.index, start_pfn: from.start_pfn, end_pfn: from.end_pfn() };
    let mut zone = Zone::new(span, cpus.max(from.pcp.iter().map(|pcp| pcp.cpu as u8 + 1).max().unwrap_or(1)));
    zone.present = from.present_pages;
    zone.managed = from.managed_pages;
    zone.watermark = [from.watermark_min, from.watermark_low, from.watermark_high, from.watermark_promo];
    zone.boost = from.watermark_boost;
    zone.flags = from.flags as u8 & 7;
    zone.reserved_highatomic = u64::from(from.nr_reserved_highatomic);
    zone.lowmem_reserve = std::array::from_fn(|i| from.lowmem_reserve.get(i).copied().unwrap_or(0));
    load_blocks(&mut zone, from);
    load_frames(&mut zone, from);
    load_free_lists(&mut zone, from);
    for pcp in &from.pcp {
        load_pcp(&mut zone, pcp);
    }
    load_counters(&mut zone, from);
    check::allow_apart(&mut zone);
    zone
}

fn load_blocks(zone: &mut Zone, from: &state::Zone) {
    for (i, block) in from.pageblocks.iter().enumerate() {
        let start = from.first_pageblock_pfn + ((i as u32) << 9);
        if let Some(block) = block {
            zone.blocks.set_freetype(start, block.migratetype);
            zone.blocks.set_skip(start, block.skip);
        }
    }
}

fn load_frames(zone: &mut Zone, from: &state::Zone) {
    for pfn in from.start_pfn..from.end_pfn() {
        let letter = from.letter(pfn).unwrap_or(b'k');
        if letter != b'R' {
            zone.frames.set(pfn, Kind::Used, 0);
        }
        if matches!(letter, b'a' | b'A' | b'f' | b'F' | b'U') {
            zone.frames.set_flags(pfn, flag::LRU);
        }
    }
}

fn load_free_lists(zone: &mut Zone, from: &state::Zone) {
    for list in &from.free_lists {
        for &pfn in list.pfns.iter().filter(|_| list.order <= MAX_ORDER) {
            zone.frames.set_block(pfn, Kind::Tail, list.order);
            zone.add_to_free_list(pfn, list.order, list.migratetype, true);
            zone.account_freepages(1 << list.order, list.migratetype);
        }
    }
}

fn load_pcp(zone: &mut Zone, from: &state::Pcp) {
    zone.cpu = from.cpu as u8;
    *zone.pcp_mut() = Pcp {
        count: from.count,
        high: from.high,
        high_min: from.high_min,
        high_max: from.high_max,
        batch: from.batch,
        alloc_factor: from.alloc_factor,
        free_count: from.free_count,
        flags: from.flags as u8,
    };
    for list in &from.lists {
        let (head, order) = (zone.pcp_list(u32::from(list.pindex)), pindex_to_order(u32::from(list.pindex)));
        for &pfn in &list.pfns {
            zone.frames.set_block(pfn, Kind::Pcp, order);
            zone.frames.push_back(head, pfn);
        }
    }
    zone.cpu = 0;
}

/// The CPUs' differences as dumped, NR_FREE_PAGES' as entry 0 and NR_FREE_PAGES_BLOCKS' as entry 1. The shared values
/// follow from them, as the lists hold what there is.
fn load_counters(zone: &mut Zone, from: &state::Zone) {
    let threshold = from.pcp.first().map_or(0, |pcp| pcp.stat_threshold as i32);
    let cpus = zone.pcp.len();
    for (entry, counter) in [&mut zone.free, &mut zone.free_blocks].into_iter().enumerate() {
        let mut diffs = vec![0; cpus];
        for pcp in &from.pcp {
            diffs[usize::from(pcp.cpu)] = pcp.vm_stat_diff.get(entry).copied().unwrap_or(0);
        }
        let pending: i64 = diffs.iter().map(|&diff| i64::from(diff)).sum();
        counter.load(counter.exact() as i64 - pending, &diffs, threshold);
    }
}

/// Every way in which a model differs from a dumped state, as sentences.
pub fn differences(node: &Node, state: &State) -> Vec<String> {
    let mut found = Vec::new();
    for from in state.zones.iter().filter(|zone| zone.managed_pages > 0) {
        match node.zones.iter().find(|zone| zone.span.index == from.index) {
            None => found.push(format!("the model has no zone {}", from.name)),
            Some(zone) => zone_differences(zone, from, state, &mut found),
        }
    }
    found
}

fn zone_differences(zone: &Zone, from: &state::Zone, state: &State, found: &mut Vec<String>) {
    let want = load_zone(from, state);
    let name = zone.name();
    for order in 0..=MAX_ORDER {
        for ft in 0..6 {
            let list = crate::model::zone::list_of(order, ft);
            let (got, real): (Vec<Pfn>, Vec<Pfn>) =
                (zone.frames.iter(list).collect(), want.frames.iter(list).collect());
            if got != real {
                let sorted = |list: &[Pfn]| {
                    let mut words: Vec<u64> = list.iter().copied().map(u64::from).collect();
                    words.sort_unstable();
                    words
                };
                let how = if sorted(&got) == sorted(&real) { "another order" } else { "other blocks" };
                found.push(format!(
                    "{name}: free list of order {order}, type {ft}: {how} ({} / {})",
                    got.len(),
                    real.len()
                ));
            }
        }
    }
    for cpu in 0..want.pcp.len().min(zone.pcp.len()) {
        for pindex in 0..NR_PCP_LISTS_STOCK as u32 {
            let lists = [zone, &want].map(|z| {
                let list = z.pcp_list_of(cpu as u8, pindex);
                z.frames.iter(list).collect::<Vec<Pfn>>()
            });
            if lists[0] != lists[1] {
                found.push(format!("{name}: per-CPU list {pindex} of CPU {cpu}"));
            }
        }
        if zone.pcp[cpu] != want.pcp[cpu] {
            found.push(format!("{name}: tuning of CPU {cpu}: {:?} / {:?}", zone.pcp[cpu], want.pcp[cpu]));
        }
    }
    let types = |z: &Zone| z.blocks.starts().map(|block| z.blocks.freetype(block)).collect::<Vec<_>>();
    let wrong = types(zone).iter().zip(&types(&want)).filter(|(a, b)| a != b).count();
    if wrong > 0 {
        found.push(format!("{name}: the types of {wrong} pageblocks"));
    }
    if zone.free.exact() != want.free.exact() || zone.free_seen() != want.free_seen() {
        found.push(format!("{name}: free pages {} / {}", zone.free.exact(), want.free.exact()));
    }
    if zone.boost != want.boost {
        found.push(format!("{name}: boost {} / {}", zone.boost, want.boost));
    }
}

/// xxHash64 of all zones, hexadecimal.
pub fn state_digest(node: &Node) -> String {
    let mut digest = Digest::new();
    node.zones.iter().for_each(|zone| digest::zone(&mut digest, zone));
    format!("{:016x}", digest.finish())
}

/// The zone that holds a block whole; `None` for misaligned blocks and those of other memory.
pub(super) fn zone_of_block(node: &Node, pfn: Pfn, order: Order) -> Option<usize> {
    let size = 1u32.checked_shl(u32::from(order)).filter(|_| order <= 10)?;
    let last = pfn.checked_add(size - 1).filter(|_| pfn.is_multiple_of(size))?;
    node.zones.iter().position(|zone| zone.contains(pfn) && zone.contains(last))
}
