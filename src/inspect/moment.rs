// SPDX-License-Identifier: GPL-2.0-only
//! Everything a reader sees of one moment.

use serde::{Deserialize, Serialize};

use super::blocks::Blocks;
use super::recording::{Recording, digest_of};
use super::timeline::requested_mib;
use super::words::Row;
use crate::model::freetype::NR_FREETYPES;
use crate::model::journal::{Decision, Kind};
use crate::model::view;
use crate::model::zone::{NR_ORDERS, Zone};
use crate::report::from_model::{layout, oom_report, proc_texts};
use crate::sim::World;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Of the decision being made, or of the next one.
    pub ordinal: u64,
    /// Of how many decisions.
    pub decisions: u64,
    /// The decision being made; none between decisions and at the end of the run.
    pub row: Option<Row>,
    pub at_us: u64,
    pub requested_mib: u32,
    /// MiB of secretmem, or of a plan's spam, in whole chunks.
    pub got_mib: u64,
    pub blocks: Blocks,
    pub free_lists: Vec<FreeLists>,
    /// vmstat names.
    pub counters: Vec<(String, u64)>,
    /// The kernel's texts: file name and content.
    pub texts: Vec<(String, String)>,
    pub digest: String,
}

/// A zone's free lists: blocks by type, then order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreeLists {
    pub zone: String,
    pub blocks: [[u32; NR_ORDERS]; NR_FREETYPES],
}

impl FreeLists {
    pub fn of(zone: &Zone) -> FreeLists {
        let mut blocks = [[0; NR_ORDERS]; NR_FREETYPES];
        for (order, kind, list) in view::free_lists(zone) {
            blocks[usize::from(kind)][usize::from(order)] = list.len() as u32;
        }
        FreeLists { zone: zone.name().to_owned(), blocks }
    }
}

impl Recording {
    /// The moment of a decision, or of the end of the run.
    pub fn moment(&mut self, ordinal: u64) -> Moment {
        self.glance(ordinal, true)
    }

    /// The same; the kernel's texts and the digest only if they are wanted.
    pub(super) fn glance(&mut self, ordinal: u64, with_texts: bool) -> Moment {
        let ordinal = ordinal.min(self.len());
        let report = if with_texts { self.oom_text(ordinal) } else { None };
        let (world, decision) = self.seek(ordinal);
        self.moment_of(&world, ordinal, decision, with_texts.then_some(report))
    }

    /// The moment when tasks had asked for so many pages; no decision is being made then.
    pub fn moment_when(&mut self, pages: u32, with_texts: bool) -> Moment {
        let (world, next) = self.when_requested(pages);
        let report = next.checked_sub(1).filter(|_| with_texts).and_then(|last| self.oom_text(last));
        self.moment_of(&world, next, None, with_texts.then_some(report))
    }

    fn moment_of(
        &self,
        world: &World,
        ordinal: u64,
        decision: Option<Decision>,
        with_report: Option<Option<(String, String)>>,
    ) -> Moment {
        let mut texts = Vec::new();
        let mut digest = String::new();
        if let Some(report) = with_report {
            let layout = layout(&self.cell().environment);
            texts.extend(proc_texts(world, &layout).map(|(name, text)| (name.to_owned(), text)));
            texts.extend(report);
            digest = format!("{:016x}", digest_of(world));
        }
        let mut counters = Vec::new();
        world.machine.tally.each(|name, value| counters.push((name.to_owned(), value)));
        Moment {
            ordinal,
            decisions: self.len(),
            row: decision.map(|decision| Row::of(ordinal, &decision)),
            at_us: world.machine.now_ns / 1000,
            requested_mib: requested_mib(world),
            got_mib: got_bytes(world) >> 20,
            blocks: Blocks::of(&world.machine.node),
            free_lists: world.machine.node.zones.iter().map(FreeLists::of).collect(),
            counters,
            texts,
            digest,
        }
    }

    /// The report of the last kill up to a moment, as the kernel logged it then.
    fn oom_text(&mut self, ordinal: u64) -> Option<(String, String)> {
        let at = self
            .timeline()
            .kills
            .iter()
            .rev()
            .find(|kill| kill.ordinal <= ordinal && kill.name == Kind::OomKill.name())?
            .ordinal;
        if self.report.as_ref().is_none_or(|(of, _)| *of != at) {
            let number = self.kill_at(at)?;
            let world = self.world_at(at);
            let kill = world.kills.get(number)?;
            let layout = layout(&self.cell().environment);
            self.report = Some((at, oom_report(&world, &layout, kill).to_string()));
        }
        self.report.as_ref().map(|(_, text)| ("oom report".to_owned(), text.clone()))
    }
}

fn got_bytes(world: &World) -> u64 {
    let worker = world.worker.chunks * u64::from(world.worker.chunk_pages) * 4096;
    worker + world.plan.spammed.iter().sum::<u64>()
}
