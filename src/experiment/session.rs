// SPDX-License-Identifier: GPL-2.0-only
//! A run under way: a state machine whose step is one step of simulated time, or the turn to the next stage.
//!
//! It can be copied: the copy goes on by itself, in the same way. That is what lets a reader go back in a run.

use std::rc::Rc;

use super::cell::{Cell, CellResult};
use super::end::{self, End};
use super::seed::{stream, vary_pace};
use super::watch::Watch;
use crate::environment::{self, Background, CountersUntil, Environment, SpecError};
use crate::sim::World;
use crate::sim::background;
use crate::sim::exit::Exit;
use crate::sim::file_cache::Reader;
use crate::sim::fragmenter::{Fragmenter, Knobs};
use crate::sim::khugepaged::Khugepaged;
use crate::sim::plan::PlanExit;
use crate::sim::release::Release;
use crate::sim::scheduler::{Scheduler, Stop};
use crate::sim::secretmem::Thread;
use crate::sim::spawner::Spawner;
use crate::workload::plan::PlanSpec;

mod plan;

/// What a run is waiting for.
#[derive(Clone, Copy)]
enum Stage {
    Begin,
    /// The page cache is filled by this actor.
    Cache(u32),
    /// What else runs on the machine has until this moment to become steady.
    Settle(u64),
    /// The antagonist is this actor.
    Frag(u32),
    Worker {
        process: u32,
        chunks: u64,
    },
    /// The worker's exit is this actor.
    Exit(u32),
    /// The antagonist's end is this actor.
    Release(u32),
    Plan {
        begun_ns: u64,
        spammed: u64,
    },
    Over,
}

#[derive(Clone)]
pub struct Session {
    cell: Rc<Cell>,
    /// The cell's, with its policy's mode and this boot's pace.
    environment: Rc<Environment>,
    plan: Option<Rc<PlanSpec>>,
    world: World,
    scheduler: Scheduler,
    stage: Stage,
    /// The process that runs the antagonist.
    runner: u32,
    /// Kills that were dealt with.
    kills: usize,
    /// Bytes of each iteration of the benchmark's worker so far.
    bytes: Vec<u64>,
    /// Why the last iteration's worker stopped.
    worker_stop: Stop,
    end: Option<Rc<End>>,
}

impl Session {
    /// A booted machine before its first process.
    pub fn boot(cell: &Cell) -> Result<Session, SpecError> {
        let mut environment = cell.environment.clone();
        environment.vm.defrag_mode |= cell.policy.policy.defrag_mode;
        environment.check()?;
        let plan = cell.workload.plan(&environment);
        if let Some(plan) = &plan {
            plan.check()?;
        }
        let policy = (cell.policy.policy.make)(&cell.policy.knobs);
        let mut boot_rng = stream(cell.seed, "boot");
        vary_pace(&mut environment, &mut stream(cell.seed, "pace"));
        let machine = environment::boot(&environment, policy, &mut boot_rng);
        let mut world = World::new(machine, stream(cell.seed, "run"));
        let phases = [world.below(500), world.below(1000)];
        let scheduler = Scheduler::new(environment.cpus, u64::from(phases[1]) * 1_000_000);
        world.machine.kcompactd.first_look_at(u64::from(phases[0]) * 1_000_000);
        Ok(Session {
            cell: Rc::new(cell.clone()),
            environment: Rc::new(environment),
            plan: plan.map(Rc::new),
            world,
            scheduler,
            stage: Stage::Begin,
            runner: 0,
            kills: 0,
            bytes: Vec::new(),
            worker_stop: Stop::Idle,
            end: None,
        })
    }

    pub fn world(&self) -> &World {
        &self.world
    }

    /// For switching the recorder, which changes nothing that a run comes to.
    pub fn world_mut(&mut self) -> &mut World {
        &mut self.world
    }

    pub fn into_world(self) -> World {
        self.world
    }

    pub fn cell(&self) -> &Cell {
        &self.cell
    }

    /// Steps of simulated time so far.
    pub fn steps(&self) -> u64 {
        self.scheduler.steps()
    }

    /// Once it is over: what the run came to.
    pub fn result(&self) -> Option<CellResult> {
        self.end.as_ref().map(|end| end::result(&self.cell, &self.world, end))
    }

