// SPDX-License-Identifier: GPL-2.0-only
//! Workloads: each ends under every preset and policy, leaves a sound machine, and gives the same again.

use oompoint::environment::{self, Background, Environment};
use oompoint::experiment::run::run_watched;
use oompoint::experiment::session::Session;
use oompoint::experiment::watch::{Unwatched, Watch};
use oompoint::experiment::{Cell, CellResult, PolicySpec, run};
use oompoint::model::check;
use oompoint::policy::REGISTRY;
use oompoint::sim::World;
use oompoint::workload::{CATALOG, Workload};

/// Looks for damage after every phase.
struct Checked(Vec<String>);

impl Watch for Checked {
    fn phase(&mut self, name: &str, world: &World) {
        for zone in &world.machine.node.zones {
            self.0.extend(check::zone(zone).into_iter().map(|problem| format!("after {name}: {problem}")));
        }
    }
}

fn small(preset: &str) -> Environment {
    let environment = environment::preset(preset).expect("the preset exists");
    Environment { memory_mib: 128, page_cache_mib: environment.page_cache_mib.min(16), ..environment }
}

/// The catalog with knobs that keep it short.
fn short(name: &str) -> Workload {
    let text = match name {
        "kernel-build" => "kernel-build:units=4,unit-ms=20,job-mib=8",
        "thp-burst" => "thp-burst:units=4,unit-ms=20,job-mib=8,pause-ms=20",
        "file-churn" => "file-churn:file-percent=120",
        name => name,
    };
    Workload::parse(text).expect("the knobs exist")
}

fn cell(environment: Environment, workload: Workload, policy: &str, seed: u64) -> Cell {
    let policy = PolicySpec::parse(policy).expect("the policy exists");
    Cell { environment, workload, policy, seed, steps_max: 3_000_000 }
}

fn checked(cell: &Cell) -> CellResult {
    let mut watch = Checked(Vec::new());
    let result = run_watched(cell, &mut watch).expect("the cell is sound");
    let what = format!("{} {} {}", cell.environment.name, cell.workload.text(), cell.policy.text());
    assert!(watch.0.is_empty(), "{what}: {}", watch.0.join("\n"));
    assert!(["oom-kill", "complete", "step-budget"].contains(&result.end.as_str()), "{what}: {}", result.end);
    result
}

#[test]
fn every_workload_keeps_every_guest_sound() {
    for preset in environment::PRESETS {
        for entry in CATALOG {
            for policy in REGISTRY {
                let mut cell = cell(small(preset.name), short(entry.name), policy.name, 1);
                cell.steps_max = 200_000;
                checked(&cell);
            }
        }
    }
}

/// A thread that another gives way to must not run before that moment.
#[test]
fn time_does_not_go_back() {
    let guest =
        Environment { memory_mib: 256, page_cache_mib: 80, ..environment::preset("disk-1g").expect("it exists") };
    for (policy, seed) in [("base", 1), ("series", 2), ("blunt", 3)] {
        let workload = Workload::parse("secretmem-vs-frag").expect("it is in the catalog");
        let mut session = Session::boot(&cell(guest.clone(), workload, policy, seed)).expect("the cell is sound");
        let (mut last, mut steps) = (0, 0);
        while session.step(&mut Unwatched) {
            let now_ns = session.world().machine.now_ns;
            assert!(now_ns >= last, "{policy}: {last} ns, then {now_ns}");
            (last, steps) = (now_ns, steps + 1);
        }
        assert!(steps > 10_000, "{policy}: {steps} steps");
    }
}

