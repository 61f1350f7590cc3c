// SPDX-License-Identifier: GPL-2.0-only
//! Plays a workload: which actors run, in which order, until what.

use super::cell::{Cell, Score};
use super::plan_script;
use super::run::Watch;
use crate::environment::Environment;
use crate::sim::World;
use crate::sim::background;
use crate::sim::exit::Exit;
use crate::sim::file_cache::Reader;
use crate::sim::fragmenter::{Fragmenter, Knobs};
use crate::sim::khugepaged::Khugepaged;
use crate::sim::plan::PlanExit;
use crate::sim::scheduler::{Scheduler, Stop};
use crate::sim::secretmem::Thread;

/// How a script ended.
pub struct End {
    pub stop: Stop,
    /// Bytes that each iteration got.
    pub bytes: Vec<u64>,
    pub score: Option<Score>,
    /// Whether the workload came to its end; `None` leaves it to whether somebody was killed.
    pub complete: Option<bool>,
}

impl End {
    fn bytes(stop: Stop, bytes: Vec<u64>) -> End {
        End { stop, bytes, score: None, complete: None }
    }
}

/// Runs until the condition holds, while whoever else is killed on the way exits and the machine goes on. It also
/// ends when there was nobody to kill: the kernel panics.
pub fn run_until(
    world: &mut World,
    scheduler: &mut Scheduler,
    steps_max: u64,
    mut until: impl FnMut(&World, &Scheduler) -> bool,
) -> Stop {
    let mut seen = world.kills.len();
    loop {
        let stop = scheduler.run(world, steps_max, |world, scheduler| {
            world.kills.len() > seen || world.panicked || until(world, scheduler)
        });
        if stop != Stop::Reached || world.panicked || until(world, scheduler) {
            return stop;
        }
        for i in seen..world.kills.len() {
            let cpu = i as u8 % scheduler.cpus();
            scheduler.add(Box::new(PlanExit::new(world.kills[i].victim)), cpu, world.machine.now_ns);
        }
        seen = world.kills.len();
    }
}

pub fn play(
    cell: &Cell,
    environment: &Environment,
    world: &mut World,
    scheduler: &mut Scheduler,
    watch: &mut dyn Watch,
) -> End {
    let workload = &cell.workload;
    let runner = world.add_process("runner", -1000);
    if environment.page_cache_mib > 0 {
        let number = scheduler.add(Box::new(Reader::new(environment.page_cache_mib * 256)), 0, 0);
        let stop = run_until(world, scheduler, cell.steps_max, |_, scheduler| scheduler.is_done(number));
        watch.phase("cache", world);
        if stop == Stop::Budget || world.panicked {
            return End::bytes(stop, Vec::new());
        }
    }
    background::start(environment.background, world, scheduler, environment.cpus);
    if let Some(plan) = workload.plan(environment) {
        return plan_script::play(cell, environment, &plan, world, scheduler, watch);
    }
    if workload.knob("antagonist") != 0 {
        let knobs = Knobs {
            target_percent: workload.knob("target"),
            chunk_pages: (workload.knob("chunk-kib") / 4).max(1),
            keep_one_of: workload.knob("keep"),
        };
        let cpu = world.below(u32::from(environment.cpus)) as u8;
        let number = scheduler.add(Box::new(Fragmenter::new(runner, knobs)), cpu, 0);
        if world.machine.settings.thp_always {
            let first_ns = u64::from(world.below(10_000)) * 1_000_000;
            scheduler.add(Box::new(Khugepaged::new(runner, first_ns)), cpu + 1, 0);
        }
        let stop = run_until(world, scheduler, cell.steps_max, |_, scheduler| scheduler.is_done(number));
        watch.phase("frag", world);
        if stop == Stop::Budget || world.panicked {
            return End::bytes(stop, Vec::new());
        }
    }
    let mut bytes = Vec::new();
    let mut stop = Stop::Idle;
    for _ in 0..workload.knob("iterations") {
        stop = worker(cell, environment, world, scheduler, watch);
        bytes.push(world.worker.chunks * u64::from(world.worker.chunk_pages) * 4096);
        if stop == Stop::Budget || world.panicked {
            break;
        }
    }
    watch.phase("end", world);
    End::bytes(stop, bytes)
}

fn worker(
    cell: &Cell,
    environment: &Environment,
    world: &mut World,
    scheduler: &mut Scheduler,
    watch: &mut dyn Watch,
) -> Stop {
    let workload = &cell.workload;
    let process = world.add_process("secretmem-vs-fr", 1000);
    let threads = match workload.knob("threads") {
        0 => u32::from(environment.cpus),
        threads => threads,
    };
    let chunk_pages = workload.knob("secret-chunk-mib") * 256;
    world.worker.begin(process, chunk_pages, threads);
    let now_ns = world.machine.now_ns;
    for number in 0..threads {
        let actor = scheduler.add(Box::new(Thread::new(number)), number as u8 % environment.cpus, now_ns);
        world.worker.actors.push(actor);
    }
    let mut chunks = 0;
    let stop = run_until(world, scheduler, cell.steps_max, |world, _| {
        if world.worker.chunks > chunks {
            chunks = world.worker.chunks;
            watch.chunk(world);
        }
        world.is_dying(process)
    });
    watch.phase("oom", world);
    if stop == Stop::Budget {
        return stop;
    }
    let cpu = world.below(u32::from(environment.cpus)) as u8;
    let exit = scheduler.add(Box::new(Exit::new(process)), cpu, world.machine.now_ns);
    let settle_ms = workload.knob("settle-ms");
    if settle_ms == 0 {
        scheduler.run(world, cell.steps_max, |_, scheduler| scheduler.is_done(exit));
    } else {
        let until_ns = world.machine.now_ns + u64::from(settle_ms) * 1_000_000;
        scheduler.keep_running(world, cell.steps_max, until_ns);
    }
    stop
}
