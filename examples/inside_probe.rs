use oompoint::experiment::{
    Cell, PolicySpec,
    run::{self, STEPS_MAX, Unwatched},
};
use oompoint::inspect::*;
use oompoint::workload::Workload;
use std::time::Instant;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let preset = args.get(1).map(String::as_str).unwrap_or("minimal-1g");
    let mib: u32 = args.get(2).and_then(|s| s.parse().ok()).unwrap_or(1024);
    let mut e = oompoint::environment::preset(preset).unwrap();
    e.memory_mib = mib;
    for p in ["base", "series", "blunt", "isolate", "defrag-mode"] {
        let cell = Cell {
            environment: e.clone(),
            workload: Workload::parse("secretmem-vs-frag").unwrap(),
            policy: PolicySpec::parse(p).unwrap(),
            seed: 1,
            steps_max: STEPS_MAX,
        };
        let t = Instant::now();
        let r = run::run(&cell).unwrap();
        let t_run = t.elapsed();
        let t = Instant::now();
        let mut rec = Recording::record(&cell, &mut Unwatched).unwrap();
        let t_rec = t.elapsed();
        assert_eq!(&r, rec.result());
        let mut kinds = std::collections::BTreeMap::new();
        for d in rec.stream().entries() {
            *kinds.entry(d.kind()).or_insert(0) += 1;
        }
        println!(
            "{p}: run {t_run:?} record {t_rec:?} decisions {} keyframes {:?} timeline {} B {} bins of {} MiB, oom {} MiB",
            rec.len(),
            rec.keyframes(),
            serde_json::to_string(rec.timeline()).unwrap().len(),
            rec.timeline().samples.len(),
            rec.timeline().bin_mib,
            r.oom_bytes >> 20
        );
        println!("  {kinds:?}");
        let n = rec.len();
        let mut worst = std::time::Duration::ZERO;
        let mut sum = std::time::Duration::ZERO;
        for i in 0..40u64 {
            let o = (i * 7919 * 7919) % n;
            let t = Instant::now();
            rec.world_at(o);
            let d = t.elapsed();
            worst = worst.max(d);
            sum += d;
        }
        println!("  seek: mean {:?} worst {worst:?}", sum / 40);
        let t = Instant::now();
        let m = rec.moment(n / 2);
        println!("  moment {:?} json {}", t.elapsed(), serde_json::to_string(&m).unwrap().len());
        let t = Instant::now();
        rec.moment(n / 2 + 1);
        println!("  step on {:?}", t.elapsed());
        let t = Instant::now();
        rec.moment(n / 2);
        println!("  step back {:?}", t.elapsed());
        let t = Instant::now();
        rec.moment(n / 2 - 1);
        println!("  step back {:?}", t.elapsed());
        if let Some(k) = rec.timeline().kills.last().map(|k| k.ordinal) {
            println!("{}", rec.why(k).unwrap().text);
        }
    }
}
