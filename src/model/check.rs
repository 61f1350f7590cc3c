// SPDX-License-Identifier: GPL-2.0-only
//! Recomputes from first principles what must hold of a zone between operations.
//!
//! The numbers I1..I13 are those of the project's list of invariants in ARCHITECTURE.md. Nothing here trusts a
//! counter, a mask or a list: frames are walked one by one and lists from head to tail.

use super::frames::{Kind, Order, Pfn};
use super::freetype::{self, Freetype, NR_FREETYPES};
use super::pageblock::{PAGEBLOCK_ORDER, PAGEBLOCK_PAGES};
use super::pcp::{BATCH_SCALE_MAX, NR_PCP_LISTS, pindex_to_order};
use super::watermark::WMARK_HIGH;
use super::zone::{MAX_ORDER, NR_ORDERS, Zone, list_of};

/// All violations found, each a sentence. An empty list means that the zone is sound.
pub fn zone(zone: &Zone) -> Vec<String> {
    let mut found = Vec::new();
    let tally = walk_frames(zone, &mut found);
    walk_free_lists(zone, &tally, &mut found);
    counters(zone, &tally, &mut found);
    per_cpu(zone, &mut found);
    found
}

/// Panics with every violation; for tests and `--paranoid` runs.
#[track_caller]
pub fn assert_sound(subject: &Zone) {
    let found = zone(subject);
    assert!(found.is_empty(), "zone {}:\n{}", subject.name(), found.join("\n"));
}

/// What the frames say, by walking them.
#[derive(Default)]
struct Tally {
    /// Free pages by list.
    free: [u64; NR_FREETYPES],
    /// Of these, in blocks of pageblock order and above.
    free_blocks: [u64; NR_FREETYPES],
    heads: [[u32; NR_FREETYPES]; NR_ORDERS],
    pages: [u64; 6],
    highatomic_blocks: u64,
}

/// I5: heads are aligned, inside the zone, and cover only tails.
fn walk_frames(zone: &Zone, found: &mut Vec<String>) -> Tally {
    let mut tally = Tally::default();
    let mut pfn = zone.frames.base();
    let end = pfn + zone.frames.len();
    while pfn < end {
        let (kind, order) = (zone.frames.kind(pfn), zone.frames.order(pfn));
        let size = if matches!(kind, Kind::Absent | Kind::Tail) { 1 } else { 1 << order };
        if kind != Kind::Absent && !(zone.contains(pfn) && zone.contains(pfn + size - 1)) {
            found.push(format!("I5: {kind:?} block {pfn:#x} order {order} leaves the zone"));
        }
        if kind == Kind::Tail || !pfn.is_multiple_of(size) {
            found.push(format!("I5: {kind:?} frame {pfn:#x} order {order} is in no block or misaligned"));
        } else if (pfn + 1..pfn + size).any(|tail| zone.frames.kind(tail) != Kind::Tail) {
            found.push(format!("I5: {kind:?} block {pfn:#x} order {order} overlaps another"));
        }
        tally.pages[kind as usize] += u64::from(size);
        if kind == Kind::Buddy {
            let ft = zone.blocks.freetype(pfn);
            tally.free[usize::from(ft)] += u64::from(size);
            tally.heads[usize::from(order)][usize::from(ft)] += 1;
            if order >= PAGEBLOCK_ORDER {
                tally.free_blocks[usize::from(ft)] += u64::from(size);
            }
            check_free_head(zone, pfn, order, ft, found);
        }
        pfn += size;
    }
    let reserved = zone.blocks.starts().filter(|&block| zone.blocks.stored_migratetype(block) == freetype::HIGHATOMIC);
    tally.highatomic_blocks = reserved.count() as u64;
    tally
}

/// I6 above pageblock order, and I7: two free buddies below pageblock order would have merged.
fn check_free_head(zone: &Zone, pfn: Pfn, order: Order, ft: Freetype, found: &mut Vec<String>) {
    let mut blocks = (pfn..pfn + (1 << order)).step_by(PAGEBLOCK_PAGES as usize);
    if order > PAGEBLOCK_ORDER && blocks.any(|block| zone.blocks.freetype(block) != ft) {
        found.push(format!("I6: free block {pfn:#x} order {order} spans pageblocks of several types"));
    }
    if order < PAGEBLOCK_ORDER && zone.is_buddy(pfn ^ 1 << order, order) {
        found.push(format!("I7: {pfn:#x} and its buddy are both free at order {order}"));
    }
}

