// SPDX-License-Identifier: GPL-2.0-only
//! Unguided replay: the stock tracepoints that any user can record, against a start state.
//!
//! Lines that an instrumented kernel added are ignored. What stands for what, and when it is used:
//!
//! - `mm_page_alloc`: order and flags are the request. The model answers which zone, which list and which page, and
//!   whether the watermarks allow it; then the line's pfn is looked at, and the model bent to it.
//! - `mm_page_alloc_zone_locked`, `mm_page_alloc_extfrag`: that lines of a task exist says that free lists were used at
//!   this moment, for the task's next `mm_page_alloc`. Before a page of them is looked at, the model answers that
//!   allocation: it counts only if the model, too, finds its per-CPU list empty and refills it in that zone. Each page
//!   is named before its own line is looked at, and the line is adopted: the list then holds the real pages. Whether a
//!   block was claimed is taken from the lines; an answer that was not the same without this knowledge does not count.
//! - `mm_page_free`: takes effect at its `mm_page_free_batched` if there is one, else at once. A block that is freed
//!   page by page in lines that follow each other is one free.
//! - `mm_page_pcpu_drain`: how many lines of the task follow a free says how much its list gave back (scored as
//!   `trims`, then adopted; zone flags that explain another amount are kept). Lines without a free are a drain or
//!   decay. That a line exists is knowledge, which page it is is not: each is named before its line is looked at.
//! - `mm_compaction_isolate_freepages` and the fast one: free pages leave the lists; which, the range tells.
//! - kswapd's lines: from its wake-up to its last line before it sleeps or wakes again, reclaim is taken to be active.
//!
//! After a difference: a page deeper in a list than thought means that those in front are gone; a fallback means that
//! better lists were empty; a zone that was passed over has fewer free pages than counted. Nothing of a later line is
//! used for an earlier answer.
//!
//! Out of sight, so a source of differences: which target pages a migration used, list rotations by compaction, pages
//! of the bulk interface, decay that frees nothing, frees by an interrupt while the list's lock is held.

mod ahead;
mod outside;
mod pages;
mod refill;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use super::lru::LruBatch;
use super::report::Report;
use crate::few::Few;
use crate::model::frames::{Order, Pfn};
use crate::model::node::Node;
use crate::model::percpu::GiveBack;
use crate::replay::load::zone_of_block;
use crate::trace::{Event, Kind};
use ahead::Ahead;

/// One replay under way.
pub struct Native<'a> {
    pub node: Node,
    pub report: Report,
    events: Vec<&'a Event>,
    ahead: Ahead,
    /// Position of the next event.
    at: usize,
    /// Events that an earlier one has dealt with.
    done: Vec<bool>,
    /// The model's answer to an allocation, by the position of its line, and whether the page has been taken.
    answers: Few<usize, Answer>,
    /// The last `mm_page_free` of each page.
    freed: BTreeMap<Pfn, Freed>,
    giving_back: Few<u32, (usize, GiveBack)>,
    lru: LruBatch,
    /// Tasks that are reclaiming, and so may ignore watermarks.
    reclaiming: BTreeSet<u32>,
    /// Tasks that the OOM killer chose.
    victims: BTreeSet<u32>,
    compacting: Few<u32, outside::Compacting>,
    /// The boosts at the moment kswapd woke, which it takes back when it is done.
    boosts: Option<Vec<u32>>,
    /// By how much each zone's marks are moved because the model counts too many or too few pages as free.
    biases: Vec<i64>,
    /// Whether the trace prints where balancing begins and ends.
    has_balance: bool,
}

/// What the model said about one allocation before its lines were looked at.
#[derive(Clone, Copy, Debug, Default)]
struct Answer {
    pfn: Option<Pfn>,
    /// The page has left its list already.
    taken: Option<Pfn>,
    /// The marks allow it; otherwise `pfn` is what would come if they did.
    granted: bool,
}

/// A free: its position, and its order, which batched frees do not print.
#[derive(Clone, Copy, Debug)]
struct Freed {
    at: usize,
    order: Order,
    batched: bool,
}

impl<'a> Native<'a> {
    pub fn new(mut node: Node, trace: &'a [Event]) -> Native<'a> {
        for zone in &mut node.zones {
            zone.known_claims = Some(Default::default());
            zone.tracer.switch(true);
        }
        let events: Vec<&Event> = trace.iter().filter(|event| is_stock(&event.kind)).collect();
        let ahead = Ahead::of(&events);
        Native {
            biases: vec![0; node.zones.len()],
            node,
            report: Report { mode: "native".to_owned(), ..Report::default() },
            ahead,
            at: 0,
            done: vec![false; events.len()],
            has_balance: events.iter().any(|event| matches!(event.kind, Kind::BalanceBegin { .. })),
            events,
            answers: Few::default(),
            freed: BTreeMap::new(),
            giving_back: Few::default(),
            lru: LruBatch::default(),
            reclaiming: BTreeSet::new(),
            victims: BTreeSet::new(),
            compacting: Few::default(),
            boosts: None,
        }
    }

    /// Events left.
    pub fn left(&self) -> usize {
        self.events.len() - self.at
    }

    /// Replays the next event.
    pub fn step(&mut self) {
        let at = self.at;
        self.at += 1;
        let event = self.events[at];
        self.report.events += 1;
        if self.done[at] {
            return;
        }
        for zone in &mut self.node.zones {
            zone.cpu = if usize::from(event.cpu) < zone.pcp.len() { event.cpu as u8 } else { 0 };
        }
        if !matches!(event.kind, Kind::PcpuDrain { .. }) {
            self.stop_giving_back(event.pid);
        }
        match event.kind {
            Kind::ZoneLocked { .. } | Kind::Extfrag { .. } => self.refill_run(at),
            Kind::Alloc { pfn, order, gfp, .. } => self.allocation(at, pfn, order, gfp),
            Kind::Free { pfn, order } => self.freed(at, pfn, order),
            Kind::FreeBatched { pfn } => {
                let order = self.freed.get(&pfn).map_or(0, |freed| freed.order);
                self.commit_free(at, pfn, order);
            }
            Kind::PcpuDrain { pfn, order, .. } => self.drained(at, pfn, order),
            _ => self.outside(at),
        }
        self.kswapd_after(at);
        self.node.zones.iter_mut().for_each(|zone| drop(zone.tracer.take()));
    }

    fn line(&self, at: usize) -> u32 {
        self.events[at].line
    }

    /// Zone of a block, or a note that the state has no zone that holds it whole.
    fn zone_of_block(&mut self, pfn: Pfn, order: Order) -> Option<usize> {
        let found = zone_of_block(&self.node, pfn, order);
        self.report.impossible += u64::from(found.is_none());
        found
    }
}

/// Whether a stock kernel prints it and it says something about pages.
fn is_stock(kind: &Kind) -> bool {
    !kind.name().starts_with("PA ") && !matches!(kind, Kind::Other(_) | Kind::Lost { .. })
}
