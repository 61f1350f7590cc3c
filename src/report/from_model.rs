// SPDX-License-Identifier: GPL-2.0-only
//! The kernel's texts of a modelled machine.
//!
//! Modelled: blocks, pageblocks, marks, per-CPU lists, LRU sizes, events. Absent: what the model has no counterpart
//! of prints as 0 (slab, stacks, NUMA events, thresholds of dirty pages).

use super::proc::view::{Layout, MigrateType, NodeView, ORDERS, Pageset, TYPES, ZoneView};
use super::proc::{
    Buddyinfo, Fields, Head, KillSummary, Killed, MemInfo, OomReport, PageTypeInfo, Task, VmStat, ZoneInfo,
};
use crate::environment::{Environment, Thp};
use crate::model::counter::normal_threshold;
use crate::model::lru::Lru;
use crate::model::machine::Machine;
use crate::model::pageblock::PAGEBLOCK_ORDER;
use crate::model::reclaim::RECLAIM_RETRIES_MAX;
use crate::model::view::{self, free_lists, pageblocks};
use crate::model::watermark::{WMARK_HIGH, WMARK_LOW, WMARK_MIN, WMARK_PROMO};
use crate::model::zone::{ZONE_NAMES, Zone};
use crate::sim::World;
use crate::sim::process::Process;
use crate::sim::world::Kill;

/// Debian's configuration for guests with its settings, the small kernel's for the others.
pub fn layout(environment: &Environment) -> Layout {
    if environment.mglru || environment.thp == Thp::Always { Layout::debian() } else { Layout::minimal() }
}

/// Kernel threads and init come before the processes of a workload.
pub const FIRST_PID: u32 = 100;

/// The zones of the kernel that runs on such a machine: index of the first and how many.
fn kernel_zones(machine: &Machine, layout: &Layout) -> std::ops::Range<usize> {
    let first = usize::from(machine.node.zones.first().map_or(1, |zone| zone.span.index).min(1));
    // ZONE_DEVICE comes with the configuration that also has NUMA here.
    first..if layout.numa { 5 } else { 4 }
}

/// The node.
pub fn node_view(world: &World, layout: &Layout) -> NodeView {
    let machine = &world.machine;
    let range = kernel_zones(machine, layout);
    let zone = |index: usize| machine.node.zones.iter().find(|zone| usize::from(zone.span.index) == index);
    let zones: Vec<ZoneView> = range
        .clone()
        .map(|index| match zone(index) {
            Some(zone) => zone_view(zone, range.clone()),
            None => {
                let protection = vec![0; range.len()];
                ZoneView { name: ZONE_NAMES[index].to_owned(), protection, ..ZoneView::default() }
            }
        })
        .collect();
    let sum = |lru: Lru| machine.node.zones.iter().map(|zone| zone.lru_pages(lru)).sum::<u64>();
    let lists = [Lru::InactiveAnon, Lru::ActiveAnon, Lru::InactiveFile, Lru::ActiveFile, Lru::Unevictable].map(sum);
    let [inactive_anon, active_anon, inactive_file, active_file, unevictable] = lists;
    let page_tables = world.processes.iter().map(|process| process.page_tables.len() as u64).sum();
    let counters = Fields::from([
        ("nr_inactive_anon", inactive_anon),
        ("nr_active_anon", active_anon),
        ("nr_inactive_file", inactive_file),
        ("nr_active_file", active_file),
        ("nr_unevictable", unevictable),
        ("nr_anon_pages", inactive_anon + active_anon),
        ("nr_mapped", unevictable),
        ("nr_file_pages", inactive_file + active_file + unevictable),
        ("nr_page_table_pages", page_tables),
    ]);
    let unreclaimable = machine.kswapd.failures >= RECLAIM_RETRIES_MAX;
    NodeView { node: 0, zones, counters, unreclaimable, pageblock_order: u32::from(PAGEBLOCK_ORDER) }
}

