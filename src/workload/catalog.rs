// SPDX-License-Identifier: GPL-2.0-only
//! Workloads of the catalog that are plans.
//!
//! Sizes that no source states are assumptions; each is a knob.

use super::entry::{Chosen, Entry};
use super::plan::{
    Churn, FileIo, Fork, FreeAll, Idle, Interleave, Keep, Kind, OrderWeight, Plan, PlanSpec, Populate, ProcessSpec,
    PunchHoles, Repeat, ScoreOf, ScoreSpec, Spam, TryAlloc, Until, Work,
};
use crate::environment::Environment;
use crate::knobs::Knob;

pub(super) const KERNEL_BUILD: Entry = Entry {
    name: "kernel-build",
    about: "Parallel compile jobs that read, compute and write, beside a task that keeps taking and freeing secretmem.",
    source: "mail of 2026-06-11, \"kernel build beside stress-ng --secretmem\"; sizes of jobs are assumptions",
    knobs: &[
        JOBS,
        UNITS,
        JOB_MIB,
        UNIT_MS,
        TREE_PERCENT,
        WARM,
        Knob::switch("secretmem", "stress-ng --secretmem runs beside the build", true),
        Knob::number("secretmem-percent", "share of free memory that it takes each time", 50, 1, 200),
    ],
    plan: Some(kernel_build),
};

pub(super) const THP_BURST: Entry = Entry {
    name: "thp-burst",
    about: "A kernel build beside a program that now and then wants much memory in huge pages.",
    source: "evaluation of defrag_mode, \"mm: reliable huge page allocator\", March 2025; sizes are assumptions",
    knobs: &[
        JOBS,
        UNITS,
        JOB_MIB,
        UNIT_MS,
        TREE_PERCENT,
        WARM,
        Knob::number("burst-percent", "size of a burst, percent of RAM", 25, 1, 100),
        Knob::number("pause-ms", "time between bursts", 300, 1, 60_000),
        Knob::switch("madvised", "MADV_HUGEPAGE: huge pages are worth direct compaction", true),
    ],
    plan: Some(thp_burst),
};

pub(super) const FILE_CHURN: Entry = Entry {
    name: "file-churn",
    about: "Files larger than memory are read and written while secretmem is taken until the OOM kill.",
    source: "page cache and refaults as in the runs with 300 MiB of cache (FIDELITY.md), taken further",
    knobs: &[
        Knob::number("file-percent", "size of the files, percent of RAM", 200, 1, 1000),
        Knob::number("write-percent", "share of accesses that write", 20, 0, 100),
        Knob::number("readers", "tasks that read and write", 2, 0, 16),
        Knob::switch("warm", "the cache is filled before secretmem is taken", true),
    ],
    plan: Some(file_churn),
};

pub(super) const ZOLNIERKIEWICZ: Entry = Entry {
    name: "zolnierkiewicz-2012",
    about: "Fills memory with kernel pages, frees every second, fills the gaps with user pages, frees the rest of the \
            kernel's, then asks for 100 huge kernel blocks.",
    source: "B. Zolnierkiewicz, \"mm: compaction: handle incorrect MIGRATE_UNMOVABLE type pageblocks\", 2012: on \
             512 MiB 11 without compaction, 14 with, 100 with the patch; here too it means nothing at another size, and \
             which blocks are left depends on the guest's footprint",
    knobs: &[Knob::switch("compaction", "the requests for huge blocks may compact", true)],
    plan: Some(zolnierkiewicz),
};

const JOBS: Knob = Knob::number("jobs", "compile jobs at a time; 0 is one a CPU, with 64 MiB of RAM each", 0, 0, 64);
const UNITS: Knob = Knob::number("units", "files compiled in all", 48, 1, 100_000);
const JOB_MIB: Knob = Knob::number("job-mib", "anonymous memory of a compiler", 24, 1, 4096);
const UNIT_MS: Knob = Knob::number("unit-ms", "computing time of a file", 200, 0, 60_000);
const TREE_PERCENT: Knob = Knob::number("tree-percent", "size of sources and headers, percent of RAM", 60, 1, 1000);
const WARM: Knob = Knob::switch("warm", "sources were read before, as far as they fit", true);

fn pages_of(environment: &Environment, percent: u32) -> u64 {
    (u64::from(environment.memory_mib) * 256 * u64::from(percent) / 100).clamp(1, 1 << 22)
}

