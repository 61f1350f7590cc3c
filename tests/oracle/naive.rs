// SPDX-License-Identifier: GPL-2.0-only
//! A second, slow buddy allocator, written from the rules alone.
//!
//! It shares no code with the model on purpose, not even constants: a mistake has to be made twice to go unseen.
//! Each list is a map from a stamp to a block; a new head gets a stamp below all others, a new tail one above.

mod reserve;

use std::collections::{BTreeMap, BTreeSet};

pub const NON_BLOCK: u32 = 0x10;
pub const OOM: u32 = 0x8;
pub const CMA: u32 = 0x80;
pub const NOFRAGMENT: u32 = 0x100;
pub const HIGHATOMIC: u32 = 0x200;
pub const KSWAPD: u32 = 0x800;
const FALLBACKS: [[u8; 2]; 3] = [[2, 1], [2, 0], [0, 1]];

#[derive(Clone, Copy, PartialEq)]
pub enum Mode {
    Normal,
    Cma,
    Steal,
}

#[derive(Clone)]
pub struct Naive {
    start: u32,
    end: u32,
    pub managed: u32,
    /// Unboosted high watermark: the boost's limit comes from it.
    pub high: u32,
    pub boost: u32,
    pub wants_kswapd: bool,
    pub reserved: u32,
    lists: BTreeMap<(u8, u8), BTreeMap<i64, u32>>,
    free_at: BTreeMap<u32, (u8, u8, i64)>,
    types: BTreeMap<u32, u8>,
    pub lru: BTreeSet<u32>,
    pages: [u32; 6],
    first: i64,
    last: i64,
}

impl Naive {
    pub fn new(start: u32, end: u32) -> Naive {
        let types = (start / 512..=(end - 1) / 512).map(|block| (block, 1)).collect();
        Naive {
            start,
            end,
            managed: 0,
            high: 0,
            boost: 0,
            wants_kswapd: false,
            reserved: 0,
            lists: BTreeMap::new(),
            free_at: BTreeMap::new(),
            types,
            lru: BTreeSet::new(),
            pages: [0; 6],
            first: 0,
            last: 1,
        }
    }

    /// Boot: ascending, naturally aligned, to the tails.
    pub fn release(&mut self, start: u32, end: u32) {
        let mut p = start;
        while p < end {
            let mut order = 10;
            while !p.is_multiple_of(1 << order) || p + (1 << order) > end {
                order -= 1;
            }
            self.managed += 1 << order;
            self.free(p, order, true);
            p += 1 << order;
        }
    }

    pub fn type_of(&self, p: u32) -> u8 {
        self.types[&(p / 512)]
    }

    /// Every list that is not empty, by order, then type.
    pub fn all_lists(&self) -> Vec<(u8, u8, Vec<u32>)> {
        let full = self.lists.iter().filter(|(_, list)| !list.is_empty());
        full.map(|(&(order, mt), list)| (order, mt, list.values().copied().collect())).collect()
    }

    pub fn all_types(&self) -> Vec<(u32, u8)> {
        self.types.iter().map(|(&block, &mt)| (block * 512, mt)).collect()
    }

    /// Pages that count as free.
    pub fn free_pages(&self) -> u32 {
        self.pages[..5].iter().sum()
    }

    /// Whether the pageblock is part of a free block of order 10.
    pub fn in_order_10(&self, block: u32) -> bool {
        self.free_at.get(&(block & !1023)).is_some_and(|&(order, ..)| order == 10)
    }

    pub fn free(&mut self, p: u32, order: u8, tail: bool) {
        for frame in p..p + (1 << order) {
            self.lru.remove(&frame);
        }
        if order == 10 {
            for half in [p, p + 512] {
                self.free_one(half, 9, self.type_of(half), tail);
            }
        } else {
            self.free_one(p, order, self.type_of(p), tail);
        }
    }

    pub fn free_one(&mut self, mut p: u32, mut order: u8, mt: u8, tail: bool) {
        while order < 10 {
            let buddy = p ^ (1 << order);
            let Some(&(o, bmt, _)) = self.free_at.get(&buddy) else { break };
            if o != order {
                break;
            }
            if order >= 9 && bmt != mt && (mt > 2 || bmt > 2) {
                break;
            }
            self.remove(buddy);
            if bmt != mt {
                self.types.insert(buddy / 512, mt);
            }
            p = p.min(buddy);
            order += 1;
        }
        let parent = p & !(1 << order);
        let uncle = parent ^ (2 << order);
        let likely = order < 9 && self.free_at.get(&uncle).is_some_and(|&(o, ..)| o == order + 1);
        self.insert(p, order, mt, tail || likely);
    }

    /// `rmqueue_buddy`.
    pub fn alloc(&mut self, order: u8, mt: u8, flags: u32) -> Option<u32> {
        let mut page = None;
        if flags & HIGHATOMIC != 0 {
            page = self.smallest(order, 3);
        }
        if page.is_none() {
            page = self.rmqueue(order, mt, flags, &mut Mode::Normal);
        }
        if page.is_none() && flags & (OOM | NON_BLOCK) != 0 {
            page = self.smallest(order, 3);
        }
        if let Some(p) = page
            && flags & HIGHATOMIC != 0
            && flags & 3 == 0
        {
            self.reserve(p, order);
        }
        page
    }

    /// `rmqueue_bulk`: one mode for all.
    pub fn bulk(&mut self, order: u8, count: u32, mt: u8, flags: u32) -> Vec<u32> {
        let mut mode = Mode::Normal;
        let mut got = Vec::new();
        while (got.len() as u32) < count {
            match self.rmqueue(order, mt, flags, &mut mode) {
                Some(p) => got.push(p),
                None => break,
            }
        }
        got
    }

