// SPDX-License-Identifier: GPL-2.0-only
//! The crate `buddy-alloc` behind a safe interface, to be timed beside the model.
//!
//! Its interface is of raw pointers and `unsafe`; the main package forbids both. This wrapper owns the memory and
//! remembers what it gave out, so no caller can break the allocator's rules. Nothing of the model is in here.

use buddy_alloc::buddy_alloc::{BuddyAlloc, BuddyAllocParam};

/// Bytes that stand for one frame: the least that the crate manages, so that a leaf is the frame's record.
const LEAF_BYTES: usize = 16;

/// A heap of frames, and the blocks that were taken from it, by slot.
pub struct Heap {
    allocator: BuddyAlloc,
    held: Vec<*mut u8>,
    /// What the pointers point into; lives as long as they do.
    _memory: Vec<u128>,
}

impl Heap {
    /// A heap of at least `frames` frames, and `slots` empty slots.
    pub fn new(frames: usize, slots: usize) -> Heap {
        // The allocator keeps its own tables in the memory: a sixteenth more is enough for them.
        let mut memory: Vec<u128> = vec![0; (frames + frames / 8 + 4096) * LEAF_BYTES / size_of::<u128>()];
        let bytes = memory.len() * size_of::<u128>();
        let parameters = BuddyAllocParam::new(memory.as_mut_ptr().cast(), bytes, LEAF_BYTES);
        // SAFETY: the memory is exclusively this heap's, aligned to its leaf, not moved (a Vec's buffer stays where it
        // is when the Vec moves), never touched through the Vec again, and freed after the allocator.
        let allocator = unsafe { BuddyAlloc::new(parameters) };
        Heap { allocator, held: vec![std::ptr::null_mut(); slots], _memory: memory }
    }

    /// Puts a block of 2^order frames into a slot. What the slot held before is freed. Whether there was room.
    #[inline]
    pub fn take(&mut self, slot: u32, order: u8) -> bool {
        self.give(slot);
        let block = self.allocator.malloc(LEAF_BYTES << order);
        self.held[slot as usize] = block;
        !block.is_null()
    }

    /// Frees what a slot holds. Whether it held anything.
    #[inline]
    pub fn give(&mut self, slot: u32) -> bool {
        let block = std::mem::replace(&mut self.held[slot as usize], std::ptr::null_mut());
        // The block came from `malloc` of this allocator and was not freed since: the slot forgets it here.
        if !block.is_null() {
            self.allocator.free(block);
        }
        !block.is_null()
    }
}

#[cfg(test)]
mod tests {
    use super::Heap;

    #[test]
    fn blocks_come_until_there_are_none_and_come_back() {
        let mut heap = Heap::new(1024, 2048);
        let taken = (0..2048).filter(|&slot| heap.take(slot, 0)).count();
        assert!((1024..2048).contains(&taken), "{taken}");
        assert_eq!((0..2048).filter(|&slot| heap.give(slot)).count(), taken);
        assert!(!heap.give(0) && heap.take(0, 9));
    }
}