fn populate(set: &str, kind: Kind, pages: Option<u64>, percent: Option<u32>, process: Option<&str>) -> Plan {
    let (set, process) = (set.to_owned(), process.map(str::to_owned));
    Plan::Populate(Populate { set, kind, pages, percent, order: 0, chunk_pages: 1, process, madvised: true })
}

fn repeat(times: u64, plan: Plan) -> Plan {
    Plan::Repeat(Repeat { times, plan: Box::new(plan) })
}

fn spec(entry: &Entry, processes: Vec<ProcessSpec>, score: Option<(&str, &str, ScoreOf)>, plan: Plan) -> PlanSpec {
    PlanSpec {
        name: entry.name.to_owned(),
        about: entry.about.to_owned(),
        source: entry.source.to_owned(),
        processes,
        proactive_compaction: true,
        score: score.map(|(name, unit, of)| {
            let (name, unit) = (name.to_owned(), unit.to_owned());
            ScoreSpec { name, unit, of, less_is_better: None }
        }),
        plan,
    }
}

fn process(name: &str, oom_score_adj: i32) -> ProcessSpec {
    ProcessSpec { name: name.to_owned(), oom_score_adj, restart: true }
}

/// The jobs of a build, each a list of compilers one after the other, and the processes they need.
fn build(chosen: &Chosen, environment: &Environment) -> (Plan, Vec<ProcessSpec>) {
    let jobs = match chosen.knob("jobs") {
        0 => u32::from(environment.cpus).min(environment.memory_mib / 64).max(1),
        jobs => jobs,
    };
    let units = chosen.knob("units");
    let mut processes = Vec::new();
    let plans = (0..jobs).map(|job| {
        let name = format!("cc1-{job}");
        processes.push(process(&name, 0));
        let share = units / jobs + u32::from(job < units % jobs);
        repeat(share.into(), compile(chosen, environment, &name))
    });
    let plans = plans.collect();
    (Plan::Interleave(Interleave { plans, until: Until::AllEnd }), processes)
}

/// One compiler: reads sources, grows, computes, leaves dentries and inodes behind, writes an object file.
fn compile(chosen: &Chosen, environment: &Environment, name: &str) -> Plan {
    let tree = pages_of(environment, chosen.knob("tree-percent"));
    let pages = u64::from(chosen.knob("job-mib")) * 256;
    let half = |set: &str| populate(set, Kind::Anon, Some(pages / 2), None, None);
    let set = format!("{name} memory");
    let work = Plan::Work(Work { ms: u64::from(chosen.knob("unit-ms")) / 2 });
    let slab = Plan::Churn(Churn {
        set: "dentries and inodes".to_owned(),
        kind: Kind::KernelReclaimable,
        pages: u64::from(environment.memory_mib) * 4,
        per_second: 1_000_000,
        lifetime_ms: 0,
        count: 16,
        // Slabs of these caches have orders 0 to 3 (mm/slub.c:calculate_order@7.3).
        orders: vec![weight(0, 4), weight(1, 2), weight(2, 2), weight(3, 1)],
        process: None,
    });
    let steps = vec![
        io("sources", tree, 400, true, 0),
        half(&set),
        work.clone(),
        slab,
        half(&set),
        work,
        io("objects", tree / 2 + 1, 40, false, 100),
    ];
    Plan::Fork(Fork { process: name.to_owned(), kernel_pages: 24, plan: Box::new(Plan::Sequence(steps)) })
}

fn io(set: &str, pages: u64, count: u64, random: bool, write_percent: u32) -> Plan {
    Plan::FileIo(FileIo { set: set.to_owned(), pages, count, random, write_percent })
}

/// A plan behind the first read of the sources.
fn warmed(chosen: &Chosen, environment: &Environment, plan: Plan) -> Plan {
    let tree = pages_of(environment, chosen.knob("tree-percent"));
    let count = if chosen.knob("warm") == 0 { 0 } else { tree };
    Plan::Sequence(vec![io("sources", tree, count, false, 0), plan])
}

fn weight(order: u8, weight: u32) -> OrderWeight {
    OrderWeight { order, weight }
}

fn first_ends(plans: Vec<Plan>) -> Plan {
    Plan::Interleave(Interleave { plans, until: Until::FirstEnds })
}

/// How often what runs beside a build is done at most; the build's end stops it.
const BESIDE: u64 = 20_000;

