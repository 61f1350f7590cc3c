// SPDX-License-Identifier: GPL-2.0-only
//! From views to texts: the state that real texts describe, given as plain data, yields those texts.

use oompoint::report::proc::view::{Layout, MigrateType, NodeView, Pageset, ZoneView};
use oompoint::report::proc::{
    Buddyinfo, Fields, FreeList, MemInfo, NodeMem, OomReport, PageTypeInfo, VmStat, ZoneInfo, ZoneMem,
};

use crate::{assert_same, text, texts};

const STATES: [&str; 8] = [
    "debian-1024-antagonized-start",
    "debian-1024-antagonized-frag",
    "debian-1024-antagonized-end",
    "debian-512-defrag-mode-start",
    "debian-512-defrag-mode-frag",
    "debian-512-defrag-mode-end",
    "debian-256-plain-start",
    "debian-256-plain-end",
];

#[test]
fn texts_make_views_and_views_make_texts() {
    for state in STATES {
        let zoneinfo = text("built/zoneinfo", state);
        let types = PageTypeInfo::parse(&text("built/pagetypeinfo", state)).value;
        let buddies = Buddyinfo::default();
        let nodes = NodeView::from_texts(&ZoneInfo::parse(&zoneinfo).value, &types, &buddies);
        let layout = Layout::debian();
        assert_same(state, &ZoneInfo::of(&nodes, layout.numa).to_string(), &zoneinfo);
        assert_eq!(PageTypeInfo::of(&nodes, &layout.types), types, "{state}");
        assert_eq!(nodes[0].zones.len(), 5, "{state}");
    }
}

/// A count at the cap of pagetypeinfo is completed from buddyinfo.
#[test]
fn buddyinfo_completes_capped_counts() {
    let state = "debian-1024-antagonized-start";
    let zones = ZoneInfo::parse(&text("built/zoneinfo", state)).value;
    let mut types = PageTypeInfo::parse(&text("built/pagetypeinfo", state)).value;
    types.nodes[0].zones[1].free[0] = [0, 100_000, 7, 0, 0, 0, 0];
    let mut buddies = Buddyinfo::parse(&text("built/buddyinfo", state)).value;
    buddies.zones[1].free_blocks[0] = 150_007;
    let nodes = NodeView::from_texts(&zones, &types, &buddies);
    assert_eq!(nodes[0].zones[1].free_blocks[0], [0, 150_000, 7, 0, 0, 0, 0]);
    assert_eq!(Buddyinfo::of(&nodes).zones[1].free_blocks[0], 150_007);
    let text = PageTypeInfo::of(&nodes, &Layout::debian().types).to_string();
    assert!(text.contains("type      Movable >100000 "), "{text}");
}

#[test]
fn vmstat_of_views_has_every_name_in_order() {
    let state = "debian-1024-antagonized-end";
    let kernel = VmStat::parse(&text("built/vmstat", state)).value;
    let rebuilt = VmStat::of(&[], &kernel.counters);
    assert_eq!(rebuilt, kernel);
    let ours = VmStat::of(&[], &Fields::from([("um_block_unmap", 3), ("pgfree", 8)])).counters;
    assert_eq!(ours.0.len(), kernel.counters.0.len() + 1);
    assert_eq!((ours.get("pgfree"), ours.get("pgfault"), ours.get("um_block_unmap")), (Some(8), Some(0), Some(3)));
    assert_eq!(ours.0.last().unwrap(), &("nr_unstable".to_string(), 0));
}

/// The kernel sums `free_pcp` over all zones and then prints it per zone; here the other CPU took a page in between.
const RACED: (&str, &str, &str) = ("debian-2048-antagonized", "free_pcp:2162", "free_pcp:2161");

/// Real Mem-Info taken apart into views and computed again: labels, order of lines, sums and units.
#[test]
fn mem_info_of_views_is_that_of_the_kernel() {
    for (name, log) in texts("real/oom") {
        let kernel = OomReport::parse(&log).value.mem.unwrap();
        let ours = MemInfo::of(&[node_of(&kernel)], &layout_of(&kernel), 4, 0);
        let mut kernel = kernel.to_string();
        if name.contains(RACED.0) {
            assert!(kernel.contains(RACED.1));
            kernel = kernel.replace(RACED.1, RACED.2);
        }
        assert_same(&name, &ours.to_string(), &kernel);
    }
}

