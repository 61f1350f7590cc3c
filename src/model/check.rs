// SPDX-License-Identifier: GPL-2.0-only
//! Recomputes from first principles what must hold of a zone between operations.
//!
//! The numbers I1..I13 are those of the project's list of invariants in ARCHITECTURE.md. Nothing here trusts a
//! counter, a mask or a list: frames are walked one by one and lists from head to tail.

use super::frames::{Kind, Order, Pfn};
use super::freetype::{self, Freetype, NR_FREETYPES};
use super::pageblock::{PAGEBLOCK_ORDER, PAGEBLOCK_PAGES};
use super::pcp::{BATCH_SCALE_MAX, NR_PCP_LISTS, pindex_to_order};
use super::zone::{MAX_ORDER, NR_ORDERS, Zone, list_of};

/// All violations found, each a sentence. An empty list means that the zone is sound.
pub fn zone(zone: &Zone) -> Vec<String> {
    let mut found = Vec::new();
    let tally = walk_frames(zone, &mut found);
    walk_free_lists(zone, &tally, &mut found);
    whole_buddies(zone, &mut found);
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

/// I8: whole free buddies of types that merge are apart only where one of them changed its type in place.
fn whole_buddies(zone: &Zone, found: &mut Vec<String>) {
    let is_whole = |pfn: Pfn| {
        zone.contains(pfn) && zone.is_buddy(pfn, PAGEBLOCK_ORDER) && freetype::is_mergeable(zone.blocks.freetype(pfn))
    };
    let blocks = zone.blocks.starts().filter(|pfn| pfn & PAGEBLOCK_PAGES == 0);
    let apart: Vec<Pfn> = blocks.filter(|&pfn| is_whole(pfn) && is_whole(pfn + PAGEBLOCK_PAGES)).collect();
    if apart.len() as u32 > zone.made_mergeable {
        found.push(format!("I8: whole free buddies did not merge at {apart:x?}; {} may", zone.made_mergeable));
    }
}

/// Any pair may be apart: for a state read from a machine, whose history is unknown.
pub(crate) fn allow_apart(zone: &mut Zone) {
    zone.made_mergeable = zone.blocks.len();
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
    if zone.boost > zone.boost_max() {
        found.push(format!("I13: boost {} passes its maximum {}", zone.boost, zone.boost_max()));
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
        let (low, top) = (pcp.high_min.min(pcp.high_max), pcp.high_max.max(pcp.high_min));
        if pcp.high != 0 && !(low..=top).contains(&pcp.high) {
            found.push(format!("I10: CPU {cpu}: high {} outside {low}..{top}", pcp.high));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::alloc_flags;
    use crate::model::zone::ZoneSpan;

    /// Free, allocated, per-CPU, CMA and reserved pages, so that every check has something to look at.
    fn sound() -> Zone {
        let mut zone = Zone::new(ZoneSpan { index: 1, start_pfn: 4100, end_pfn: 65_000 }, 2);
        zone.release_range(4100, 65_000);
        zone.watermark = [400, 500, 600, 700];
        zone.set_up_pcp(0);
        let atomic = alloc_flags::HIGHATOMIC | alloc_flags::NON_BLOCK;
        [(5, 0, 0), (0, 1, 0), (2, 2, 0), (6, 0, atomic), (9, 1, 0)].into_iter().for_each(|(order, ft, flags)| {
            zone.rmqueue(order, ft, flags).expect("memory is plentiful");
        });
        let cma = zone.rmqueue_buddy(10, freetype::MOVABLE, 0).expect("memory is plentiful");
        assert!(zone.move_freepages_block(cma, freetype::MOVABLE, freetype::CMA));
        zone.free_to_buddy(cma, 10, crate::model::buddy::Place::Usual);
        assert_sound(&zone);
        zone
    }

    /// Head of some free block of this order.
    fn free(zone: &Zone, order: Order) -> Pfn {
        (0..NR_FREETYPES as Freetype).find_map(|ft| zone.first_free(order, ft)).expect("a free block of the order")
    }

    type Damage = fn(&mut Zone);

    #[test]
    fn every_kind_of_damage_is_found() {
        let damages: [(&str, Damage); 19] = [
            ("I1 NR_FREE_PAGES", |zone| zone.free.add(0, 1)),
            ("I2 NR_FREE_PAGES_BLOCKS", |zone| zone.free_blocks.add(1, 512)),
            ("I2 unmapped share", |zone| zone.free_blocks_unmapped.add(0, 512)),
            ("I3 highatomic", |zone| zone.free_highatomic += 1),
            ("I3 CMA", |zone| zone.free_cma -= 1),
            ("I4: nr_free", |zone| zone.nr_free[3] += 1),
            ("I4: list", |zone| {
                let pfn = free(zone, 10);
                zone.frames.unlink(pfn);
            }),
            ("I5 managed pages", |zone| zone.managed -= 1),
            ("I5: Buddy block", |zone| {
                let pfn = free(zone, 10);
                zone.frames.set(pfn + 3, Kind::Used, 0);
            }),
            ("I5: Tail frame", |zone| zone.frames.set(4099, Kind::Tail, 0)),
            ("I5: Used block", |zone| zone.frames.set(4099, Kind::Used, 0)),
            ("I6: list", |zone| {
                let pfn = free(zone, 10);
                zone.frames.unlink(pfn);
                zone.frames.push_front(list_of(10, freetype::RECLAIMABLE), pfn);
            }),
            ("I6: free block", |zone| {
                let pfn = free(zone, 10);
                zone.blocks.set_freetype(pfn + 512, freetype::RECLAIMABLE);
            }),
            ("I7:", |zone| {
                let (pfn, ft) = (free(zone, 8), zone.blocks.freetype(free(zone, 8)));
                zone.del_from_free_list(pfn, 8, ft);
                zone.add_to_free_list(pfn + 128, 7, ft, false);
                zone.add_to_free_list(pfn, 7, ft, false);
            }),
            ("I8:", |zone| {
                let (pfn, ft) = (free(zone, 10), zone.blocks.freetype(free(zone, 10)));
                zone.del_from_free_list(pfn, 10, ft);
                zone.add_to_free_list(pfn + 512, 9, ft, false);
                zone.add_to_free_list(pfn, 9, ft, false);
            }),
            ("I9: CPU", |zone| zone.pcp[0].count += 1),
            ("I9: pcp list", |zone| {
                let pfn = (0..NR_PCP_LISTS as u32).find_map(|list| zone.frames.first(zone.pcp_list_of(0, list)));
                let pfn = pfn.expect("some page is on a per-CPU list");
                zone.frames.set(pfn, Kind::Used, 0);
            }),
            ("I12 reserved", |zone| zone.reserved_highatomic += 512),
            ("I13:", |zone| zone.boost = 901),
        ];
        for (tag, damage) in damages {
            let mut subject = sound();
            damage(&mut subject);
            let found = zone(&subject);
            assert!(found.iter().any(|text| text.starts_with(tag)), "{tag} went unseen: {found:?}");
        }
    }

    #[test]
    fn damaged_tuning_is_found() {
        let damages: [(&str, Damage); 4] = [
            ("I10", |zone| zone.pcp[1].high = zone.pcp[1].high_max + 1),
            ("I10", |zone| zone.pcp[1].high = zone.pcp[1].high_min - 1),
            ("I11", |zone| zone.pcp[0].alloc_factor = BATCH_SCALE_MAX + 1),
            ("I11", |zone| zone.pcp[1].free_count = 100_000),
        ];
        for (tag, damage) in damages {
            let mut subject = sound();
            damage(&mut subject);
            assert!(zone(&subject).iter().any(|text| text.starts_with(tag)), "{tag} went unseen");
        }
    }
}
