// SPDX-License-Identifier: GPL-2.0-only
//! Mem-Info from the views of a machine.

use super::view::{Layout, NodeView, ORDERS, ZoneView};
use super::{Fields, FreeList, HugePages, MemInfo, NodeMem, Swap, ZoneMem};

/// The lines of sums: the name in the report and the counter behind it. `free_pcp` is summed from the per-CPU lists;
/// `bounce` has no counter in 7.3 and is always 0.
const TOTALS: [&[(&str, &str)]; 8] = [
    &[("active_anon", "nr_active_anon"), ("inactive_anon", "nr_inactive_anon"), ("isolated_anon", "nr_isolated_anon")],
    &[("active_file", "nr_active_file"), ("inactive_file", "nr_inactive_file"), ("isolated_file", "nr_isolated_file")],
    &[("unevictable", "nr_unevictable"), ("dirty", "nr_dirty"), ("writeback", "nr_writeback")],
    &[("slab_reclaimable", "nr_slab_reclaimable"), ("slab_unreclaimable", "nr_slab_unreclaimable")],
    &[("mapped", "nr_mapped"), ("shmem", "nr_shmem"), ("pagetables", "nr_page_table_pages")],
    &[("sec_pagetables", "nr_sec_page_table_pages"), ("bounce", "")],
    &[("kernel_misc_reclaimable", "nr_kernel_misc_reclaimable")],
    &[("free", "nr_free_pages"), ("free_pcp", FREE_PCP), ("free_cma", "nr_free_cma")],
];
const FREE_PCP: &str = "free_pcp";

/// kB per unit of a node counter: pages, kilobytes, and huge pages, as /proc/vmstat counts some of them.
const PAGE: u64 = 4;
const KILOBYTE: u64 = 1;
const HUGE: u64 = 2048;

const NODE_BEFORE: [(&str, &str, u64); 17] = [
    ("active_anon", "nr_active_anon", PAGE),
    ("inactive_anon", "nr_inactive_anon", PAGE),
    ("active_file", "nr_active_file", PAGE),
    ("inactive_file", "nr_inactive_file", PAGE),
    ("unevictable", "nr_unevictable", PAGE),
    ("isolated(anon)", "nr_isolated_anon", PAGE),
    ("isolated(file)", "nr_isolated_file", PAGE),
    ("mapped", "nr_mapped", PAGE),
    ("dirty", "nr_dirty", PAGE),
    ("writeback", "nr_writeback", PAGE),
    ("shmem", "nr_shmem", PAGE),
    ("shmem_thp", "nr_shmem_hugepages", HUGE),
    ("shmem_pmdmapped", "nr_shmem_pmdmapped", HUGE),
    ("anon_thp", "nr_anon_transparent_hugepages", HUGE),
    ("kernel_stack", "nr_kernel_stack", KILOBYTE),
    ("pagetables", "nr_page_table_pages", PAGE),
    ("sec_pagetables", "nr_sec_page_table_pages", PAGE),
];
const NODE_AFTER: [(&str, &str, u64); 3] = [
    ("Balloon", "nr_balloon_pages", PAGE),
    ("gpu_active", "nr_gpu_active", PAGE),
    ("gpu_reclaim", "nr_gpu_reclaim", PAGE),
];

impl MemInfo {
    /// What the kernel would print: zones up to `highest_zone` (the highest index the request may use), and the
    /// per-CPU lists of `cpu` as local. Swap and huge page pools are empty.
    pub fn of(nodes: &[NodeView], layout: &Layout, highest_zone: usize, cpu: u32) -> MemInfo {
        let allowed = |node: &NodeView| node.zones.len().min(highest_zone.saturating_add(1));
        let zones: Vec<(u32, &ZoneView)> = nodes
            .iter()
            .flat_map(|node| node.zones.iter().take(allowed(node)).map(|zone| (node.node, zone)))
            .filter(|(_, zone)| zone.populated())
            .collect();
        let shown_nodes =
            nodes.iter().filter(|node| zones.iter().any(|(id, zone)| *id == node.node && zone.managed > 0));
        let ram = sum(nodes.iter().flat_map(NodeView::populated_zones).map(|zone| zone.present));
        let managed = sum(nodes.iter().flat_map(NodeView::populated_zones).map(|zone| zone.managed));
        MemInfo {
            totals: totals(nodes, &zones),
            nodes: shown_nodes.map(node_mem).collect(),
            zones: zones.iter().map(|(node, zone)| zone_mem(layout.numa.then_some(*node), zone, cpu)).collect(),
            free_lists: zones.iter().map(|(node, zone)| free_list(layout, *node, zone)).collect(),
            hugepages: hugepages(nodes, layout),
            pagecache_pages: Some(sum(nodes.iter().map(|node| node.counters.count("nr_file_pages")))),
            swap: layout.swap.then(Swap::default),
            ram_pages: Some(ram),
            highmem_pages: Some(0),
            reserved_pages: Some(ram.saturating_sub(managed)),
            cma_reserved_pages: layout.cma.then(|| sum(nodes.iter().flat_map(|node| &node.zones).map(|zone| zone.cma))),
            hwpoisoned_pages: layout.memory_failure.then_some(0),
            memcg_protection_kb: layout.memcg.then_some((0, 0)),
        }
    }
}

