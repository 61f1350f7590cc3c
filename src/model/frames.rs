// SPDX-License-Identifier: GPL-2.0-only
//! Per-frame records of one zone; only these files know their layout.
//!
//! Stands for `struct page` (include/linux/mm_types.h@7.3): a list link, an owner, a state, flags: 14 bytes a frame.
//! They lie in two arrays, by who looks: whoever takes or gives a page wants its link and owner, in one cache line;
//! whoever scans wants state and flags of many frames. A page is on one list at most, so free lists, per-CPU lists and LRU lists share the link. The heads are sentinels
//! at the end of the same array, which makes every list operation free of branches.
//!
//! Modelled: Buddy flag with order, LRU flag, the kinds of owner that compaction and claiming tell apart.
//! Absent: reference counts beyond "pinned", mapcounts, memory cgroups.

mod many;
mod runs;

use std::hint::select_unpredictable;

/// A page frame number. One frame is 4 KiB.
pub type Pfn = u32;
/// A buddy order: a block of order o has 2^o frames.
pub type Order = u8;

/// What the frame at the start of a block is. Every other frame of a block is `Tail`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Not handed to the buddy allocator: a hole or reserved memory.
    Absent = 0,
    /// Head of a free block on a buddy list.
    Buddy = 1,
    /// Head of a free block on a per-CPU list.
    Pcp = 2,
    /// Head of an allocated block.
    Used = 3,
    /// Head of a free block that compaction holds on a private list.
    Private = 4,
    /// Inside a block whose head is at a lower frame.
    Tail = 5,
}

/// Flag bits of an allocated frame.
pub mod flag {
    /// On an LRU list: counts as movable when a block is claimed, and compaction may isolate it.
    pub const LRU: u8 = 1;
    /// File page; anonymous or secretmem when clear.
    pub const FILE: u8 = 2;
    /// Unevictable (secretmem, mlocked).
    pub const UNEVICTABLE: u8 = 4;
    pub const DIRTY: u8 = 8;
    pub const REFERENCED: u8 = 16;
    pub const ACTIVE: u8 = 32;
    /// Can be isolated but never moved (secretmem answers -EBUSY).
    pub const PINNED: u8 = 64;
    /// Locked while it is read from disk: reclaim passes it over and it cannot be moved.
    pub const LOCKED: u8 = 128;
}

/// Pages that lie side by side and were freed one after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageRun {
    pub low: Pfn,
    pub count: u32,
    /// From the lowest to the highest, or the other way.
    pub up: bool,
    /// The page that is now the last of their list.
    pub before: Option<Pfn>,
}

/// Frames of a pageblock, as an index.
const BLOCK_FRAMES: usize = 512;
const HEADS_RESERVED: u32 = u32::MAX;

/// What a list operation touches. The owner comes with it because whoever takes a page off a list owns it next.
#[derive(Clone, Copy, Debug)]
struct Node {
    prev: u32,
    next: u32,
    owner: u32,
}

/// What a scan looks at: a state and flags. An array, so that many of them are compared at once.
type Mark = [u8; 2];
const STATE: usize = 0;
const FLAGS: usize = 1;

/// The records of the frames `[base, base + frames)` and the list heads behind them.
#[derive(Clone, Debug)]
pub struct Frames {
    base: Pfn,
    frames: u32,
    nodes: Vec<Node>,
    marks: Vec<Mark>,
    /// By pageblock: allocated pages in it came, went or changed since somebody looked. Empty until somebody looks.
    touched: Vec<bool>,
}

impl Frames {
    /// All frames absent, all `lists` empty. `base` must be a multiple of the largest block.
    pub fn new(base: Pfn, frames: u32, lists: u32) -> Frames {
        assert!(base.is_multiple_of(1024), "the first frame {base} is not a multiple of 1024");
        let total = frames.checked_add(lists).expect("frames and lists fit 32 bits");
        let mut nodes = Vec::with_capacity(total as usize);
        nodes.resize(frames as usize, Node { prev: HEADS_RESERVED, next: HEADS_RESERVED, owner: 0 });
        nodes.extend((frames..total).map(|head| Node { prev: head, next: head, owner: 0 }));
        Frames { base, frames, nodes, marks: vec![[0; 2]; frames as usize], touched: Vec::new() }
    }

