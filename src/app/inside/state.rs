// SPDX-License-Identifier: GPL-2.0-only
//! What is open, what has been said, and what was wished for last.

use std::rc::Rc;

use yew::prelude::*;

use super::Piece;
use crate::app::state::Model as PageModel;
use crate::few::Few;
use crate::inspect::Filter;
use crate::inspect::tour::{Parts, part, per_cell};
use crate::link::View;
use crate::worker::message::Failure;

#[derive(Clone, PartialEq)]
pub struct State {
    /// Places of policy A, policy B and the seed in the experiment, once chosen.
    choice: [Option<usize>; 3],
    /// The cells that are open.
    open: Option<[String; 2]>,
    parts: Few<u32, AttrValue>,
    /// A wish to be sent.
    pub wish: Option<String>,
    pub is_busy: bool,
    pub failure: Option<Failure>,
    pub tab: usize,
    /// Whether every page is drawn.
    pub pages: bool,
    pub cursor: usize,
    /// The picked page, counted from the start of its pageblock.
    pub page: usize,
    /// The words that decisions are filtered by, as they were last typed, and what is wrong with them.
    pub words: String,
    pub wrong: Option<String>,
    /// The last of them that could be read: what is in force.
    filter: String,
    /// The last wish that a button made.
    pub last: Option<String>,
}

pub enum Action {
    Choose(usize, usize),
    Close,
    Wish(String),
    /// The wish went out, about these runs.
    Sent([String; 2]),
    Heard(Parts),
    Failed(Failure),
    Cursor(usize),
    Page(usize),
    Filter(String),
}

impl State {
    /// Closed, unless the link names something inside.
    pub fn new(model: &PageModel) -> State {
        let view = &model.view;
        let wanted = match (view.view.as_deref(), view.event) {
            _ if !view.is_inside() => None,
            (Some("b"), Some(event)) => Some(format!("b {event}")),
            (_, Some(event)) => Some(format!("a {event}")),
            (_, None) => Some("open".to_owned()),
        };
        let blocks = model.experiment.environment.memory_mib.div_ceil(2);
        let tab = usize::from(view.view.as_deref() == Some("why"));
        State {
            choice: [None; 3],
            open: None,
            parts: Few::default(),
            wish: wanted,
            is_busy: false,
            failure: None,
            tab,
            pages: view.pages,
            cursor: view.block as usize / per_cell(blocks as usize),
            page: 0,
            words: String::new(),
            wrong: None,
            filter: String::new(),
            last: None,
        }
    }

    /// The chosen policies and seed; at first the baseline, the last policy and the first seed.
    pub fn chosen(&self, model: &PageModel) -> [usize; 3] {
        let (policies, seeds) = (model.experiment.policies.len(), model.experiment.seeds.len());
        let [a, b, seed] = self.choice;
        let within =
            |choice: Option<usize>, count: usize, default: usize| choice.filter(|&i| i < count).unwrap_or(default);
        [within(a, policies, 0), within(b, policies, policies - 1), within(seed, seeds, 0)]
    }

    /// The cells of what is chosen.
    pub fn runs(&self, model: &PageModel) -> Option<[String; 2]> {
        let [a, b, seed] = self.chosen(model);
        let key = |policy: usize| model.cells.get(seed * model.experiment.policies.len() + policy).cloned();
        Some([key(a)?, key(b)?])
    }

    pub fn is_open_for(&self, runs: Option<&[String; 2]>) -> bool {
        self.open.is_some() && self.open.as_ref() == runs && self.parts.get(part::NOW).is_some()
    }

    pub fn word(&self, is_open: bool) -> &'static str {
        match (is_open, self.is_busy || self.wish.is_some()) {
            (_, true) => "busy",
            (true, false) => "open",
            (false, false) => "closed",
        }
    }

    pub fn part(&self, number: u32) -> AttrValue {
        self.parts.get(number).cloned().unwrap_or_default()
    }

    fn number(&self, number: u32, word: usize) -> Option<u64> {
        self.part(number).split(' ').nth(word)?.parse().ok()
    }

    /// A wish with the place that it is made from, and what else the one who answers must know.
    pub fn placed(&self, wish: &str) -> String {
        let place = self.part(part::PLACE);
        let place = if place.is_empty() { "0 - -" } else { &*place };
        format!("{place} {} {} {} {wish}\n{}", self.tab, u8::from(self.pages), self.cursor, self.filter)
    }

    pub fn mib(&self) -> u32 {
        self.number(part::PLACE, 0).map_or(0, |pages| (pages / 256) as u32)
    }

    pub fn max_mib(&self) -> u32 {
        self.number(part::SCALE, 0).unwrap_or(1) as u32
    }

    pub fn per_cell(&self) -> u32 {
        self.number(part::SCALE, 1).unwrap_or(1) as u32
    }

    /// What a link says of what is seen: the view's name, the decision, the pageblock.
    pub fn view(&self) -> Option<View> {
        self.parts.get(part::PLACE)?;
        let (a, b) = (self.number(part::PLACE, 1), self.number(part::PLACE, 2));
        let name = match (self.tab, a, b) {
            (1, ..) => "why",
            (_, None, Some(_)) => "b",
            _ => "d",
        };
        let per_cell = self.per_cell();
        Some(View {
            view: Some(name.to_owned()),
            event: a.or(b),
            block: self.cursor as u32 * per_cell,
            pages: self.pages && per_cell == 1,
            ..View::default()
        })
    }
}

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut state = (*self).clone();
        match action {
            Action::Choose(field, at) => {
                state.choice[field] = Some(at);
                if state.open.is_some() {
                    state.wish = Some("open".to_owned());
                }
            }
            Action::Close => (state.open, state.wish, state.last) = (None, None, None),
            Action::Wish(wish) => {
                let number = |word: &str| wish.strip_prefix(word).and_then(|rest| rest.trim().parse::<usize>().ok());
                state.tab = number("tab ").unwrap_or(state.tab);
                state.pages = number("pages ").map_or(state.pages, |on| on == 1);
                state.last = Some(wish.clone());
                state.wish = Some(wish);
            }
            Action::Sent(runs) => {
                if state.open.as_ref() != Some(&runs) {
                    state.parts.clear();
                }
                (state.open, state.wish, state.is_busy, state.failure) = (Some(runs), None, true, None);
            }
            Action::Heard(parts) => {
                state.is_busy = false;
                if state.open.is_some() {
                    for (number, piece) in parts {
                        state.parts.insert(number, Piece::from(piece).into());
                    }
                }
            }
            Action::Failed(failure) => (state.is_busy, state.open, state.failure) = (false, None, Some(failure)),
            Action::Filter(words) => {
                state.wrong = Filter::parse(&words).err();
                if state.wrong.is_none() {
                    (state.filter, state.wish) = (words.clone(), Some("find".to_owned()));
                }
                state.words = words;
            }
            Action::Page(page) => state.page = page,
            Action::Cursor(cursor) => {
                state.cursor = cursor;
                state.wish = Some("block".to_owned());
            }
        }
        Rc::new(state)
    }
}
