// SPDX-License-Identifier: GPL-2.0-only
//! Runs of list entries, and the head of a list, in one go: what the operations of the parent do one by one, with the
//! same outcome.

use super::{BLOCK_FRAMES, FLAGS, Frames, HEADS_RESERVED, Kind, Mark, Node, Order, PageRun, Pfn, STATE, flag, state};

impl Frames {
    /// Takes the first entry of a list and makes it an allocated page.
    #[inline]
    pub(in crate::model) fn take_first_page(&mut self, list: u32) -> Option<Pfn> {
        let head = self.frames + list;
        let entry = self.nodes[head as usize].next;
        if entry == head {
            return None;
        }
        let next = std::mem::replace(&mut self.nodes[entry as usize].next, HEADS_RESERVED);
        self.nodes[entry as usize].prev = HEADS_RESERVED;
        self.nodes[head as usize].next = next;
        self.nodes[next as usize].prev = head;
        self.touch(entry as usize);
        self.marks[entry as usize][STATE] = state(Kind::Used, 0);
        Some(entry + self.base)
    }

    /// Makes an allocated page a free one of a per-CPU list, at its head. `false` and nothing done if the frame is not
    /// an allocated page by itself.
    #[inline]
    pub(in crate::model) fn give_first_page(&mut self, list: u32, pfn: Pfn) -> bool {
        let i = self.at(pfn);
        let mark = &mut self.marks[i];
        if mark[STATE] != state(Kind::Used, 0) {
            return false;
        }
        *mark = [state(Kind::Pcp, 0), 0];
        self.touch(i);
        self.push_front(list, pfn);
        true
    }

    /// Puts single pinned pages that lie side by side on the LRU, or takes them off: those from `pfn` on that are so
    /// (`lru` is `flag::LRU` or 0), at most `most`, all of one pageblock. How many.
    #[inline]
    pub(in crate::model) fn flip_pinned(&mut self, pfn: Pfn, most: u32, lru: u8) -> u32 {
        const PINNED: u8 = flag::UNEVICTABLE | flag::PINNED;
        let i = self.at(pfn);
        let marks = &mut self.marks[i..i + most as usize];
        let now = [state(Kind::Used, 0), PINNED | lru];
        let count = marks.iter().position(|&mark| mark != now).unwrap_or(marks.len());
        // On the LRU or not they cannot be moved: who asked what emptying the block takes need not look again.
        marks[..count].fill([now[STATE], now[FLAGS] ^ flag::LRU]);
        count as u32
    }

    /// Whether this is an allocated page by itself that can be isolated but never moved.
    #[inline]
    pub(in crate::model) fn is_pinned_page(&self, pfn: Pfn) -> bool {
        let [is, flags] = self.marks[self.at(pfn)];
        is == state(Kind::Used, 0) && flags == flag::UNEVICTABLE | flag::PINNED
    }

    /// Pages of a pageblock that would have to move for it to be free as a whole; `None` if one cannot, or if it belongs
    /// to something larger. Mostly eight neighbours are alike, so that they are looked at together.
    pub(in crate::model) fn pages_to_move(&self, block: Pfn) -> Option<u16> {
        const MATTERS: Mark = [0xff, flag::LRU | flag::PINNED];
        const MOVABLE: Mark = [state(Kind::Used, 0), flag::LRU];
        let i = self.at(block);
        let marks = &self.marks[i..i + BLOCK_FRAMES];
        let (mut pages, mut at) = (0, 0);
        while let Some(&[is, flags]) = marks.get(at) {
            if is == MOVABLE[STATE] {
                let eight = marks[at..].first_chunk::<8>();
                let alike =
                    eight.is_some_and(|eight| together(eight) & together(&[MATTERS; 8]) == together(&[MOVABLE; 8]));
                if !alike && flags & MATTERS[FLAGS] != MOVABLE[FLAGS] {
                    return None;
                }
                let count = if alike { 8 } else { 1 };
                (pages, at) = (pages + count, at + usize::from(count));
            } else if is.wrapping_sub(state(Kind::Buddy, 0)) < 9 || is & 0xf0 == state(Kind::Pcp, 0) {
                at += 1 << (is & 15);
            } else {
                return None;
            }
        }
        Some(pages)
    }

    /// Moves the first free blocks of `order` from their list to the end of a per-CPU list, at most `most`. How many,
    /// and whether none is left.
    pub(in crate::model) fn move_first(&mut self, from: u32, to: u32, order: Order, most: u32) -> (u32, bool) {
        let (from, to) = (self.frames + from, self.frames + to);
        let first = self.nodes[from as usize].next;
        let (mut at, mut last, mut count) = (first, from, 0);
        while count < most && at != from {
            let i = at as usize;
            assert!(self.marks[i][STATE] == state(Kind::Buddy, order), "entry {at} is not free at order {order}");
            self.marks[i][STATE] = state(Kind::Pcp, order);
            self.touch(i);
            (last, at) = (at, self.nodes[i].next);
            count += 1;
        }
        if count > 0 {
            self.nodes[from as usize].next = at;
            self.nodes[at as usize].prev = from;
            let before = self.nodes[to as usize].prev;
            self.nodes[first as usize].prev = before;
            self.nodes[before as usize].next = first;
            self.nodes[last as usize].next = to;
            self.nodes[to as usize].prev = last;
        }
        (count, at == from)
    }

