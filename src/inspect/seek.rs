// SPDX-License-Identifier: GPL-2.0-only
//! Copies of a session, and going to any moment from the nearest one.
//!
//! Copies are evenly spaced in work, within a budget of memory: when it is used up, every second one goes and the
//! distance doubles. So between half and all of the budget is used, whatever the length of the run. A seek also
//! leaves a copy some steps before its moment, so that single steps in either direction are cheap.

use crate::experiment::session::Session;
use crate::experiment::watch::Unwatched;
use crate::model::journal::Decision;
use crate::model::view::frames;
use crate::sim::World;

/// Bytes of all copies together.
const BUDGET: u64 = 90 << 20;
const FRAMES_MIN: u64 = 6;
const FRAMES_MAX: u64 = 48;
/// Work between the first copies.
const FIRST_DISTANCE: u64 = 2000;

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

    /// The session after so many steps.
    pub fn at_step(&self, step: u64) -> Session {
        let mut session = self.last_where(&|session| session.steps() <= step);
        run_on(&mut session, Goal::Steps(step));
        session
    }

    /// A copy of the last one of which this is so, or of the one at boot.
    fn last_where(&self, is_so: &dyn Fn(&Session) -> bool) -> Session {
        self.frames.iter().rev().find(|session| is_so(session)).unwrap_or(&self.frames[0]).clone()
    }

    pub fn last(&self) -> &Session {
        self.frames.last().expect("the copy at boot is never dropped")
    }

    pub fn size(&self) -> (usize, u64) {
        (self.frames.len(), self.frames.iter().map(|session| bytes(session.world())).sum())
    }

    /// The nearest copy that has not come to a decision.
    fn nearest(&self, ordinal: u64) -> &Session {
        let copies = self.frames.iter().chain(&self.near);
        let earlier = copies.filter(|session| decided(session) <= ordinal);
        earlier.max_by_key(|session| session.steps()).expect("the copy at boot has decided nothing")
    }

    /// The world as decision `ordinal` was made, and the decision. It falls into step `step` or a later one.
    pub fn seek(&mut self, ordinal: u64, step: u64) -> (World, Decision) {
        let mut session = self.nearest(ordinal).clone();
        let trail = step.saturating_sub(1);
        if session.steps() < trail {
            run_on(&mut session, Goal::Steps(trail));
            self.near = Some(session.clone());
        }
        let first = decided(&session);
        session.world_mut().machine.journal.catch(ordinal);
        while session.world().machine.journal.is_waiting() {
            assert!(session.step(&mut Unwatched), "the run ends before its own decision {ordinal}");
        }
        let last = &mut session.world_mut().machine;
        let machine = last.caught.take().expect("the entry has come");
        let decision = last.journal.take()[(ordinal - first) as usize];
        let mut world = session.into_world();
        world.machine = *machine;
        (world, decision)
    }

    /// The world once tasks had asked for so many pages, and how many decisions had been made by then; the end of the
    /// run when they never did.
    pub fn when_requested(&self, pages: u32) -> (World, u64) {
        let mut session = self.last_where(&|session| requested(session) < pages.into());
        run_on(&mut session, Goal::Pages(pages.into()));
        let made = decided(&session);
        (session.into_world(), made)
    }

    /// Decisions in full, at these ordinals, ascending. Where they lie far apart, as those of a filter may, no more is run
    /// again than from the nearest copy before each. `step` says in which step a decision falls, or an earlier one.
    pub fn decisions_at(&self, ordinals: &[u64], step: impl Fn(u64) -> u64) -> Vec<Decision> {
        let mut reached: Option<Session> = None;
        let mut found = Vec::new();
        // Those of the last stride, and the ordinal of the one behind them.
        let (mut made, mut next) = (Vec::new(), 0);
        for &ordinal in ordinals {
            let copy = self.nearest(ordinal);
            if next <= ordinal && reached.as_ref().is_none_or(|session| copy.steps() > session.steps()) {
                (reached, next) = (Some(copy.clone()), decided(copy));
            }
            let session = reached.as_mut().expect("there is a copy before every decision");
            if next <= ordinal {
                run_on(session, Goal::Steps(step(ordinal).saturating_sub(1)));
                next = decided(session);
            }
            while next <= ordinal {
                let goes_on = session.stride_of(u64::MAX, &mut Unwatched);
                assert!(goes_on || decided(session) > next, "the run ends before decision {next}");
                made = session.world_mut().machine.journal.take();
                next = decided(session);
            }
            found.push(made[made.len() - (next - ordinal) as usize]);
        }
        found
    }
}

/// How far to run on.
#[derive(Clone, Copy)]
enum Goal {
    Steps(u64),
    /// Pages that tasks have asked for.
    Pages(u64),
}

/// Runs on as far as that, or to the end. What is decided on the way is not asked for.
fn run_on(session: &mut Session, goal: Goal) {
    let left = |session: &Session| match goal {
        Goal::Steps(steps) => steps.saturating_sub(session.steps()),
        Goal::Pages(pages) => pages.saturating_sub(requested(session)),
    };
    // Steps at once ask for a page each, so none of them is one too many for either goal.
    while left(session) > 0 && session.stride_of(left(session), &mut Unwatched) {
        session.world_mut().machine.journal.take();
    }
}

pub(super) fn requested(session: &Session) -> u64 {
    session.world().machine.journal.requested_pages
}

pub(super) fn decided(session: &Session) -> u64 {
    session.world().machine.journal.count()
}

/// What a run has done, in units that each take about as long to compute.
fn work(session: &Session) -> u64 {
    let tally = &session.world().machine.tally;
    let scanned = tally.compact_migrate_scanned + tally.compact_free_scanned;
    session.steps() + tally.pgfree + scanned / 8 + tally.compact_isolated
}

/// Roughly what a copy takes: the frames' records and twice a slot for each.
fn bytes(world: &World) -> u64 {
    world.machine.node.zones.iter().map(frames).map(|frames| frames.bytes() + 12 * u64::from(frames.len())).sum()
}
