// SPDX-License-Identifier: GPL-2.0-only
//! The maps as letters, and what they show in words.
//!
//! A cell takes six letters: its type's number; a mark, `M` for movable beside unmovable memory, `U` outside the
//! direct map, `H` highatomic, `x` with secretmem, `.` for none, a blank where there is no memory; and its free frames
//! in four hexadecimal digits.

use std::fmt::Write;

use crate::inspect::blocks::Blocks;
use crate::model::freetype;
use crate::model::pageblock::PAGEBLOCK_PAGES;
use crate::report::panel::html::table;

/// Cells of a map at most; of a larger memory several blocks share a cell.
const CELLS_MAX: usize = 2048;

/// Blocks in a cell of a map of so many.
pub fn per_cell(blocks: usize) -> usize {
    blocks.div_ceil(CELLS_MAX).next_power_of_two()
}

/// Groups the blocks of both runs alike until they fit. Blocks in a cell.
pub fn fit(a: &mut Blocks, b: &mut Blocks) -> u32 {
    let per_cell = per_cell(a.len().max(b.len()));
    if per_cell > 1 {
        (*a, *b) = (a.grouped(per_cell), b.grouped(per_cell));
    }
    per_cell as u32
}

pub fn mark(blocks: &Blocks, i: usize) -> char {
    match blocks.freetype[i] {
        _ if blocks.managed(i) == 0 => ' ',
        freetype::UNMAPPED => 'U',
        freetype::HIGHATOMIC => 'H',
        _ if blocks.is_mixed(i) => 'M',
        _ if blocks.pinned[i] > 0 => 'x',
        _ => '.',
    }
}

pub fn free(blocks: &Blocks, i: usize) -> u16 {
    blocks.free[i] + blocks.pcp[i]
}

pub fn letters(blocks: &Blocks) -> String {
    let mut all = String::with_capacity(blocks.len() * 6);
    for i in 0..blocks.len() {
        _ = write!(all, "{}{}{:04x}", blocks.freetype[i], mark(blocks, i), free(blocks, i));
    }
    all
}

/// What a map shows, for those who do not see it.
pub fn sentence(blocks: &Blocks, name: &str) -> String {
    let count = |what: &dyn Fn(usize) -> bool| (0..blocks.len()).filter(|&i| blocks.managed(i) > 0 && what(i)).count();
    let cells = match blocks.per_cell {
        1 => "pageblocks".to_owned(),
        n => format!("cells of {n} pageblocks"),
    };
    format!(
        "{name}: {} {cells}: {} with nothing allocated, {} with movable beside unmovable memory, {} outside the direct map, {} \
         with secretmem.",
        count(&|_| true),
        count(&|i| free(blocks, i) == blocks.managed(i)),
        count(&|i| blocks.is_mixed(i)),
        count(&|i| blocks.freetype[i] == freetype::UNMAPPED),
        count(&|i| blocks.pinned[i] > 0),
    )
}

/// How the maps differ.
pub fn difference(a: &Blocks, b: &Blocks) -> String {
    let differ = (0..a.len().max(b.len())).filter(|&i| a.differs(b, i)).count();
    if differ == 0 {
        return "No difference: all blocks are alike.".to_owned();
    }
    let (mut more_a, mut more_b) = (0, 0);
    for i in 0..a.len().min(b.len()) {
        more_a += u32::from(free(a, i) < free(b, i));
        more_b += u32::from(free(b, i) < free(a, i));
    }
    let sum = |blocks: &Blocks| (0..blocks.len()).map(|i| u64::from(free(blocks, i))).sum::<u64>();
    let cells = if a.per_cell == 1 { "pageblocks" } else { "cells" };
    format!(
        "Difference: {differ} {cells} differ; A uses more of {more_a}, B of {more_b}; {} pages are free in A, {} in B.",
        sum(a),
        sum(b)
    )
}

/// One block in both runs.
pub fn block(a: &Blocks, b: &Blocks, i: usize) -> String {
    let i = i.min(a.len().saturating_sub(1));
    let Some(&pfn) = a.pfn.get(i) else { return String::new() };
    let head = ["pages".to_owned(), "A".to_owned(), "B".to_owned()];
    let both = |name: &str, of: &dyn Fn(&Blocks) -> String| vec![name.to_owned(), of(a), of(b)];
    let number = |column: fn(&Blocks) -> &Vec<u16>| {
        move |blocks: &Blocks| column(blocks).get(i).map_or("-".to_owned(), u16::to_string)
    };
    let kind = |blocks: &Blocks| {
        let of = blocks.freetype.get(i).map_or("-", |&kind| freetype::NAMES[usize::from(kind)]);
        of.to_owned()
    };
    let largest = |blocks: &Blocks| match blocks.largest_free.get(i) {
        Some(order) if *order >= 0 => format!("order {order}"),
        _ => "none".to_owned(),
    };
    let span = PAGEBLOCK_PAGES * a.per_cell;
    let absent = |blocks: &Blocks| {
        if i < blocks.len() { (span - u32::from(blocks.managed(i))).to_string() } else { "-".to_owned() }
    };
    let rows = [
        both("type", &kind),
        both("free", &number(|blocks| &blocks.free)),
        both("per-CPU lists", &number(|blocks| &blocks.pcp)),
        both("anonymous", &number(|blocks| &blocks.anon)),
        both("page cache", &number(|blocks| &blocks.file)),
        both("secretmem", &number(|blocks| &blocks.pinned)),
        both("kernel", &number(|blocks| &blocks.kernel)),
        both("held by compaction", &number(|blocks| &blocks.private)),
        both("reserved or absent", &absent),
        both("largest free chunk", &largest),
    ];
    let end = pfn + span - 1;
    table("inside-block", &format!("Pageblock {i}, frames {pfn:#x} to {end:#x}: pages"), &head, &rows)
}
