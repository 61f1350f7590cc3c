// SPDX-License-Identifier: GPL-2.0-only
//! Boots a machine: zones, watermarks, and what boot leaves allocated.
//!
//! Modelled: zone ranges of x86-64, watermarks computed before init memory is freed, footprint by type through the
//! allocator itself, so that pageblocks change type as they do.
//! Simplified: reserved memory lies at both ends of the RAM zone; boot's allocations come in one order, with a seeded
//! number of pages left on the per-CPU lists.

use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;

use super::spec::{Environment, Layout, Thp};
use crate::model::decide::Decide;
use crate::model::frames::{Pfn, flag};
use crate::model::freetype::{self, Freetype};
use crate::model::gfp::Gfp;
use crate::model::machine::Machine;
use crate::model::node::{Node, Tuning};
use crate::model::owners;
use crate::model::pageblock::PAGEBLOCK_ORDER;
use crate::model::settings::Settings;
use crate::model::shrinker::{OBJECTS_PER_PAGE, SlabPool};
use crate::model::zone::{Zone, ZoneSpan};

const DMA_END: Pfn = 4096;
const LOW_4G: Pfn = 1 << 20;
/// Where QEMU's `pc` machine splits RAM of 3.5 GiB and more.
const PC_SPLIT: Pfn = 3 << 18;
/// First frame of DMA that is not reserved for firmware.
const DMA_FIRST_FREE: Pfn = 256;

/// A machine after boot. The environment must have passed its check.
pub fn boot(env: &Environment, policy: Box<dyn Decide + Send>, rng: &mut Xoshiro256PlusPlus) -> Machine {
    let mut zones = Vec::new();
    let ram: Pfn = env.memory_mib * 256;
    let reserved = ram / 64 + env.footprint.reserved_pages;
    let (low_end, high_pages) = if ram > 7 << 17 { (PC_SPLIT, ram - PC_SPLIT) } else { (ram, 0) };
    let dma = env.layout == Layout::Pc && low_end > DMA_END;
    if dma {
        let mut zone = Zone::new(ZoneSpan { index: 0, start_pfn: 1, end_pfn: DMA_END }, env.cpus);
        zone.blocks.set_freetype(0, 0);
        zone.release_range(DMA_FIRST_FREE, DMA_END);
        zone.present = 3998;
        zones.push(zone);
    }
    let start = if dma { DMA_END } else { 1 };
    let span = ZoneSpan { index: 1, start_pfn: start, end_pfn: low_end };
    let low_reserved = if high_pages == 0 { reserved } else { reserved / 2 };
    let low = zones.len();
    zones.push(ram_zone(span, env.cpus, low_reserved, env.footprint.initmem_pages));
    if high_pages > 0 {
        let span = ZoneSpan { index: 2, start_pfn: LOW_4G, end_pfn: LOW_4G + high_pages };
        zones.push(ram_zone(span, env.cpus, reserved - low_reserved, 0));
    }
    let mut node = Node::new(zones, env.vm.defrag_mode);
    node.set_up_watermarks(&Tuning {
        min_free_kbytes: env.vm.min_free_kbytes,
        thp: thp_raises_minimum(env),
        watermark_scale_factor: env.vm.watermark_scale_factor,
        percpu_pagelist_high_fraction: env.vm.percpu_pagelist_high_fraction,
        drift: true,
    });
    node.zones.iter_mut().for_each(|zone| zone.boost_factor = env.vm.watermark_boost_factor);
    release_initmem(&mut node.zones[low], low_reserved, env.footprint.initmem_pages);
    let settings = Settings {
        compaction_proactiveness: env.vm.compaction_proactiveness,
        extfrag_threshold: env.vm.extfrag_threshold as i32,
        mglru: env.mglru,
        thp_always: env.thp == Thp::Always && thp_raises_minimum(env),
    };
    let mut machine = Machine::new(node, settings, env.costs, policy);
    leave_footprint(&mut machine, env, rng);
    machine.take_charged();
    machine.tally = Default::default();
    machine
}

