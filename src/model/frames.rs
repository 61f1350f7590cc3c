// SPDX-License-Identifier: GPL-2.0-only
//! Per-frame records of one zone; the only file that knows their layout.
//!
//! Stands for `struct page` (include/linux/mm_types.h@7.3): a list link, a state, flags, an owner: 14 bytes a frame.
//! A page is on one list at most, so free lists, per-CPU lists and LRU lists share the link. The heads are sentinels
//! at the end of the same array, which makes every list operation free of branches.
//!
//! Modelled: Buddy flag with order, LRU flag, the kinds of owner that compaction and claiming tell apart.
//! Absent: reference counts beyond "pinned", mapcounts, memory cgroups.

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
}

const HEADS_RESERVED: u32 = u32::MAX;

/// The records of the frames `[base, base + frames)` and the list heads behind them.
#[derive(Clone, Debug)]
pub struct Frames {
    base: Pfn,
    frames: u32,
    link: Vec<[u32; 2]>,
    state: Vec<u8>,
    flags: Vec<u8>,
    owner: Vec<u32>,
}

impl Frames {
    /// All frames absent, all `lists` empty. `base` must be a multiple of the largest block.
    pub fn new(base: Pfn, frames: u32, lists: u32) -> Frames {
        assert!(base.is_multiple_of(1024), "the first frame {base} is not a multiple of 1024");
        let total = frames.checked_add(lists).expect("frames and lists fit 32 bits");
        let mut link = vec![[HEADS_RESERVED; 2]; frames as usize];
        link.extend((frames..total).map(|head| [head; 2]));
        let n = frames as usize;
        Frames { base, frames, link, state: vec![0; n], flags: vec![0; n], owner: vec![0; n] }
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
        match self.state[self.at(pfn)] >> 4 {
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
        self.state[self.at(pfn)] & 15
    }

    /// Kind and order in one look.
    #[inline]
    pub fn is_buddy(&self, pfn: Pfn, order: Order) -> bool {
        self.state[self.at(pfn)] == (Kind::Buddy as u8) << 4 | order
    }

    #[inline]
    pub fn set(&mut self, pfn: Pfn, kind: Kind, order: Order) {
        let i = self.at(pfn);
        self.state[i] = (kind as u8) << 4 | order;
    }

    /// Marks the whole block: head of `kind`, every other frame a tail.
    pub fn set_block(&mut self, pfn: Pfn, kind: Kind, order: Order) {
        let i = self.at(pfn);
        self.state[i] = (kind as u8) << 4 | order;
        self.state[i + 1..i + (1 << order)].fill((Kind::Tail as u8) << 4);
    }

    #[inline]
    pub fn flags(&self, pfn: Pfn) -> u8 {
        self.flags[self.at(pfn)]
    }

    #[inline]
    pub fn set_flags(&mut self, pfn: Pfn, flags: u8) {
        let i = self.at(pfn);
        self.flags[i] = flags;
    }

    #[inline]
    pub fn owner(&self, pfn: Pfn) -> u32 {
        self.owner[self.at(pfn)]
    }

    #[inline]
    pub fn set_owner(&mut self, pfn: Pfn, owner: u32) {
        let i = self.at(pfn);
        self.owner[i] = owner;
    }

    /// First frame of list `list`, if any.
    #[inline]
    pub fn first(&self, list: u32) -> Option<Pfn> {
        let head = self.frames + list;
        let next = self.link[head as usize][1];
        (next != head).then(|| next + self.base)
    }

    #[inline]
    pub fn last(&self, list: u32) -> Option<Pfn> {
        let head = self.frames + list;
        let prev = self.link[head as usize][0];
        (prev != head).then(|| prev + self.base)
    }

    /// The neighbour behind `pfn` on its list, if any.
    #[inline]
    pub fn next(&self, pfn: Pfn) -> Option<Pfn> {
        let next = self.link[self.at(pfn)][1];
        (next < self.frames).then(|| next + self.base)
    }

    /// The neighbour in front of `pfn` on its list, if any.
    #[inline]
    pub fn prev(&self, pfn: Pfn) -> Option<Pfn> {
        let prev = self.link[self.at(pfn)][0];
        (prev < self.frames).then(|| prev + self.base)
    }

    #[inline]
    pub fn is_list_empty(&self, list: u32) -> bool {
        let head = self.frames + list;
        self.link[head as usize][1] == head
    }

    #[inline]
    pub fn push_front(&mut self, list: u32, pfn: Pfn) {
        let head = self.frames + list;
        let next = self.link[head as usize][1];
        self.insert_between(head, pfn - self.base, next);
    }

    #[inline]
    pub fn push_back(&mut self, list: u32, pfn: Pfn) {
        let head = self.frames + list;
        let prev = self.link[head as usize][0];
        self.insert_between(prev, pfn - self.base, head);
    }

    /// Takes `pfn` off whatever list it is on.
    #[inline]
    pub fn unlink(&mut self, pfn: Pfn) {
        let i = self.at(pfn);
        let [prev, next] = self.link[i];
        self.link[prev as usize][1] = next;
        self.link[next as usize][0] = prev;
        self.link[i] = [HEADS_RESERVED; 2];
    }

    /// Moves the entries in front of `pfn` to the tail, so that `pfn` becomes the first
    /// (mm/compaction.c:move_freelist_head@7.3 leaves the list in this order).
    pub fn rotate_to_front(&mut self, list: u32, pfn: Pfn) {
        let head = self.frames + list;
        let entry = pfn - self.base;
        let [prev, first] = self.link[head as usize];
        if first == entry {
            return;
        }
        let cut = self.link[entry as usize][0];
        self.link[head as usize] = [cut, entry];
        self.link[entry as usize][0] = head;
        self.link[cut as usize][1] = head;
        self.link[prev as usize][1] = first;
        self.link[first as usize][0] = prev;
    }

    /// Frames of a list, head to tail.
    pub fn iter(&self, list: u32) -> impl Iterator<Item = Pfn> + '_ {
        std::iter::successors(self.first(list), |&pfn| self.next(pfn))
    }