    fn rmqueue(&mut self, order: u8, mt: u8, flags: u32, mode: &mut Mode) -> Option<u32> {
        let cma = flags & CMA != 0;
        if cma && self.pages[4] > self.free_pages() / 2 {
            let page = self.smallest(order, 4);
            if page.is_some() {
                return page;
            }
        }
        if *mode == Mode::Normal {
            let page = self.smallest(order, mt);
            if page.is_some() {
                return page;
            }
        }
        if matches!(*mode, Mode::Normal | Mode::Cma) && cma {
            let page = self.smallest(order, 4);
            if page.is_some() {
                *mode = Mode::Cma;
                return page;
            }
        }
        if *mode != Mode::Steal {
            let page = self.claim(order, mt, flags);
            if page.is_some() {
                *mode = Mode::Normal;
                return page;
            }
        }
        if flags & NOFRAGMENT == 0 {
            let page = self.steal(order, mt);
            if page.is_some() {
                *mode = Mode::Steal;
                return page;
            }
        }
        None
    }

    fn smallest(&mut self, order: u8, mt: u8) -> Option<u32> {
        for o in order..=10 {
            if let Some(p) = self.head(o, mt) {
                self.remove(p);
                self.expand(p, o, order, mt);
                return Some(p);
            }
        }
        None
    }

    fn expand(&mut self, p: u32, from: u8, to: u8, mt: u8) {
        let mut order = from;
        while order > to {
            order -= 1;
            self.insert(p + (1 << order), order, mt, false);
        }
    }

    fn claim(&mut self, order: u8, want: u8, flags: u32) -> Option<u32> {
        let min = if flags & NOFRAGMENT != 0 { order.max(9) } else { order };
        let mut o = 10;
        while o >= min {
            if want == 1 && o < 4 {
                return None;
            }
            if let Some((p, have)) = self.foreign(o, want)
                && let Some(page) = self.claim_block(p, o, order, want, have, flags)
            {
                return Some(page);
            }
            if o == 0 {
                return None;
            }
            o -= 1;
        }
        None
    }

    fn claim_block(&mut self, p: u32, o: u8, order: u8, want: u8, have: u8, flags: u32) -> Option<u32> {
        if o >= 9 {
            self.remove(p);
            self.types.insert(p / 512, want);
            if o == 10 {
                self.types.insert(p / 512 + 1, want);
            }
            self.expand(p, o, order, want);
            return Some(p);
        }
        if self.raise_boost() && flags & KSWAPD != 0 {
            self.wants_kswapd = true;
        }
        let block = p / 512 * 512;
        if block < self.start || block + 512 > self.end {
            return None;
        }
        let chunks: Vec<(u32, u8)> = self.free_at.range(block..block + 512).map(|(&p, &(o, ..))| (p, o)).collect();
        let free: u32 = chunks.iter().map(|&(_, o)| 1 << o).sum();
        // Flags are cleared when a page is freed, so that every frame in the set is allocated.
        let movable = self.lru.range(block..block + 512).count() as u32;
        let alike = match (want, have) {
            (1, _) => movable,
            (_, 1) => 512 - free - movable,
            _ => 0,
        };
        if free + alike < 256 {
            return None;
        }
        self.move_block(block, want);
        self.smallest(order, want)
    }

    pub fn raise_boost(&mut self) -> bool {
        let max = self.high / 10000 * 15000 + self.high % 10000 * 15000 / 10000;
        if self.managed < 2048 || max == 0 {
            return false;
        }
        self.boost = (self.boost + 512).min(max.max(512));
        true
    }

    fn steal(&mut self, order: u8, want: u8) -> Option<u32> {
        for o in order..=10 {
            if let Some((p, have)) = self.foreign(o, want) {
                self.remove(p);
                self.expand(p, o, order, have);
                return Some(p);
            }
        }
        None
    }

    fn foreign(&self, o: u8, want: u8) -> Option<(u32, u8)> {
        FALLBACKS[usize::from(want)].iter().find_map(|&have| self.head(o, have).map(|p| (p, have)))
    }

    /// Moves what is free in a block to the tails of another type's lists. False for a ragged block.
    pub fn move_block(&mut self, block: u32, new: u8) -> bool {
        if block < self.start || block + 512 > self.end {
            return false;
        }
        let chunks: Vec<u32> = self.free_at.range(block..block + 512).map(|(&p, _)| p).collect();
        for p in chunks {
            let order = self.remove(p);
            self.insert(p, order, new, true);
        }
        self.types.insert(block / 512, new);
        true
    }

    fn head(&self, order: u8, mt: u8) -> Option<u32> {
        self.lists.get(&(order, mt))?.values().next().copied()
    }

    fn insert(&mut self, p: u32, order: u8, mt: u8, tail: bool) {
        let stamp = if tail {
            self.last += 1;
            self.last
        } else {
            self.first -= 1;
            self.first
        };
        self.lists.entry((order, mt)).or_default().insert(stamp, p);
        self.free_at.insert(p, (order, mt, stamp));
        self.pages[usize::from(mt)] += 1 << order;
    }

    fn remove(&mut self, p: u32) -> u8 {
        let (order, mt, stamp) = self.free_at.remove(&p).expect("the block is free");
        self.lists.get_mut(&(order, mt)).expect("its list exists").remove(&stamp);
        self.pages[usize::from(mt)] -= 1 << order;
        order
    }
}
