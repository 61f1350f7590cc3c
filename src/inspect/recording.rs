// SPDX-License-Identifier: GPL-2.0-only
//! One run, recorded.

use super::outline::Outline;
use super::seek::Keyframes;
use super::stream::{Entry, Stream};
use super::timeline::Timeline;
use super::words::Row;
use crate::environment::SpecError;
use crate::experiment::session::Session;
use crate::experiment::watch::Watch;
use crate::experiment::{Cell, CellResult};
use crate::model::digest::{self, Digest};
use crate::model::frames::Pfn;
use crate::model::journal::{Decision, Kind};
use crate::model::view;
use crate::sim::World;

pub struct Recording {
    result: CellResult,
    stream: Stream,
    timeline: Timeline,
    pub(super) keyframes: Keyframes,
    /// The last OOM report that was asked for, and its kill.
    pub(super) report: Option<(u64, String)>,
}

impl Recording {
    /// Runs a cell and records it. The result is that of `experiment::run`, bit by bit.
    pub fn record(cell: &Cell, watch: &mut dyn Watch) -> Result<Recording, SpecError> {
        let mut session = Session::boot(cell)?;
        session.world_mut().machine.record_decisions();
        let mut keyframes = Keyframes::new(&session);
        let mut outline = Outline::new(watch);
        outline.phase("boot", session.world());
        outline.look(session.world());
        let mut stream = Stream::default();
        while session.step(&mut outline) {
            outline.look(session.world());
            let step = session.steps();
            for decision in session.world_mut().machine.journal.take() {
                outline.decision(stream.end(), &decision);
                stream.push(&decision, step);
            }
            keyframes.consider(&session);
        }
        let timeline = outline.finish(session.world());
        let result = session.result().expect("a session that is over has a result");
        keyframes.end(session);
        Ok(Recording { result, stream, timeline, keyframes, report: None })
    }

    pub fn result(&self) -> &CellResult {
        &self.result
    }

    pub fn cell(&self) -> &Cell {
        self.keyframes.last().cell()
    }

    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    pub fn entry(&self, ordinal: u64) -> Option<Entry> {
        self.stream.get(ordinal)
    }

    /// Decisions of the run: also the ordinal of its end.
    pub fn len(&self) -> u64 {
        self.stream.end()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The kill at an ordinal: its place among the kills.
    pub fn kill_at(&self, ordinal: u64) -> Option<usize> {
        self.timeline.kills.iter().position(|kill| kill.ordinal == ordinal && kill.name == Kind::OomKill.name())
    }

    /// Copies of the session that are kept, and roughly what they take, bytes.
    pub fn keyframes(&self) -> (usize, u64) {
        self.keyframes.size()
    }

    /// The world as a decision was made, or at the end of the run. Memory is as in that instant; the list of processes
    /// is as after the step of simulated time.
    pub fn world_at(&mut self, ordinal: u64) -> World {
        self.seek(ordinal).0
    }

    /// The same, and the decision in full; none at the end.
    pub fn seek(&mut self, ordinal: u64) -> (World, Option<Decision>) {
        if ordinal >= self.len() {
            return (self.keyframes.last().world().clone(), None);
        }
        let (world, decision) = self.keyframes.seek(ordinal, self.stream.step_before(ordinal));
        (world, Some(decision))
    }

    /// The world once tasks had asked for so many pages, and how many decisions had been made by then.
    pub fn when_requested(&self, pages: u32) -> (World, u64) {
        self.keyframes.when_requested(pages)
    }

    /// Decisions in full: `count` of them from `from` on, fewer at the end.
    pub fn decisions(&mut self, from: u64, count: u64) -> Vec<Decision> {
        let end = from.saturating_add(count).min(self.len());
        if from >= end {
            return Vec::new();
        }
        let whole: Option<Vec<Decision>> = (from..end).map(|ordinal| self.stream.whole(ordinal)).collect();
        whole.unwrap_or_else(|| self.run_again(&(from..end).collect::<Vec<u64>>()))
    }

    pub fn decision(&mut self, ordinal: u64) -> Option<Decision> {
        self.decisions(ordinal, 1).pop()
    }

    /// Lines of the decision log.
    pub fn rows(&mut self, from: u64, count: u64) -> Vec<Row> {
        let decisions = self.decisions(from, count);
        decisions.iter().zip(from..).map(|(decision, ordinal)| Row::of(ordinal, decision)).collect()
    }

    /// Lines of the decision log, at these ordinals, ascending.
    pub fn rows_at(&mut self, ordinals: &[u64]) -> Vec<Row> {
        let whole = |&ordinal: &u64| self.stream.whole(ordinal).map(|decision| Row::of(ordinal, &decision));
        if let Some(rows) = ordinals.iter().map(whole).collect() {
            return rows;
        }
        let decisions = self.run_again(ordinals);
        decisions.iter().zip(ordinals).map(|(decision, &ordinal)| Row::of(ordinal, decision)).collect()
    }

    fn run_again(&self, ordinals: &[u64]) -> Vec<Decision> {
        self.keyframes.decisions_at(ordinals, |ordinal| self.stream.step_before(ordinal))
    }

    /// Pageblocks of all zones, by their first frame.
    pub fn pageblocks(&self) -> Vec<Pfn> {
        let zones = &self.keyframes.last().world().machine.node.zones;
        zones.iter().flat_map(view::pageblocks).map(|(block, _)| block).collect()
    }

    /// Digest of the machine's zones and counters as a decision was made.
    pub fn digest_at(&mut self, ordinal: u64) -> u64 {
        digest_of(&self.world_at(ordinal))
    }
}

/// Zones, counters and the clock.
pub fn digest_of(world: &World) -> u64 {
    let mut digest = Digest::new();
    world.machine.node.zones.iter().for_each(|zone| digest::zone(&mut digest, zone));
    world.machine.tally.each(|_, value| digest.long(value));
    digest.long(world.machine.now_ns);
    digest.finish()
}