    pub fn base(&self) -> Pfn {
        self.base
    }

    /// How many frames have a record.
    pub fn len(&self) -> u32 {
        self.frames
    }

    pub fn is_empty(&self) -> bool {
        self.frames == 0
    }

    #[inline]
    pub fn kind(&self, pfn: Pfn) -> Kind {
        match self.marks[self.at(pfn)][STATE] >> 4 {
            0 => Kind::Absent,
            1 => Kind::Buddy,
            2 => Kind::Pcp,
            3 => Kind::Used,
            4 => Kind::Private,
            _ => Kind::Tail,
        }
    }

    /// The order of the block that starts at `pfn`; meaningless for `Absent` and `Tail`.
    #[inline]
    pub fn order(&self, pfn: Pfn) -> Order {
        self.marks[self.at(pfn)][STATE] & 15
    }

    /// Kind and order in one look.
    #[inline]
    pub fn is_buddy(&self, pfn: Pfn, order: Order) -> bool {
        self.marks[self.at(pfn)][STATE] == state(Kind::Buddy, order)
    }

    #[inline]
    pub fn set(&mut self, pfn: Pfn, kind: Kind, order: Order) {
        let i = self.at(pfn);
        if matches!(kind, Kind::Used | Kind::Private) {
            self.touch(i);
        }
        self.marks[i][STATE] = state(kind, order);
    }

    /// Marks the whole block: head of `kind`, every other frame a tail.
    #[inline]
    pub fn set_block(&mut self, pfn: Pfn, kind: Kind, order: Order) {
        let i = self.at(pfn);
        self.touch_block(pfn, order);
        self.marks[i][STATE] = state(kind, order);
        self.marks[i + 1..i + (1 << order)].iter_mut().for_each(|mark| mark[STATE] = (Kind::Tail as u8) << 4);
    }

    /// State and flag bytes of all frames, in order, for digests.
    pub fn raw(&self) -> &[u8] {
        self.marks.as_flattened()
    }

    #[inline]
    pub fn flags(&self, pfn: Pfn) -> u8 {
        self.marks[self.at(pfn)][FLAGS]
    }

    #[inline]
    pub fn set_flags(&mut self, pfn: Pfn, flags: u8) {
        let i = self.at(pfn);
        self.touch(i);
        self.marks[i][FLAGS] = flags;
    }

    /// Notes that the pageblocks of a block have changed.
    pub(super) fn touch_block(&mut self, pfn: Pfn, order: Order) {
        (0..1 << order).step_by(BLOCK_FRAMES).for_each(|offset: u32| self.touch(self.at(pfn + offset)));
    }

    /// Whether the pageblock of `pfn` has changed since the last call, which the first call for a zone answers with yes.
    pub(super) fn take_touched(&mut self, pfn: Pfn) -> bool {
        if self.touched.is_empty() {
            self.touched = vec![true; self.marks.len().div_ceil(BLOCK_FRAMES)];
        }
        let i = self.at(pfn) / BLOCK_FRAMES;
        std::mem::take(&mut self.touched[i])
    }

    #[inline]
    pub fn owner(&self, pfn: Pfn) -> u32 {
        self.nodes[self.at(pfn)].owner
    }

    #[inline]
    pub fn set_owner(&mut self, pfn: Pfn, owner: u32) {
        let i = self.at(pfn);
        self.nodes[i].owner = owner;
    }

    /// First frame of list `list`, if any.
    #[inline]
    pub fn first(&self, list: u32) -> Option<Pfn> {
        let head = self.frames + list;
        let next = self.nodes[head as usize].next;
        (next != head).then(|| next + self.base)
    }

