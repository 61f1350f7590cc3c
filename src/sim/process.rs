// SPDX-License-Identifier: GPL-2.0-only
//! A process: what it holds, and what is freed when it dies.

use crate::model::frames::{Order, Pfn};
use crate::model::oom::Candidate;

/// Frames of secretmem, which never move: a file a chunk, of which each thread faults one share, in ascending order.
#[derive(Clone, Debug, Default)]
pub struct Secretmem {
    shares: Vec<Vec<Pfn>>,
}

impl Secretmem {
    /// The pages of one share; shares are counted through all chunks.
    pub fn share(&mut self, number: usize) -> &mut Vec<Pfn> {
        if self.shares.len() <= number {
            self.shares.resize_with(number + 1, Vec::new);
        }
        &mut self.shares[number]
    }

    pub fn pages(&self) -> u64 {
        self.shares.iter().map(|share| share.len() as u64).sum()
    }

    /// What was taken last is looked at first.
    pub fn holds(&self, pfn: Pfn) -> bool {
        self.shares.iter().rev().any(|share| share.contains(&pfn))
    }

    /// The numbers of the shares as they are truncated when a file has so many of them, the first to go last: the newest
    /// file goes first, and in a file the lowest share.
    pub fn to_truncate(&self, shares: u32) -> Vec<usize> {
        let all = self.shares.len();
        let files = (0..all).step_by(shares as usize);
        files.flat_map(|first| (first..all.min(first + shares as usize)).rev()).collect()
    }
}

/// Memory of one process. Pages.
#[derive(Clone, Debug, Default)]
pub struct Process {
    pub id: u32,
    pub name: &'static str,
    pub oom_score_adj: i32,
    /// Owner slots of anonymous pages.
    pub anon: Vec<u32>,
    pub secretmem: Secretmem,
    pub page_tables: Vec<Pfn>,
    /// Slabs and other kernel memory that its exit frees: frame and order.
    pub kernel: Vec<(Pfn, Order)>,
    /// Pages that the sets of a plan hold for it.
    pub plan_pages: u64,
    /// Set by the OOM killer.
    pub dying: bool,
    pub gone: bool,
}

impl Process {
    /// As the OOM killer sees it; `None` once it is dying or gone.
    pub fn candidate(&self) -> Option<Candidate> {
        (!self.dying && !self.gone).then(|| Candidate {
            id: self.id,
            rss_pages: self.anon.len() as u64 + self.secretmem.pages() + self.plan_pages,
            page_table_pages: self.page_tables.len() as u64,
            adj: self.oom_score_adj,
        })
    }
}