/// I4 and I6: lists hold what the frames say, each entry once.
fn walk_free_lists(zone: &Zone, tally: &Tally, found: &mut Vec<String>) {
    for order in 0..=MAX_ORDER {
        let mut all = 0;
        for ft in 0..NR_FREETYPES as Freetype {
            let mut entries = 0;
            for pfn in zone.frames.iter(list_of(order, ft)) {
                entries += 1;
                if !zone.frames.is_buddy(pfn, order) || zone.blocks.freetype(pfn) != ft {
                    found.push(format!("I6: list ({order}, {}) holds {pfn:#x}", freetype::NAMES[usize::from(ft)]));
                }
            }
            let heads = tally.heads[usize::from(order)][usize::from(ft)];
            if entries != heads {
                found.push(format!("I4: list ({order}, {ft}) has {entries} entries, the frames say {heads}"));
            }
            if zone.is_free_list_empty(order, ft) != (entries == 0) {
                found.push(format!("I4: the mask of list ({order}, {ft}) is wrong"));
            }
            all += entries;
        }
        if zone.nr_free[usize::from(order)] != all {
            found.push(format!("I4: nr_free[{order}] is {}, the lists hold {all}", zone.nr_free[usize::from(order)]));
        }
    }
}

/// I1, I2, I3, I12, I13 and the count of managed pages.
fn counters(zone: &Zone, tally: &Tally, found: &mut Vec<String>) {
    let mut same = |what: &str, counter: u64, real: u64| {
        if counter != real {
            found.push(format!("{what}: the counter says {counter}, the frames {real}"));
        }
    };
    let counted = |by_type: &[u64; NR_FREETYPES]| by_type.iter().sum::<u64>() - by_type[usize::from(freetype::ISOLATE)];
    same("I1 NR_FREE_PAGES", zone.free.exact(), counted(&tally.free));
    same("I2 NR_FREE_PAGES_BLOCKS", zone.free_blocks.exact(), counted(&tally.free_blocks));
    let unmapped = tally.free_blocks[usize::from(freetype::UNMAPPED)];
    same("I2 unmapped share", zone.free_blocks_unmapped.exact(), unmapped);
    same("I3 highatomic", zone.free_highatomic, tally.free[usize::from(freetype::HIGHATOMIC)]);
    same("I3 CMA", zone.free_cma, tally.free[usize::from(freetype::CMA)]);
    same("I12 reserved_highatomic", zone.reserved_highatomic, tally.highatomic_blocks * u64::from(PAGEBLOCK_PAGES));
    let present: u64 = tally.pages.iter().sum::<u64>() - tally.pages[Kind::Absent as usize];
    same("I5 managed pages", u64::from(zone.managed), present);
    let high = u64::from(zone.watermark[WMARK_HIGH]);
    if u64::from(zone.boost) > (high * 3 / 2).max(u64::from(PAGEBLOCK_PAGES)) {
        found.push(format!("I13: boost {} passes 1.5 x high {high}", zone.boost));
    }
}

/// I9, I10, I11.
fn per_cpu(zone: &Zone, found: &mut Vec<String>) {
    let first = (NR_ORDERS * NR_FREETYPES) as u32;
    for (cpu, pcp) in zone.pcp.iter().enumerate() {
        let mut pages = 0;
        for pindex in 0..NR_PCP_LISTS as u32 {
            let order = pindex_to_order(pindex);
            for pfn in zone.frames.iter(first + cpu as u32 * NR_PCP_LISTS as u32 + pindex) {
                pages += 1 << order;
                if zone.frames.kind(pfn) != Kind::Pcp || zone.frames.order(pfn) != order {
                    found.push(format!("I9: pcp list {pindex} of CPU {cpu} holds {pfn:#x}"));
                }
            }
        }
        if pages != pcp.count {
            found.push(format!("I9: CPU {cpu} counts {} pages, its lists hold {pages}", pcp.count));
        }
        if pcp.alloc_factor > BATCH_SCALE_MAX || pcp.free_count > (pcp.batch << BATCH_SCALE_MAX) + 511 {
            found.push(format!("I11: CPU {cpu}: alloc_factor {}, free_count {}", pcp.alloc_factor, pcp.free_count));
        }
        if pcp.high != 0 && pcp.high > pcp.high_max.max(pcp.high_min) {
            found.push(format!("I10: CPU {cpu}: high {} above {}", pcp.high, pcp.high_max));
        }
    }
}
