// SPDX-License-Identifier: GPL-2.0-only
//! What runs beside the page, and the messages between the two.

use gloo::worker::{HandlerId, Worker, WorkerScope};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    pub number: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub number: u32,
}

pub struct Replayer;

impl Worker for Replayer {
    type Message = ();
    type Input = Question;
    type Output = Answer;

    fn create(_: &WorkerScope<Self>) -> Self {
        Replayer
    }

    fn update(&mut self, _: &WorkerScope<Self>, (): ()) {}

    fn received(&mut self, scope: &WorkerScope<Self>, question: Question, from: HandlerId) {
        scope.respond(from, Answer { number: question.number + 1 });
    }
}
