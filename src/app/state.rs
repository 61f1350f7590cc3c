// SPDX-License-Identifier: GPL-2.0-only
//! All that the page remembers of comparisons, and the only place where it changes.

use std::rc::Rc;

use yew::Reducible;

pub use super::place::Place;
pub use super::store::{Done, Store};
use crate::experiment::{Edit, Experiment};
use crate::link::{self, LinkCheck, Opened, Permalink, Promise, View};
use crate::report::panel::{self, Shown};
use crate::worker::message::{Failure, Seen};

/// What the workers are doing, or how it ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    Running,
    Done,
    Cancelled,
    Failed(Failure),
}

impl Phase {
    /// The word that scripts and style sheets look for.
    pub fn word(&self) -> &'static str {
        match self {
            Phase::Running => "running",
            Phase::Done => "done",
            Phase::Cancelled => "cancelled",
            Phase::Failed(_) => "failed",
        }
    }
}

/// A value that a control could not take: what was typed and why not.
pub type Problem = (String, String);

#[derive(Clone)]
pub struct Model {
    pub place: Place,
    pub experiment: Rc<Experiment>,
    /// The key of each cell, in the experiment's order.
    pub cells: Rc<Vec<String>>,
    /// Grows when somebody changes the experiment: a step to go back from.
    pub step: u32,
    /// Number of the present run; messages of earlier ones are ignored.
    pub run: u32,
    pub phase: Phase,
    /// What the opened link promised, as long as it is of this experiment.
    pub promise: Option<Promise>,
    pub view: View,
    /// Sentences on the opened link.
    pub notes: Rc<Vec<String>>,
    /// A link that could not be opened.
    pub refused: Option<String>,
    /// By the place of the control.
    problems: Rc<Vec<(String, Problem)>>,
    /// Results by the key of their cell, of all experiments so far.
    pub store: Rc<Store>,
    /// Whole seeds that the present run has, that were given to be analysed, and whether that is under way.
    pub ready: usize,
    pub given: usize,
    pub analysing: bool,
    /// Where the first and the last policy part on the first seed, with the keys of those two cells.
    parted: Option<([String; 2], String)>,
    /// What is shown; it stays until something newer takes its place.
    pub shown: Option<Rc<Shown>>,
    /// The reader's choice of colours; `None` follows the system.
    pub dark: Option<bool>,
    /// What the share dialog says of its last deed; `None` while it is closed.
    pub shared: Option<&'static str>,
    /// Grows when something outside changes how a canvas must look: its size, the colours in force.
    pub paint: u32,
    /// Grows with every change, so that two models are told apart without a look inside.
    revision: u64,
}

impl PartialEq for Model {
    fn eq(&self, other: &Model) -> bool {
        self.revision == other.revision
    }
}