fn zone_view(zone: &Zone, kernel: std::ops::Range<usize>) -> ZoneView {
    let mut free_blocks = [[0; TYPES]; ORDERS];
    for (order, kind, list) in free_lists(zone) {
        free_blocks[usize::from(order)][usize::from(kind)] = list.len() as u64;
    }
    let mut blocks = [0; TYPES];
    pageblocks(zone).into_iter().for_each(|(_, kind)| blocks[usize::from(kind)] += 1);
    let counters = view::counters(zone);
    let mark = |index: usize| u64::from(zone.wmark_pages(index));
    let threshold = normal_threshold(zone.pcp.len() as u8, zone.managed).max(0) as u64;
    let pageset = |(cpu, pcp): (usize, &crate::model::pcp::Pcp)| Pageset {
        cpu: cpu as u32,
        count: pcp.count.into(),
        high: pcp.high.into(),
        batch: pcp.batch.into(),
        high_min: pcp.high_min.into(),
        high_max: pcp.high_max.into(),
        stat_threshold: Some(threshold),
    };
    ZoneView {
        name: zone.name().to_owned(),
        free_blocks,
        pageblocks: blocks,
        free_pages: counters.free_seen,
        boost: zone.boost.into(),
        min: mark(WMARK_MIN),
        low: mark(WMARK_LOW),
        high: mark(WMARK_HIGH),
        promo: mark(WMARK_PROMO),
        spanned: (zone.span.end_pfn - zone.span.start_pfn).into(),
        present: zone.present.into(),
        managed: zone.managed.into(),
        protection: kernel.filter_map(|index| zone.lowmem_reserve.get(index)).map(|&pages| pages.into()).collect(),
        counters: Fields::from([
            ("nr_free_pages_blocks", counters.free_blocks),
            ("nr_zone_inactive_anon", zone.lru_pages(Lru::InactiveAnon)),
            ("nr_zone_active_anon", zone.lru_pages(Lru::ActiveAnon)),
            ("nr_zone_inactive_file", zone.lru_pages(Lru::InactiveFile)),
            ("nr_zone_active_file", zone.lru_pages(Lru::ActiveFile)),
            ("nr_zone_unevictable", zone.lru_pages(Lru::Unevictable)),
            ("nr_free_cma", counters.free_cma),
        ]),
        pagesets: zone.pcp.iter().enumerate().map(pageset).collect(),
        start_pfn: zone.span.start_pfn,
        reserved_highatomic: zone.reserved_highatomic,
        free_highatomic: counters.free_highatomic,
        ..ZoneView::default()
    }
}

/// The files of /proc: name and text.
pub fn proc_texts(world: &World, layout: &Layout) -> [(&'static str, String); 4] {
    let nodes = [node_view(world, layout)];
    let mut events = Fields::default();
    world.machine.tally.each(|name, value| events.push(name, value));
    [
        ("buddyinfo", Buddyinfo::of(&nodes).to_string()),
        ("pagetypeinfo", PageTypeInfo::of(&nodes, &layout.types).to_string()),
        ("zoneinfo", ZoneInfo::of(&nodes, layout.numa).to_string()),
        ("vmstat", VmStat::of(&nodes, &events).to_string()),
    ]
}

/// What the kernel logs for a kill. The world must be as it was when the kill was decided. Whoever made the request
/// is not recorded, so the first line names the victim, who made it in nearly every real run.
pub fn oom_report(world: &World, layout: &Layout, kill: &Kill) -> OomReport {
    let (machine, event) = (&world.machine, &kill.event);
    let nodes = [node_view(world, layout)];
    let first = kernel_zones(machine, layout).start;
    let highest = usize::from(event.gfp.highest_zoneidx()).saturating_sub(first);
    let cpu = machine.node.zones.first().map_or(0, |zone| zone.cpu.into());
    let living = world.processes.iter().filter(|process| !process.gone);
    let victim = task(world, &world.processes[kill.victim as usize]);
    OomReport {
        head: Some(Head::Oom {
            comm: victim.name.clone(),
            gfp_mask: event.gfp.0.into(),
            gfp: event.gfp.to_string(),
            order: event.order.into(),
            oom_score_adj: world.processes[kill.victim as usize].oom_score_adj,
        }),
        stack: Vec::new(),
        mem: Some(MemInfo::of(&nodes, layout, highest, cpu)),
        tasks: Some(living.map(|process| task(world, process)).collect()),
        summary: Some(KillSummary {
            constraint: "CONSTRAINT_NONE".to_owned(),
            nodemask: "(null)".to_owned(),
            cpuset: None,
            oom_memcg: None,
            task_memcg: layout.memcg.then(|| "/".to_owned()),
            task: victim.name.clone(),
            pid: victim.pid,
            uid: 0,
        }),
        killed: Some(Killed {
            message: "Out of memory".to_owned(),
            pid: victim.pid,
            comm: victim.name.clone(),
            total_vm_kb: victim.total_vm * 4,
            anon_rss_kb: victim.rss_anon * 4,
            file_rss_kb: victim.rss_file * 4,
            shmem_rss_kb: 0,
            uid: 0,
            pgtables_kb: victim.pgtables_bytes / 1024,
            oom_score_adj: victim.oom_score_adj,
        }),
        reaped: None,
    }
}

/// A process as the report lists it: secretmem counts as file pages, as the kernel counts it.
fn task(world: &World, process: &Process) -> Task {
    let resident = process.anon.iter().filter(|&&slot| world.machine.owners.page(slot).is_some());
    let (anon, file) = (resident.count() as u64, process.secretmem.pages());
    let pid = process.id + FIRST_PID;
    Task {
        pid,
        tgid: pid,
        total_vm: anon + file,
        rss: anon + file,
        rss_anon: anon,
        rss_file: file,
        pgtables_bytes: process.page_tables.len() as u64 * 4096,
        oom_score_adj: process.oom_score_adj.into(),
        name: process.name.to_owned(),
        ..Task::default()
    }
}

// The types of views and of the model are numbered alike.
const _: () = assert!(MigrateType::Unmapped as u8 == crate::model::freetype::UNMAPPED && ORDERS == 11);
