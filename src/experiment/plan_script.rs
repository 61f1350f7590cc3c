// SPDX-License-Identifier: GPL-2.0-only
//! Plays a plan and reads off what it is judged by.

use super::cell::{Cell, Score};
use super::run::Watch;
use super::script::{End, run_until};
use crate::environment::{Environment, Thp};
use crate::sim::World;
use crate::sim::plan;
use crate::sim::scheduler::{Scheduler, Stop};
use crate::workload::plan::{PlanSpec, ScoreOf, ScoreSpec};

pub(super) fn play(
    cell: &Cell,
    environment: &Environment,
    spec: &PlanSpec,
    world: &mut World,
    scheduler: &mut Scheduler,
    watch: &mut dyn Watch,
) -> End {
    let begun_ns = world.machine.now_ns;
    plan::start(spec, environment.thp != Thp::Never, world, scheduler, environment.cpus);
    let mut spammed = 0;
    let stop = run_until(world, scheduler, cell.steps_max, |world, _| {
        let bytes = world.plan.spammed.iter().sum();
        if bytes > spammed {
            spammed = bytes;
            watch.chunk(world);
        }
        world.plan.done
    });
    watch.phase("plan", world);
    watch.phase("end", world);
    let score = spec.score.as_ref().map(|score| read_off(score, world, begun_ns));
    // A plan that spams until the kill ends by it; any other comes to its end whoever was killed on the way.
    let killed = !world.plan.spammed.is_empty() && !world.kills.is_empty();
    let complete = world.plan.done && !killed;
    let complete = Some(complete || stop == Stop::Idle && world.kills.is_empty());
    End { stop, bytes: world.plan.spammed.clone(), score, complete }
}

fn read_off(score: &ScoreSpec, world: &World, begun_ns: u64) -> Score {
    let tally = &world.machine.tally;
    let value = match &score.of {
        ScoreOf::Tries => world.plan.tries,
        ScoreOf::ElapsedMs => {
            let end_ns = if world.plan.done { world.plan.ended_ns } else { world.machine.now_ns };
            end_ns.saturating_sub(begun_ns) / 1_000_000
        }
        ScoreOf::ThpPerMille => {
            let (got, not) = (tally.thp_fault_alloc, tally.thp_fault_fallback);
            (got * 1000).checked_div(got + not).unwrap_or(0)
        }
        ScoreOf::Counter(name) => {
            let mut value = 0;
            tally.each(|counter, count| value += if counter == name { count } else { 0 });
            value
        }
    };
    Score { name: score.name.clone(), unit: score.unit.clone(), value }
}
