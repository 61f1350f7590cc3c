// SPDX-License-Identifier: GPL-2.0-only
//! Out of memory: the state at the moment the killer is invoked.
//!
//! Stands for mm/oom_kill.c@7.3: out_of_memory, oom_badness. The process table belongs to whoever runs tasks.
//!
//! Modelled: badness by resident pages, page tables and adjustment; ties go to the later process.
//! Absent: panic_on_oom, cgroup and cpuset constraints, notifiers.

use super::frames::Order;
use super::gfp::Gfp;
use super::machine::Machine;
use super::request::Request;

/// What an OOM report would say first. Pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OomEvent {
    pub at_ns: u64,
    pub order: Order,
    pub gfp: Gfp,
    pub free_pages: u64,
    pub pcp_pages: u64,
    pub boost_pages: u64,
    pub denial: super::denial::Denial,
}

impl Machine {
    /// The numbers of this moment for a request that nothing can satisfy.
    pub fn oom_event(&self, request: &Request) -> OomEvent {
        let zones = &self.node.zones;
        OomEvent {
            at_ns: self.now_ns,
            order: request.order,
            gfp: request.gfp,
            free_pages: zones.iter().map(|zone| zone.free.exact()).sum(),
            pcp_pages: zones.iter().flat_map(|zone| &zone.pcp).map(|pcp| u64::from(pcp.count)).sum(),
            boost_pages: zones.iter().map(|zone| u64::from(zone.boost)).sum(),
            denial: self.node.explain(request),
        }
    }
}

/// A process as the killer sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub id: u32,
    pub rss_pages: u64,
    pub page_table_pages: u64,
    /// oom_score_adj, -1000..=1000.
    pub adj: i32,
}

/// mm/oom_kill.c:oom_badness@7.3 over candidates in order of creation; `total_pages` is all RAM.
pub fn choose_victim(candidates: impl IntoIterator<Item = Candidate>, total_pages: u64) -> Option<u32> {
    let badness =
        |c: &Candidate| c.rss_pages as i64 + c.page_table_pages as i64 + i64::from(c.adj) * (total_pages as i64 / 1000);
    candidates.into_iter().filter(|c| c.adj > -1000).max_by_key(badness).map(|c| c.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_of_equals_dies_and_minus_1000_never() {
        let c = |id, rss_pages, adj| Candidate { id, rss_pages, page_table_pages: 0, adj };
        assert_eq!(choose_victim([c(1, 10, 0), c(2, 10, 0), c(3, 99, -1000)], 1000), Some(2));
        assert_eq!(choose_victim([c(1, 10, 1000), c(2, 500, 0)], 1000), Some(1));
        assert_eq!(choose_victim([c(1, 10, -1000)], 1000), None);
    }
}
