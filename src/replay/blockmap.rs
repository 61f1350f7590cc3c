// SPDX-License-Identifier: GPL-2.0-only
//! The memory of a machine, pageblock by pageblock, as a page or a table shows it. Reads the model, never changes it.

use serde::{Deserialize, Serialize};

use crate::model::frames::{Kind, Order, Pfn};
use crate::model::node::Node;
use crate::model::pageblock::PAGEBLOCK_PAGES;
use crate::model::uses::Use;
use crate::model::view;
use crate::model::zone::{NR_ORDERS, Zone};

/// One moment of a replay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockMap {
    /// Number and name of the moment, as the trace calls it.
    pub index: u32,
    pub label: String,
    /// Events replayed before this moment.
    pub events: u32,
    /// Ascending by address. A block that two zones share is listed once for each.
    pub blocks: Vec<Block>,
}

/// What the 512 frames of a pageblock are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// First frame.
    pub pfn: Pfn,
    pub zone: String,
    /// Index into `model::freetype::NAMES`; says nothing of a block without memory.
    pub freetype: u8,
    /// Frames on free lists, on per-CPU lists, allocated, held by a running compaction. The rest of the block is
    /// reserved or no memory at all.
    pub free: u16,
    pub pcp: u16,
    pub used: u16,
    pub private: u16,
    /// Free blocks of each order that begin here. One of order 10 also covers the next pageblock.
    pub free_blocks: [u16; NR_ORDERS],
    /// One letter a frame, see [`letter`]; empty when all frames are reserved or absent.
    pub pages: String,
}

/// Letter of a frame that is neither free nor allocated: reserved, or no memory.
pub const ABSENT: u8 = b'r';
pub const ON_PCP: u8 = b'p';
pub const USED: u8 = b'u';
pub const PRIVATE: u8 = b'c';

/// Letter of a frame in a block of this kind: `0` to `9` and `a` are the orders of free blocks.
pub fn letter(kind: Kind, order: Order) -> u8 {
    match kind {
        Kind::Buddy => b"0123456789a"[usize::from(order)],
        Kind::Pcp => ON_PCP,
        Kind::Used => USED,
        Kind::Private => PRIVATE,
        Kind::Absent | Kind::Tail => ABSENT,
    }
}

impl Block {
    /// Frames that the allocator manages.
    pub fn managed(&self) -> u16 {
        self.free + self.pcp + self.used + self.private
    }

    /// The highest order of a free block that begins here.
    pub fn largest_free(&self) -> Option<usize> {
        self.free_blocks.iter().rposition(|&blocks| blocks > 0)
    }
}

/// All pageblocks of all zones.
pub fn of(node: &Node, index: u32, label: &str, events: u32) -> BlockMap {
    let blocks = node.zones.iter().flat_map(|zone| zone_blocks(zone, None)).map(|(block, _)| block).collect();
    BlockMap { index, label: label.to_owned(), events, blocks }
}

/// The pageblocks of a zone. If letters are given, allocated frames get the one of their use, by [`Use`]; beside each block
/// stands how many there are of each.
pub fn zone_blocks(zone: &Zone, told: Option<[u8; 4]>) -> impl Iterator<Item = (Block, [u16; 4])> {
    let (start, end) = (zone.span.start_pfn, zone.span.end_pfn);
    let in_zone = move |&block: &Pfn| block < end && block + PAGEBLOCK_PAGES > start;
    zone.blocks.starts().filter(in_zone).map(move |pfn| read(zone, pfn, told))
}

