// SPDX-License-Identifier: GPL-2.0-only
//! What the threads of the secretmem worker share.

use super::Stack;
use crate::model::frames::Pfn;

/// State shared by the worker's threads.
#[derive(Clone, Debug, Default)]
pub struct WorkerState {
    pub process: u32,
    pub chunk_pages: u32,
    pub threads: u32,
    /// Whole chunks so far: what the benchmark prints.
    pub chunks: u64,
    /// Threads that are done with the running chunk.
    pub(in crate::sim) finished: u32,
    /// Numbers of the threads' actors, to start them, and of the main thread's.
    pub actors: Vec<u32>,
    pub main_actor: u32,
    /// By thread: its kernel stack while it runs.
    pub(in crate::sim) stacks: Vec<Option<Stack>>,
    /// By thread: its user stack is new, and it has not run on it yet.
    pub(in crate::sim) new_user_stack: Vec<bool>,
    /// 2 MiB regions of the direct map that are split already, one bit each.
    split: Vec<u64>,
    /// Index nodes in use, and those that the slabs have room for.
    pub(in crate::sim) nodes: u32,
    pub(in crate::sim) node_room: u32,
    /// By thread, the main one last: it is in the middle of an allocation, which even a killed one sees to its end.
    pub(in crate::sim) allocating: Vec<bool>,
}

impl WorkerState {
    /// A new worker. The direct map stays split as the earlier ones left it.
    pub fn begin(&mut self, process: u32, chunk_pages: u32, threads: u32) {
        let split = std::mem::take(&mut self.split);
        let allocating = vec![false; threads as usize + 1];
        let stacks = vec![None; threads as usize];
        let new_user_stack = vec![true; threads as usize];
        *self = WorkerState {
            process,
            chunk_pages,
            threads,
            split,
            allocating,
            stacks,
            new_user_stack,
            ..WorkerState::default()
        };
    }

    /// Whether a thread of the process has not left the kernel yet, so that the memory it shares is still in use.
    pub fn holds(&self, process: u32) -> bool {
        self.process == process && self.allocating.contains(&true)
    }

    /// The number of a thread's share of the running chunk, counted through all chunks.
    pub(in crate::sim) fn share_of(&self, thread: u32) -> usize {
        (self.chunks * u64::from(self.threads)) as usize + thread as usize
    }

    /// Whether the direct map around a page is in 4 KiB pieces.
    #[inline]
    pub(in crate::sim) fn is_split(&self, pfn: Pfn) -> bool {
        let region = pfn >> 9;
        self.split.get((region / 64) as usize).is_some_and(|word| word & 1 << (region % 64) != 0)
    }

    /// Notes that the direct map around a page is now in 4 KiB pieces. Whether it was not before.
    pub(in crate::sim) fn split_region(&mut self, pfn: Pfn) -> bool {
        let region = pfn >> 9;
        let (word, bit) = ((region / 64) as usize, 1u64 << (region % 64));
        if self.split.len() <= word {
            self.split.resize(word + 1, 0);
        }
        let new = self.split[word] & bit == 0;
        self.split[word] |= bit;
        new
    }
}
