// SPDX-License-Identifier: GPL-2.0-only
//! The steps of a plan, each in bounded pieces.

use super::churn::Churning;
use super::fault::{Fault, Took};
use super::file_io::FileWork;
use super::program::Leaf;
use super::progress::{MS, NAP_NS, Progress};
use crate::model::gfp::Gfp;
use crate::sim::demand::{Demand, Poll};
use crate::sim::state::Held;
use crate::sim::world::World;
use crate::workload::plan::{Keep, Kind, Populate};

/// Pieces freed in one step.
const FREE_BATCH: usize = 256;

/// A step under way.
#[derive(Clone)]
pub(super) enum Doing {
    Filling { fault: Fault, process: u32, left: u64, order: u8 },
    Spamming { fault: Fault, process: u32, chunk_pages: u64, pages: u64, entry: usize },
    Punching { set: usize, keep_one_of: u32, keep: Keep, chunk: u32, kept: u32, next: usize, to: usize },
    Churning(Churning),
    File(FileWork),
    Sleeping { until_ns: u64 },
    Working { left_ms: u64 },
    Freeing { set: usize },
    Trying { set: usize, process: u32, gfp: Gfp, order: u8, left: u32, demand: Option<Demand> },
}

impl Doing {
    /// Begins a step; `None` when there is nothing to do, such as for a process that was killed.
    pub fn begin(leaf: &Leaf, fork: Option<(usize, u32)>, w: &mut World) -> Option<Doing> {
        let mut of = |process: Option<usize>| match (process, fork) {
            (None, Some((_, id))) => Some(id),
            (Some(name), Some((fork, id))) if name == fork => Some(id),
            (name, _) => w.plan_process(name.unwrap_or(0)),
        };
        Some(match *leaf {
            Leaf::Populate { set, ref step, .. } if step.kind == Kind::File => {
                let pages = amount(step, w).min(u64::from(u32::MAX));
                let size = step.pages.unwrap_or(pages) as u32;
                Doing::File(FileWork::reading(set, size, pages, w))
            }
            Leaf::Populate { set, process, ref step } => {
                let process = of(process)?;
                w.plan.sets[set].chunk_pages = step.chunk_pages;
                let fault = Fault::new(set, process, step.kind, step.madvised);
                Doing::Filling { fault, process, left: amount(step, w), order: step.order }
            }
            Leaf::Spam { set, process, kind, chunk_pages } => {
                let process = of(process)?;
                w.plan.spammed.push(0);
                let entry = w.plan.spammed.len() - 1;
                let fault = Fault::new(set, process, kind, false);
                Doing::Spamming { fault, process, chunk_pages: chunk_pages.into(), pages: 0, entry }
            }
            Leaf::PunchHoles { set, keep_one_of, keep } => {
                let to = w.plan.sets[set].held.len();
                Doing::Punching { set, keep_one_of, keep, chunk: 0, kept: 0, next: 0, to }
            }
            Leaf::Churn { set, process, ref step } => {
                let process = of(process)?;
                Doing::Churning(Churning::new(set, process, step.clone(), w))
            }
            Leaf::FileIo { set, ref step } => Doing::File(FileWork::new(set, step, w)),
            Leaf::Idle { ms } => Doing::Sleeping { until_ns: w.machine.now_ns + ms * MS },
            Leaf::Work { ms } => Doing::Working { left_ms: ms },
            Leaf::FreeAll { set } => Doing::Freeing { set },
            Leaf::TryAlloc { set, ref step } => {
                let gfp = Gfp::GFP_KERNEL.with(Gfp::COMP).with(Gfp::NOWARN);
                let gfp = if step.direct { gfp } else { gfp.without(Gfp::RECLAIM) };
                Doing::Trying { set, process: of(None)?, gfp, order: step.order, left: step.count, demand: None }
            }
        })
    }

    /// The request under way.
    pub fn demand(&mut self) -> Option<&mut Demand> {
        match self {
            Doing::Filling { fault, .. } | Doing::Spamming { fault, .. } => fault.demand(),
            Doing::Churning(churning) => churning.demand(),
            Doing::File(work) => work.demand(),
            Doing::Trying { demand, .. } => demand.as_mut(),
            Doing::Punching { .. } | Doing::Sleeping { .. } | Doing::Working { .. } | Doing::Freeing { .. } => None,
        }
    }

