// SPDX-License-Identifier: GPL-2.0-only
//! A recorded run comes to what an unrecorded one comes to, and is recorded alike each time.

use oompoint::experiment::run::run;
use oompoint::inspect::Lane;
use oompoint::inspect::stream::Entry;
use oompoint::inspect::timeline::BINS_MAX;
use oompoint::model::compact::Status;
use oompoint::model::journal::Kind;
use oompoint::policy::REGISTRY;

use crate::{benchmark, cell, guest, record};

#[test]
fn recording_changes_no_result_of_any_policy() {
    for policy in REGISTRY {
        let cell = benchmark(policy.name, 7);
        let plain = run(&cell).expect("the cell is sound");
        assert_eq!(record(&cell).result(), &plain, "{}", policy.name);
    }
}

#[test]
fn recording_changes_no_result_of_plans_and_background() {
    let mut busy = guest(256);
    busy.page_cache_mib = 64;
    busy.cpus = 2;
    busy.background = oompoint::environment::Background::Light;
    for cell in [
        cell(busy, "secretmem-vs-frag:iterations=2", "series", 3),
        cell(guest(64), "file-churn:file-percent=100", "blunt", 1),
        cell(guest(256), "kernel-build:units=4", "series", 1),
    ] {
        let plain = run(&cell).expect("the cell is sound");
        assert_eq!(record(&cell).result(), &plain, "{}", cell.workload.text());
    }
}

#[test]
fn a_cell_is_recorded_alike_each_time() {
    let cell = benchmark("blunt", 2);
    let (one, two) = (record(&cell), record(&cell));
    assert_eq!(one.stream().entries(), two.stream().entries());
    assert_eq!(one.timeline(), two.timeline());
}

#[test]
fn the_stream_is_in_order_and_counts_what_the_counters_count() {
    let mut recording = record(&benchmark("series", 5));
    let decisions = recording.decisions(0, u64::MAX);
    assert!(decisions.is_sorted_by_key(|decision| decision.requested_pages));
    assert!(decisions.iter().map(Entry::of).eq(recording.stream().entries().iter().copied()));
    let count = |kind| decisions.iter().filter(|decision| decision.what.kind == kind).count() as u64;
    let counters = &recording.result().counters;
    assert_eq!(count(Kind::FlipFailed), counters["um_flip_noblock"]);
    assert_eq!(count(Kind::OomKill), counters["oom_kill"]);
    let unmapped = decisions.iter().filter(|decision| decision.what.kind == Kind::BlockUnmapped);
    assert_eq!(unmapped.map(|decision| u64::from(decision.what.values[1])).sum::<u64>(), counters["um_block_unmap"]);
    assert!(count(Kind::BlockUnmapped) > 0 && count(Kind::OomKill) == 1);
}

#[test]
fn compactions_in_the_stream_add_up_to_the_counters() {
    let mut recording = record(&benchmark("blunt", 5));
    let decisions = recording.decisions(0, u64::MAX);
    let counters = &recording.result().counters;
    let idle = [Status::Skipped as u8, Status::Deferred as u8];
    let ends = decisions.iter().filter(|decision| decision.what.kind == Kind::CompactEnd);
    let stalls = ends.filter(|decision| !idle.contains(&decision.what.detail));
    assert_eq!(stalls.count() as u64, counters["compact_stall"]);
    let zones = decisions.iter().filter(|decision| decision.what.kind == Kind::CompactZone);
    assert_eq!(zones.map(|decision| u64::from(decision.what.values[3])).sum::<u64>(), counters["pgmigrate_success"]);
    assert!(counters["compact_stall"] > 0 && counters["pgmigrate_success"] > 0);
}

#[test]
fn the_time_line_is_small_and_loses_no_decision() {
    for policy in ["base", "series"] {
        let recording = record(&benchmark(policy, 1));
        let timeline = recording.timeline();
        assert!(timeline.samples.len() <= BINS_MAX as usize + 1);
        assert!(timeline.samples.is_sorted_by_key(|sample| sample.requested_mib));
        let bins = timeline.lanes.iter().flat_map(|lane| &lane.bins);
        assert_eq!(bins.map(|bin| u64::from(bin.count)).sum::<u64>(), recording.len());
        let kill = timeline.kills.first().expect("the benchmark ends by a kill");
        let oom = &timeline.lanes[Lane::Oom as usize].bins[0];
        assert_eq!((oom.first, oom.count), (kill.ordinal, 1));
        let ceiling = timeline.ceiling_mib.expect("the benchmark gives nothing back before the kill");
        let asked: u32 = timeline.phases.iter().find(|phase| phase.name == "frag").expect("a phase").requested_mib;
        let share = (kill.requested_mib - asked) * 100 / (ceiling - asked);
        assert!(
            if policy == "base" { 90..100 } else { 5..60 }.contains(&share),
            "{policy} got {share} % of the ceiling"
        );
        let names: Vec<_> = timeline.phases.iter().map(|phase| phase.name.as_str()).collect();
        assert_eq!(names, ["boot", "frag", "oom", "end"]);
        let bytes = serde_json::to_string(timeline).expect("a time-line is plain data").len();
        assert!(bytes < 1 << 20, "{bytes} bytes");
        let free = |sample: &oompoint::inspect::timeline::Sample| sample.free.iter().sum::<u32>();
        assert!(timeline.samples.iter().any(|sample| free(sample) < free(&timeline.samples[0]) / 2));
    }
}

#[test]
fn a_long_run_has_wider_bins() {
    let recording = record(&cell(guest(1024), "secretmem-vs-frag", "series", 1));
    let timeline = recording.timeline();
    assert!(timeline.bin_mib > 1 && timeline.samples.len() <= BINS_MAX as usize + 1);
    let mut bins: Vec<u32> = timeline.samples.iter().map(|sample| sample.requested_mib / timeline.bin_mib).collect();
    bins.pop();
    assert!(bins.windows(2).all(|pair| pair[0] < pair[1]));
    let (frames, bytes) = recording.keyframes();
    assert!(frames >= 6 && bytes < 100 << 20, "{frames} copies, {bytes} bytes");
}
