// SPDX-License-Identifier: GPL-2.0-only
//! Sentences and numbers, without the browser.

use crate::model::freetype;
use crate::replay::blockmap::{Block, BlockMap};
use crate::report::traced::words::number;
use crate::worker::message::Progress;

/// Where the worker is, in words.
pub fn progress(progress: Progress) -> String {
    match progress {
        Progress::Fetching { bytes, of: 0 } => format!("Fetching the trace: {} kB", number(u64::from(bytes / 1000))),
        Progress::Fetching { bytes, of } => {
            format!("Fetching the trace: {} of {} kB", number(u64::from(bytes / 1000)), number(u64::from(of / 1000)))
        }
        Progress::Importing { lines, bytes, of } => {
            format!("Reading the trace: {} lines, {} % of the file", number(u64::from(lines)), percent(bytes, of))
        }
        Progress::Replaying { events, of } => {
            format!("Replaying: {} of {} events", number(u64::from(events)), number(u64::from(of)))
        }
    }
}

/// How much of a whole run is done, in percent: importing takes about as long as replaying.
pub fn share_done(progress: Progress) -> u32 {
    match progress {
        Progress::Fetching { bytes, of } => percent(bytes, of) / 10,
        Progress::Importing { bytes, of, .. } => 10 + percent(bytes, of) * 5 / 10,
        Progress::Replaying { events, of } => 60 + percent(events, of) * 4 / 10,
    }
}

fn percent(part: u32, of: u32) -> u32 {
    (u64::from(part) * 100).checked_div(u64::from(of)).unwrap_or(0).min(100) as u32
}

/// Name of the type of a block, as far as it has one.
pub fn type_name(block: &Block) -> &'static str {
    match block.managed() {
        0 => "none: reserved or no memory",
        _ => freetype::NAMES[usize::from(block.freetype)],
    }
}

pub fn largest_free(block: &Block) -> String {
    match block.largest_free() {
        Some(order) => format!("order {order} ({} pages)", 1 << order),
        None if block.free > 0 => "begins in the block before".to_owned(),
        None => "none".to_owned(),
    }
}

/// How many free blocks of each order begin in a block, as /proc/buddyinfo lists them: order 0 first.
pub fn free_by_order(block: &Block) -> String {
    block.free_blocks.map(|blocks| blocks.to_string()).join(" ")
}

/// What a screen reader says of a block.
pub fn block(block: &Block, number: usize) -> String {
    let pfn = block.pfn;
    let what = match block.managed() {
        0 => "reserved or no memory".to_owned(),
        _ => format!("{}, {} pages free, {} used", type_name(block), block.free, block.used),
    };
    format!("pageblock {number}, frames {pfn:#x} to {:#x}, {what}", pfn + 511)
}

/// What a whole map shows.
pub fn map(map: &BlockMap) -> String {
    let managed: Vec<&Block> = map.blocks.iter().filter(|block| block.managed() > 0).collect();
    let mut parts: Vec<String> = Vec::new();
    for (ft, name) in freetype::NAMES.iter().enumerate() {
        let blocks = managed.iter().filter(|block| usize::from(block.freetype) == ft).count();
        if blocks > 0 {
            parts.push(format!("{blocks} {name}"));
        }
    }
    let free: u64 = managed.iter().map(|block| u64::from(block.free)).sum();
    let whole = managed.iter().filter(|block| block.free == 512).count();
    format!(
        "{} pageblocks with memory: {}. {} pages free; {whole} blocks wholly free.",
        managed.len(),
        parts.join(", "),
        number(free)
    )
}