    /// One piece.
    pub fn step(&mut self, w: &mut World) -> Progress {
        match self {
            Doing::Filling { fault, process, left, order } => {
                let dead = w.is_dying(*process);
                if dead || fault.is_idle() && *left == 0 {
                    return Progress::End;
                }
                match fault.step(w, *order) {
                    Took::Pending => {}
                    Took::Pages(pages) => *left = left.saturating_sub(pages),
                    Took::Denied => *left = left.saturating_sub(1 << *order),
                }
                Progress::More
            }
            Doing::Spamming { fault, process, chunk_pages, pages, entry } => {
                if w.is_dying(*process) {
                    return Progress::End;
                }
                if let Took::Pages(got) = fault.step(w, 0) {
                    *pages += got;
                    w.plan.spammed[*entry] = *pages / *chunk_pages * *chunk_pages * 4096;
                }
                Progress::More
            }
            Doing::Punching { .. } => self.punch(w),
            Doing::Churning(churning) => churning.step(w),
            Doing::File(work) => work.step(w),
            Doing::Sleeping { until_ns } if w.machine.now_ns >= *until_ns => Progress::End,
            Doing::Sleeping { until_ns } => Progress::Sleep((*until_ns).min(w.machine.now_ns + NAP_NS)),
            Doing::Working { left_ms: 0 } => Progress::End,
            Doing::Working { left_ms } => {
                *left_ms -= 1;
                w.machine.charge(MS);
                Progress::More
            }
            Doing::Freeing { set } => {
                if let Some(file) = w.plan.sets[*set].file {
                    w.truncate(file);
                    w.plan.sets[*set].dirty.clear();
                }
                if w.plan_release_some(*set, None, FREE_BATCH) { Progress::More } else { Progress::End }
            }
            Doing::Trying { .. } => self.attempt(w),
        }
    }

    /// Frees one chunk, or keeps it. The set's order stays: kept chunks go to its end.
    fn punch(&mut self, w: &mut World) -> Progress {
        let Doing::Punching { set, keep_one_of, keep, chunk, kept, next, to } = self else { unreachable!() };
        let chunk_pages = w.plan.sets[*set].chunk_pages.max(1) as usize;
        if *next >= *to {
            return Progress::End;
        }
        let place = *chunk % *keep_one_of;
        if place == 0 {
            *kept = match keep {
                Keep::First => 0,
                Keep::Last => *keep_one_of - 1,
                Keep::Random => w.below(*keep_one_of),
            };
        }
        // What is looked at is always at the front, so that nothing is ever taken out of the queue's middle.
        for _ in 0..chunk_pages.min(*to - *next) {
            let Some(piece) = w.plan.sets[*set].held.pop_front() else { return Progress::End };
            if place == *kept { w.plan.sets[*set].held.push_back(piece) } else { w.plan_release(piece) }
        }
        *next += chunk_pages;
        *chunk += 1;
        Progress::More
    }

    fn attempt(&mut self, w: &mut World) -> Progress {
        let Doing::Trying { set, process, gfp, order, left, demand } = self else { unreachable!() };
        if *left == 0 || w.is_dying(*process) {
            return Progress::End;
        }
        match demand.get_or_insert_with(|| Demand::new(*gfp, *order)).poll(w, Some(*process)) {
            Poll::Pending => return Progress::More,
            Poll::Null => w.plan.denied += 1,
            Poll::Page(pfn) => {
                w.plan.tries += 1;
                w.plan_hold(*set, *process, Held::Kernel(pfn, *order));
            }
        }
        *demand = None;
        *left -= 1;
        Progress::More
    }
}

/// Pages that a step asks for: the smaller of both limits.
fn amount(step: &Populate, w: &World) -> u64 {
    let free: u64 = w.machine.node.zones.iter().map(|zone| zone.free_seen()).sum();
    let share = step.percent.map(|percent| free * u64::from(percent) / 100);
    step.pages.unwrap_or(u64::MAX).min(share.unwrap_or(u64::MAX))
}