    #[inline]
    pub fn last(&self, list: u32) -> Option<Pfn> {
        let head = self.frames + list;
        let prev = self.nodes[head as usize].prev;
        (prev != head).then(|| prev + self.base)
    }

    /// The neighbour behind `pfn` on its list, if any.
    #[inline]
    pub fn next(&self, pfn: Pfn) -> Option<Pfn> {
        let next = self.nodes[self.at(pfn)].next;
        (next < self.frames).then(|| next + self.base)
    }

    /// The neighbour in front of `pfn` on its list, if any.
    #[inline]
    pub fn prev(&self, pfn: Pfn) -> Option<Pfn> {
        let prev = self.nodes[self.at(pfn)].prev;
        (prev < self.frames).then(|| prev + self.base)
    }

    #[inline]
    pub fn is_list_empty(&self, list: u32) -> bool {
        let head = self.frames + list;
        self.nodes[head as usize].next == head
    }

    #[inline]
    pub fn push_front(&mut self, list: u32, pfn: Pfn) {
        let head = self.frames + list;
        let next = self.nodes[head as usize].next;
        self.insert_between(head, pfn - self.base, next);
    }

    #[inline]
    pub fn push_back(&mut self, list: u32, pfn: Pfn) {
        let head = self.frames + list;
        let prev = self.nodes[head as usize].prev;
        self.insert_between(prev, pfn - self.base, head);
    }

    /// Either of the two, without a branch: which of them it is follows no pattern.
    #[inline]
    pub fn push(&mut self, list: u32, pfn: Pfn, back: bool) {
        let head = self.frames + list;
        let Node { prev, next, .. } = self.nodes[head as usize];
        let (before, behind) = (select_unpredictable(back, prev, head), select_unpredictable(back, head, next));
        self.insert_between(before, pfn - self.base, behind);
    }

    /// Takes `pfn` off whatever list it is on. Whether that list is empty now.
    #[inline]
    pub fn unlink(&mut self, pfn: Pfn) -> bool {
        let i = self.at(pfn);
        let Node { prev, next, .. } = self.nodes[i];
        self.nodes[prev as usize].next = next;
        self.nodes[next as usize].prev = prev;
        self.set_link(i, HEADS_RESERVED, HEADS_RESERVED);
        // Only a head stands on both sides of the last entry.
        prev == next
    }

    /// Frames of a list, head to tail.
    pub fn iter(&self, list: u32) -> impl Iterator<Item = Pfn> + '_ {
        std::iter::successors(self.first(list), |&pfn| self.next(pfn))
    }

    /// Bytes held, for reports of memory per frame.
    pub fn bytes(&self) -> u64 {
        (self.nodes.len() * size_of::<Node>() + self.marks.len() * size_of::<Mark>() + self.touched.len()) as u64
    }

    #[inline]
    fn at(&self, pfn: Pfn) -> usize {
        (pfn - self.base) as usize
    }

    #[inline]
    fn touch(&mut self, i: usize) {
        if let Some(touched) = self.touched.get_mut(i / BLOCK_FRAMES) {
            *touched = true;
        }
    }

    #[inline]
    fn insert_between(&mut self, prev: u32, entry: u32, next: u32) {
        self.set_link(entry as usize, prev, next);
        self.nodes[prev as usize].next = entry;
        self.nodes[next as usize].prev = entry;
    }

    #[inline]
    fn set_link(&mut self, i: usize, prev: u32, next: u32) {
        let node = &mut self.nodes[i];
        (node.prev, node.next) = (prev, next);
    }
}

#[inline]
const fn state(kind: Kind, order: Order) -> u8 {
    (kind as u8) << 4 | order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_unlink() {
        let mut frames = Frames::new(1024, 64, 2);
        [1030, 1025].iter().for_each(|&pfn| frames.push_back(1, pfn));
        frames.push_front(1, 1050);
        frames.unlink(1030);
        assert_eq!(frames.iter(1).collect::<Vec<_>>(), [1050, 1025]);
        assert!(frames.is_list_empty(0) && frames.first(0).is_none());
    }
}