    /// Bytes held, for reports of memory per frame.
    pub fn bytes(&self) -> u64 {
        (self.link.len() * 8 + self.state.len() + self.flags.len() + self.owner.len() * 4) as u64
    }

    #[inline]
    fn at(&self, pfn: Pfn) -> usize {
        (pfn - self.base) as usize
    }

    #[inline]
    fn insert_between(&mut self, prev: u32, entry: u32, next: u32) {
        self.link[entry as usize] = [prev, next];
        self.link[prev as usize][1] = entry;
        self.link[next as usize][0] = entry;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(pfns: &[Pfn]) -> Frames {
        let mut frames = Frames::new(1024, 64, 2);
        pfns.iter().for_each(|&pfn| frames.push_back(1, pfn));
        frames
    }

    #[test]
    fn rotation_keeps_the_ring() {
        let all = [1030, 1025, 1040, 1027, 1033];
        for (i, &pfn) in all.iter().enumerate() {
            let mut frames = list(&all);
            frames.rotate_to_front(1, pfn);
            let want: Vec<Pfn> = all[i..].iter().chain(&all[..i]).copied().collect();
            assert_eq!(frames.iter(1).collect::<Vec<_>>(), want);
            assert_eq!(frames.last(1), want.last().copied());
            let back: Vec<Pfn> = std::iter::successors(frames.last(1), |&pfn| frames.prev(pfn)).collect();
            assert!(back.iter().rev().eq(want.iter()));
        }
    }

    #[test]
    fn ends_and_unlink() {
        let mut frames = list(&[1030, 1025]);
        frames.push_front(1, 1050);
        frames.unlink(1030);
        assert_eq!(frames.iter(1).collect::<Vec<_>>(), [1050, 1025]);
        assert!(frames.is_list_empty(0) && frames.first(0).is_none());
    }
}
