// SPDX-License-Identifier: GPL-2.0-only
//! The stage of a run whose workload is a plan.

use super::super::score;
use super::super::watch::Watch;
use super::{End, Session, Stage};
use crate::environment::Thp;
use crate::sim::plan;
use crate::sim::scheduler::Stop;
use crate::workload::plan::PlanSpec;

impl Session {
    pub(super) fn start_plan(&mut self, spec: &PlanSpec) {
        let begun_ns = self.world.machine.now_ns;
        let thp = self.environment.thp != Thp::Never;
        plan::start(spec, thp, &mut self.world, &mut self.scheduler, self.environment.cpus);
        self.stage = Stage::Plan { begun_ns, spammed: 0 };
    }

    pub(super) fn step_plan(&mut self, begun_ns: u64, mut spammed: u64, watch: &mut dyn Watch) {
        let stop = self.step_until(|session| {
            let bytes = session.world.plan.spammed.iter().sum();
            if bytes > spammed {
                spammed = bytes;
                watch.chunk(&session.world);
            }
            session.world.plan.done
        });
        let Some(stop) = stop else {
            self.stage = Stage::Plan { begun_ns, spammed };
            return;
        };
        watch.phase("plan", &self.world);
        watch.phase("end", &self.world);
        let world = &self.world;
        let spec = self.plan.as_ref().and_then(|plan| plan.score.as_ref());
        let score = spec.map(|spec| score::read_off(spec, world, begun_ns));
        // A plan that spams until the kill ends by it; any other comes to its end whoever was killed on the way.
        let killed = !world.plan.spammed.is_empty() && !world.kills.is_empty();
        let complete = world.plan.done && !killed;
        let complete = Some(complete || stop == Stop::Idle && world.kills.is_empty());
        self.finish(End { stop, bytes: world.plan.spammed.clone(), score, complete });
    }
}