#[test]
fn catalog_plans_pass_their_own_check() {
    for preset in environment::PRESETS {
        for memory_mib in [128, 1024, 65_536] {
            let environment = Environment { memory_mib, ..preset.environment() };
            for entry in CATALOG {
                let workload = Workload::parse(entry.name).expect("it is in the catalog");
                let Some(plan) = workload.plan(&environment) else { continue };
                assert_eq!(plan.check(), Ok(()), "{}", entry.name);
                let text = serde_json::to_string(&plan).expect("a plan is plain data");
                let again = Workload::from_json(&text).expect("what was written can be read");
                assert_eq!(again.plan(&environment), Some(plan));
            }
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_digest() {
    for entry in CATALOG {
        let cell = cell(small("disk-1g"), short(entry.name), "blunt", 7);
        let first = checked(&cell);
        let other = std::thread::scope(|scope| scope.spawn(|| run(&cell)).join()).expect("no panic");
        assert_eq!(Ok(first), other, "{}", entry.name);
    }
}

#[test]
fn fork_interleave_and_stop() {
    let text = r#"{"name":"t","processes":[{"name":"a","restart":true}],
        "score":{"name":"huge","unit":"blocks","of":"tries"},
        "plan":{"sequence":[
            {"repeat":{"times":3,"plan":{"interleave":{"until":"first-ends","plans":[
                {"fork":{"process":"a","plan":{"interleave":{"plans":[
                    {"populate":{"set":"x","kind":"anon","pages":2000}},
                    {"populate":{"set":"y","kind":"thp","pages":2000}},
                    {"idle":{"ms":5}}]}}}},
                {"repeat":{"times":1000,"plan":{"churn":{"set":"k","kind":"kernel","pages":300,"per_second":10000,
                    "count":1000,"orders":[{"order":0,"weight":3},{"order":3,"weight":1}]}}}},
                {"idle":{"ms":100000}}]}}}},
            {"populate":{"set":"s","kind":"secretmem","pages":1000,"chunk_pages":10}},
            {"punch-holes":{"set":"s","keep_one_of":5,"keep":"random"}},
            {"file-io":{"set":"f","pages":5000,"count":6000,"random":true,"write_percent":30}},
            {"free-all":{"set":"f"}}, {"free-all":{"set":"s"}}, {"free-all":{"set":"k"}},
            {"try-alloc":{"set":"h","order":9,"count":10}}]}}"#;
    let workload = Workload::from_json(text).expect("the plan is sound");
    for policy in ["base", "blunt"] {
        let result = checked(&cell(small("disk-1g"), workload.clone(), policy, 3));
        assert_eq!(result.end, "complete");
        assert_eq!(result.score.expect("there is one").value, 10);
        assert!(result.simulated_ms < 20_000, "the sleeper was not stopped: {} ms", result.simulated_ms);
        assert!(result.counters["thp_fault_alloc"] > 0 || result.counters["thp_fault_fallback"] > 0);
    }
}

#[test]
fn everything_a_fork_held_comes_back() {
    let free = |plan: &str| {
        let text = format!(
            r#"{{"name":"t","processes":[{{"name":"a"}}],"score":{{"name":"o","unit":"b","of":"tries"}},
            "plan":{{"sequence":[{plan} {{"try-alloc":{{"set":"h","order":0,"count":20000}}}}]}}}}"#
        );
        let workload = Workload::from_json(&text).expect("the plan is sound");
        checked(&cell(small("minimal-1g"), workload, "base", 1)).score.expect("there is one").value
    };
    let fork = r#"{"fork":{"process":"a","plan":{"sequence":[
        {"populate":{"set":"x","kind":"anon","pages":3000}},{"populate":{"set":"x","kind":"secretmem","pages":3000}},
        {"populate":{"set":"x","kind":"kernel","pages":1024,"order":3}}]}}},"#;
    assert_eq!(free(""), free(fork));
}

#[test]
fn a_kill_is_survived_by_what_restarts() {
    let text = r#"{"name":"t","processes":[{"name":"hog","restart":true,"oom_score_adj":1000},{"name":"once"}],
        "plan":{"sequence":[
            {"repeat":{"times":3,"plan":{"spam-until-oom":{"kind":"anon","chunk_pages":256,"process":"hog"}}}},
            {"populate":{"set":"p","kind":"anon","pages":100,"process":"once"}}]}}"#;
    let result = checked(&cell(small("minimal-1g"), Workload::from_json(text).expect("sound"), "base", 1));
    assert_eq!((result.end.as_str(), result.counters["oom_kill"], result.iterations.len()), ("oom-kill", 3, 3));
    assert!(result.iterations.iter().all(|&bytes| bytes > 80 << 20), "{:?}", result.iterations);
}

