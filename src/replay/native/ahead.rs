// SPDX-License-Identifier: GPL-2.0-only
//! What lies ahead of each event of a stock trace, computed once from its end.
//!
//! The kernel prints an allocation after all that it caused, and a batched free before it takes effect, so a replay
//! has to know which line closes what the present line opens.

use std::collections::BTreeMap;

use crate::model::frames::Pfn;
use crate::trace::{Event, Kind};

const NONE: u32 = u32::MAX;

/// Links from each event to later ones, by position.
#[derive(Debug, Default)]
pub struct Ahead {
    /// The next `mm_page_alloc` of the same task.
    alloc: Vec<u32>,
    /// The next event of the same task.
    task: Vec<u32>,
    /// Of an `mm_page_free`: its `mm_page_free_batched`, if the page's next line is one.
    batched: Vec<u32>,
}

impl Ahead {
    pub fn of(events: &[&Event]) -> Ahead {
        let none = vec![NONE; events.len()];
        let mut ahead = Ahead { alloc: none.clone(), task: none.clone(), batched: none };
        let mut allocs = BTreeMap::new();
        let mut tasks = BTreeMap::new();
        let mut pages: BTreeMap<Pfn, Option<u32>> = BTreeMap::new();
        for (i, event) in events.iter().enumerate().rev() {
            let (at, task) = (i as u32, task(event));
            ahead.alloc[i] = allocs.get(&task).copied().unwrap_or(NONE);
            ahead.task[i] = tasks.insert(task, at).unwrap_or(NONE);
            match event.kind {
                Kind::Alloc { pfn, .. } => {
                    allocs.insert(task, at);
                    pfn.map(|pfn| pages.insert(pfn, None));
                }
                Kind::Free { pfn, .. } => ahead.batched[i] = pages.insert(pfn, None).flatten().unwrap_or(NONE),
                Kind::FreeBatched { pfn } => {
                    pages.insert(pfn, Some(at));
                }
                _ => {}
            }
        }
        ahead
    }

    pub fn alloc(&self, at: usize) -> Option<usize> {
        link(&self.alloc, at)
    }

    pub fn task(&self, at: usize) -> Option<usize> {
        link(&self.task, at)
    }

    pub fn batched(&self, at: usize) -> Option<usize> {
        link(&self.batched, at)
    }
}

fn link(links: &[u32], at: usize) -> Option<usize> {
    Some(links[at]).filter(|&link| link != NONE).map(|link| link as usize)
}

/// Every idle task has pid 0, so that its CPU must tell them apart.
fn task(event: &Event) -> (u32, u16) {
    (event.pid, if event.pid == 0 { event.cpu } else { 0 })
}
