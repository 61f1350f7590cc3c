// SPDX-License-Identifier: GPL-2.0-only
//! Copies of a session, and going to any moment from the nearest one.
//!
//! Copies are evenly spaced in work, within a budget of memory: when it is used up, every second one goes and the
//! distance doubles. So between half and all of the budget is used, whatever the length of the run. A seek also
//! leaves a copy some steps before its moment, so that single steps in either direction are cheap.

use crate::experiment::run::Unwatched;
use crate::experiment::session::Session;
use crate::sim::World;

/// Bytes of all copies together.
const BUDGET: u64 = 90 << 20;
const FRAMES_MIN: u64 = 6;
const FRAMES_MAX: u64 = 48;
/// Work between the first copies.
const FIRST_DISTANCE: u64 = 2000;
/// How many steps before its moment a seek leaves its copy.
const TRAIL: u64 = 4000;

pub(super) struct Keyframes {
    frames: Vec<Session>,
    /// The copy left by an earlier seek.
    near: Option<Session>,
    distance: u64,
    next_work: u64,
    frames_max: u64,
}

impl Keyframes {
    pub fn new(boot: &Session) -> Keyframes {
        let frames_max = (BUDGET / bytes(boot.world())).clamp(FRAMES_MIN, FRAMES_MAX);
        let frames = vec![boot.clone()];
        Keyframes { frames, near: None, distance: FIRST_DISTANCE, next_work: FIRST_DISTANCE, frames_max }
    }

    /// After each step of the recorded run: keeps a copy now and then.
    #[inline]
    pub fn consider(&mut self, session: &Session) {
        let work = work(session);
        if work < self.next_work {
            return;
        }
        self.frames.push(session.clone());
        if self.frames.len() as u64 > self.frames_max {
            let mut keep = false;
            self.frames.retain(|_| {
                keep = !keep;
                keep
            });
            self.distance *= 2;
        }
        self.next_work = work + self.distance;
    }

    pub fn end(&mut self, session: Session) {
        self.frames.push(session);
    }

    pub fn last(&self) -> &Session {
        self.frames.last().expect("the copy at boot is never dropped")
    }

    pub fn size(&self) -> (usize, u64) {
        (self.frames.len(), self.frames.iter().map(|session| bytes(session.world())).sum())
    }

    /// The world as decision `ordinal` was made; `steps` says in which step each one fell.
    pub fn seek(&mut self, ordinal: u64, steps: &[u64]) -> World {
        let target = steps[ordinal as usize].saturating_sub(1);
        let nearest = self.frames.iter().chain(&self.near).filter(|session| session.steps() <= target);
        let nearest = nearest.max_by_key(|session| session.steps()).expect("the copy at boot has taken no step");
        let mut session = nearest.clone();
        let trail = target.saturating_sub(TRAIL);
        if session.steps() < trail {
            while session.steps() < trail {
                session.step(&mut Unwatched);
            }
            self.near = Some(session.clone());
        }
        let journal = &mut session.world_mut().machine.journal;
        // A copy keeps what its own run has recorded since; it is never asked for.
        journal.take();
        journal.catch(ordinal);
        while session.world().machine.journal.is_waiting() {
            assert!(session.step(&mut Unwatched), "the run ends before its own decision {ordinal}");
        }
        let machine = session.world_mut().machine.journal.caught().expect("the entry has come");
        let mut world = session.into_world();
        world.machine = *machine;
        world
    }
}

/// What a run has done, in units that each take about as long to compute.
fn work(session: &Session) -> u64 {
    let tally = &session.world().machine.tally;
    let scanned = tally.compact_migrate_scanned + tally.compact_free_scanned;
    session.steps() + tally.pgfree + scanned / 8 + tally.compact_isolated
}

/// Roughly what a copy takes: the frames' records and twice a slot for each.
fn bytes(world: &World) -> u64 {
    world.machine.node.zones.iter().map(|zone| zone.frames.bytes() + 12 * u64::from(zone.frames.len())).sum()
}
