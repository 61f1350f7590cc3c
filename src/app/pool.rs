// SPDX-License-Identifier: GPL-2.0-only
//! Workers that share a queue of jobs. A worker that breaks is replaced, and its job is tried once more.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use super::hand::Hand;
use super::program::Program;
use crate::worker::message::{Failure, Job, News};

/// Hears what becomes of a job.
type Heard = Rc<dyn Fn(News)>;

/// Clones share the same workers.
#[derive(Clone)]
pub struct Pool(Rc<RefCell<Inner>>);

struct Inner {
    size: usize,
    queue: VecDeque<Task>,
    seats: Vec<Seat>,
    /// Numbers the workers, so that a late word of one that was ended is not taken for its successor's.
    hired: u32,
}

struct Seat {
    number: u32,
    hand: Hand,
    task: Option<Task>,
}

struct Task {
    job: Job,
    heard: Heard,
    is_retry: bool,
}

impl Pool {
    /// A pool of at most `size` workers, started when there is work.
    pub fn new(size: usize) -> Pool {
        Pool(Rc::new(RefCell::new(Inner { size: size.max(1), queue: VecDeque::new(), seats: Vec::new(), hired: 0 })))
    }

    /// Adds a job at the end of the queue.
    pub fn submit(&self, job: Job, heard: impl Fn(News) + 'static) {
        let task = Task { job, heard: Rc::new(heard), is_retry: false };
        self.0.borrow_mut().queue.push_back(task);
        self.serve();
    }

    /// Forgets all jobs. Workers in the middle of one are ended; nobody hears of those jobs again.
    pub fn clear(&self) {
        let mut inner = self.0.borrow_mut();
        inner.queue.clear();
        inner.seats.retain(|seat| seat.task.is_none());
    }

    /// Gives waiting jobs to idle workers, and hires some if there are not enough.
    fn serve(&self) {
        loop {
            let mut inner = self.0.borrow_mut();
            if inner.queue.is_empty() {
                return;
            }
            if let Some(i) = inner.seats.iter().position(|seat| seat.task.is_none()) {
                let Some(task) = inner.queue.pop_front() else { return };
                inner.seats[i].hand.send(&task.job, &[]);
                inner.seats[i].task = Some(task);
                continue;
            }
            if inner.seats.len() >= inner.size {
                return;
            }
            inner.hired += 1;
            let number = inner.hired;
            drop(inner);
            match self.hire(number) {
                Ok(hand) => self.0.borrow_mut().seats.push(Seat { number, hand, task: None }),
                Err(failure) => return self.fail_all(&failure),
            }
        }
    }

    fn hire(&self, number: u32) -> Result<Hand, Failure> {
        let (heard, broken) = (Rc::downgrade(&self.0), Rc::downgrade(&self.0));
        let pool = |weak: &Weak<RefCell<Inner>>| weak.upgrade().map(Pool);
        Hand::hire(
            Program::Compare,
            move |news| {
                if let Some(pool) = pool(&heard) {
                    pool.hear(number, news);
                }
            },
            move |failure| {
                if let Some(pool) = pool(&broken) {
                    pool.replace(number, failure);
                }
            },
        )
    }

    fn hear(&self, number: u32, news: News) {
        let mut inner = self.0.borrow_mut();
        let Some(seat) = inner.seats.iter_mut().find(|seat| seat.number == number) else { return };
        let heard = match news.is_last() {
            true => seat.task.take().map(|task| task.heard),
            false => seat.task.as_ref().map(|task| task.heard.clone()),
        };
        drop(inner);
        if let Some(heard) = heard {
            heard(news);
        }
        self.serve();
    }

    /// A worker is gone. Its job is tried once more: the browser may have taken it for its memory.
    fn replace(&self, number: u32, failure: Failure) {
        let mut inner = self.0.borrow_mut();
        let Some(i) = inner.seats.iter().position(|seat| seat.number == number) else { return };
        let gone = inner.seats.remove(i);
        let given_up = match gone.task {
            Some(task) if !task.is_retry => {
                inner.queue.push_front(Task { is_retry: true, ..task });
                None
            }
            other => other,
        };
        drop(inner);
        if let Some(task) = given_up {
            (task.heard)(News::Failed(failure));
        }
        self.serve();
    }

    fn fail_all(&self, failure: &Failure) {
        let queue = std::mem::take(&mut self.0.borrow_mut().queue);
        queue.into_iter().for_each(|task| (task.heard)(News::Failed(failure.clone())));
    }
}