/// The lines that are there tell the configuration of the kernel.
fn layout_of(mem: &MemInfo) -> Layout {
    let debian = Layout::debian();
    Layout {
        types: Layout::minimal().types.into_iter().chain([MigrateType::Cma, MigrateType::Isolate]).collect(),
        numa: mem.zones[0].node.is_some(),
        swap: mem.swap.is_some(),
        cma: mem.cma_reserved_pages.is_some(),
        memory_failure: mem.hwpoisoned_pages.is_some(),
        memcg: mem.memcg_protection_kb.is_some(),
        hugepage_sizes_kb: if mem.hugepages.is_empty() { Vec::new() } else { debian.hugepage_sizes_kb },
    }
}

fn node_of(mem: &MemInfo) -> NodeView {
    let line: &NodeMem = &mem.nodes[0];
    let pages = |name: &str| line.before.get(name).unwrap() / 4;
    let total = |name: &str| mem.total(name).unwrap();
    let counters = Fields::from([
        ("nr_active_anon", pages("active_anon")),
        ("nr_inactive_anon", pages("inactive_anon")),
        ("nr_active_file", pages("active_file")),
        ("nr_inactive_file", pages("inactive_file")),
        ("nr_unevictable", pages("unevictable")),
        ("nr_isolated_anon", pages("isolated(anon)")),
        ("nr_isolated_file", pages("isolated(file)")),
        ("nr_mapped", pages("mapped")),
        ("nr_dirty", pages("dirty")),
        ("nr_writeback", pages("writeback")),
        ("nr_shmem", pages("shmem")),
        ("nr_kernel_stack", line.before.get("kernel_stack").unwrap()),
        ("nr_page_table_pages", pages("pagetables")),
        ("nr_sec_page_table_pages", pages("sec_pagetables")),
        ("nr_slab_reclaimable", total("slab_reclaimable")),
        ("nr_slab_unreclaimable", total("slab_unreclaimable")),
        ("nr_kernel_misc_reclaimable", total("kernel_misc_reclaimable")),
        ("nr_file_pages", mem.pagecache_pages.unwrap()),
    ]);
    let zones = mem.zones.iter().zip(&mem.free_lists).map(|(zone, list)| zone_of(zone, list));
    NodeView { zones: zones.collect(), counters, unreclaimable: line.all_unreclaimable, ..NodeView::default() }
}

fn zone_of(zone: &ZoneMem, list: &FreeList) -> ZoneView {
    let pages = |name: &str| zone.kb.get(name).unwrap() / 4;
    let counters = Fields::from([
        ("nr_zone_active_anon", pages("active_anon")),
        ("nr_zone_inactive_anon", pages("inactive_anon")),
        ("nr_zone_active_file", pages("active_file")),
        ("nr_zone_inactive_file", pages("inactive_file")),
        ("nr_zone_unevictable", pages("unevictable")),
        ("nr_zone_write_pending", pages("writepending")),
        ("nr_zspages", pages("zspages")),
        ("nr_mlock", pages("mlocked")),
        ("nr_free_cma", pages("free_cma")),
    ]);
    let local = pages("local_pcp");
    let pagesets = vec![
        Pageset { cpu: 0, count: local, ..Pageset::default() },
        Pageset { cpu: 1, count: pages("free_pcp") - local, ..Pageset::default() },
    ];
    let mut view = ZoneView {
        name: zone.name.clone(),
        free_pages: pages("free"),
        boost: pages("boost"),
        min: pages("min"),
        low: pages("low"),
        high: pages("high"),
        present: pages("present"),
        managed: pages("managed"),
        reserved_highatomic: pages("reserved_highatomic"),
        free_highatomic: pages("free_highatomic"),
        protection: zone.lowmem_reserve.clone(),
        counters,
        pagesets,
        ..ZoneView::default()
    };
    for (order, counts) in view.free_blocks.iter_mut().enumerate() {
        let letters = &list.types[order];
        let mut left = list.free_blocks[order];
        // The report does not say how many blocks each type has: one for each, the rest for the last.
        for (index, letter) in letters.chars().enumerate() {
            let kind = MigrateType::ALL.into_iter().find(|kind| kind.letter() == letter).unwrap();
            let last = index + 1 == letters.len();
            counts[kind as usize] = if last { left } else { 1 };
            left -= counts[kind as usize];
        }
    }
    view
}