    /// One step. Whether there is more to do.
    pub fn step(&mut self, watch: &mut dyn Watch) -> bool {
        match self.stage {
            Stage::Begin => self.begin(watch),
            Stage::Cache(actor) => {
                if let Some(stop) = self.step_until(|session| session.scheduler.is_done(actor)) {
                    watch.phase("cache", &self.world);
                    self.unless_lost(stop, |session| session.start_background(watch));
                }
            }
            Stage::Settle(until_ns) => {
                if let Some(stop) = self.step_until(|session| session.world.machine.now_ns >= until_ns) {
                    watch.phase("background", &self.world);
                    self.unless_lost(stop, |session| session.start_workload(watch));
                }
            }
            Stage::Frag(actor) => {
                if let Some(stop) = self.step_until(|session| session.scheduler.is_done(actor)) {
                    watch.phase("frag", &self.world);
                    self.unless_lost(stop, |session| session.next_iteration(watch));
                }
            }
            Stage::Worker { process, chunks } => self.step_worker(process, chunks, watch),
            Stage::Exit(actor) => {
                let stepped = self.scheduler.step_once(&mut self.world, self.cell.steps_max);
                if stepped.is_err() || self.scheduler.is_done(actor) {
                    self.end_iteration(watch);
                }
            }
            Stage::Release(actor) => {
                if self.step_until(|session| session.scheduler.is_done(actor)).is_some() {
                    self.end_workload(watch);
                }
            }
            Stage::Plan { begun_ns, spammed } => self.step_plan(begun_ns, spammed, watch),
            Stage::Over => {}
        }
        !matches!(self.stage, Stage::Over)
    }

    /// One step, or several at once that are alike: for whoever need not stop between them. Whether there is more to do.
    pub fn stride(&mut self, watch: &mut dyn Watch) -> bool {
        self.stride_of(u64::MAX, watch)
    }

    /// The same, but no more steps than `most`, of which there is one at least. Unless it is a single one, each asks for a
    /// page.
    pub fn stride_of(&mut self, most: u64, watch: &mut dyn Watch) -> bool {
        // What the other stages wait for may come true within a stride.
        let strides = matches!(self.stage, Stage::Frag(_) | Stage::Worker { .. });
        let end = self.cell.steps_max.min(self.steps().saturating_add(most));
        strides && self.scheduler.stride(&mut self.world, end) || self.step(watch)
    }

    fn begin(&mut self, watch: &mut dyn Watch) {
        self.runner = self.world.add_process("runner", -1000);
        if self.environment.page_cache_mib > 0 {
            let reader = Reader::new(self.environment.page_cache_mib * 256);
            self.stage = Stage::Cache(self.scheduler.add(Box::new(reader), 0, 0));
            return;
        }
        self.start_background(watch);
    }

    fn start_background(&mut self, watch: &mut dyn Watch) {
        if self.environment.background == Background::None {
            return self.start_workload(watch);
        }
        background::start(self.environment.background, &mut self.world, &mut self.scheduler, self.environment.cpus);
        self.stage = Stage::Settle(self.world.machine.now_ns + background::SETTLE_NS);
    }

    fn start_workload(&mut self, watch: &mut dyn Watch) {
        self.kills = self.world.kills.len();
        let cpus = self.environment.cpus;
        if let Some(spec) = self.plan.clone() {
            return self.start_plan(&spec);
        }
        let Some(knobs) = self.antagonist() else { return self.next_iteration(watch) };
        let cpu = self.world.below(u32::from(cpus)) as u8;
        let now_ns = self.world.machine.now_ns;
        self.stage = Stage::Frag(self.scheduler.add(Box::new(Fragmenter::new(self.runner, knobs)), cpu, now_ns));
        if self.world.machine.settings.thp_always {
            let first_ns = now_ns + u64::from(self.world.below(10_000)) * 1_000_000;
            self.scheduler.add(Box::new(Khugepaged::new(self.runner, first_ns)), cpu + 1, now_ns);
        }
    }

    /// The antagonist's knobs, if there is one.
    fn antagonist(&self) -> Option<Knobs> {
        let workload = &self.cell.workload;
        (workload.knob("antagonist") != 0).then(|| Knobs {
            target_percent: workload.knob("target"),
            chunk_pages: workload.knob("chunk-kib") / 4,
            keep_one_of: workload.knob("keep"),
        })
    }

