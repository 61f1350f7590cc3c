// SPDX-License-Identifier: GPL-2.0-only
//! Replays of a real kernel's trace: every figure of the guided one, floors for the one without added lines, and
//! damaged traces, which must neither stop the replay nor carry it far off.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use oompoint::replay::{self, Given, Report, Score};
use oompoint::trace::{self, Imported, Kind, State};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

const SNAPSHOTS: [&str; 4] = ["state_1_frag_allocated", "state_2_frag", "state_3_oom", "state_4_killed"];

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kernel/custom_svf_128_3")
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(fixture().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn state(name: &str) -> State {
    trace::read_state(bytes(&format!("{name}.json.gz"))).unwrap_or_else(|error| panic!("{name}: {error}"))
}

static TEXT: LazyLock<Vec<u8>> = LazyLock::new(|| trace::decompress(&bytes("trace_full.txt.gz")).bytes.into_owned());
static TRACE: LazyLock<Imported> = LazyLock::new(|| trace::import(&TEXT));
static START: LazyLock<State> = LazyLock::new(|| state("initial_state"));
static SNAPS: LazyLock<Vec<State>> = LazyLock::new(|| SNAPSHOTS.iter().map(|name| state(name)).collect());
static END: LazyLock<State> = LazyLock::new(|| state("final_state"));

fn guided(trace: &Imported) -> Report {
    replay::guided(Given { start: &START, snapshots: &SNAPS, end: Some(&END) }, trace, |_| true).0
}

fn native(trace: &Imported) -> Report {
    replay::native(Given { start: &START, snapshots: &[], end: None }, trace, |_| true).0
}

fn share(made: u64, exact: u64) -> u64 {
    (Score { made, exact }).per_myriad().unwrap_or(10_000)
}

#[test]
fn the_guided_replay_is_exact() {
    let report = guided(&TRACE);
    assert!(report.is_exact(), "{report}");
    assert_eq!((report.allocations, report.pfn_exact, report.pageblock_exact), (35_692, 35_692, 35_692));
    assert_eq!((report.drained, report.drained_exact), (39_296, 39_296));
    assert_eq!((report.states_checked, report.states_equal, report.skipped_lines), (5, 5, 0));
    let score = |made, exact| Score { made, exact };
    assert_eq!(report.refills, score(621, 621));
    assert_eq!(report.trims, score(863, 863));
    assert_eq!(report.free_types, score(5_087, 5_087));
    assert_eq!(report.list_takes, score(33_632, 33_632));
    assert_eq!(report.fallbacks, score(922, 922));
    assert_eq!(report.claims, score(130, 130));
    assert_eq!(report.boosts, score(130, 130));
    assert_eq!(report.pcp_counts, score(34, 34));
    assert_eq!((report.adopted, report.impossible), (0, 0));
    assert_eq!(report.digest, "85a0af893b78a495");
}

#[test]
fn replays_are_deterministic() {
    assert_eq!(guided(&TRACE), guided(&TRACE));
    assert_eq!(native(&TRACE), native(&TRACE));
}

#[test]
fn the_native_replay_stays_in_step() {
    let report = native(&TRACE);
    assert_eq!(report.allocations, 35_692);
    assert!(share(report.allocations, report.pfn_exact) >= 9_990, "{report}");
    assert!(share(report.allocations, report.pageblock_exact) >= 9_990, "{report}");
    assert!(share(report.drained, report.drained_exact) >= 9_900, "{report}");
    assert!(report.fallbacks.per_myriad() >= Some(9_800), "{report}");
    assert!(report.refusals.per_myriad() >= Some(9_900), "{report}");
    assert_eq!(report.impossible, 0, "{report}");
}

#[test]
fn the_native_replay_reads_no_added_line() {
    let stock: Vec<u8> =
        TEXT.split_inclusive(|&byte| byte == b'\n').filter(|line| !has_added(line)).flatten().copied().collect();
    let (full, stock) = (native(&TRACE), native(&trace::import(&stock)));
    let figures = |report: &Report| (report.pfn_exact, report.drained_exact, report.fallbacks, report.digest.clone());
    assert_eq!(figures(&full), figures(&stock));
}

fn has_added(line: &[u8]) -> bool {
    line.windows(5).any(|window| window == b": PA ")
}

/// An answer that had looked at its own line would follow the altered page.
#[test]
fn a_native_answer_does_not_know_its_own_line() {
    let mut trace = TRACE.clone();
    let mut altered = 0;
    for event in trace.events.iter_mut().step_by(97) {
        if let Kind::Alloc { pfn: Some(pfn), order: 0, .. } = &mut event.kind {
            *pfn ^= 1;
            altered += 1;
        }
    }
    let (before, after) = (native(&TRACE), native(&trace));
    assert!(altered > 300, "{altered}");
    assert!(after.pfn_exact + altered <= after.allocations, "{after}");
    assert!(before.pfn_exact > after.pfn_exact, "{before}{after}");
}

#[test]
fn without_a_state_the_rules_hold() {
    let report = replay::survey(&TRACE);
    let survey = report.survey.as_ref().expect("a survey is its purpose");
    for score in [survey.aligned, survey.type_of_flags, survey.fallback_in_table, survey.fallback_rules] {
        assert!(score.made > 0 && score.made == score.exact, "{report}");
    }
    assert_eq!(survey.steals_smallest_first.made, survey.steals_smallest_first.exact, "{report}");
    assert!(survey.determined_heads.made > 20_000 && survey.determined_heads.per_myriad() >= Some(9_900), "{report}");
    assert_eq!(report.not_judged.len(), 2);
}

/// One way to damage a text.
#[derive(Clone, Copy, Debug)]
enum Damage {
    DropLines { one_in: u32 },
    Truncate,
    FlipBytes { count: u32 },
    ShuffleBlocks,
}

fn damaged(damage: Damage, rng: &mut Xoshiro256PlusPlus) -> Vec<u8> {
    let lines = || TEXT.split_inclusive(|&byte| byte == b'\n');
    match damage {
        Damage::DropLines { one_in } => lines().filter(|_| !rng.random_ratio(1, one_in)).flatten().copied().collect(),
        Damage::Truncate => TEXT[..rng.random_range(0..TEXT.len() as u64) as usize].to_vec(),
        Damage::FlipBytes { count } => {
            let mut text = TEXT.clone();
            for _ in 0..count {
                let at = rng.random_range(0..text.len() as u64) as usize;
                text[at] ^= 1 << rng.random_range(0..7u32);
            }
            text
        }
        Damage::ShuffleBlocks => {
            let all: Vec<&[u8]> = lines().collect();
            let mut blocks: Vec<&[&[u8]]> = all.chunks(rng.random_range(20..2000u32) as usize).collect();
            for at in 0..blocks.len() {
                if rng.random_ratio(1, 4) {
                    let other = rng.random_range(0..blocks.len() as u32) as usize;
                    blocks.swap(at, other);
                }
            }
            blocks.concat().concat()
        }
    }
}

/// What must hold however bad the input is.
fn check_sums(report: &Report, trace: &Imported, what: &str) {
    assert!(report.pfn_exact <= report.pageblock_exact && report.pageblock_exact <= report.allocations, "{what}");
    assert!(report.drained_exact <= report.drained && report.states_equal <= report.states_checked, "{what}");
    assert_eq!(report.skipped_lines, u64::from(trace.skipped.total), "{what}");
    let lines = trace.events.len() as u64 + report.skipped_lines + u64::from(trace.comments);
    assert_eq!(lines, u64::from(trace.lines), "{what}");
    assert!(report.events <= trace.events.len() as u64, "{what}");
    assert_eq!(report.digest.len(), 16, "{what}");
}

#[test]
fn damaged_traces_are_replayed_to_their_end() {
    let seeds = std::env::var("OOMPOINT_SEED").map_or(0..6, |seed| {
        let seed: u64 = seed.parse().expect("OOMPOINT_SEED is a number");
        seed..seed + 1
    });
    for seed in seeds {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        for damage in [
            Damage::DropLines { one_in: 3 },
            Damage::DropLines { one_in: 30 },
            Damage::Truncate,
            Damage::FlipBytes { count: 20_000 },
            Damage::ShuffleBlocks,
        ] {
            let what = format!("{damage:?}: again with OOMPOINT_SEED={seed} cargo test --test replay damaged");
            println!("{what}");
            let trace = trace::import(&damaged(damage, &mut rng));
            check_sums(&guided(&trace), &trace, &what);
            check_sums(&native(&trace), &trace, &what);
            replay::survey(&trace);
        }
    }
}

#[test]
fn a_second_cpu_has_lists_of_its_own() {
    let mut start = START.clone();
    start.params.online_cpus = 2;
    for zone in &mut start.zones {
        let mut second = zone.pcp[0].clone();
        (second.cpu, second.count) = (1, 0);
        second.lists.iter_mut().for_each(|list| list.pfns.clear());
        zone.pcp.push(second);
    }
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let mut trace = TRACE.clone();
    trace.events.iter_mut().for_each(|event| event.cpu = u16::from(rng.random_ratio(1, 3)));
    let given = Given { start: &start, snapshots: &[], end: None };
    check_sums(&replay::guided(given, &trace, |_| true).0, &trace, "guided, two CPUs");
    check_sums(&replay::native(given, &trace, |_| true).0, &trace, "native, two CPUs");
    // All of it on the second CPU: only what the first one's lists held at the start is missing.
    trace.events.iter_mut().for_each(|event| event.cpu = 1);
    let report = replay::native(given, &trace, |_| true).0;
    check_sums(&report, &trace, "native, the other CPU");
    assert!(share(report.allocations, report.pfn_exact) >= 9_000, "{report}");
    // The first CPU drains the second one's lists.
    for event in &mut trace.events {
        match &mut event.kind {
            Kind::Drain { cpu, .. } => (event.cpu, *cpu) = (0, 1),
            Kind::PcpuDrain { .. } => event.cpu = 0,
            _ => {}
        }
    }
    let report = replay::guided(given, &trace, |_| true).0;
    assert!(share(report.allocations, report.pfn_exact) >= 9_000, "guided, the other CPU: {report}");
    assert!(share(report.drained, report.drained_exact) >= 7_000, "guided, the other CPU: {report}");
}

#[test]
fn one_line_in_a_hundred_missing_costs_little() {
    for seed in 0..3 {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let trace = trace::import(&damaged(Damage::DropLines { one_in: 100 }, &mut rng));
        let (guided, native) = (guided(&trace), native(&trace));
        println!("seed {seed}\n{guided}{native}");
        assert!(share(guided.allocations, guided.pfn_exact) >= 9_600, "seed {seed}\n{guided}");
        assert!(share(native.allocations, native.pfn_exact) >= 9_500, "seed {seed}\n{native}");
        assert!(share(native.allocations, native.pageblock_exact) >= 9_800, "seed {seed}\n{native}");
        assert!(share(native.drained, native.drained_exact) >= 9_300, "seed {seed}\n{native}");
    }
}