/// mm/huge_memory.c@7.3: transparent huge pages start disabled below 512 MiB.
fn thp_raises_minimum(env: &Environment) -> bool {
    let total =
        u64::from(env.memory_mib) * 256 - u64::from(env.footprint.reserved_pages) - u64::from(env.memory_mib) * 4;
    env.thp != Thp::Never && total >= 512 * 256
}

/// A zone of ordinary RAM: kernel image at its start, memory map and the rest of what is reserved at its end.
fn ram_zone(span: ZoneSpan, cpus: u8, reserved: u32, initmem: u32) -> Zone {
    let mut zone = Zone::new(span, cpus);
    let (first, end) = released(span, reserved, initmem);
    zone.release_range(first, end);
    zone.present = span.end_pfn - span.start_pfn - if span.start_pfn == 1 { 129 } else { 0 };
    zone
}

/// What is released at once: all but the image at the start (a third of what is reserved), init memory behind it,
/// and the rest at the end.
fn released(span: ZoneSpan, reserved: u32, initmem: u32) -> (Pfn, Pfn) {
    let image = reserved / 3;
    (span.start_pfn + image + initmem, span.end_pfn - (reserved - image))
}

/// mm/page_alloc.c:free_reserved_area@7.3 after boot: the watermarks stay as they were.
fn release_initmem(zone: &mut Zone, reserved: u32, initmem: u32) {
    let (first, _) = released(zone.span, reserved, initmem);
    let present = zone.present;
    zone.release_range(first - initmem, first);
    zone.present = present;
}

fn leave_footprint(m: &mut Machine, env: &Environment, rng: &mut Xoshiro256PlusPlus) {
    let f = &env.footprint;
    take_dma(m, f.dma_pages);
    let more = if f.movable_spread_pages > 0 { rng.random_range(0..=f.movable_spread_pages) } else { 0 };
    let movable = f.movable_pages + more;
    let mut reclaimable = Vec::new();
    for cpu in 0..env.cpus {
        m.node.set_cpu(cpu);
        let share = |pages: u32| pages / u32::from(env.cpus) + u32::from(cpu == 0) * (pages % u32::from(env.cpus));
        (0..share(f.unmovable_pages)).for_each(|_| _ = take_early(m, freetype::UNMOVABLE));
        reclaimable.extend((0..share(f.reclaimable_pages)).filter_map(|_| take_early(m, freetype::RECLAIMABLE)));
        (0..share(movable)).for_each(|_| _ = alloc_lru(m, flag::ACTIVE));
        (0..share(f.file_pages)).for_each(|_| _ = alloc_lru(m, flag::FILE));
        leave_pcp(m, cpu, env, rng);
    }
    m.node.set_cpu(0);
    m.slab = slab_pool(reclaimable, f.freeable_objects);
}

/// The unused objects fill the slabs that were taken last; one that they do not fill holds others, in use, and stays.
fn slab_pool(mut slabs: Vec<Pfn>, objects: u32) -> SlabPool {
    let used = slabs.len().saturating_sub((objects / OBJECTS_PER_PAGE) as usize);
    let pages = slabs.split_off(used);
    SlabPool::new(pages, objects)
}

fn alloc_lru(m: &mut Machine, flags: u8) -> Option<Pfn> {
    let pfn = m.alloc_fast(Gfp::ANON_FAULT, 0, Gfp::ANON_FAULT.migratetype())?;
    let zone = m.node.zone_of(pfn).expect("an allocated page lies in a zone");
    m.node.zones[zone].frames.set_owner(pfn, owners::NONE);
    m.node.zones[zone].lru_add(pfn, 0, flags);
    Some(pfn)
}

/// A page straight off the buddy lists, as the kernel takes its own of early boot, when the per-CPU lists hold nothing yet.
fn take_early(m: &mut Machine, ft: Freetype) -> Option<Pfn> {
    m.node.zones.iter_mut().rev().find_map(|zone| zone.rmqueue_buddy(0, ft, 0))
}

/// What drivers hold of zone DMA, in few pieces.
fn take_dma(m: &mut Machine, pages: u32) {
    let zone = &mut m.node.zones[0];
    let mut left = if zone.span.index == 0 { pages } else { 0 };
    while left > 0 {
        let order = left.ilog2().min(PAGEBLOCK_ORDER.into()) as u8;
        zone.rmqueue_buddy(order, 0, 0).expect("an empty zone DMA has all that an environment may ask of it");
        left -= 1 << order;
    }
}

