// SPDX-License-Identifier: GPL-2.0-only
//! All that the page remembers, and the only place where it changes.

use std::rc::Rc;

use web_sys::Blob;
use yew::{AttrValue, Reducible};

use crate::replay::blockmap::{Block, BlockMap};
use crate::report::traced;
use crate::worker::message::{Failure, News, Progress};

/// The moments of the bundled trace at which its kernel dumped its state, by number: what had just happened.
pub const MOMENTS: [&str; 6] = [
    "start of the trace",
    "fragmenter has allocated",
    "fragmenter has freed 3 of 4",
    "out of memory",
    "after the OOM kill",
    "end of the trace",
];

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

/// The reader's files. They are read by the worker alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Own {
    pub trace: Option<(String, Blob)>,
    pub start: Option<(String, Blob)>,
    pub snapshots: Vec<(String, Blob)>,
    pub end: Option<(String, Blob)>,
}

/// What a run came to, ready to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    pub verdict: String,
    pub agreement: AttrValue,
    pub facts: AttrValue,
    pub text: String,
    pub events: u64,
    pub ms: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Number of the present run, from 1; messages of earlier ones are ignored.
    pub run: u32,
    pub phase: Phase,
    /// What is replayed; none is the trace that comes with the page.
    pub own: Option<Rc<Own>>,
    /// What has been computed stays on show until something newer takes its place, whatever happens to a run.
    pub moments: Vec<Rc<BlockMap>>,
    pub contents: AttrValue,
    pub outcome: Option<Rc<Shown>>,
    /// Numbers of the moments that are compared.
    pub shown: [u32; 2],
    /// Position of the selected pageblock in a map.
    pub cursor: usize,
}

pub enum Action {
    Run,
    /// Something else to replay, from now on.
    Take(Option<Own>),
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
            own: None,
            moments: Vec::new(),
            contents: AttrValue::default(),
            outcome: None,
            shown: [0, 5],
            cursor: FIRST_CURSOR,
        }
    }

    /// The name of what is replayed.
    pub fn name(&self) -> &str {
        match self.own.as_ref().and_then(|own| own.trace.as_ref()) {
            Some((name, _)) => name,
            None => "the bundled trace",
        }
    }

    /// Before anything is known of a run, the table has its rows already.
    pub fn agreement(&self) -> AttrValue {
        match &self.outcome {
            Some(outcome) => outcome.agreement.clone(),
            None => traced::table(None, self.own.is_none(), "").into(),
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

    pub fn moment_name(&self, index: u32) -> String {
        let known = self.moments.iter().find(|map| map.index == index);
        match (&self.own, known, MOMENTS.get(index as usize)) {
            (None, _, Some(name)) => (*name).to_owned(),
            (_, Some(map), _) if !map.label.is_empty() => map.label.clone(),
            _ => "a state".to_owned(),
        }
    }

    fn hear(&mut self, news: News) {
        match news {
            News::Hello | News::Cell { .. } | News::Sight(_) | News::Parting(_) | News::Inside(_) => {}
            News::Progress(progress) => self.phase = Phase::Working(progress),
            News::Contents(html) => self.contents = html.into(),
            News::Map(map) => {
                if self.own.is_some() {
                    self.shown[1] = map.index;
                }
                let at = self.moments.partition_point(|known| known.index < map.index);
                if self.moments.get(at).is_some_and(|known| known.index == map.index) {
                    self.moments[at] = Rc::new(map);
                } else {
                    self.moments.insert(at, Rc::new(map));
                }
            }
            News::Replayed(outcome) => {
                let outcome = *outcome;
                self.outcome = Some(Rc::new(Shown {
                    verdict: outcome.verdict,
                    agreement: outcome.agreement.into(),
                    facts: outcome.facts.into(),
                    text: outcome.text,
                    events: outcome.events,
                    ms: outcome.ms,
                }));
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
            // Nothing of another trace stays, or it would be taken for this one's.
            Action::Take(own) => {
                model = Model { run: model.run + 1, own: own.map(Rc::new), ..Model::new() };
                if model.own.is_some() {
                    model.cursor = 0;
                }
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
