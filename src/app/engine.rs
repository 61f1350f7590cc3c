// SPDX-License-Identifier: GPL-2.0-only
//! Keeps the workers busy with what the model of the page wants.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use yew::prelude::*;

use super::platform;
use super::pool::Pool;
use super::state::{Action, Done, Model, Phase};
use crate::link;
use crate::worker::message::{Analyse, Job, News};

/// More workers than this win little and cost memory.
const WORKERS_MAX: usize = 8;

/// Cells in a pool, and what they show by a worker of its own, which so never waits for cells.
#[hook]
pub fn use_engine(model: &UseReducerHandle<Model>) {
    let pools = use_memo((), |()| (Pool::new(platform::cores().min(WORKERS_MAX)), Pool::new(1)));
    let run = (model.phase == Phase::Running).then_some(model.run);
    use_cells(model, &pools.0, run);
    use_sight(model, &pools.1, run);
    use_parting(model, &pools.1);
}

/// Results that came since the page was last told.
type Inbox = Rc<RefCell<Vec<(String, Rc<Done>)>>>;

/// How long results are gathered: each telling draws the page anew, and that takes time from the cells.
const GATHER_MS: i32 = 100;

/// Runs the cells that are not there yet. A run that ends otherwise than by itself takes its jobs with it.
#[hook]
fn use_cells(model: &UseReducerHandle<Model>, pool: &Pool, run: Option<u32>) {
    let (dispatcher, pool) = (model.dispatcher(), pool.clone());
    let (cells, store) = (model.cells.clone(), model.store.clone());
    let inbox = use_memo((), |()| Inbox::default());
    use_effect_with((run, cells), move |(run, cells)| {
        if let Some(run) = *run {
            let wanted: Vec<_> = cells.iter().filter(|key| !store.has(key)).collect();
            let left = Rc::new(Cell::new(wanted.len()));
            for key in wanted {
                let (dispatcher, inbox, at) = (dispatcher.clone(), (*inbox).clone(), key.clone());
                let left = left.clone();
                pool.submit(Job::Cell(key.clone()), move |news| match news {
                    News::Cell { value, result } => {
                        let done = Rc::new(Done { value, text: result });
                        inbox.borrow_mut().push((at.clone(), done));
                        left.set(left.get() - 1);
                        let (dispatcher, inbox) = (dispatcher.clone(), inbox.clone());
                        // Nothing more comes that the last one could wait for.
                        if left.get() == 0 {
                            dispatcher.dispatch(Action::Cells(inbox.take()));
                        } else if inbox.borrow().len() == 1 {
                            platform::later(GATHER_MS, move || {
                                if !inbox.borrow().is_empty() {
                                    dispatcher.dispatch(Action::Cells(inbox.take()));
                                }
                            });
                        }
                    }
                    News::Failed(failure) => dispatcher.dispatch(Action::Failed(run, failure)),
                    _ => {}
                });
            }
        }
        move || pool.clear()
    });
}

/// Has the results looked at whenever there are enough more whole seeds than last time.
#[hook]
fn use_sight(model: &UseReducerHandle<Model>, clerk: &Pool, run: Option<u32>) {
    let (dispatcher, clerk) = (model.dispatcher(), clerk.clone());
    let wanted = (run, model.ready, model.given, model.analysing);
    let state = model.clone();
    use_effect_with(wanted, move |&(run, ready, ..)| {
        let Some(run) = run.filter(|_| state.is_worth_a_look()) else { return };
        let mut asked = state.permalink();
        asked.result = state.promise.clone();
        let job = Analyse { fragment: link::write(&asked), results: state.results() };
        dispatcher.dispatch(Action::Analyse(run, ready));
        clerk.submit(Job::Analyse(job), move |news| match news {
            News::Sight(seen) => dispatcher.dispatch(Action::Seen(run, seen)),
            News::Failed(failure) => dispatcher.dispatch(Action::Failed(run, failure)),
            _ => {}
        });
    });
}

/// Once a run is done, where its policies part. The answer stands without it, so a failure says nothing.
#[hook]
fn use_parting(model: &UseReducerHandle<Model>, clerk: &Pool) {
    let (dispatcher, clerk) = (model.dispatcher(), clerk.clone());
    let wanted = model.pair().filter(|_| model.phase == Phase::Done && model.parting().is_none());
    use_effect_with(wanted, move |wanted| {
        let Some(keys) = wanted.clone() else { return };
        clerk.submit(Job::Parting(keys.clone()), move |news| {
            if let News::Parting(text) = news {
                dispatcher.dispatch(Action::Parted(keys.clone(), text));
            }
        });
    });
}