#[test]
fn nobody_to_kill_is_a_stated_end() {
    let text = r#"{"name":"t","processes":[{"name":"init","oom_score_adj":-1000}],
        "plan":{"spam-until-oom":{"kind":"anon","process":"init"}}}"#;
    let workload = Workload::from_json(text).expect("sound");
    let result = run(&cell(small("minimal-1g"), workload, "base", 1)).expect("it runs");
    assert_eq!(result.end, "panic");
}

#[test]
fn refusals_name_the_field() {
    let refused = |plan: &str| {
        let text = format!(r#"{{"name":"t","plan":{plan}}}"#);
        Workload::from_json(&text).expect_err("it is refused").field
    };
    assert_eq!(refused(r#"{"idle":{"ms":"x"}}"#), "plan.idle.ms");
    assert_eq!(refused(r#"{"sequence":[{"idle":{"ms":99999999999}}]}"#), "plan.sequence[0].idle.ms");
    assert_eq!(refused(r#"{"idle":{"ms":1,"extra":2}}"#), "plan.idle.extra");
    let field = refused(r#"{"populate":{"set":"a","kind":"anon","pages":1,"process":"nobody"}}"#);
    assert_eq!(field, "plan.populate.process");
    assert_eq!(refused(r#"{"populate":{"set":"a","kind":"anon"}}"#), "plan.populate.pages");
    assert_eq!(refused(r#"{"interleave":{"plans":[]}}"#), "plan.interleave.plans");
    let long = r#"{"repeat":{"times":1000000,"plan":{"repeat":{"times":1000000,"plan":{"idle":{"ms":0}}}}}}"#;
    assert_eq!(refused(long), "plan");
    let deep = format!("{}{}{}", r#"{"sequence":["#.repeat(40), r#"{"idle":{"ms":1}}"#, "]}".repeat(40));
    assert!(refused(&deep).starts_with("plan.sequence"));
}

#[test]
fn zolnierkiewicz_needs_compaction() {
    let environment = Environment { memory_mib: 512, ..environment::preset("minimal-1g").expect("it exists") };
    let got = |text: &str| {
        let workload = Workload::parse(text).expect("it is in the catalog");
        checked(&cell(environment.clone(), workload, "base", 1)).score.expect("it has one").value
    };
    let (without, with) = (got("zolnierkiewicz-2012:compaction=off"), got("zolnierkiewicz-2012"));
    assert!(without < with && with <= 100, "{without} without, {with} with");
}

/// Notes the pages on file lists after each phase.
struct FilePages(Vec<(String, u64)>);

impl Watch for FilePages {
    fn phase(&mut self, name: &str, world: &World) {
        let pages = world.machine.node.zones.iter().map(|zone| zone.reclaimable_pages()).sum();
        self.0.push((name.to_owned(), pages));
    }
}

/// The measured guests had the four texts of 8 MiB in memory before the antagonist began, and had dropped none of them
/// when it was through (factors/k1-pc0-bglight-*: file_lru_before_kB 33,508 and 33,544, file_lru_postfrag_kB 35,120).
#[test]
fn the_background_is_steady_before_the_antagonist_begins() {
    let environment = environment::preset("disk-1g").expect("the preset exists");
    let environment = Environment { background: Background::Light, ..environment };
    let mut watch = FilePages(Vec::new());
    let workload = Workload::parse("secretmem-vs-frag").expect("it is in the catalog");
    run_watched(&cell(environment, workload, "base", 1), &mut watch).expect("the cell is sound");
    let after = |phase: &str| watch.0.iter().find(|(name, _)| name == phase).expect("the phase was reached").1;
    assert_eq!((after("background"), after("frag")), (4 * 2048 + after("boot"), 4 * 2048 + after("boot")));
}

/// What five measured boots of the series on minimal-1g all counted: 17 rounds of two walks without progress until the
/// kill, and as many until the killed thread is through (src/environment/presets.rs says what that guest is).
#[test]
fn series_walks_68_times_without_progress() {
    for seed in 1..=2 {
        let environment = environment::preset("minimal-1g").expect("the preset exists");
        let workload = Workload::parse("secretmem-vs-frag").expect("the workload exists");
        assert_eq!(checked(&cell(environment, workload, "series", seed)).stalls(), 68, "seed {seed}");
    }
}
