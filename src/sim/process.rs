// SPDX-License-Identifier: GPL-2.0-only
//! A process: what it holds, and what is freed when it dies.

use crate::model::frames::{Order, Pfn};
use crate::model::oom::Candidate;

/// Memory of one process. Pages.
#[derive(Clone, Debug, Default)]
pub struct Process {
    pub id: u32,
    pub name: &'static str,
    pub oom_score_adj: i32,
    /// Owner slots of anonymous pages.
    pub anon: Vec<u32>,
    /// Frames of secretmem, which never move.
    pub secretmem: Vec<Pfn>,
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
            rss_pages: (self.anon.len() + self.secretmem.len()) as u64 + self.plan_pages,
            page_table_pages: self.page_tables.len() as u64,
            adj: self.oom_score_adj,
        })
    }
}
