use oompoint::experiment::{
    Cell, PolicySpec,
    run::{self, STEPS_MAX, Unwatched},
};
use oompoint::inspect::*;
use oompoint::workload::Workload;
use std::time::Instant;
fn main() {
    for (mib, w, p, cache, bg) in [
        (256, "secretmem-vs-frag:iterations=2,settle-ms=0", "series", 64, true),
        (64, "file-churn:file-percent=100", "blunt", 0, false),
        (256, "kernel-build:units=4", "series", 0, false),
    ] {
        let mut e = oompoint::environment::preset("minimal-1g").unwrap();
        e.memory_mib = mib;
        e.page_cache_mib = cache;
        if bg {
            e.cpus = 2;
            e.background = oompoint::environment::Background::Heavy;
        }
        let cell = Cell {
            environment: e.clone(),
            workload: Workload::parse(w).unwrap(),
            policy: PolicySpec::parse(p).unwrap(),
            seed: 3,
            steps_max: STEPS_MAX,
        };
        let t = Instant::now();
        let r = run::run(&cell).unwrap();
        let t_run = t.elapsed();
        let t = Instant::now();
        let rec = Recording::record(&cell, &mut Unwatched).unwrap();
        let mut kinds = std::collections::BTreeMap::new();
        for d in rec.stream().entries() {
            *kinds.entry(d.kind()).or_insert(0) += 1;
        }
        println!("{w}: {} run {t_run:?} rec {:?} {} {:?} {kinds:?}", r.end, t.elapsed(), rec.len(), rec.keyframes());
    }
}