pub enum Action {
    /// The address bar has changed.
    Address(String),
    Edit(Edit),
    /// Another experiment by its link's fragment, chosen on the page.
    Choose(&'static str),
    Run,
    Cancel,
    /// Results, by the keys of their cells.
    Cells(Vec<(String, Rc<Done>)>),
    /// The results of so many seeds go to be analysed.
    Analyse(u32, usize),
    Seen(u32, Box<Seen>),
    Parted([String; 2], String),
    Failed(u32, Failure),
    /// What is looked at.
    View(View),
    Dark(bool),
    /// The share dialog opens, says something, or closes.
    Share(Option<&'static str>),
    Repaint,
}

impl Model {
    /// The page as an address wants it.
    pub fn new(fragment: &str, dark: Option<bool>) -> Model {
        let place = Place::of(fragment);
        let (experiment, cells) = parts(default_link().experiment);
        let model = Model {
            place,
            experiment,
            cells,
            step: 0,
            run: 0,
            phase: Phase::Cancelled,
            promise: None,
            view: View::default(),
            notes: Rc::default(),
            refused: None,
            problems: Rc::default(),
            store: Rc::default(),
            ready: 0,
            given: 0,
            analysing: false,
            parted: None,
            shown: None,
            dark,
            shared: None,
            paint: 0,
            revision: 0,
        };
        model.addressed(fragment)
    }

    /// The colours asked for. Inside another page that page decides, by its link.
    pub fn dark(&self) -> Option<bool> {
        let of_link = self.view.theme.as_ref().map(|theme| theme == "dark");
        if self.view.embed { of_link } else { self.dark.or(of_link) }
    }

    /// The cells whose decisions are held against each other: the first and the last policy on the first seed.
    pub fn pair(&self) -> Option<[String; 2]> {
        let policies = self.experiment.policies.len();
        (policies > 1).then(|| [self.cells[0].clone(), self.cells[policies - 1].clone()])
    }

    /// Where they part, if that is known.
    pub fn parting(&self) -> Option<&str> {
        let (keys, text) = self.parted.as_ref()?;
        (self.pair().as_ref() == Some(keys)).then_some(text.as_str())
    }

    /// Cells of the present experiment that are there.
    pub fn cells_done(&self) -> usize {
        self.cells.iter().filter(|key| self.store.has(key)).count()
    }

    /// Whether the results are to be looked at now: at the first whole seed, at the last, and between them when there
    /// are half as many again as last time. A look takes time from the cells, and an interval narrows with the root of n.
    pub fn is_worth_a_look(&self) -> bool {
        let all = self.cells.len() == self.ready * self.experiment.policies.len();
        !self.analysing && self.ready > self.given && (all || self.ready * 2 >= self.given * 3)
    }

    /// What is to be analysed: numbers of cells and their results.
    pub fn results(&self) -> Vec<(u32, String)> {
        let number = 0u32..;
        let found = number.zip(self.cells.iter()).filter_map(|(number, key)| Some((number, self.store.get(key)?)));
        found.map(|(number, done)| (number, done.text.clone())).collect()
    }

    fn addressed(mut self, fragment: &str) -> Model {
        self.place = Place::of(fragment);
        if self.place != Place::Compare {
            return self;
        }
        let opened = match fragment {
            // Headings of the page are fragments too; only a link has pairs.
            text if text.is_empty() || !text.contains('=') => Ok(default_opened()),
            text => link::open(text),
        };
        match opened {
            Ok(opened) => {
                self.refused = None;
                self.notes = Rc::new(opened.notes);
                self.promise = opened.link.result;
                self.view = opened.link.view;
                if self.run == 0 || link::config(&opened.link.experiment) != link::config(&self.experiment) {
                    self.set(opened.link.experiment);
                }
            }
            Err(error) => {
                self.refused = Some(error.to_string());
                self.phase = Phase::Cancelled;
                // Even a broken link must not make a page write into the history of its host.
                self.view.embed |= fragment.split('&').any(|pair| pair == "e=1");
            }
        }
        self
    }

    /// Another experiment: it runs at once, with the cells that are there already.
    fn set(&mut self, experiment: Experiment) {
        (self.experiment, self.cells) = parts(experiment);
        self.begin();
    }

    fn begin(&mut self) {
        self.run += 1;
        self.phase = Phase::Running;
        (self.ready, self.given, self.analysing) = (self.whole_seeds(), 0, false);
    }

    fn whole_seeds(&self) -> usize {
        let policies = self.experiment.policies.len();
        self.cells.chunks(policies).filter(|keys| keys.iter().all(|key| self.store.has(key))).count()
    }

    /// What is wrong with the control at a place.
    pub fn problem(&self, place: &str) -> Option<Problem> {
        self.problems.iter().find(|(known, _)| known == place).map(|(_, problem)| problem.clone())
    }

    fn forget(&mut self, place: &str) {
        Rc::make_mut(&mut self.problems).retain(|(known, _)| known != place);
    }

    fn edited(&mut self, edit: &Edit) {
        match edit.apply(&self.experiment) {
            Ok(experiment) => {
                self.forget(&edit.place());
                if link::config(&experiment) != link::config(&self.experiment) {
                    self.promise = None;
                    self.notes = Rc::default();
                    self.refused = None;
                    self.view.event = None;
                    self.step += 1;
                    self.set(experiment);
                }
            }
            Err(error) => {
                self.forget(&edit.place());
                Rc::make_mut(&mut self.problems).push((edit.place(), (edit.text(), error.problem)));
            }
        }
    }

    fn seen(&mut self, seen: Seen) {
        self.analysing = false;
        let whole = seen.shown.is_whole;
        self.shown = Some(Rc::new(seen.shown));
        let more = seen.more_seeds.and_then(|seeds| crate::experiment::parse_seeds(&seeds, '~').ok());
        match more {
            Some(seeds) => {
                // The rule wants more seeds: the same run goes on.
                let experiment = Experiment { seeds, ..(*self.experiment).clone() };
                (self.experiment, self.cells) = parts(experiment);
            }
            None if whole => self.phase = Phase::Done,
            None => {}
        }
    }
}

/// An experiment with the keys of its cells: each the link to it alone.
fn parts(experiment: Experiment) -> (Rc<Experiment>, Rc<Vec<String>>) {
    let keys = (0..experiment.cells()).map(|number| {
        let cell = experiment.cell(number);
        let alone = Experiment {
            environment: cell.environment,
            workload: cell.workload,
            policies: vec![cell.policy],
            seeds: vec![cell.seed],
            until: None,
        };
        link::write(&Permalink::of(alone))
    });
    let keys = Rc::new(keys.collect());
    (Rc::new(experiment), keys)
}

fn default_opened() -> Opened {
    Opened { link: default_link(), check: LinkCheck::Absent, version: link::CURRENT, notes: Vec::new() }
}

/// The comparison that the page begins with.
#[allow(clippy::expect_used, reason = "a constant of this program, which a test opens")]
pub fn default_link() -> Permalink {
    link::open(panel::DEFAULT).expect("the default link opens").link
}

impl Reducible for Model {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let late = |run: u32| run != self.run || self.phase != Phase::Running;
        match &action {
            // Results are kept whichever run they were for.
            Action::Analyse(run, _) | Action::Seen(run, _) | Action::Failed(run, _) if late(*run) => return self,
            Action::Cancel if self.phase != Phase::Running => return self,
            _ => {}
        }
        let mut model = (*self).clone();
        model.revision += 1;
        match action {
            Action::Address(fragment) => model = model.addressed(&fragment),
            Action::Edit(edit) => model.edited(&edit),
            Action::Choose(fragment) => {
                model.step += 1;
                model.problems = Rc::default();
                model = model.addressed(fragment);
                // That it has no check is no news: nobody sent it.
                model.notes = Rc::default();
            }
            Action::Run => model.begin(),
            Action::Cancel => model.phase = Phase::Cancelled,
            Action::Cells(cells) => {
                let store = Rc::make_mut(&mut model.store);
                cells.into_iter().for_each(|(key, done)| store.insert(key, done));
                model.ready = model.whole_seeds();
            }
            Action::Analyse(_, seeds) => (model.given, model.analysing) = (seeds, true),
            Action::Seen(_, seen) => model.seen(*seen),
            Action::Parted(keys, text) => model.parted = Some((keys, text)),
            Action::Failed(_, failure) => model.phase = Phase::Failed(failure),
            Action::View(view) => model.view = view,
            Action::Dark(dark) => {
                model.dark = Some(dark);
                model.paint += 1;
            }
            Action::Share(said) => model.shared = said,
            Action::Repaint => model.paint += 1,
        }
        Rc::new(model)
    }
}
