// SPDX-License-Identifier: GPL-2.0-only
//! Runs one cell.

use super::cell::{Cell, CellResult};
use super::session::Session;
use super::watch::{Unwatched, Watch};
use crate::environment::SpecError;

/// Steps after which any run ends: some hundred times what the largest preset needs.
pub const STEPS_MAX: u64 = 2_000_000_000;

/// Runs a cell to its stated end.
pub fn run(cell: &Cell) -> Result<CellResult, SpecError> {
    run_watched(cell, &mut Unwatched)
}

/// The same, with somebody looking on. Looking changes nothing.
pub fn run_watched(cell: &Cell, watch: &mut dyn Watch) -> Result<CellResult, SpecError> {
    let mut session = Session::boot(cell)?;
    watch.phase("boot", session.world());
    while session.stride(watch) {}
    Ok(session.result().expect("a session that is over has a result"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::{CountersUntil, Environment, preset};
    use crate::experiment::PolicySpec;
    use crate::workload::Workload;

    #[test]
    fn the_antagonist_gives_back_what_it_kept_where_the_counters_are_read_then() {
        let mut environment = preset("debian-1g").expect("the preset exists");
        environment.memory_mib = 128;
        let [early, late] = [CountersUntil::VictimGone, CountersUntil::ProgramEnd].map(|counters_until| {
            let environment = Environment { counters_until, ..environment.clone() };
            let policy = PolicySpec::parse("base").expect("the policy exists");
            let workload = Workload::parse("secretmem-vs-frag").expect("the workload exists");
            run(&Cell { environment, workload, policy, seed: 3, steps_max: STEPS_MAX }).expect("the cell is in order")
        });
        assert_eq!((early.oom_bytes, early.free_pages_at_oom), (late.oom_bytes, late.free_pages_at_oom));
        // 90 % of some 12,500 free pages lie in chunks, of which one in four is kept.
        let given_back = late.counters["pgfree"] - early.counters["pgfree"];
        assert!((2500..3500).contains(&given_back), "{given_back} pages");
        assert!(late.simulated_ms > early.simulated_ms);
    }

    #[test]
    fn strides_come_to_what_steps_come_to() {
        for (environment, policy, workload) in [
            ("minimal-1g", "base", "secretmem-vs-frag"),
            ("minimal-1g", "series", "secretmem-vs-frag:iterations=2,chunk-kib=20,keep=3"),
            ("disk-1g", "isolate", "secretmem-vs-frag:threads=3"),
            ("debian-1g", "base", "secretmem-vs-frag:secret-chunk-mib=6"),
        ] {
            let mut environment = preset(environment).expect("the preset exists");
            environment.memory_mib = 128;
            let policy = PolicySpec::parse(policy).expect("the policy exists");
            let workload = Workload::parse(workload).expect("the workload exists");
            let cell = Cell { environment, workload, policy, seed: 3, steps_max: STEPS_MAX };
            let [mut by_steps, mut by_strides] = [0; 2].map(|_| Session::boot(&cell).expect("the cell is in order"));
            let mut strides = 0;
            while by_steps.step(&mut Unwatched) {}
            while by_strides.stride(&mut Unwatched) {
                strides += 1;
            }
            assert_eq!(by_steps.result(), by_strides.result());
            assert_eq!(by_steps.steps(), by_strides.steps());
            assert!(strides < by_steps.steps(), "no stride was longer than a step");
        }
    }

    #[test]
    fn short_strides_decide_what_steps_decide() {
        let mut environment = preset("minimal-1g").expect("the preset exists");
        environment.memory_mib = 128;
        let policy = PolicySpec::parse("blunt").expect("the policy exists");
        let workload = Workload::parse("secretmem-vs-frag").expect("the workload exists");
        let cell = Cell { environment, workload, policy, seed: 4, steps_max: STEPS_MAX };
        let decisions = |go: fn(&mut Session) -> bool| {
            let mut session = Session::boot(&cell).expect("the cell is in order");
            session.world_mut().machine.record_decisions();
            let mut made = Vec::new();
            while go(&mut session) {
                made.append(&mut session.world_mut().machine.journal.take());
            }
            (made, session.world().machine.journal.requested_pages, session.result())
        };
        let by_steps = decisions(|session| session.step(&mut Unwatched));
        assert!(by_steps.0.len() > 200, "{} decisions", by_steps.0.len());
        assert!(by_steps == decisions(|session| session.stride_of(7, &mut Unwatched)));
    }
}
