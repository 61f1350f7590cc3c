// SPDX-License-Identifier: GPL-2.0-only
//! /proc/pagetypeinfo: free blocks by order and migrate type, and pageblocks by type.
//!
//! Source: `mm/vmstat.c:{pagetypeinfo_show,pagetypeinfo_showfree_print,pagetypeinfo_showblockcount_print}@7.3`.
//! The kernel stops counting a free list at 100000 blocks and prints `>100000`, for a list of exactly 100000 too.

use std::fmt;

use super::scan::{Cursor, ZONES_MAX};
use super::view::{MigrateType, NodeView, ORDERS, TYPES};
use super::{Parsed, Skip};

/// MAX_NR_ZONES is at most 6; a damaged text must not make the look-up by name slow.
const ZONES_PER_NODE_MAX: usize = 16;

/// Where the kernel stops counting.
const CAP: u64 = 100_000;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageTypeInfo {
    pub nodes: Vec<TypeNode>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeNode {
    pub node: u32,
    pub pageblock_order: u32,
    pub pages_per_block: u64,
    /// The types of the kernel, in its order.
    pub types: Vec<MigrateType>,
    pub zones: Vec<TypeZone>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeZone {
    pub name: String,
    /// By order, then by [`MigrateType`]; a capped count is 100000.
    pub free: [[u64; TYPES]; ORDERS],
    /// Pageblocks by [`MigrateType`].
    pub blocks: [u64; TYPES],
    /// Pageblocks with pages of other types: only with CONFIG_PAGE_OWNER and `page_owner=on`.
    pub mixed: Option<[u64; TYPES]>,
}

impl PageTypeInfo {
    /// Nodes without memory are not shown.
    pub fn of(nodes: &[NodeView], types: &[MigrateType]) -> PageTypeInfo {
        let shown = nodes.iter().filter(|node| node.populated_zones().next().is_some());
        let zone = |zone: &super::view::ZoneView| TypeZone {
            name: zone.name.clone(),
            free: zone.free_blocks,
            blocks: zone.pageblocks,
            mixed: None,
        };
        let nodes = shown.map(|node| TypeNode {
            node: node.node,
            pageblock_order: node.pageblock_order,
            pages_per_block: 1 << node.pageblock_order.min(63),
            types: types.to_vec(),
            zones: node.populated_zones().map(zone).collect(),
        });
        PageTypeInfo { nodes: nodes.collect() }
    }

    pub fn parse(text: &str) -> Parsed<PageTypeInfo> {
        let mut reader = Reader::default();
        let mut skipped = Vec::new();
        for (index, line) in text.lines().enumerate() {
            if !line.trim().is_empty() && reader.line(line).is_none() {
                skipped.push(Skip::new(index, line, "not a line of pagetypeinfo, or of an unknown type"));
            }
        }
        reader.done.extend(reader.current);
        Parsed { value: PageTypeInfo { nodes: reader.done }, skipped }
    }

    pub fn zone(&self, node: u32, name: &str) -> Option<&TypeZone> {
        let mut zones = self.nodes.iter().filter(|info| info.node == node).flat_map(|info| &info.zones);
        zones.find(|zone| zone.name == name)
    }
}

impl fmt::Display for PageTypeInfo {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        self.nodes.iter().try_for_each(|node| node.write(out))
    }
}

impl TypeNode {
    fn write(&self, out: &mut fmt::Formatter) -> fmt::Result {
        writeln!(out, "Page block order: {}", self.pageblock_order)?;
        writeln!(out, "Pages per block:  {}\n", self.pages_per_block)?;
        write!(out, "{:<43} ", "Free pages count per migrate type at order")?;
        for order in 0..ORDERS {
            write!(out, "{order:>6} ")?;
        }
        writeln!(out)?;
        for zone in &self.zones {
            for kind in &self.types {
                write!(out, "Node {:>4}, zone {:>8}, type {:>12} ", self.node, zone.name, kind.name())?;
                for counts in zone.free {
                    let count = at(&counts, *kind);
                    // The `>` stands before the width, so that a capped column is one character wider.
                    write!(out, "{}{:>6} ", if count >= CAP { ">" } else { "" }, count.min(CAP))?;
                }
                writeln!(out)?;
            }
        }
        self.write_blocks(out, "Number of blocks type ", |zone| Some(zone.blocks))?;
        if self.zones.iter().any(|zone| zone.mixed.is_some()) {
            self.write_blocks(out, "Number of mixed blocks ", |zone| zone.mixed)?;
        }
        Ok(())
    }

    fn write_blocks(
        &self,
        out: &mut fmt::Formatter,
        title: &str,
        blocks: impl Fn(&TypeZone) -> Option<[u64; TYPES]>,
    ) -> fmt::Result {
        write!(out, "\n{title:<23}")?;
        for kind in &self.types {
            write!(out, "{:>12} ", kind.name())?;
        }
        writeln!(out)?;
        for zone in &self.zones {
            let Some(counts) = blocks(zone) else { continue };
            write!(out, "Node {}, zone {:>8} ", self.node, zone.name)?;
            for kind in &self.types {
                write!(out, "{:>12} ", at(&counts, *kind))?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

fn at(counts: &[u64; TYPES], kind: MigrateType) -> u64 {
    counts.get(kind as usize).copied().unwrap_or(0)
}

/// Which table the next line belongs to.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Table {
    #[default]
    Free,
    Blocks,
    Mixed,
}

#[derive(Default)]
struct Reader {
    done: Vec<TypeNode>,
    current: Option<TypeNode>,
    table: Table,
}

impl Reader {
    /// Reads one line; `None` if it is not understood.
    fn line(&mut self, line: &str) -> Option<()> {
        if let Some(order) = line.strip_prefix("Page block order:") {
            (self.done.len() < ZONES_MAX).then_some(())?;
            let node = TypeNode { pageblock_order: order.trim().parse().ok()?, ..TypeNode::default() };
            self.done.extend(self.current.replace(node));
            self.table = Table::Free;
            return Some(());
        }
        if let Some(pages) = line.strip_prefix("Pages per block:") {
            self.node().pages_per_block = pages.trim().parse().ok()?;
            return Some(());
        }
        if line.starts_with("Free pages count per migrate type at order") {
            self.table = Table::Free;
            return Some(());
        }
        for (title, table) in [("Number of blocks type ", Table::Blocks), ("Number of mixed blocks ", Table::Mixed)] {
            if let Some(names) = line.strip_prefix(title) {
                self.table = table;
                self.node().types = names.split_whitespace().map(MigrateType::from_name).collect::<Option<_>>()?;
                return Some(());
            }
        }
        match self.table {
            Table::Free => self.free_row(line),
            Table::Blocks | Table::Mixed => self.block_row(line),
        }
    }

    fn free_row(&mut self, line: &str) -> Option<()> {
        let mut cursor = Cursor::new(line);
        let (node, name) = cursor.node_zone()?;
        (cursor.word()? == "type").then_some(())?;
        let kind = MigrateType::from_name(cursor.word()?)?;
        let counts = cursor.orders()?;
        let info = self.node();
        info.node = node;
        if !info.types.contains(&kind) {
            // Until the header of the second table: it may be missing from a cut text.
            info.types.push(kind);
        }
        for (types, count) in self.zone(&name)?.free.iter_mut().zip(counts) {
            *types.get_mut(kind as usize)? = count;
        }
        Some(())
    }

    fn block_row(&mut self, line: &str) -> Option<()> {
        let mut cursor = Cursor::new(line);
        let (node, name) = cursor.node_zone()?;
        let info = self.node();
        info.node = node;
        let mut counts = [0; TYPES];
        for kind in &info.types {
            *counts.get_mut(*kind as usize)? = cursor.number()?;
        }
        cursor.end()?;
        let mixed = self.table == Table::Mixed;
        let zone = self.zone(&name)?;
        if mixed {
            zone.mixed = Some(counts);
        } else {
            zone.blocks = counts;
        }
        Some(())
    }

    /// The node being read. A text without its head is one of x86-64 with huge pages.
    fn node(&mut self) -> &mut TypeNode {
        self.current.get_or_insert_with(|| TypeNode { pageblock_order: 9, pages_per_block: 512, ..TypeNode::default() })
    }

    fn zone(&mut self, name: &str) -> Option<&mut TypeZone> {
        let zones = &mut self.node().zones;
        let at = zones.iter().position(|zone| zone.name == name).unwrap_or(zones.len());
        if at == zones.len() {
            (at < ZONES_PER_NODE_MAX).then_some(())?;
            zones.push(TypeZone { name: name.to_string(), ..TypeZone::default() });
        }
        zones.get_mut(at)
    }
}
