// SPDX-License-Identifier: GPL-2.0-only
//! Any moment, reached from anywhere, is what a straight run passes through.

use oompoint::experiment::Cell;
use oompoint::experiment::seed::stream;
use oompoint::experiment::session::Session;
use oompoint::experiment::watch::Unwatched;
use oompoint::inspect::Row;
use oompoint::inspect::recording::digest_of;
use oompoint::model::journal::Kind;
use rand::RngExt;

use crate::{benchmark, cell, guest, record};

/// The state at a decision, by a run from boot that keeps no copies.
fn straight(cell: &Cell, ordinal: u64) -> u64 {
    let mut session = Session::boot(cell).expect("the cell is sound");
    session.world_mut().machine.record_decisions();
    session.world_mut().machine.journal.catch(ordinal);
    loop {
        if let Some(machine) = session.world_mut().machine.caught.take() {
            let mut world = session.into_world();
            world.machine = *machine;
            return digest_of(&world);
        }
        assert!(session.step(&mut Unwatched), "the run has no decision {ordinal}");
    }
}

fn seeks_are_exact(cell: &Cell) {
    let mut recording = record(cell);
    let mut rng = stream(cell.seed, "seeks of a test");
    let mut moments: Vec<u64> = (0..6).map(|_| rng.random_range(0..recording.len())).collect();
    moments.extend([0, recording.len() - 1, 1, recording.len() - 2]);
    let wanted: Vec<u64> = moments.iter().map(|&ordinal| straight(cell, ordinal)).collect();
    for _ in 0..2 {
        for (&ordinal, &digest) in moments.iter().zip(&wanted) {
            assert_eq!(recording.digest_at(ordinal), digest, "decision {ordinal} of {}", recording.len());
        }
    }
    let (one, two) = (moments[0], moments[1].max(1));
    let back: Vec<u64> = [two, two - 1, two, one].map(|ordinal| recording.digest_at(ordinal)).to_vec();
    assert_eq!(back, [two, two - 1, two, one].map(|ordinal| straight(cell, ordinal)));
}

#[test]
fn of_every_kind_of_policy() {
    for policy in ["base", "series", "blunt", "isolate", "kcompactd-target"] {
        seeks_are_exact(&benchmark(policy, 11));
    }
}

#[test]
fn of_plans_and_background() {
    let mut busy = guest(256);
    busy.page_cache_mib = 64;
    busy.cpus = 2;
    busy.background = oompoint::environment::Background::Light;
    seeks_are_exact(&cell(busy, "secretmem-vs-frag", "series", 3));
    seeks_are_exact(&cell(guest(256), "kernel-build:units=4", "series", 1));
}

#[test]
fn a_copy_of_a_session_ends_as_the_original_does() {
    let cell = benchmark("series", 9);
    let mut session = Session::boot(&cell).expect("the cell is sound");
    (0..20_000).for_each(|_| _ = session.step(&mut Unwatched));
    let mut copy = session.clone();
    while session.step(&mut Unwatched) {}
    while copy.step(&mut Unwatched) {}
    assert_eq!(session.result(), copy.result());
    assert!(session.result().is_some_and(|result| result.end == "oom-kill"));
}

#[test]
fn a_moment_is_consistent_in_itself() {
    let mut recording = record(&benchmark("series", 4));
    let kill = recording.timeline().kills[0].ordinal;
    for ordinal in [recording.len() / 4, recording.len() / 2, kill, recording.len()] {
        let moment = recording.moment(ordinal);
        let world = recording.world_at(ordinal);
        let blocks = &moment.blocks;
        let free: u64 = blocks.free.iter().map(|&pages| u64::from(pages)).sum();
        let exact: u64 = world.machine.node.zones.iter().map(|zone| oompoint::model::view::counters(zone).free).sum();
        assert_eq!(free, exact);
        let lists = moment.free_lists.iter().flat_map(|lists| &lists.blocks);
        let listed = lists.flat_map(|orders| orders.iter().enumerate().map(|(order, n)| u64::from(*n) << order));
        assert_eq!(listed.sum::<u64>(), exact);
        assert_eq!(blocks.pages.len(), blocks.len() * 512);
        let secret: u64 = blocks.pinned.iter().map(|&pages| u64::from(pages)).sum();
        assert_eq!(secret, blocks.pages.bytes().filter(|&page| page == b's').count() as u64);
        let held: u64 = world.processes.iter().map(|process| process.secretmem.pages()).sum();
        // The processes are as after the step, in which one page more may have been faulted in; the exit goes on.
        assert!(ordinal == recording.len() || (0..=1).contains(&(held - secret)), "{secret} {held}");
        let names: Vec<&str> = moment.texts.iter().map(|(name, _)| name.as_str()).collect();
        let with_report = if ordinal >= kill { 5 } else { 4 };
        assert_eq!(names.len(), with_report, "{names:?}");
        assert_eq!(moment.row.is_none(), ordinal == recording.len());
        assert!(moment.row.as_ref().is_none_or(|row| row.requested_mib == moment.requested_mib));
        assert!(moment.requested_mib > 100);
    }
}

#[test]
fn a_moment_lies_in_the_middle_of_a_step_when_its_decision_does() {
    let mut recording = record(&benchmark("blunt", 1));
    let begin = recording.stream().first_from(0, |entry| entry.kind() == Kind::CompactBegin).expect("blunt compacts");
    let end = recording.stream().first_from(begin, |entry| entry.kind() == Kind::CompactEnd).expect("which ends");
    let moved = |recording: &mut oompoint::inspect::Recording, ordinal| {
        recording.world_at(ordinal).machine.tally.pgmigrate_success
    };
    let by_it = u64::from(recording.decision(end).expect("it is there").what.values[0]);
    assert!(by_it > 0);
    assert_eq!(moved(&mut recording, end) - moved(&mut recording, begin), by_it);
}

#[test]
fn decisions_far_apart_are_those_of_a_straight_run() {
    // More decisions than are kept whole, so that they are had by running parts of it again.
    let mut recording = record(&cell(guest(256), "file-churn:file-percent=100", "series", 1));
    let len = recording.len();
    assert!(len > 1 << 17, "{len} decisions");
    let all = recording.decisions(0, u64::MAX);
    for distance in [1, 7, len / 19, len / 3] {
        let ordinals: Vec<u64> = (len / 5..len).step_by(distance as usize).take(20).collect();
        let rows = recording.rows_at(&ordinals);
        let wanted: Vec<_> = ordinals.iter().map(|&at| Row::of(at, &all[at as usize])).collect();
        assert_eq!(rows, wanted, "{distance} apart");
    }
    assert_eq!(recording.decisions(len - 3, 9), all[len as usize - 3..]);
}
