// SPDX-License-Identifier: GPL-2.0-only
//! What the tasks of a plan share: sets of memory, processes, counts.

use std::collections::VecDeque;

use crate::model::frames::{Order, Pfn};
use crate::workload::plan::PlanSpec;

/// One piece of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// An owner slot: the page may move.
    Anon(u32),
    Huge(Pfn),
    Secret(Pfn),
    Kernel(Pfn, Order),
}

impl Held {
    pub fn pages(self) -> u64 {
        match self {
            Held::Anon(_) | Held::Secret(_) => 1,
            Held::Huge(_) => 512,
            Held::Kernel(_, order) => 1 << order,
        }
    }

    /// Kernel memory does not count towards a process's size.
    pub(in crate::sim) fn resident_pages(self) -> u64 {
        if matches!(self, Held::Kernel(..)) { 0 } else { self.pages() }
    }
}

/// Named memory, in order of allocation, and the process each piece belongs to.
#[derive(Clone, Debug, Default)]
pub struct Set {
    pub held: VecDeque<(Held, u32)>,
    pub chunk_pages: u32,
    pub file: Option<u32>,
    /// Where the next sequential access of the file goes.
    pub position: u32,
    /// Owner slots of pages written and not yet cleaned, oldest first.
    pub dirty: VecDeque<u32>,
}

#[derive(Clone, Copy, Debug)]
pub struct ProcessState {
    pub oom_score_adj: i32,
    pub restart: bool,
    /// Its number in the world, once it was needed.
    pub current: Option<u32>,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct TaskState {
    pub started: bool,
    /// It is to give up.
    pub stop: bool,
    /// The fork inside which it was started: a process's place in the plan, and its number.
    pub fork: Option<(usize, u32)>,
    /// The scheduler's number.
    pub actor: u32,
}

#[derive(Clone, Debug, Default)]
pub struct PlanState {
    pub sets: Vec<Set>,
    pub processes: Vec<ProcessState>,
    pub tasks: Vec<TaskState>,
    pub done: bool,
    pub ended_ns: u64,
    /// Bytes in whole chunks that each `spam-until-oom` got.
    pub spammed: Vec<u64>,
    pub tries: u64,
    /// Requests for kernel memory that got nothing.
    pub denied: u64,
    /// The machine has transparent huge pages.
    pub thp: bool,
}

impl PlanState {
    pub fn new(spec: &PlanSpec, sets: usize, tasks: usize, thp: bool) -> PlanState {
        let plain = ProcessState { oom_score_adj: 0, restart: false, current: None };
        let mut processes = vec![plain];
        processes.extend(spec.processes.iter().map(|process| ProcessState {
            oom_score_adj: process.oom_score_adj,
            restart: process.restart,
            current: None,
        }));
        PlanState {
            sets: vec![Set::default(); sets],
            processes,
            tasks: vec![TaskState::default(); tasks],
            thp,
            ..PlanState::default()
        }
    }
}
