// SPDX-License-Identifier: GPL-2.0-only
//! The allocator alone: the model and two allocators from the registry do the same takes and gives.
//!
//! The model does all of its work (per-CPU lists, watermarks, counters, placement as in Linux); the peers keep free
//! blocks and no more.

use buddy_system_allocator::FrameAllocator;
use oompoint_peers::Heap;
use rand::RngExt;

use super::clock::{Lane, Turn, timed};
use crate::environment;
use crate::experiment::PolicySpec;
use crate::experiment::seed::stream;
use crate::model::digest::{self, Digest};
use crate::model::gfp::Gfp;
use crate::model::machine::Machine;

/// `order` for a take, or `GIVE`.
const GIVE: u8 = u8::MAX;

/// One operation: a block into a slot, or out of it.
#[derive(Clone, Copy, Debug)]
struct Op {
    slot: u32,
    order: u8,
}

/// A sequence: what is done before the clock starts, and what is timed.
pub struct Sequence {
    before: Vec<Op>,
    timed: Vec<Op>,
    slots: u32,
}

impl Sequence {
    /// Half of the frames are taken, here and there, as in a guest that has run for a while; then one at random is
    /// given back and another taken, over and over.
    pub fn churn(frames: u32) -> Sequence {
        let slots = frames / 4 * 3;
        let mut empty = shuffled(slots);
        let held = empty.split_off(slots as usize / 3);
        let mut before = takes(slots);
        before.extend(empty.iter().map(|&slot| Op { slot, order: GIVE }));
        Sequence { before, timed: churned(held, frames), slots }
    }

    /// The same in a guest whose free memory is in one piece: whoever keeps what was given back last at hand has
    /// nothing to search.
    pub fn packed_churn(frames: u32) -> Sequence {
        let slots = frames / 2;
        Sequence { before: takes(slots), timed: churned((0..slots).collect(), frames), slots }
    }

    /// Three quarters of the frames are taken in order, then all are given back in random order.
    pub fn random_free(frames: u32) -> Sequence {
        let slots = frames / 4 * 3;
        let timed = shuffled(slots).into_iter().map(|slot| Op { slot, order: GIVE }).collect();
        Sequence { before: takes(slots), timed, slots }
    }

    /// Orders as a busy kernel asks for them (75 % order 0, 15 % 1 to 3, 9 % 4 to 8, 1 % 9), up to three fifths full.
    pub fn mixed(frames: u32) -> Sequence {
        let mut rng = stream(1, "bench mixed");
        let mut held: Vec<Op> = Vec::new();
        let mut free: Vec<u32> = (0..frames).rev().collect();
        let (mut used, mut timed) = (0u32, Vec::new());
        while timed.len() < frames as usize {
            let order = match rng.random_range(0..100u32) {
                0..75 => 0,
                75..90 => rng.random_range(1..=3u8),
                90..99 => rng.random_range(4..=8u8),
                _ => 9,
            };
            let full = used + (1 << order) > frames / 5 * 3;
            if full || !held.is_empty() && rng.random_range(0..5u32) == 0 {
                let op = held.swap_remove(rng.random_range(0..held.len() as u32) as usize);
                used -= 1 << op.order;
                free.push(op.slot);
                timed.push(Op { slot: op.slot, order: GIVE });
            } else {
                let op = Op { slot: free.pop().expect("a slot a frame"), order };
                used += 1 << order;
                held.push(op);
                timed.push(op);
            }
        }
        Sequence { before: Vec::new(), timed, slots: frames }
    }

    /// The three that are told the sequence, in this order: the model, buddy_system_allocator, buddy-alloc.
    pub fn lanes(&self, name: &str, mib: u32) -> Vec<Lane<'_>> {
        let frames = mib as usize * 256;
        vec![
            Lane::new(format!("{name}: model"), "op", move || self.turn(Model::new(mib, self.slots))),
            Lane::new(format!("{name}: buddy_system_allocator"), "op", move || {
                self.turn(Tree::new(frames, self.slots))
            }),
            Lane::new(format!("{name}: buddy-alloc"), "op", move || {
                self.turn(Leaves(Heap::new(frames, self.slots as usize)))
            }),
        ]
    }

    fn turn(&self, mut allocator: impl Allocator) -> Turn {
        assert_eq!(play(&mut allocator, &self.before), self.before.len() as u64, "the set-up has room");
        let (done, ns) = timed(|| play(&mut allocator, &self.timed));
        assert_eq!(done, self.timed.len() as u64, "every operation finds what it needs");
        Turn { ns, ops: done, digest: allocator.digest() }
    }
}

