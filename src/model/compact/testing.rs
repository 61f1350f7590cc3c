// SPDX-License-Identifier: GPL-2.0-only
//! Small zones as text, for tests: one line a pageblock, its type's letter, then 32 signs for 16 frames each.
//!
//! `.` free, `m` anonymous pages on the LRU, `f` file pages, `U` unmovable pages, `S` secretmem, `-` reserved,
//! `+` several of these. A line's `*` behind the type means that the skip bit is set.

use crate::model::compact::{CompactEvent, Control, Priority};
use crate::model::frames::{Kind, Order, Pfn, flag};
use crate::model::freetype::{self, Freetype, NR_FREETYPES};
use crate::model::gfp::Gfp;
use crate::model::owners::Owners;
use crate::model::pageblock::PAGEBLOCK_PAGES;
use crate::model::request::Request;
use crate::model::tracepoint::Tracepoint;
use crate::model::zone::{Zone, ZoneSpan};

/// First frame of every drawn zone.
pub const START: Pfn = 0x4000;
/// Frames of one sign.
pub const CELL: u32 = 16;

/// A zone of the drawn blocks; every movable page has an owner.
pub fn zone(blocks: &[&str]) -> (Zone, Owners) {
    let frames = blocks.len() as u32 * PAGEBLOCK_PAGES;
    let mut zone = Zone::new(ZoneSpan { index: 2, start_pfn: START, end_pfn: START + frames }, 1);
    let mut owners = Owners::default();
    for (i, line) in blocks.iter().enumerate() {
        let (kind, cells) = line.split_once(' ').expect("a type, a space, the cells");
        let start = START + i as u32 * PAGEBLOCK_PAGES;
        let letter = kind.chars().next().expect("a type letter");
        let ft = (0..NR_FREETYPES as Freetype).find(|&ft| freetype::letter(ft) == letter).expect("a known type");
        zone.blocks.set_freetype(start, ft);
        zone.blocks.set_skip(start, kind.ends_with('*'));
        assert_eq!(cells.len() as u32 * CELL, PAGEBLOCK_PAGES, "block {i}");
        for (cell, sign) in cells.bytes().enumerate() {
            fill(&mut zone, &mut owners, start + cell as u32 * CELL, sign);
        }
    }
    // Free cells last: they merge with their neighbours only once every type is known.
    for (i, line) in blocks.iter().enumerate() {
        let cells = line.split_once(' ').expect("checked above").1;
        let start = START + i as u32 * PAGEBLOCK_PAGES;
        for cell in (0..cells.len() as u32).filter(|&cell| cells.as_bytes()[cell as usize] == b'.') {
            zone.release_range(start + cell * CELL, start + (cell + 1) * CELL);
        }
    }
    zone.present = frames;
    zone.tracer.switch(true);
    (zone, owners)
}

/// The zone as text, in the form that `zone` reads.
pub fn draw(zone: &Zone) -> Vec<String> {
    let blocks = zone.blocks.starts().filter(|&block| zone.contains(block));
    blocks.map(|block| draw_block(zone, block)).collect()
}

/// A direct compaction on behalf of a request of the same order.
pub fn direct(priority: Priority, order: Order, gfp: Gfp) -> Control {
    Control::direct(order, priority, &Request::slow(gfp, order, false))
}

/// The compaction events since the last look.
pub fn events(zone: &mut Zone) -> Vec<CompactEvent> {
    let all = zone.tracer.take().into_iter();
    all.filter_map(|event| if let Tracepoint::Compaction(event) = event { Some(event) } else { None }).collect()
}

/// Free, per-CPU and private pages.
pub fn free_pages(zone: &Zone) -> u64 {
    let private = zone.blocks.starts().map(|block| {
        let frames = (block..block + PAGEBLOCK_PAGES).filter(|&pfn| zone.frames.kind(pfn) == Kind::Private);
        frames.map(|pfn| 1 << zone.frames.order(pfn)).sum::<u64>()
    });
    zone.free.exact() + zone.pcp.iter().map(|pcp| u64::from(pcp.count)).sum::<u64>() + private.sum::<u64>()
}

fn fill(zone: &mut Zone, owners: &mut Owners, start: Pfn, sign: u8) {
    let lru = match sign {
        b'.' | b'-' => return,
        b'U' => None,
        b'm' => Some(0),
        b'f' => Some(flag::FILE),
        b'S' => Some(flag::UNEVICTABLE | flag::PINNED),
        _ => panic!("no sign {}", sign as char),
    };
    zone.managed += CELL;
    for pfn in start..start + CELL {
        zone.frames.set(pfn, Kind::Used, 0);
        if let Some(flags) = lru {
            zone.lru_add(pfn, 0, flags);
            let slot = owners.add(pfn);
            zone.frames.set_owner(pfn, slot);
        }
    }
}

fn draw_block(zone: &Zone, block: Pfn) -> String {
    let mut line = String::from(freetype::letter(zone.blocks.freetype(block)));
    if zone.blocks.skip(block) {
        line.push('*');
    }
    line.push(' ');
    for cell in (block..block + PAGEBLOCK_PAGES).step_by(CELL as usize) {
        let mut signs: Vec<char> = (cell..cell + CELL).map(|pfn| sign(zone, pfn)).collect();
        signs.dedup();
        line.push(if signs.len() == 1 { signs[0] } else { '+' });
    }
    line
}

fn sign(zone: &Zone, pfn: Pfn) -> char {
    let flags = zone.frames.flags(pfn);
    match zone.block_around(pfn) {
        None => '-',
        Some((_, Kind::Buddy, _)) => '.',
        Some((_, Kind::Pcp, _)) => 'c',
        Some((_, Kind::Private, _)) => 'p',
        _ if flags & flag::PINNED != 0 => 'S',
        _ if flags & flag::LRU == 0 => 'U',
        _ if flags & flag::FILE != 0 => 'f',
        _ => 'm',
    }
}
