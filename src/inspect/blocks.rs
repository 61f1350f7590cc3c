// SPDX-License-Identifier: GPL-2.0-only
//! What the pageblocks are used for: `replay::blockmap`, with allocated frames told apart by use.

use serde::{Deserialize, Serialize};

use crate::model::frames::Pfn;
use crate::model::node::Node;
use crate::model::pageblock::PAGEBLOCK_PAGES;
use crate::replay::blockmap::{self, USED};

/// Letters of allocated frames beside [`USED`], which here means kernel memory: it can neither move nor be reclaimed.
pub const ANON: u8 = b'm';
pub const FILE: u8 = b'f';
/// On an LRU list, but never moved: secretmem.
pub const PINNED: u8 = b's';

/// All pageblocks of all zones, as columns; a column is as long as there are blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocks {
    /// Pageblocks that share an entry: 1 but for memory of many GiB.
    pub per_cell: u32,
    /// First frame.
    pub pfn: Vec<Pfn>,
    /// Index into `zones`.
    pub zone: Vec<u8>,
    /// Index into `model::freetype::NAMES`.
    pub freetype: Vec<u8>,
    /// Frames on free lists, on per-CPU lists, held by a running compaction.
    pub free: Vec<u16>,
    pub pcp: Vec<u16>,
    pub private: Vec<u16>,
    /// Allocated frames: anonymous memory, page cache, secretmem, kernel.
    pub anon: Vec<u16>,
    pub file: Vec<u16>,
    pub pinned: Vec<u16>,
    pub kernel: Vec<u16>,
    /// Highest order of a free block that begins here; -1 for none.
    pub largest_free: Vec<i8>,
    pub zones: Vec<String>,
    /// 512 letters a block, one a frame: `0` to `9` and `a` are the orders of free blocks, the rest as in
    /// [`blockmap`] and above.
    pub pages: String,
}

impl Blocks {
    pub fn of(node: &Node) -> Blocks {
        let mut all = Blocks {
            per_cell: 1,
            zones: node.zones.iter().map(|zone| zone.name().to_owned()).collect(),
            ..Blocks::default()
        };
        let absent = char::from(blockmap::ABSENT).to_string().repeat(PAGEBLOCK_PAGES as usize);
        let told = Some([ANON, FILE, PINNED, USED]);
        for (number, zone) in node.zones.iter().enumerate() {
            for (block, [anon, file, pinned, kernel]) in blockmap::zone_blocks(zone, told) {
                all.pfn.push(block.pfn);
                all.zone.push(number as u8);
                all.freetype.push(block.freetype);
                all.free.push(block.free);
                all.pcp.push(block.pcp);
                all.private.push(block.private);
                all.anon.push(anon);
                all.file.push(file);
                all.pinned.push(pinned);
                all.kernel.push(kernel);
                all.largest_free.push(block.largest_free().map_or(-1, |order| order as i8));
                all.pages += if block.pages.is_empty() { &absent } else { &block.pages };
            }
        }
        all
    }

    pub fn len(&self) -> usize {
        self.pfn.len()
    }

    pub fn is_empty(&self) -> bool {
        self.pfn.is_empty()
    }

    /// Whether memory that may move and memory that may not share the block.
    pub fn is_mixed(&self, i: usize) -> bool {
        self.anon[i] + self.file[i] > 0 && self.pinned[i] + self.kernel[i] > 0
    }

    /// The same with so many neighbours in one entry; its type is the first one's. Pages are left out.
    pub fn grouped(&self, per_cell: usize) -> Blocks {
        let sum = |counts: &[u16]| counts.chunks(per_cell).map(|some| some.iter().sum()).collect();
        let first = |bytes: &[u8]| bytes.chunks(per_cell).map(|some| some[0]).collect();
        Blocks {
            per_cell: self.per_cell * per_cell as u32,
            pfn: self.pfn.iter().step_by(per_cell).copied().collect(),
            zone: first(&self.zone),
            freetype: first(&self.freetype),
            free: sum(&self.free),
            pcp: sum(&self.pcp),
            private: sum(&self.private),
            anon: sum(&self.anon),
            file: sum(&self.file),
            pinned: sum(&self.pinned),
            kernel: sum(&self.kernel),
            largest_free: self.largest_free.chunks(per_cell).map(|some| *some.iter().max().unwrap_or(&-1)).collect(),
            zones: self.zones.clone(),
            pages: String::new(),
        }
    }

    /// Frames that the allocator manages.
    pub fn managed(&self, i: usize) -> u16 {
        self.free[i] + self.pcp[i] + self.private[i] + self.anon[i] + self.file[i] + self.pinned[i] + self.kernel[i]
    }

    /// Whether a block is the same in both, up to which frames of it are used for what.
    pub fn differs(&self, other: &Blocks, i: usize) -> bool {
        let of = |blocks: &Blocks| {
            let column = |counts: &[u16]| counts.get(i).copied();
            (
                blocks.freetype.get(i).copied(),
                [&blocks.free, &blocks.pcp, &blocks.anon, &blocks.file, &blocks.pinned, &blocks.kernel]
                    .map(|counts| column(counts)),
            )
        };
        of(self) != of(other)
    }
}
