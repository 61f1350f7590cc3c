// SPDX-License-Identifier: GPL-2.0-only
//! A task: where it is in its part of the plan, and the step it is doing.
//!
//! Simplified: a killed task drops the allocation under way, which those of the secretmem worker see to the end.

use std::rc::Rc;

use super::exit::PlanExit;
use super::program::{Node, Program};
use super::progress::Progress;
use super::steps::Doing;
use crate::model::gfp::Gfp;
use crate::sim::actor::{Actor, Then};
use crate::sim::world::World;
use crate::workload::plan::Until;

/// A node that was entered.
#[derive(Clone, Copy, Debug)]
struct Frame {
    node: usize,
    /// Children begun so far.
    at: u64,
    /// The process that a fork made.
    process: Option<(usize, u32)>,
}

#[derive(Clone)]
pub struct Task {
    number: usize,
    program: Rc<Program>,
    stack: Vec<Frame>,
    doing: Option<Doing>,
    exiting: Option<PlanExit>,
    /// Its first node was entered since it was started.
    entered: bool,
    /// The fork inside which it was started.
    inherited: Option<(usize, u32)>,
}

impl Task {
    pub fn new(number: usize, program: Rc<Program>) -> Task {
        Task { number, program, stack: Vec::new(), doing: None, exiting: None, entered: false, inherited: None }
    }

    /// The innermost fork's process: what it is called and its number.
    fn fork(&self) -> Option<(usize, u32)> {
        self.stack.iter().rev().find_map(|frame| frame.process).or(self.inherited)
    }

    /// Leaves the innermost node; a fork's process exits first.
    fn pop(&mut self, w: &mut World) {
        let frame = self.stack.pop().expect("a task is in some node");
        if let Some((_, process)) = frame.process
            && !w.is_dying(process)
        {
            w.process(process).dying = true;
            self.exiting = Some(PlanExit::new(process));
        }
    }

    /// Goes on with the plan: enters, repeats or leaves one node.
    fn advance(&mut self, w: &mut World) -> Then {
        let program = self.program.clone();
        let fork = self.fork();
        let Some(frame) = self.stack.last_mut() else { return self.end(w) };
        let at = frame.at;
        frame.at += 1;
        let process = frame.process;
        match &program.nodes[frame.node] {
            Node::Leaf(leaf) if at == 0 => self.doing = Doing::begin(leaf, fork, w),
            Node::Sequence(nodes) if at < nodes.len() as u64 => self.enter(nodes[at as usize]),
            Node::Repeat { times, body } if at < *times => self.enter(*body),
            Node::Fork { process: name, kernel_pages, body } if process.is_none() => {
                let id = w.plan_spawn(*name);
                frame.process = Some((*name, id));
                fork_memory(w, id, *kernel_pages);
                self.enter(*body);
            }
            Node::Interleave { tasks, until } => return self.interleave(w, tasks, *until, at, fork),
            _ => self.pop(w),
        }
        Then::Go
    }

    fn enter(&mut self, node: usize) {
        self.stack.push(Frame { node, at: 0, process: None });
    }

    /// Starts the tasks, then waits for them.
    fn interleave(
        &mut self,
        w: &mut World,
        tasks: &[usize],
        until: Until,
        at: u64,
        fork: Option<(usize, u32)>,
    ) -> Then {
        if at == 0 {
            for &task in tasks {
                w.plan.tasks[task].started = true;
                w.plan.tasks[task].stop = false;
                w.plan.tasks[task].fork = fork;
                let actor = w.plan.tasks[task].actor;
                w.wakes.push(actor);
            }
            return Then::Wait;
        }
        if until == Until::FirstEnds && !w.plan.tasks[tasks[0]].started {
            stop(w, tasks);
        }
        if tasks.iter().any(|&task| w.plan.tasks[task].started) {
            return Then::Wait;
        }
        self.pop(w);
        Then::Go
    }

    /// Told to give up: whatever runs below it gives up first.
    fn give_up(&mut self, w: &mut World) -> Then {
        self.drop_step(w);
        let Some(frame) = self.stack.last() else { return self.end(w) };
        if let Node::Interleave { tasks, .. } = &self.program.clone().nodes[frame.node]
            && frame.at > 0
        {
            stop(w, tasks);
            if tasks.iter().any(|&task| w.plan.tasks[task].started) {
                return Then::Wait;
            }
        }
        self.pop(w);
        Then::Go
    }

    /// The task's part of the plan is through; it may be started again.
    fn end(&mut self, w: &mut World) -> Then {
        w.plan.tasks[self.number].started = false;
        self.entered = false;
        if self.number == 0 {
            w.plan.done = true;
            w.plan.ended_ns = w.machine.now_ns;
            return Then::Done;
        }
        let parent = w.plan.tasks[self.program.parents[self.number]].actor;
        w.wakes.push(parent);
        Then::Wait
    }

    /// The step under way is through, or goes no further.
    fn drop_step(&mut self, w: &mut World) {
        if let Some(demand) = self.doing.take().as_mut().and_then(Doing::demand) {
            demand.abandon(w);
        }
    }

    /// Leaves a fork whose process was killed. Whether there was one.
    fn leave_dead_fork(&mut self, w: &mut World) -> bool {
        let dead = |frame: &Frame| frame.process.is_some_and(|(_, id)| w.is_dying(id));
        if !self.stack.iter().any(dead) {
            return false;
        }
        // Branches inside the fork would have to be stopped first; they notice on their own that it is dead.
        if matches!(self.stack.last().map(|frame| &self.program.nodes[frame.node]), Some(Node::Interleave { .. })) {
            return false;
        }
        self.drop_step(w);
        self.pop(w);
        true
    }
}

fn stop(w: &mut World, tasks: &[usize]) {
    for &task in tasks {
        if w.plan.tasks[task].started && !w.plan.tasks[task].stop {
            w.plan.tasks[task].stop = true;
            let actor = w.plan.tasks[task].actor;
            w.wakes.push(actor);
        }
    }
}

/// kernel/fork.c:copy_process@7.3: what the kernel allocates for a process. A fork under pressure does without.
fn fork_memory(w: &mut World, process: u32, pages: u32) {
    for _ in 0..pages {
        if let Some(pfn) = w.machine.alloc_fast(Gfp::GFP_KERNEL_ACCOUNT, 0, 0) {
            w.process(process).kernel.push((pfn, 0));
        }
    }
}

impl Actor for Task {
    fn step(&mut self, w: &mut World) -> Then {
        if let Some(exit) = &mut self.exiting {
            if exit.step(w) == Then::Done {
                self.exiting = None;
            }
            return Then::Go;
        }
        if !w.plan.tasks[self.number].started {
            return Then::Wait;
        }
        if !self.entered {
            self.entered = true;
            self.inherited = w.plan.tasks[self.number].fork;
            self.enter(self.program.tasks[self.number]);
        }
        if w.plan.tasks[self.number].stop || self.inherited.is_some_and(|(_, id)| w.is_dying(id)) {
            return self.give_up(w);
        }
        if self.leave_dead_fork(w) {
            return Then::Go;
        }
        let Some(doing) = &mut self.doing else { return self.advance(w) };
        match doing.step(w) {
            Progress::More => Then::Go,
            Progress::Sleep(until_ns) => Then::SleepUntil(until_ns),
            Progress::End => {
                self.drop_step(w);
                Then::Go
            }
        }
    }
}
