// SPDX-License-Identifier: GPL-2.0-only
//! Reads the lines of Mem-Info.

use super::scan::{Cursor, kilobytes};
use super::view::ORDERS;
use super::{Fields, FreeList, HugePages, MemInfo, NodeMem, Swap, ZoneMem};

/// Reads one line after `Mem-Info:`; `None` if it is none of its lines.
pub(super) fn read_line(mem: &mut MemInfo, line: &str) -> Option<()> {
    if let Some(columns) = line.strip_prefix("lowmem_reserve[]:") {
        let columns = columns.split_whitespace().map(|column| column.parse().ok());
        mem.zones.last_mut()?.lowmem_reserve = columns.collect::<Option<_>>()?;
        return Some(());
    }
    read_tail(mem, line).or_else(|| read_located(mem, line)).or_else(|| read_totals(mem, line))
}

/// Reads ` unevictable:166638 dirty:0 writeback:0`.
fn read_totals(mem: &mut MemInfo, line: &str) -> Option<()> {
    let field = |token: &str| {
        let (name, pages) = token.rsplit_once(':')?;
        Some((name.to_string(), pages.parse().ok()?))
    };
    let fields: Vec<(String, u64)> = line.split_whitespace().map(field).collect::<Option<_>>()?;
    if fields.is_empty() {
        return None;
    }
    mem.totals.push(Fields(fields));
    Some(())
}

/// Reads the lines about one node or zone.
fn read_located(mem: &mut MemInfo, line: &str) -> Option<()> {
    let mut cursor = Cursor::new(line);
    let node = if line.starts_with("Node ") {
        cursor.eat("Node ")?;
        let node = cursor.small()?;
        cursor.eat(" ")?;
        Some(node)
    } else {
        None
    };
    if cursor.rest().starts_with("hugepages_total=") {
        mem.hugepages.push(hugepages(node?, &mut cursor)?);
        return Some(());
    }
    if cursor.rest().contains(" all_unreclaimable? ") {
        mem.nodes.push(node_mem(node?, cursor.rest())?);
        return Some(());
    }
    let name = cursor.word()?;
    if let Some(name) = name.strip_suffix(':') {
        mem.free_lists.push(free_list(node, name, &mut cursor)?);
    } else {
        let kb = kb_fields(cursor.rest())?;
        kb.get("free")?;
        mem.zones.push(ZoneMem { node, name: name.to_string(), kb, lowmem_reserve: Vec::new() });
    }
    Some(())
}

fn kb_fields(text: &str) -> Option<Fields> {
    text.split_whitespace().map(kilobytes).collect()
}

fn node_mem(node: u32, text: &str) -> Option<NodeMem> {
    let (before, rest) = text.split_once(" all_unreclaimable? ")?;
    let (answer, after) = rest.split_at(rest.find(' ').unwrap_or(rest.len()));
    let all_unreclaimable = match answer {
        "yes" => true,
        "no" => false,
        _ => return None,
    };
    Some(NodeMem { node, before: kb_fields(before)?, all_unreclaimable, after: kb_fields(after)? })
}

/// Reads `2*4kB (UM) 0*8kB ... = 4592kB`. A line whose sum is wrong is damaged and not taken.
fn free_list(node: Option<u32>, name: &str, cursor: &mut Cursor) -> Option<FreeList> {
    let mut list = FreeList { node, name: name.to_string(), ..FreeList::default() };
    for order in 0..ORDERS {
        let (count, size) = cursor.word()?.split_once('*')?;
        let size: u64 = size.strip_suffix("kB")?.parse().ok()?;
        let count: u64 = count.parse().ok()?;
        (size == 4 << order).then_some(())?;
        *list.free_blocks.get_mut(order)? = count;
        if count != 0 {
            let letters = cursor.word()?.strip_prefix('(')?.strip_suffix(')')?;
            *list.types.get_mut(order)? = letters.to_string();
        }
    }
    (cursor.word()? == "=").then_some(())?;
    let total = cursor.number()?;
    cursor.eat("kB")?;
    cursor.end()?;
    (total == list.total_kb()).then_some(list)
}

fn hugepages(node: u32, cursor: &mut Cursor) -> Option<HugePages> {
    let mut next = |name: &str| {
        cursor.eat(name)?;
        cursor.number()
    };
    let huge = HugePages {
        node,
        total: next("hugepages_total=")?,
        free: next(" hugepages_free=")?,
        surplus: next(" hugepages_surp=")?,
        size_kb: next(" hugepages_size=")?,
    };
    cursor.eat("kB")?;
    cursor.end()?;
    Some(huge)
}

/// Reads the lines after those about zones.
fn read_tail(mem: &mut MemInfo, line: &str) -> Option<()> {
    let swap_kb = |text: &str| text.trim().strip_suffix("kB")?.parse().ok();
    if let Some(free) = line.strip_prefix("Free swap  =") {
        mem.swap.get_or_insert_default().free_kb = swap_kb(free)?;
        return Some(());
    }
    if let Some(total) = line.strip_prefix("Total swap =") {
        mem.swap.get_or_insert_default().total_kb = swap_kb(total)?;
        return Some(());
    }
    if let Some(protection) = line.strip_prefix("Memory cgroup min protection ") {
        let (min, low) = protection.split_once(" -- low protection ")?;
        mem.memcg_protection_kb = Some((swap_kb(min)?, swap_kb(low)?));
        return Some(());
    }
    let (count, what) = line.split_once(' ')?;
    let count: u64 = count.parse().ok()?;
    match what.trim_end() {
        "total pagecache pages" => mem.pagecache_pages = Some(count),
        "pages in swap cache" => mem.swap = Some(Swap { cache_pages: count, ..mem.swap.unwrap_or_default() }),
        "pages RAM" => mem.ram_pages = Some(count),
        "pages HighMem/MovableOnly" => mem.highmem_pages = Some(count),
        "pages reserved" => mem.reserved_pages = Some(count),
        "pages cma reserved" => mem.cma_reserved_pages = Some(count),
        "pages hwpoisoned" => mem.hwpoisoned_pages = Some(count),
        _ => return None,
    }
    Some(())
}
