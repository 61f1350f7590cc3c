// SPDX-License-Identifier: GPL-2.0-only
//! What kswapd and kcompactd do to each other, in the streams of whole runs.

use oompoint::environment;
use oompoint::model::compact::Status;
use oompoint::model::journal::{Decision, Kind};

use crate::{cell, record};

const WOKEN: u8 = 0;
const PROACTIVE: u8 = 1;

/// What was decided in a run of 512 MiB.
fn decisions(preset: &str, seed: u64) -> Vec<Decision> {
    let mut guest = environment::preset(preset).expect("the preset is there");
    guest.memory_mib = 512;
    let mut run = record(&cell(guest, "secretmem-vs-frag", "base", seed));
    run.decisions(0, run.len())
}

/// kcompactd's work of one kind: the decisions from its wake-up to its sleep, both included.
fn rounds(all: &[Decision], detail: u8) -> Vec<(usize, usize)> {
    let begins = all.iter().enumerate().filter(|(_, d)| d.what.kind == Kind::KcompactdWake && d.what.detail == detail);
    let end = |from: usize| all[from..].iter().position(|d| d.what.kind == Kind::KcompactdSleep).map(|n| from + n);
    begins.filter_map(|(from, _)| end(from).map(|until| (from, until))).collect()
}

/// mm/compaction.c:kcompactd_do_work@7.3 clears the request at its end, so only what is asked for later wakes it again.
#[test]
fn what_was_asked_for_during_a_round_is_forgotten() {
    let mut seen = 0;
    for seed in 1..=4 {
        let all = decisions("minimal-1g", seed);
        for pair in rounds(&all, WOKEN).windows(2) {
            let between = &all[pair[0].1..pair[1].0];
            seen += 1;
            let asks = |kind: Kind| matches!(kind, Kind::KswapdBalanced | Kind::KcompactdWakeup);
            assert!(
                between.iter().any(|d| asks(d.what.kind)),
                "seed {seed}: a round at {} was not asked for",
                pair[1].0
            );
        }
    }
    assert!(seen > 10, "only {seen} rounds followed another");
}

/// mm/compaction.c:__compact_finished@7.3: a proactive round gives way once it sees kswapd running. In measured guests
/// of two CPUs some rounds end so and most do not.
#[test]
fn proactive_rounds_sometimes_give_way_to_kswapd() {
    let (mut gave_way, mut count) = (0, 0);
    for seed in 1..=6 {
        let all = decisions("debian-1g", seed);
        for (from, until) in rounds(&all, PROACTIVE) {
            let mut ends = all[from..until].iter().filter(|d| d.what.kind == Kind::CompactZone);
            count += 1;
            let last = ends.next_back().map(|d| d.what.detail & 127);
            gave_way += usize::from(last == Some(Status::PartialSkipped as u8));
        }
    }
    assert!(0 < gave_way && gave_way < count, "{gave_way} of {count}");
}