fn takes(slots: u32) -> Vec<Op> {
    (0..slots).map(|slot| Op { slot, order: 0 }).collect()
}

/// A slot at random is emptied and filled again, `count` times.
fn churned(held: Vec<u32>, count: u32) -> Vec<Op> {
    let mut rng = stream(1, "bench churn");
    let mut ops = Vec::new();
    for _ in 0..count {
        let slot = held[rng.random_range(0..held.len() as u32) as usize];
        ops.extend([Op { slot, order: GIVE }, Op { slot, order: 0 }]);
    }
    ops
}

/// Every number below `count` once, in a drawn order.
pub fn shuffled(count: u32) -> Vec<u32> {
    let mut rng = stream(1, "bench order");
    let mut all: Vec<u32> = (0..count).collect();
    for last in (1..count).rev() {
        all.swap(last as usize, rng.random_range(0..=last) as usize);
    }
    all
}

trait Allocator {
    /// Whether there was a block for it.
    fn take(&mut self, slot: u32, order: u8) -> bool;
    /// Whether there was something in it.
    fn give(&mut self, slot: u32) -> bool;
    /// Of what is left; 0 where it cannot be seen.
    fn digest(&self) -> u64;
}

#[inline(never)]
fn play(allocator: &mut impl Allocator, ops: &[Op]) -> u64 {
    let done = |op: &&Op| if op.order == GIVE { allocator.give(op.slot) } else { allocator.take(op.slot, op.order) };
    ops.iter().filter(done).count() as u64
}

/// No block in this slot.
const EMPTY: (u32, u8) = (u32::MAX, 0);

/// A slot's block: first frame and order.
type Held = Vec<(u32, u8)>;

/// The model through its front door: the walk with its watermarks, and the free path.
struct Model {
    machine: Machine,
    held: Held,
}

impl Model {
    fn new(mib: u32, slots: u32) -> Model {
        Model { machine: machine(mib), held: vec![EMPTY; slots as usize] }
    }
}

/// A freshly booted machine under the kernel's own policy.
pub fn machine(mib: u32) -> Machine {
    let mut environment = environment::preset("minimal-1g").expect("the preset exists");
    environment.memory_mib = mib;
    let base = PolicySpec::parse("base").expect("the policy exists");
    environment::boot(&environment, (base.policy.make)(&base.knobs), &mut stream(1, "boot"))
}

impl Allocator for Model {
    fn take(&mut self, slot: u32, order: u8) -> bool {
        let gfp = Gfp::GFP_HIGHUSER_MOVABLE;
        let Some(pfn) = self.machine.alloc_fast(gfp, order, gfp.migratetype()) else { return false };
        self.held[slot as usize] = (pfn, order);
        true
    }

    fn give(&mut self, slot: u32) -> bool {
        let (pfn, order) = std::mem::replace(&mut self.held[slot as usize], EMPTY);
        if pfn == EMPTY.0 {
            return false;
        }
        self.machine.free(pfn, order);
        true
    }

    fn digest(&self) -> u64 {
        let mut digest = Digest::new();
        self.machine.node.zones.iter().for_each(|zone| digest::zone(&mut digest, zone));
        digest.finish()
    }
}

/// buddy_system_allocator: a tree of free blocks for each order.
struct Tree {
    allocator: FrameAllocator<11>,
    held: Held,
}

impl Tree {
    fn new(frames: usize, slots: u32) -> Tree {
        let mut allocator = FrameAllocator::new();
        allocator.add_frame(0, frames);
        Tree { allocator, held: vec![EMPTY; slots as usize] }
    }
}

impl Allocator for Tree {
    fn take(&mut self, slot: u32, order: u8) -> bool {
        let Some(frame) = self.allocator.alloc(1 << order) else { return false };
        self.held[slot as usize] = (frame as u32, order);
        true
    }

    fn give(&mut self, slot: u32) -> bool {
        let (frame, order) = std::mem::replace(&mut self.held[slot as usize], EMPTY);
        if frame == EMPTY.0 {
            return false;
        }
        self.allocator.dealloc(frame as usize, 1 << order);
        true
    }

    fn digest(&self) -> u64 {
        0
    }
}

/// buddy-alloc: lists in the leaves.
struct Leaves(Heap);

impl Allocator for Leaves {
    fn take(&mut self, slot: u32, order: u8) -> bool {
        self.0.take(slot, order)
    }

    fn give(&mut self, slot: u32) -> bool {
        self.0.give(slot)
    }

    fn digest(&self) -> u64 {
        0
    }
}