fn kernel_build(chosen: &Chosen, environment: &Environment) -> PlanSpec {
    let (jobs, mut processes) = build(chosen, environment);
    // stress-ng makes its stressors the OOM killer's first choice and starts them anew.
    processes.push(process("stress-ng-secretmem", 1000));
    let plan = if chosen.knob("secretmem") == 0 {
        jobs
    } else {
        let percent = Some(chosen.knob("secretmem-percent"));
        let take = populate("stressor", Kind::Secretmem, None, percent, Some("stress-ng-secretmem"));
        let free = Plan::FreeAll(FreeAll { set: "stressor".to_owned() });
        let pause = Plan::Idle(Idle { ms: 10 });
        first_ends(vec![jobs, repeat(BESIDE, Plan::Sequence(vec![take, free, pause]))])
    };
    let plan = warmed(chosen, environment, plan);
    spec(&KERNEL_BUILD, processes, Some(("build time", "ms", ScoreOf::ElapsedMs)), plan)
}

fn thp_burst(chosen: &Chosen, environment: &Environment) -> PlanSpec {
    let (jobs, mut processes) = build(chosen, environment);
    processes.push(process("burst", 0));
    let burst = Plan::Populate(Populate {
        set: "burst memory".to_owned(),
        kind: Kind::Thp,
        pages: Some(pages_of(environment, chosen.knob("burst-percent"))),
        percent: None,
        order: 0,
        chunk_pages: 512,
        process: None,
        madvised: chosen.knob("madvised") != 0,
    });
    let fork = Plan::Fork(Fork { process: "burst".to_owned(), kernel_pages: 24, plan: Box::new(burst) });
    let pause = Plan::Idle(Idle { ms: chosen.knob("pause-ms").into() });
    let pages = pages_of(environment, chosen.knob("burst-percent"));
    // The build's end stops the bursts; until then they may come to a quarter of what a plan may.
    let times = (20_000_000 / u64::from(chosen.knob("pause-ms"))).min((1 << 29) / pages).clamp(1, BESIDE);
    let beside = repeat(times, Plan::Sequence(vec![fork, pause]));
    let score = Some(("huge pages got at faults", "per mille", ScoreOf::ThpPerMille));
    let plan = warmed(chosen, environment, first_ends(vec![jobs, beside]));
    spec(&THP_BURST, processes, score, plan)
}

fn file_churn(chosen: &Chosen, environment: &Environment) -> PlanSpec {
    let readers = chosen.knob("readers");
    let pages = (pages_of(environment, chosen.knob("file-percent")) / u64::from(readers.max(1))).max(1);
    let part =
        |reader: u32, write_percent: u32| io(&format!("file {reader}"), pages, pages, reader % 2 == 1, write_percent);
    let spam = Spam { kind: Kind::Secretmem, chunk_pages: 512, process: Some("secretmem".to_owned()) };
    let mut beside = vec![Plan::SpamUntilOom(spam)];
    beside.extend((0..readers).map(|reader| {
        // More than any run lasts; secretmem's end stops it.
        repeat(64, part(reader, chosen.knob("write-percent")))
    }));
    let warm = (0..readers).filter(|_| chosen.knob("warm") != 0).map(|reader| part(reader, 0));
    let mut steps: Vec<Plan> = warm.collect();
    steps.push(first_ends(beside));
    let processes = vec![ProcessSpec { name: "secretmem".to_owned(), oom_score_adj: 1000, restart: false }];
    spec(&FILE_CHURN, processes, None, Plan::Sequence(steps))
}

/// 120,000 of 131,072 pages, and in proportion on other machines; no more than the machine has to give.
fn zolnierkiewicz(chosen: &Chosen, environment: &Environment) -> PlanSpec {
    let pages = 120_000 * u64::from(environment.memory_mib) / 512;
    let kernel = populate("kernel", Kind::Kernel, Some(pages), Some(97), None);
    let user = populate("user", Kind::Anon, Some(pages / 2), Some(97), None);
    let every_second = PunchHoles { set: "kernel".to_owned(), keep_one_of: 2, keep: Keep::First };
    let direct = chosen.knob("compaction") != 0;
    let steps = vec![
        kernel,
        Plan::PunchHoles(every_second),
        user,
        Plan::FreeAll(FreeAll { set: "kernel".to_owned() }),
        Plan::TryAlloc(TryAlloc { set: "huge blocks".to_owned(), order: 9, count: 100, direct }),
    ];
    let score = Some(("order-9 blocks got", "of 100", ScoreOf::Tries));
    // kcompactd came with 4.6, its proactive looks with 5.9.
    PlanSpec { proactive_compaction: false, ..spec(&ZOLNIERKIEWICZ, Vec::new(), score, Plan::Sequence(steps)) }
}
