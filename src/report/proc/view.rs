// SPDX-License-Identifier: GPL-2.0-only
//! The state of a machine's memory as plain data: what a model fills in so that its state can be shown as texts.
//!
//! All counts are in pages unless the name says otherwise. What a model does not know stays 0.

use super::{Buddyinfo, Fields, PageTypeInfo, ZoneInfo, names};

/// NR_PAGE_ORDERS of x86-64.
pub const ORDERS: usize = 11;

/// The migrate types below; the series' kernel is the only one with the last.
pub const TYPES: usize = 7;

/// The kinds of free list. The first six are numbered as in `include/linux/mmzone.h:enum migratetype@7.3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MigrateType {
    Unmovable = 0,
    Movable = 1,
    Reclaimable = 2,
    HighAtomic = 3,
    Cma = 4,
    Isolate = 5,
    /// Free blocks without a mapping in the direct map, of the `__GFP_UNMAPPED` series.
    Unmapped = 6,
}

impl MigrateType {
    pub const ALL: [MigrateType; TYPES] = {
        use MigrateType::*;
        [Unmovable, Movable, Reclaimable, HighAtomic, Cma, Isolate, Unmapped]
    };

    /// `mm/page_alloc.c:migratetype_names@7.3`.
    pub fn name(self) -> &'static str {
        match self {
            MigrateType::Unmovable => "Unmovable",
            MigrateType::Movable => "Movable",
            MigrateType::Reclaimable => "Reclaimable",
            MigrateType::HighAtomic => "HighAtomic",
            MigrateType::Cma => "CMA",
            MigrateType::Isolate => "Isolate",
            MigrateType::Unmapped => "Unmapped",
        }
    }

    /// `mm/show_mem.c:show_migration_types@7.3`.
    pub fn letter(self) -> char {
        match self {
            MigrateType::Unmovable => 'U',
            MigrateType::Movable => 'M',
            MigrateType::Reclaimable => 'E',
            MigrateType::HighAtomic => 'H',
            MigrateType::Cma => 'C',
            MigrateType::Isolate => 'I',
            MigrateType::Unmapped => 'X',
        }
    }

    pub fn from_name(name: &str) -> Option<MigrateType> {
        MigrateType::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What the kernel's configuration adds to the texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The columns and letters, in the kernel's order.
    pub types: Vec<MigrateType>,
    /// CONFIG_NUMA: `Node 0` before the zones of an OOM report, and the NUMA events.
    pub numa: bool,
    /// CONFIG_SWAP: the lines about swap.
    pub swap: bool,
    /// CONFIG_CMA: `pages cma reserved`.
    pub cma: bool,
    /// CONFIG_MEMORY_FAILURE: `pages hwpoisoned`.
    pub memory_failure: bool,
    /// CONFIG_MEMCG: `Memory cgroup min protection`.
    pub memcg: bool,
    /// CONFIG_HUGETLB_PAGE: one line per node for each of these sizes.
    pub hugepage_sizes_kb: Vec<u64>,
}

impl Layout {
    /// Debian's cloud kernel 7.3.4.
    pub fn debian() -> Layout {
        use MigrateType::*;
        Layout {
            types: vec![Unmovable, Movable, Reclaimable, HighAtomic, Cma, Isolate],
            numa: true,
            swap: true,
            cma: true,
            memory_failure: true,
            memcg: true,
            hugepage_sizes_kb: vec![1_048_576, 2048],
        }
    }

    /// A small kernel with `__GFP_UNMAPPED` and without NUMA, swap, CMA and memory cgroups.
    pub fn minimal() -> Layout {
        use MigrateType::*;
        Layout {
            types: vec![Unmovable, Movable, Reclaimable, Unmapped, HighAtomic],
            numa: false,
            swap: false,
            cma: false,
            memory_failure: false,
            memcg: false,
            hugepage_sizes_kb: Vec::new(),
        }
    }
}

/// One memory node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeView {
    pub node: u32,
    /// All zones in the kernel's order, those without pages too: their place is the zone's index.
    pub zones: Vec<ZoneView>,
    /// Counts under [`names::NODE_COUNTERS`], in the units of /proc/vmstat.
    pub counters: Fields,
    /// kswapd has given the node up: `mm/vmscan.c:kswapd_test_hopeless@7.3`.
    pub unreclaimable: bool,
    pub pageblock_order: u32,
}