    /// Cuts a free block that is on no list into blocks of `order` and puts the first `count` of them at the end of a
    /// per-CPU list, ascending.
    pub(in crate::model) fn append_pieces(&mut self, to: u32, pfn: Pfn, order: Order, count: u32) {
        let (head, size) = (self.frames + to, 1 << order);
        let (first, frames) = (pfn - self.base, count * size);
        let last = first + frames - size;
        let before = std::mem::replace(&mut self.nodes[head as usize].prev, last);
        self.nodes[before as usize].next = first;
        self.touch_range(first, frames);
        let range = first as usize..(first + frames) as usize;
        let (marks, nodes) = (&mut self.marks[range.clone()], &mut self.nodes[range]);
        if order == 0 {
            // Nearly always; and then a loop without a stride is several times as fast.
            marks.iter_mut().for_each(|mark| mark[STATE] = state(Kind::Pcp, 0));
            for (node, entry) in nodes.iter_mut().zip(first..) {
                (node.prev, node.next) = (entry.wrapping_sub(1), entry + 1);
            }
        } else {
            for i in (0..frames).step_by(size as usize) {
                marks[i as usize][STATE] = state(Kind::Pcp, order);
                let (node, entry) = (&mut nodes[i as usize], first + i);
                (node.prev, node.next) = (entry.wrapping_sub(size), entry + size);
            }
        }
        self.nodes[first as usize].prev = before;
        self.nodes[last as usize].next = head;
    }

    /// Takes pages off the end of a per-CPU list, at most `most`, as long as each follows the one before in memory,
    /// upward or downward. `last` is the first of them; their states are those of a block's inner frames.
    ///
    /// The list is left as it was: whoever takes several runs says with `cut_behind` where it ends now.
    pub(in crate::model) fn detach_run(&mut self, last: Pfn, most: u32) -> PageRun {
        let (nodes, marks) = (&mut self.nodes[..self.frames as usize], &mut self.marks[..self.frames as usize]);
        let mut at = last - self.base;
        let up = nodes[at as usize].prev == at.wrapping_add(1);
        let step = if up { 1 } else { u32::MAX };
        let mut count = 0;
        let before = loop {
            let i = at as usize;
            marks[i][STATE] = state(Kind::Tail, 0);
            let before = std::mem::replace(&mut nodes[i].prev, HEADS_RESERVED);
            nodes[i].next = HEADS_RESERVED;
            count += 1;
            if count == most || before != at.wrapping_add(step) || before as usize >= nodes.len() {
                break before;
            }
            at = before;
        };
        let low = if up { at + 1 - count } else { at };
        PageRun { low: self.base + low, count, up, before: self.entry(before) }
    }

    /// `last` is the last entry of the list now, `None` if there is none: those behind it were detached.
    #[inline]
    pub(in crate::model) fn cut_behind(&mut self, list: u32, last: Option<Pfn>) {
        let head = self.frames + list;
        let entry = last.map_or(head, |pfn| pfn - self.base);
        self.nodes[head as usize].prev = entry;
        self.nodes[entry as usize].next = head;
    }

    /// Moves the entries in front of `pfn` to the tail, so that `pfn` becomes the first
    /// (mm/compaction.c:move_freelist_head@7.3 leaves the list in this order).
    pub fn rotate_to_front(&mut self, list: u32, pfn: Pfn) {
        let head = self.frames + list;
        let entry = pfn - self.base;
        let Node { prev, next: first, .. } = self.nodes[head as usize];
        if first == entry {
            return;
        }
        let cut = self.nodes[entry as usize].prev;
        self.set_link(head as usize, cut, entry);
        self.nodes[entry as usize].prev = head;
        self.nodes[cut as usize].next = head;
        self.nodes[prev as usize].next = first;
        self.nodes[first as usize].prev = prev;
    }

    #[inline]
    fn entry(&self, entry: u32) -> Option<Pfn> {
        (entry < self.frames).then(|| entry + self.base)
    }

    fn touch_range(&mut self, first: u32, frames: u32) {
        for i in (first..first + frames).step_by(BLOCK_FRAMES) {
            self.touch(i as usize);
        }
        self.touch((first + frames - 1) as usize);
    }
}

#[inline]
fn together(eight: &[Mark; 8]) -> u128 {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(eight.as_flattened());
    u128::from_le_bytes(bytes)
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
}