    /// A boot that ran out of steps, or whose kernel panicked, before the workload has no result.
    fn unless_lost(&mut self, stop: Stop, go_on: impl FnOnce(&mut Session)) {
        if stop == Stop::Budget || self.world.panicked {
            self.finish(End { stop, bytes: Vec::new(), score: None, complete: None });
        } else {
            go_on(self);
        }
    }

    /// The next worker, or the end after the last.
    fn next_iteration(&mut self, watch: &mut dyn Watch) {
        let workload = &self.cell.workload;
        if self.bytes.len() as u64 >= u64::from(workload.knob("iterations")) {
            return self.release(watch);
        }
        let process = self.world.add_process("secretmem-vs-fr", 1000);
        let threads = match workload.knob("threads") {
            0 => u32::from(self.environment.cpus),
            threads => threads,
        };
        self.world.worker.begin(process, workload.knob("secret-chunk-mib") * 256, threads);
        let now_ns = self.world.machine.now_ns;
        for number in 0..threads {
            let cpu = number as u8 % self.environment.cpus;
            let actor = self.scheduler.add(Box::new(Thread::new(number)), cpu, now_ns);
            self.world.worker.actors.push(actor);
        }
        let cpu = self.world.below(u32::from(self.environment.cpus)) as u8;
        self.world.worker.main_actor = self.scheduler.add(Box::new(Spawner::default()), cpu, now_ns);
        self.kills = self.world.kills.len();
        self.stage = Stage::Worker { process, chunks: 0 };
    }

    fn step_worker(&mut self, process: u32, mut chunks: u64, watch: &mut dyn Watch) {
        let stop = self.step_until(|session| {
            if session.world.worker.chunks > chunks {
                chunks = session.world.worker.chunks;
                watch.chunk(&session.world);
            }
            session.world.is_dying(process)
        });
        let Some(stop) = stop else {
            self.stage = Stage::Worker { process, chunks };
            return;
        };
        watch.phase("oom", &self.world);
        self.worker_stop = stop;
        if stop == Stop::Budget {
            return self.end_iteration(watch);
        }
        let cpu = self.world.below(u32::from(self.environment.cpus)) as u8;
        let now_ns = self.world.machine.now_ns;
        // The benchmark's parent goes on once the victim is gone.
        self.stage = Stage::Exit(self.scheduler.add(Box::new(Exit::new(process)), cpu, now_ns));
    }

    fn end_iteration(&mut self, watch: &mut dyn Watch) {
        self.bytes.push(self.world.worker.chunks * u64::from(self.world.worker.chunk_pages) * 4096);
        if self.worker_stop == Stop::Budget || self.world.panicked {
            self.end_workload(watch);
        } else {
            self.next_iteration(watch);
        }
    }

    /// Lets the antagonist end, where the counters are read only then.
    fn release(&mut self, watch: &mut dyn Watch) {
        let knobs = self.antagonist().filter(|_| self.environment.counters_until == CountersUntil::ProgramEnd);
        let Some(knobs) = knobs else { return self.end_workload(watch) };
        let cpu = self.world.below(u32::from(self.environment.cpus)) as u8;
        let actor = Box::new(Release::new(self.runner, knobs));
        self.stage = Stage::Release(self.scheduler.add(actor, cpu, self.world.machine.now_ns));
    }

    fn end_workload(&mut self, watch: &mut dyn Watch) {
        watch.phase("end", &self.world);
        let bytes = std::mem::take(&mut self.bytes);
        self.finish(End { stop: self.worker_stop, bytes, score: None, complete: None });
    }

    fn finish(&mut self, end: End) {
        self.stage = Stage::Over;
        self.end = Some(Rc::new(end));
    }

    /// One step towards a condition; why to stop, once there is a reason. Whoever else is killed on the way exits and
    /// the machine goes on, unless there was nobody to kill: then the kernel panics.
    fn step_until(&mut self, mut until: impl FnMut(&Session) -> bool) -> Option<Stop> {
        if let Err(stop) = self.scheduler.step_once(&mut self.world, self.cell.steps_max) {
            return Some(stop);
        }
        if self.world.panicked || until(self) {
            return Some(Stop::Reached);
        }
        while self.kills < self.world.kills.len() {
            let cpu = self.kills as u8 % self.scheduler.cpus();
            let victim = self.world.kills[self.kills].victim;
            self.scheduler.add(Box::new(PlanExit::new(victim)), cpu, self.world.machine.now_ns);
            self.kills += 1;
        }
        None
    }
}
