// SPDX-License-Identifier: GPL-2.0-only
//! Reads off what a plan is judged by.

use super::cell::Score;
use crate::sim::World;
use crate::workload::plan::{ScoreOf, ScoreSpec};

pub(super) fn read_off(score: &ScoreSpec, world: &World, begun_ns: u64) -> Score {
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