/// Not inlined: the page has its callers compiled for size.
#[inline(never)]
fn read(zone: &Zone, pfn: Pfn, told: Option<[u8; 4]>) -> (Block, [u16; 4]) {
    let mut block =
        Block { pfn, zone: zone.name().to_owned(), freetype: zone.blocks.freetype(pfn), ..Block::default() };
    let frames = view::frames(zone);
    let mut letters = vec![ABSENT; PAGEBLOCK_PAGES as usize];
    let mut uses = [0; 4];
    let mut tell = |frame: Pfn| {
        let Some(told) = told else { return USED };
        let found = Use::of(frames.flags(frame)) as usize;
        uses[found] += 1;
        told[found]
    };
    let mut frame = pfn.max(zone.span.start_pfn);
    let end = (pfn + PAGEBLOCK_PAGES).min(zone.span.end_pfn);
    while frame < end {
        let around = match frames.kind(frame) {
            Kind::Absent => None,
            // Most frames by far.
            Kind::Used if frames.order(frame) == 0 => {
                block.used += 1;
                letters[(frame - pfn) as usize] = tell(frame);
                frame += 1;
                continue;
            }
            // Only the first frame of a pageblock can lie inside a block that begins before it.
            Kind::Tail => zone.block_around(frame),
            kind => Some((frame, kind, frames.order(frame))),
        };
        let Some((head, kind, order)) = around else {
            frame += 1;
            continue;
        };
        let next = (head + (1 << order)).min(end);
        let count = (next - frame) as u16;
        match kind {
            Kind::Buddy => block.free += count,
            Kind::Pcp => block.pcp += count,
            Kind::Used => block.used += count,
            Kind::Private => block.private += count,
            Kind::Absent | Kind::Tail => {}
        }
        if kind == Kind::Buddy && head == frame {
            block.free_blocks[usize::from(order)] += 1;
        }
        let own = &mut letters[(frame - pfn) as usize..(next - pfn) as usize];
        match kind {
            Kind::Used => own.iter_mut().zip(frame..).for_each(|(letter, frame)| *letter = tell(frame)),
            _ => own.fill(letter(kind, order)),
        }
        frame = next;
    }
    if block.managed() > 0 {
        block.pages = String::from_utf8(letters).expect("letters are ASCII");
    }
    (block, uses)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::zone::ZoneSpan;

    #[test]
    fn every_free_frame_is_counted_once_and_blocks_of_order_10_cover_two() {
        let mut zone = Zone::new(ZoneSpan { index: 0, start_pfn: 0, end_pfn: 2048 }, 1);
        zone.release_range(512, 2048);
        let node = Node::new(vec![zone], false);
        let map = of(&node, 0, "begin", 0);
        assert_eq!(map.blocks.len(), 4);
        assert_eq!(map.blocks.iter().map(|block| block.free).collect::<Vec<_>>(), [0, 512, 512, 512]);
        assert_eq!(map.blocks[0].pages, "");
        assert_eq!(map.blocks[1].largest_free(), Some(9));
        assert_eq!((map.blocks[2].largest_free(), map.blocks[3].largest_free()), (Some(10), None));
        assert!(map.blocks[3].pages.bytes().all(|page| page == b'a'));
    }
    #[test]
    fn allocated_frames_are_told_apart_by_use_where_letters_are_given() {
        use crate::model::frames::flag::{FILE, LRU, UNEVICTABLE};
        let mut zone = Zone::new(ZoneSpan { index: 0, start_pfn: 0, end_pfn: 512 }, 1);
        for (pfn, flags) in [(1, LRU), (2, LRU | FILE), (3, LRU | UNEVICTABLE), (4, 0)] {
            zone.frames.set(pfn, Kind::Used, 0);
            zone.frames.set_flags(pfn, flags);
        }
        // One block of order 2: each of its frames has flags of its own.
        zone.frames.set(8, Kind::Used, 2);
        zone.frames.set_flags(8, LRU);
        let seen = |told| zone_blocks(&zone, told).next().expect("there is one block");
        let (block, uses) = seen(Some(*b"afpk"));
        assert_eq!((uses, block.used), ([2, 1, 1, 4], 8));
        assert_eq!(block.pages[..13], *"rafpkrrrakkkr");
        assert_eq!(seen(None).0, Block { pages: block.pages.replace(['a', 'f', 'p', 'k'], "u"), ..block });
    }
}
