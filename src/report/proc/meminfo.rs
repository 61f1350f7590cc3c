// SPDX-License-Identifier: GPL-2.0-only
//! The Mem-Info part of an OOM report or of an allocation failure.
//!
//! Source: `mm/show_mem.c:{__show_mem,show_free_areas,show_migration_types}@7.3`, `mm/swap_state.c:
//! show_swap_cache_info@7.3`, `mm/hugetlb.c:hugetlb_show_meminfo_node@7.3`. Sizes are kept as printed, in kB.
//! Which lines are there depends on the kernel's configuration; what is `None` or empty is not printed.

use std::fmt;

use super::Fields;
use super::view::ORDERS;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemInfo {
    /// Sums over all nodes in pages, `active_anon` to `free_cma`: one list per line of the text.
    pub totals: Vec<Fields>,
    pub nodes: Vec<NodeMem>,
    pub zones: Vec<ZoneMem>,
    pub free_lists: Vec<FreeList>,
    pub hugepages: Vec<HugePages>,
    pub pagecache_pages: Option<u64>,
    pub swap: Option<Swap>,
    pub ram_pages: Option<u64>,
    pub highmem_pages: Option<u64>,
    pub reserved_pages: Option<u64>,
    pub cma_reserved_pages: Option<u64>,
    pub hwpoisoned_pages: Option<u64>,
    /// What memory cgroups protect, in kB: hard (`min`) and soft (`low`).
    pub memcg_protection_kb: Option<(u64, u64)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeMem {
    pub node: u32,
    /// In kB, before and after the answer to `all_unreclaimable?`.
    pub before: Fields,
    pub all_unreclaimable: bool,
    pub after: Fields,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ZoneMem {
    /// `None` without CONFIG_NUMA.
    pub node: Option<u32>,
    pub name: String,
    /// In kB: free, boost, min, ... free_cma; the marks include the boost.
    pub kb: Fields,
    /// In pages, one per zone of the kernel.
    pub lowmem_reserve: Vec<u64>,
}

/// The free blocks of one zone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FreeList {
    pub node: Option<u32>,
    pub name: String,
    pub free_blocks: [u64; ORDERS],
    /// By order the letters of the types that have blocks; see [`super::view::MigrateType::letter`].
    pub types: [String; ORDERS],
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HugePages {
    pub node: u32,
    pub total: u64,
    pub free: u64,
    pub surplus: u64,
    pub size_kb: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swap {
    pub cache_pages: u64,
    pub free_kb: u64,
    pub total_kb: u64,
}

impl MemInfo {
    /// A sum over all nodes by its name in the text, in pages.
    pub fn total(&self, name: &str) -> Option<u64> {
        self.totals.iter().find_map(|line| line.get(name))
    }

    pub fn zone(&self, name: &str) -> Option<&ZoneMem> {
        self.zones.iter().find(|zone| zone.name == name)
    }
}

impl FreeList {
    /// The size of all blocks, saturating: a pasted count can be anything.
    pub fn total_kb(&self) -> u64 {
        let sizes = self.free_blocks.iter().enumerate().map(|(order, count)| count.saturating_mul(4 << order));
        sizes.fold(0, u64::saturating_add)
    }
}

impl fmt::Display for MemInfo {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        writeln!(out, "Mem-Info:")?;
        for (index, line) in self.totals.iter().enumerate() {
            let mut lead = if index == 0 { "" } else { " " };
            for (name, pages) in line.iter() {
                write!(out, "{lead}{name}:{pages}")?;
                lead = " ";
            }
            writeln!(out)?;
        }
        self.nodes.iter().try_for_each(|node| node.write(out))?;
        self.zones.iter().try_for_each(|zone| zone.write(out))?;
        self.free_lists.iter().try_for_each(|list| list.write(out))?;
        for huge in &self.hugepages {
            let HugePages { node, total, free, surplus, size_kb } = huge;
            write!(out, "Node {node} hugepages_total={total} hugepages_free={free} ")?;
            writeln!(out, "hugepages_surp={surplus} hugepages_size={size_kb}kB")?;
        }
        self.write_tail(out)
    }
}

impl MemInfo {
    fn write_tail(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write_pages(out, self.pagecache_pages, "total pagecache pages")?;
        if let Some(swap) = self.swap {
            writeln!(out, "{} pages in swap cache", swap.cache_pages)?;
            writeln!(out, "Free swap  = {}kB", swap.free_kb)?;
            writeln!(out, "Total swap = {}kB", swap.total_kb)?;
        }
        write_pages(out, self.ram_pages, "pages RAM")?;
        write_pages(out, self.highmem_pages, "pages HighMem/MovableOnly")?;
        write_pages(out, self.reserved_pages, "pages reserved")?;
        write_pages(out, self.cma_reserved_pages, "pages cma reserved")?;
        write_pages(out, self.hwpoisoned_pages, "pages hwpoisoned")?;
        if let Some((min, low)) = self.memcg_protection_kb {
            writeln!(out, "Memory cgroup min protection {min}kB -- low protection {low}kB")?;
        }
        Ok(())
    }
}

impl NodeMem {
    fn write(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "Node {}", self.node)?;
        write_kb(out, &self.before)?;
        write!(out, " all_unreclaimable? {}", if self.all_unreclaimable { "yes" } else { "no" })?;
        write_kb(out, &self.after)?;
        writeln!(out)
    }
}

impl ZoneMem {
    fn write(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write_node(out, self.node)?;
        write!(out, "{}", self.name)?;
        write_kb(out, &self.kb)?;
        write!(out, "\nlowmem_reserve[]:")?;
        self.lowmem_reserve.iter().try_for_each(|pages| write!(out, " {pages}"))?;
        writeln!(out)
    }
}

impl FreeList {
    fn write(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write_node(out, self.node)?;
        write!(out, "{}: ", self.name)?;
        for (order, (count, types)) in self.free_blocks.iter().zip(&self.types).enumerate() {
            write!(out, "{count}*{}kB ", 4 << order)?;
            if *count != 0 {
                write!(out, "({types}) ")?;
            }
        }
        writeln!(out, "= {}kB", self.total_kb())
    }
}

/// `mm/show_mem.c:show_node@7.3`.
fn write_node(out: &mut fmt::Formatter, node: Option<u32>) -> fmt::Result {
    node.map_or(Ok(()), |node| write!(out, "Node {node} "))
}

fn write_kb(out: &mut fmt::Formatter, fields: &Fields) -> fmt::Result {
    fields.iter().try_for_each(|(name, kb)| write!(out, " {name}:{kb}kB"))
}

fn write_pages(out: &mut fmt::Formatter, pages: Option<u64>, what: &str) -> fmt::Result {
    pages.map_or(Ok(()), |pages| writeln!(out, "{pages} {what}"))
}