/// One zone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ZoneView {
    pub name: String,
    /// By order, then by [`MigrateType`].
    pub free_blocks: [[u64; TYPES]; ORDERS],
    /// Pageblocks by [`MigrateType`]; an isolated block counts as Isolate.
    pub pageblocks: [u64; TYPES],
    /// NR_FREE_PAGES, which can differ from the sum of the lists by what each CPU has not yet folded in.
    pub free_pages: u64,
    pub boost: u64,
    /// The marks `min` to `promo` include the boost, as 7.3 prints them.
    pub min: u64,
    pub low: u64,
    pub high: u64,
    pub promo: u64,
    pub spanned: u64,
    pub present: u64,
    pub managed: u64,
    pub cma: u64,
    /// lowmem_reserve: as many columns as the kernel has zones.
    pub protection: Vec<u64>,
    /// Counts under [`names::ZONE_COUNTERS`] and [`names::NUMA_EVENTS`]; `nr_free_pages` is `free_pages`.
    pub counters: Fields,
    pub pagesets: Vec<Pageset>,
    pub start_pfn: u32,
    pub reserved_highatomic: u64,
    pub free_highatomic: u64,
}

/// The per-CPU lists of one zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pageset {
    pub cpu: u32,
    pub count: u64,
    pub high: u64,
    pub batch: u64,
    pub high_min: u64,
    pub high_max: u64,
    /// `vm stats threshold`; `None` on a kernel without CONFIG_SMP.
    pub stat_threshold: Option<u64>,
}

impl ZoneView {
    /// `include/linux/mmzone.h:populated_zone@7.3`.
    pub fn populated(&self) -> bool {
        self.present != 0
    }

    /// Free blocks of all types by order: `nr_free` of the free areas.
    pub fn blocks_by_order(&self) -> [u64; ORDERS] {
        self.free_blocks.map(|types| types.iter().fold(0, |sum: u64, count| sum.saturating_add(*count)))
    }

    /// A counter by its vmstat name.
    pub fn counter(&self, name: &str) -> u64 {
        if name == "nr_free_pages" { self.free_pages } else { self.counters.count(name) }
    }
}

impl NodeView {
    pub fn populated_zones(&self) -> impl Iterator<Item = &ZoneView> {
        self.zones.iter().filter(|zone| zone.populated())
    }

    /// Puts together what three texts say of a machine. Zones and marks come from zoneinfo, blocks by type from
    /// pagetypeinfo; where that is missing or capped at 100000, buddyinfo's total goes to Movable, the usual case.
    pub fn from_texts(zones: &ZoneInfo, types: &PageTypeInfo, buddies: &Buddyinfo) -> Vec<NodeView> {
        let mut nodes: Vec<NodeView> = Vec::new();
        for text in &zones.zones {
            if nodes.last().is_none_or(|node| node.node != text.node) {
                let order =
                    types.nodes.iter().find(|node| node.node == text.node).map_or(9, |node| node.pageblock_order);
                nodes.push(NodeView { node: text.node, pageblock_order: order, ..NodeView::default() });
            }
            let Some(node) = nodes.last_mut() else { continue };
            if let Some(counters) = &text.node_counters {
                node.counters = counters.clone();
            }
            node.unreclaimable |= text.body.as_ref().is_some_and(|body| body.tail.count("node_unreclaimable") != 0);
            let mut zone = text.zone_view();
            if let Some(typed) = types.zone(text.node, &text.name) {
                zone.free_blocks = typed.free;
                zone.pageblocks = typed.blocks;
            }
            if let Some(buddy) = buddies.zone(text.node, &text.name) {
                zone.raise_movable(&buddy.free_blocks);
            }
            node.zones.push(zone);
        }
        nodes
    }

    /// The counters of all nodes and zones that /proc/vmstat sums up, before the events.
    pub fn vmstat_sums(nodes: &[NodeView]) -> Fields {
        let zones = || nodes.iter().flat_map(|node| &node.zones);
        let zone_sum = |name: &str| zones().fold(0, |sum: u64, zone| sum.saturating_add(zone.counter(name)));
        let node_sum =
            |name: &str| nodes.iter().fold(0, |sum: u64, node| sum.saturating_add(node.counters.count(name)));
        let zone_names = names::ZONE_COUNTERS.into_iter().chain(names::NUMA_EVENTS);
        let mut sums: Fields = zone_names.map(|name| (name, zone_sum(name))).collect();
        sums.0.extend(names::NODE_COUNTERS.map(|name| (name.to_string(), node_sum(name))));
        sums
    }
}

impl ZoneView {
    /// Adds to Movable what `totals` has above the sum of the types.
    fn raise_movable(&mut self, totals: &[u64; ORDERS]) {
        let sums = self.blocks_by_order();
        for ((types, total), sum) in self.free_blocks.iter_mut().zip(totals).zip(sums) {
            let [_, movable, ..] = types;
            *movable = movable.saturating_add(total.saturating_sub(sum));
        }
    }
}
