// SPDX-License-Identifier: GPL-2.0-only
//! Every sequence of operations up to a depth, in zones small enough for that.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Pair, check, env};

struct Search {
    orders: Vec<u8>,
    types: Vec<u8>,
    /// State to the largest depth it was explored with.
    seen: HashMap<u64, u32>,
    /// Operations carried out, each compared.
    steps: u64,
}

fn key(pair: &Pair) -> u64 {
    let mut held = pair.held.clone();
    held.sort_unstable();
    let mut hasher = DefaultHasher::new();
    (pair.naive.all_lists(), pair.naive.all_types(), held, pair.naive.boost).hash(&mut hasher);
    hasher.finish()
}

impl Search {
    fn explore(&mut self, pair: &Pair, depth: u32) {
        let known = self.seen.insert(key(pair), depth);
        if known.is_none() {
            check::assert_sound(&pair.zone);
        }
        if let Some(known) = known.filter(|&known| known >= depth) {
            self.seen.insert(key(pair), known);
            return;
        }
        if depth == 0 {
            return;
        }
        for (order, mt) in self.orders.iter().flat_map(|&o| self.types.iter().map(move |&t| (o, t))).collect::<Vec<_>>()
        {
            let mut next = pair.clone();
            if next.alloc(order, mt, 0) {
                self.visit(&next, depth);
            }
        }
        for held in 0..pair.held.len() {
            let mut next = pair.clone();
            next.free(held, false);
            self.visit(&next, depth);
        }
    }

    fn visit(&mut self, next: &Pair, depth: u32) {
        self.steps += 1;
        next.compare();
        self.explore(next, depth - 1);
    }
}

/// How many states a search of this depth finds; both allocators agree in each.
fn states(mut start: Pair, orders: &[u8], types: &[u8], depth: u32) -> usize {
    start.set_high(600);
    let depth = depth + env("OOMPOINT_DEPTH").unwrap_or(0) as u32;
    let mut search = Search { orders: orders.to_vec(), types: types.to_vec(), seen: HashMap::new(), steps: 0 };
    search.explore(&start, depth);
    println!("depth {depth}: {} states, {} operations", search.seen.len(), search.steps);
    search.seen.len()
}

#[test]
fn every_sequence_in_16_frames() {
    assert!(states(Pair::new(4112, 4128, &[]), &[0, 1, 2, 3, 4], &[0, 1], 11) > 1000);
}

#[test]
fn every_sequence_in_24_ragged_frames() {
    assert!(states(Pair::new(4108, 4132, &[]), &[0, 1, 2, 3], &[0, 1], 9) > 1000);
}

#[test]
fn every_sequence_in_64_frames_with_a_hole() {
    assert!(states(Pair::new(4096, 4160, &[(4101, 4103)]), &[0, 1, 3, 5], &[0, 1], 10) > 1000);
}

#[test]
fn every_sequence_of_large_orders_in_four_pageblocks() {
    // Whole pageblocks, so that claims, boosts and merges of different types happen.
    assert!(states(Pair::new(4096, 6144, &[]), &[7, 8, 9, 10], &[0, 1, 2], 5) > 1000);
}
