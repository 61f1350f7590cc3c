// SPDX-License-Identifier: GPL-2.0-only
//! All that the page remembers, and the only place where it changes.

use std::rc::Rc;

use yew::Reducible;

use crate::replay::blockmap::{Block, BlockMap};
use crate::worker::message::{Failure, News, Outcome, Progress};

/// The moments of the bundled trace at which its kernel dumped its state: number and what had just happened.
pub const MOMENTS: [(u32, &str); 6] = [
    (0, "start of the trace"),
    (1, "fragmenter has allocated"),
    (2, "fragmenter has freed 3 of 4"),
    (3, "out of memory"),
    (4, "after the OOM kill"),
    (5, "end of the trace"),
];

pub fn moment_name(index: u32) -> &'static str {
    MOMENTS.iter().find(|moment| moment.0 == index).map_or("a snapshot", |moment| moment.1)
}

/// What the worker is doing for the page, or how it ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    Starting,
    Working(Progress),
    Done,
    Cancelled,
    Failed(Failure),
}

impl Phase {
    pub fn is_running(&self) -> bool {
        matches!(self, Phase::Starting | Phase::Working(_))
    }

    /// The word that scripts and style sheets look for.
    pub fn word(&self) -> &'static str {
        match self {
            Phase::Starting | Phase::Working(_) => "running",
            Phase::Done => "done",
            Phase::Cancelled => "cancelled",
            Phase::Failed(_) => "failed",
        }
    }
}

/// The upper and the lower map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Before = 0,
    After = 1,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Number of the present run, from 1; messages of earlier ones are ignored.
    pub run: u32,
    pub phase: Phase,
    /// What has been computed stays on show until something newer takes its place, whatever happens to a run.
    pub moments: Vec<Rc<BlockMap>>,
    pub outcome: Option<Rc<Outcome>>,
    /// Numbers of the moments that are compared.
    pub shown: [u32; 2],
    /// Position of the selected pageblock in a map.
    pub cursor: usize,
}

pub enum Action {
    Run,
    Heard(u32, News),
    Broken(u32, Failure),
    Cancel,
    Show(Side, u32),
    MoveTo(usize),
}

impl Model {
    pub fn new() -> Model {
        Model {
            run: 1,
            phase: Phase::Starting,
            moments: Vec::new(),
            outcome: None,
            shown: [0, 5],
            cursor: FIRST_CURSOR,
        }
    }

    pub fn map(&self, side: Side) -> Option<&Rc<BlockMap>> {
        let index = self.shown[side as usize];
        self.moments.iter().find(|map| map.index == index)
    }

    pub fn block(&self, side: Side) -> Option<&Block> {
        self.map(side)?.blocks.get(self.cursor)
    }

    /// How many pageblocks a map has.
    pub fn blocks(&self) -> usize {
        self.moments.first().map_or(0, |map| map.blocks.len())
    }

    fn hear(&mut self, news: News) {
        match news {
            News::Hello | News::Cell { .. } | News::Sight(_) | News::Inside(_) => {}
            News::Progress(progress) => self.phase = Phase::Working(progress),
            News::Map(map) => {
                let at = self.moments.partition_point(|known| known.index < map.index);
                if self.moments.get(at).is_some_and(|known| known.index == map.index) {
                    self.moments[at] = Rc::new(map);
                } else {
                    self.moments.insert(at, Rc::new(map));
                }
            }
            News::Replayed(outcome) => {
                self.outcome = Some(Rc::from(outcome));
                self.phase = Phase::Done;
            }
            News::Failed(failure) => self.phase = Phase::Failed(failure),
        }
    }
}

/// A pageblock of the bundled trace whose type and use change; the first one is reserved for the most part.
const FIRST_CURSOR: usize = 29;

impl Reducible for Model {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        // A run that has ended says nothing any more: a broken worker's error event follows its own report.
        let late = |run: u32| run != self.run || !self.phase.is_running();
        let mut model = match &action {
            Action::Heard(run, _) | Action::Broken(run, _) if late(*run) => return self,
            Action::Cancel if !self.phase.is_running() => return self,
            _ => (*self).clone(),
        };
        match action {
            Action::Run => {
                model.run += 1;
                model.phase = Phase::Starting;
            }
            Action::Heard(_, news) => model.hear(news),
            Action::Broken(_, failure) => model.phase = Phase::Failed(failure),
            Action::Cancel => model.phase = Phase::Cancelled,
            Action::Show(side, index) => model.shown[side as usize] = index,
            Action::MoveTo(cursor) => model.cursor = cursor.min(model.blocks().saturating_sub(1)),
        }
        Rc::new(model)
    }
}
