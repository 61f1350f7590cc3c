// SPDX-License-Identifier: GPL-2.0-only
//! A plan made ready to run: nodes in one array, names replaced by numbers, one task for each branch that runs beside
//! others.

use crate::workload::plan::{Churn, FileIo, Keep, Kind, Plan, PlanSpec, Populate, TryAlloc, Until};

/// A step with its names resolved.
#[derive(Clone, Debug)]
pub enum Leaf {
    Populate { set: usize, process: Option<usize>, step: Populate },
    PunchHoles { set: usize, keep_one_of: u32, keep: Keep },
    Spam { set: usize, process: Option<usize>, kind: Kind, chunk_pages: u32 },
    Churn { set: usize, process: Option<usize>, step: Churn },
    FileIo { set: usize, step: FileIo },
    Idle { ms: u64 },
    Work { ms: u64 },
    FreeAll { set: usize },
    TryAlloc { set: usize, step: TryAlloc },
}

#[derive(Clone, Debug)]
pub enum Node {
    Leaf(Leaf),
    Sequence(Vec<usize>),
    Repeat { times: u64, body: usize },
    Fork { process: usize, kernel_pages: u32, body: usize },
    Interleave { tasks: Vec<usize>, until: Until },
}

/// The whole plan. Task 0 runs the root.
#[derive(Clone, Debug, Default)]
pub struct Program {
    pub nodes: Vec<Node>,
    /// Where each task begins.
    pub tasks: Vec<usize>,
    /// The task that waits for each task; the root's is itself.
    pub parents: Vec<usize>,
    pub sets: Vec<String>,
    /// Names of processes; the first is that of steps which name none.
    pub processes: Vec<String>,
}

impl Program {
    pub fn new(spec: &PlanSpec) -> Program {
        let mut program = Program { processes: vec!["plan".to_owned()], ..Program::default() };
        program.processes.extend(spec.processes.iter().map(|process| process.name.clone()));
        program.tasks.push(0);
        program.parents.push(0);
        let root = program.node(&spec.plan, 0);
        program.tasks[0] = root;
        program
    }

    fn node(&mut self, plan: &Plan, task: usize) -> usize {
        let node = match plan {
            Plan::Sequence(plans) => Node::Sequence(plans.iter().map(|plan| self.node(plan, task)).collect()),
            Plan::Repeat(repeat) => Node::Repeat { times: repeat.times, body: self.node(&repeat.plan, task) },
            Plan::Fork(fork) => {
                let body = self.node(&fork.plan, task);
                let process = self.process(Some(&fork.process)).expect("the check saw that it is declared");
                Node::Fork { process, kernel_pages: fork.kernel_pages, body }
            }
            Plan::Interleave(both) => {
                let tasks = both.plans.iter().map(|plan| {
                    let number = self.tasks.len();
                    self.tasks.push(0);
                    self.parents.push(task);
                    self.tasks[number] = self.node(plan, number);
                    number
                });
                Node::Interleave { tasks: tasks.collect(), until: both.until }
            }
            leaf => Node::Leaf(self.leaf(leaf)),
        };
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn leaf(&mut self, plan: &Plan) -> Leaf {
        match plan {
            Plan::Populate(step) => Leaf::Populate {
                set: self.set(&step.set),
                process: self.process(step.process.as_ref()),
                step: step.clone(),
            },
            Plan::PunchHoles(step) => {
                Leaf::PunchHoles { set: self.set(&step.set), keep_one_of: step.keep_one_of, keep: step.keep }
            }
            Plan::SpamUntilOom(step) => Leaf::Spam {
                // No name of a plan's own can be empty.
                set: self.set(""),
                process: self.process(step.process.as_ref()),
                kind: step.kind,
                chunk_pages: step.chunk_pages,
            },
            Plan::Churn(step) => Leaf::Churn {
                set: self.set(&step.set),
                process: self.process(step.process.as_ref()),
                step: step.clone(),
            },
            Plan::FileIo(step) => Leaf::FileIo { set: self.set(&step.set), step: step.clone() },
            Plan::Idle(idle) => Leaf::Idle { ms: idle.ms },
            Plan::Work(work) => Leaf::Work { ms: work.ms },
            Plan::FreeAll(step) => Leaf::FreeAll { set: self.set(&step.set) },
            Plan::TryAlloc(step) => Leaf::TryAlloc { set: self.set(&step.set), step: step.clone() },
            _ => unreachable!("the caller handles what holds other plans"),
        }
    }

    fn set(&mut self, name: &str) -> usize {
        self.sets.iter().position(|known| known == name).unwrap_or_else(|| {
            self.sets.push(name.to_owned());
            self.sets.len() - 1
        })
    }

    /// `None` for a step that names no process.
    fn process(&self, name: Option<&String>) -> Option<usize> {
        // The first is nobody's name: a plan may declare a process called `plan`.
        name.and_then(|name| self.processes.iter().skip(1).position(|known| known == name)).map(|i| i + 1)
    }
}
