// SPDX-License-Identifier: GPL-2.0-only
//! One run, recorded.

use super::outline::Outline;
use super::seek::Keyframes;
use super::timeline::Timeline;
use super::words::Row;
use crate::environment::SpecError;
use crate::experiment::run::Watch;
use crate::experiment::session::Session;
use crate::experiment::{Cell, CellResult};
use crate::model::digest::{self, Digest};
use crate::model::journal::{Decision, Kind};
use crate::sim::World;

pub struct Recording {
    result: CellResult,
    decisions: Vec<Decision>,
    /// The step of simulated time in which each decision fell.
    steps: Vec<u64>,
    timeline: Timeline,
    keyframes: Keyframes,
    /// The last OOM report that was asked for, and its kill.
    pub(super) report: Option<(u64, String)>,
}

impl Recording {
    /// Runs a cell and records it. The result is that of `experiment::run`, bit by bit.
    pub fn record(cell: &Cell, watch: &mut dyn Watch) -> Result<Recording, SpecError> {
        let mut session = Session::boot(cell)?;
        session.world_mut().machine.record_decisions();
        let mut keyframes = Keyframes::new(&session);
        let mut outline = Outline::new(watch, session.world());
        outline.phase("boot", session.world());
        outline.look(session.world());
        let (mut decisions, mut steps) = (Vec::new(), Vec::new());
        while session.step(&mut outline) {
            outline.look(session.world());
            let journal = &mut session.world_mut().machine.journal;
            if journal.count() > decisions.len() as u64 {
                decisions.append(&mut journal.take());
                steps.resize(decisions.len(), session.steps());
            }
            keyframes.consider(&session);
        }
        let mut timeline = outline.finish(session.world());
        timeline.fill_lanes(&decisions);
        let result = session.result().expect("a session that is over has a result");
        keyframes.end(session);
        Ok(Recording { result, decisions, steps, timeline, keyframes, report: None })
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

    pub fn decisions(&self) -> &[Decision] {
        &self.decisions
    }

    /// Number of decisions: also the ordinal of the end of the run.
    pub fn len(&self) -> u64 {
        self.decisions.len() as u64
    }

    pub fn is_empty(&self) -> bool {
        self.decisions.is_empty()
    }

    pub fn decision(&self, ordinal: u64) -> Option<&Decision> {
        self.decisions.get(usize::try_from(ordinal).ok()?)
    }

    pub fn row(&self, ordinal: u64) -> Option<Row> {
        self.decision(ordinal).map(|decision| Row::of(ordinal, decision))
    }

    /// The last decision up to and at `ordinal` that `wanted` holds for.
    pub fn last_before(&self, ordinal: u64, wanted: impl Fn(&Decision) -> bool) -> Option<u64> {
        let end = self.decisions.len().min(ordinal.saturating_add(1) as usize);
        self.decisions[..end].iter().rposition(wanted).map(|i| i as u64)
    }

    /// The first decision from `ordinal` on that `wanted` holds for.
    pub fn first_from(&self, ordinal: u64, wanted: impl Fn(&Decision) -> bool) -> Option<u64> {
        let from = self.decisions.len().min(ordinal as usize);
        self.decisions[from..].iter().position(wanted).map(|i| ordinal + i as u64)
    }

    /// The first decision that was made when so much had been asked for.
    pub fn at_requested(&self, pages: u32) -> u64 {
        self.decisions.partition_point(|decision| decision.requested_pages < pages) as u64
    }

    /// The kill at an ordinal: its place among the kills.
    pub fn kill_at(&self, ordinal: u64) -> Option<usize> {
        let kill = |decision: &&Decision| decision.what.kind == Kind::OomKill;
        self.decision(ordinal).filter(kill)?;
        Some(self.decisions[..ordinal as usize].iter().filter(kill).count())
    }

    /// Copies of the session that are kept, and roughly what they take, bytes.
    pub fn keyframes(&self) -> (usize, u64) {
        self.keyframes.size()
    }

    /// The world as a decision was made, or at the end of the run. Memory is as in that instant; the list of processes
    /// is as after the step of simulated time.
    pub fn world_at(&mut self, ordinal: u64) -> World {
        if ordinal >= self.len() {
            return self.keyframes.last().world().clone();
        }
        self.keyframes.seek(ordinal, &self.steps)
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