/// What boot leaves on a CPU's lists: pages that short-lived processes held. Some idle seconds follow, in which the level
/// falls to its minimum.
fn leave_pcp(m: &mut Machine, cpu: u8, env: &Environment, rng: &mut Xoshiro256PlusPlus) {
    let f = &env.footprint;
    let part = |pages: u32| pages * env.memory_mib.min(1024) / 1024;
    let steps = (f.pcp_pages_max - f.pcp_pages_min) / f.pcp_pages_step;
    let movable = part(f.pcp_pages_min + f.pcp_pages_step * rng.random_range(0..=steps));
    let late = if rng.random_range(0..8) < 3 { f.late_refill_pages } else { 0 };
    let pages = [part(f.pcp_unmovable_pages + late), movable, part(f.pcp_reclaimable_pages)];
    m.node.zones.iter_mut().for_each(|zone| zone.drain_cpu(cpu));
    for (ft, pages) in (0..).zip(pages) {
        let held: Vec<Pfn> = (0..pages).filter_map(|_| take_early(m, ft)).collect();
        held.into_iter().for_each(|pfn| m.free(pfn, 0));
    }
    m.node.zones.last_mut().expect("a machine has a zone").settle_pcp(cpu);
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;
    use crate::environment::{preset, set};
    use crate::model::check::assert_sound;
    use crate::model::decide::testing::Stock;
    use crate::model::view::pcp_list;

    #[test]
    fn memory_above_4_gib_loses_no_page() {
        for memory in ["3583MiB", "4GiB", "8193MiB"] {
            let mut env = set(&preset("debian-1g").unwrap(), "memory", memory).unwrap();
            env.footprint.reserved_pages |= 1;
            let machine = boot(&env, Box::new(Stock), &mut Xoshiro256PlusPlus::seed_from_u64(1));
            let managed: u32 = machine.node.zones.iter().map(|zone| zone.managed).sum();
            let ram = env.memory_mib * 256;
            assert_eq!(managed, ram - DMA_FIRST_FREE - ram / 64 - env.footprint.reserved_pages, "{memory}");
            machine.node.zones.iter().for_each(assert_sound);
        }
    }

    #[test]
    fn each_cpu_keeps_pages_of_each_type_and_some_a_late_refill() {
        let env = preset("minimal-1g").unwrap();
        let f = &env.footprint;
        let (mut late, mut more) = (0, 0);
        for seed in 0..64 {
            let machine = boot(&env, Box::new(Stock), &mut Xoshiro256PlusPlus::seed_from_u64(seed));
            let zone = machine.node.zones.last().expect("a machine has a zone");
            let [unmovable, movable, reclaimable] = [0, 1, 2].map(|pindex| pcp_list(zone, 0, pindex).len() as u32);
            assert_eq!(reclaimable, f.pcp_reclaimable_pages);
            assert!(
                [0, f.late_refill_pages].contains(&(unmovable - f.pcp_unmovable_pages)),
                "seed {seed}: {unmovable}"
            );
            assert!([0, f.pcp_pages_step].contains(&(movable - f.pcp_pages_min)), "seed {seed}: {movable}");
            late += u32::from(unmovable > f.pcp_unmovable_pages);
            more += u32::from(movable > f.pcp_pages_min);
            assert_sound(zone);
        }
        // 24 and 32 of 64 are expected.
        assert!((14..=34).contains(&late) && (20..=44).contains(&more), "{late}, {more}");
    }

    #[test]
    fn a_smaller_guest_keeps_less_in_proportion() {
        let kept = |memory: &str| {
            let mut env = set(&preset("minimal-1g").unwrap(), "memory", memory).unwrap();
            env.footprint.late_refill_pages = 0;
            env.footprint.pcp_pages_max = env.footprint.pcp_pages_min;
            boot(&env, Box::new(Stock), &mut Xoshiro256PlusPlus::seed_from_u64(1)).node.zones[0].pcp[0].count
        };
        assert_eq!((kept("512MiB"), kept("2GiB")), (595 + 42 + 36, 1190 + 85 + 72));
    }
}