fn sum(counts: impl Iterator<Item = u64>) -> u64 {
    counts.fold(0, u64::saturating_add)
}

fn kb(pages: u64) -> u64 {
    pages.saturating_mul(PAGE)
}

fn free_pcp(zone: &ZoneView) -> u64 {
    sum(zone.pagesets.iter().map(|set| set.count))
}

/// The counters are global; only `free_pcp` is limited to the zones that the request may use.
fn totals(nodes: &[NodeView], zones: &[(u32, &ZoneView)]) -> Vec<Fields> {
    let all = NodeView::vmstat_sums(nodes);
    let value = |counter: &str| match counter {
        FREE_PCP => sum(zones.iter().map(|(_, zone)| free_pcp(zone))),
        _ => all.count(counter),
    };
    let line = |names: &[(&'static str, &str)]| names.iter().map(|(name, counter)| (*name, value(counter))).collect();
    TOTALS.into_iter().map(line).collect()
}

fn node_mem(node: &NodeView) -> NodeMem {
    let field =
        |(name, counter, unit): &(&'static str, &str, u64)| (*name, node.counters.count(counter).saturating_mul(*unit));
    NodeMem {
        node: node.node,
        before: NODE_BEFORE.iter().map(field).collect(),
        all_unreclaimable: node.unreclaimable,
        after: NODE_AFTER.iter().map(field).collect(),
    }
}

fn zone_mem(node: Option<u32>, zone: &ZoneView, cpu: u32) -> ZoneMem {
    let local = zone.pagesets.iter().find(|set| set.cpu == cpu).map_or(0, |set| set.count);
    let counter = |name: &str| kb(zone.counter(name));
    let fields = [
        ("free", kb(zone.free_pages)),
        ("boost", kb(zone.boost)),
        ("min", kb(zone.min)),
        ("low", kb(zone.low)),
        ("high", kb(zone.high)),
        ("reserved_highatomic", kb(zone.reserved_highatomic)),
        ("free_highatomic", kb(zone.free_highatomic)),
        ("active_anon", counter("nr_zone_active_anon")),
        ("inactive_anon", counter("nr_zone_inactive_anon")),
        ("active_file", counter("nr_zone_active_file")),
        ("inactive_file", counter("nr_zone_inactive_file")),
        ("unevictable", counter("nr_zone_unevictable")),
        ("writepending", counter("nr_zone_write_pending")),
        ("zspages", counter("nr_zspages")),
        ("present", kb(zone.present)),
        ("managed", kb(zone.managed)),
        ("mlocked", counter("nr_mlock")),
        ("bounce", 0),
        ("free_pcp", kb(free_pcp(zone))),
        ("local_pcp", kb(local)),
        ("free_cma", counter("nr_free_cma")),
    ];
    ZoneMem { node, name: zone.name.clone(), kb: fields.into(), lowmem_reserve: zone.protection.clone() }
}

fn free_list(layout: &Layout, node: u32, zone: &ZoneView) -> FreeList {
    let letters = |counts: &[u64]| -> String {
        let shown = layout.types.iter().filter(|kind| counts.get(**kind as usize).is_some_and(|count| *count != 0));
        shown.map(|kind| kind.letter()).collect()
    };
    let mut types: [String; ORDERS] = Default::default();
    for (text, counts) in types.iter_mut().zip(&zone.free_blocks) {
        *text = letters(counts);
    }
    FreeList { node: layout.numa.then_some(node), name: zone.name.clone(), free_blocks: zone.blocks_by_order(), types }
}

fn hugepages(nodes: &[NodeView], layout: &Layout) -> Vec<HugePages> {
    let sizes = |node: u32| {
        let sizes = layout.hugepage_sizes_kb.iter();
        sizes.map(move |size_kb| HugePages { node, size_kb: *size_kb, ..HugePages::default() })
    };
    nodes.iter().flat_map(|node| sizes(node.node)).collect()
}
