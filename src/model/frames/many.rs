// SPDX-License-Identifier: GPL-2.0-only
//! Many single pages off a per-CPU list, or onto one, in one go.

use super::{BLOCK_FRAMES, Frames, HEADS_RESERVED, Kind, Pfn, state};

impl Frames {
    /// Takes entries off the head of a per-CPU list and makes them allocated pages with these flags, as long as `take`
    /// wants the next, at most `most`. `take` sees its owner as the last one left it. How many.
    #[inline]
    pub(in crate::model) fn take_first_pages(
        &mut self,
        list: u32,
        most: u32,
        flags: u8,
        mut take: impl FnMut(Pfn, &mut u32) -> bool,
    ) -> u32 {
        let (head, nodes) = (self.frames + list, &mut self.nodes[..]);
        let mut entry = nodes[head as usize].next;
        let mut count = 0;
        while count < most && entry != head {
            let i = entry as usize;
            let node = &mut nodes[i];
            let next = node.next;
            if !take(entry + self.base, &mut node.owner) {
                break;
            }
            (node.prev, node.next) = (HEADS_RESERVED, HEADS_RESERVED);
            self.marks[i] = [state(Kind::Used, 0), flags];
            if let Some(touched) = self.touched.get_mut(i / BLOCK_FRAMES) {
                *touched = true;
            }
            (entry, count) = (next, count + 1);
        }
        nodes[head as usize].next = entry;
        nodes[entry as usize].prev = head;
        count
    }

    /// Makes allocated pages free ones of a per-CPU list, each at its head, from the first of `pages` on as long as
    /// they lie in the same pageblock and are pages by themselves with these flags. How many.
    #[inline]
    pub(in crate::model) fn give_first_pages(&mut self, list: u32, pages: &[Pfn], flags: u8) -> usize {
        let Some(block) = pages.first().map(|&pfn| pfn / BLOCK_FRAMES as u32) else { return 0 };
        self.touch(self.at(pages[0]));
        let (head, base) = (self.frames + list, self.base);
        let (nodes, marks) = (&mut self.nodes[..], &mut self.marks[..]);
        let mut first = nodes[head as usize].next;
        let mut count = 0;
        for &pfn in pages {
            if pfn / BLOCK_FRAMES as u32 != block {
                break;
            }
            let mark = &mut marks[(pfn - base) as usize];
            if *mark != [state(Kind::Used, 0), flags] {
                break;
            }
            *mark = [state(Kind::Pcp, 0), 0];
            let entry = pfn - base;
            let node = &mut nodes[entry as usize];
            (node.prev, node.next) = (head, first);
            nodes[first as usize].prev = entry;
            (first, count) = (entry, count + 1);
        }
        nodes[head as usize].next = first;
        count
    }
}
