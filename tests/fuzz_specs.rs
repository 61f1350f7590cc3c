// SPDX-License-Identifier: GPL-2.0-only
//! Environments and plans at random, sound and unsound: each is refused with the field that is wrong, or runs to a
//! stated end on a sound machine.

use oompoint::environment::{self, Environment};
use oompoint::experiment::run::run_watched;
use oompoint::experiment::seed::stream;
use oompoint::experiment::watch::Watch;
use oompoint::experiment::{Cell, PolicySpec};
use oompoint::model::check;
use oompoint::policy::REGISTRY;
use oompoint::sim::World;
use oompoint::workload::{CATALOG, Workload};
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use serde_json::{Value, json};

struct Checked(Vec<String>);

impl Watch for Checked {
    fn phase(&mut self, name: &str, world: &World) {
        for zone in &world.machine.node.zones {
            self.0.extend(check::zone(zone).into_iter().map(|problem| format!("after {name}: {problem}")));
        }
    }
}

const EXTREMES: [u64; 18] =
    [0, 1, 2, 7, 16, 31, 63, 64, 65, 100, 512, 1000, 3000, 4096, 1 << 16, 1 << 31, u32::MAX as u64, u64::MAX];

struct Gen(Xoshiro256PlusPlus);

impl Gen {
    fn below(&mut self, n: usize) -> usize {
        self.0.random_range(0..n)
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let i = self.below(of.len());
        &of[i]
    }

    fn any(&mut self) -> Value {
        match self.below(10) {
            0 => json!(-1),
            1 => json!("text"),
            2 => Value::Null,
            3 => json!([]),
            4 => json!(1.5),
            5 => json!(true),
            _ => json!(*self.pick(&EXTREMES)),
        }
    }

    /// A number that fits mostly, and now and then anything.
    fn number(&mut self, high: usize) -> Value {
        if self.one_in(60) { self.any() } else { json!(self.below(high)) }
    }

    fn name(&mut self) -> Value {
        json!(*self.pick(&["a", "b", "c"]))
    }

    fn plan(&mut self, depth: u32) -> Value {
        if depth == 0 || self.one_in(3) {
            return self.leaf();
        }
        match self.below(4) {
            0 => json!({"sequence": self.plans(depth)}),
            1 => json!({"repeat": {"times": self.number(5), "plan": self.plan(depth - 1)}}),
            2 => {
                json!({"fork": {"process": self.name(), "kernel_pages": self.number(64), "plan": self.plan(depth - 1)}})
            }
            _ => {
                let until = *self.pick(&["all-end", "first-ends"]);
                json!({"interleave": {"plans": self.plans(depth), "until": until}})
            }
        }
    }

    fn plans(&mut self, depth: u32) -> Vec<Value> {
        (0..1 + self.below(4)).map(|_| self.plan(depth - 1)).collect()
    }

    fn leaf(&mut self) -> Value {
        let set = self.name();
        let kind = *self.pick(&["anon", "file", "kernel", "kernel-reclaimable", "secretmem", "thp"]);
        match self.below(9) {
            0 | 1 => {
                let order = if kind.starts_with("kernel") { self.number(11) } else { json!(0) };
                json!({"populate": {"set": set, "kind": kind, "pages": self.number(6000), "percent": self.number(120),
                    "order": order, "chunk_pages": 1 + self.below(64), "process": self.name(), "madvised": self.one_in(2)}})
            }
            2 => {
                let keep = *self.pick(&["first", "last", "random"]);
                json!({"punch-holes": {"set": set, "keep_one_of": 1 + self.below(9), "keep": keep}})
            }
            3 => {
                let kind = *self.pick(&["anon", "secretmem"]);
                json!({"spam-until-oom": {"kind": kind, "chunk_pages": 1 + self.below(600), "process": self.name()}})
            }
            4 => {
                let kind = *self.pick(&["kernel", "kernel-reclaimable"]);
                json!({"churn": {"set": set, "kind": kind, "pages": 1 + self.below(900), "per_second": 1 + self.below(50_000),
                    "lifetime_ms": self.number(50), "count": self.number(2000),
                    "orders": [{"order": self.number(10), "weight": 1 + self.below(5)}, {"order": 0, "weight": 2}]}})
            }
            5 => json!({"file-io": {"set": set, "pages": 1 + self.below(20_000), "count": self.number(5000),
                "random": self.one_in(2), "write_percent": self.number(101)}}),
            6 => json!({"free-all": {"set": set}}),
            7 => {
                json!({"try-alloc": {"set": set, "order": self.number(11), "count": self.number(50), "direct": self.one_in(2)}})
            }
            _ if self.one_in(2) => json!({"idle": {"ms": self.number(2000)}}),
            _ => json!({"work": {"ms": self.number(50)}}),
        }
    }

    fn plan_text(&mut self) -> String {
        let adj = *self.pick(&[-1000, 0, 1000]);
        let processes = json!([{"name": "a", "restart": true}, {"name": "b", "oom_score_adj": adj}, {"name": "c"}]);
        let mut text = json!({"name": "fuzz", "processes": processes, "plan": self.plan(4)}).to_string();
        if self.one_in(10) {
            text.truncate(self.below(text.len()));
        }
        text
    }

    /// A preset with some fields replaced.
    fn environment(&mut self) -> Value {
        let preset = self.pick(environment::PRESETS).environment();
        let mut tree = serde_json::to_value(preset).expect("plain data");
        tree["memory_mib"] = json!(*self.pick(&[16, 17, 20, 32, 64, 100, 128, 256]));
        for part in ["", "vm", "footprint", "costs"] {
            let fields = if part.is_empty() { &mut tree } else { &mut tree[part] };
            let fields = fields.as_object_mut().expect("an object");
            let names: Vec<String> = fields.keys().cloned().collect();
            for name in names {
                if part == "footprint" && self.one_in(2) {
                    fields[&name] = json!(self.below(800));
                }
                if !fields[&name].is_object() && self.one_in(40) {
                    fields[&name] = self.any();
                }
            }
        }
        if self.one_in(20) {
            tree["unknown"] = json!(1);
        }
        tree
    }
}

fn run_to_its_end(what: &str, cell: &Cell) {
    let mut watch = Checked(Vec::new());
    match run_watched(cell, &mut watch) {
        Err(error) => assert!(!error.field.is_empty(), "{what}"),
        Ok(result) => {
            let ends = ["oom-kill", "complete", "step-budget", "panic"];
            assert!(ends.contains(&result.end.as_str()), "{what}: {}", result.end);
        }
    }
    assert!(watch.0.is_empty(), "{what}: {}", watch.0.join("\n"));
}

#[test]
fn environments() {
    let mut random = Gen(stream(1, "fuzz environments"));
    let (mut refused, mut ran) = (0, 0);
    for _ in 0..1200 {
        let tree = random.environment();
        let Ok(environment) = serde_json::from_value::<Environment>(tree.clone()) else {
            refused += 1;
            continue;
        };
        if let Err(error) = environment.check() {
            assert!(!error.field.is_empty() && !error.problem.is_empty());
            refused += 1;
            continue;
        }
        if environment.memory_mib > 4096 {
            continue;
        }
        let workload = Workload::parse(random.pick(CATALOG).name).expect("it is in the catalog");
        let policy = PolicySpec::parse(random.pick(REGISTRY).name).expect("it is registered");
        let cell = Cell { environment, workload, policy, seed: ran, steps_max: 4000 };
        run_to_its_end(&tree.to_string(), &cell);
        ran += 1;
    }
    assert!(refused > 100 && ran > 100, "{refused} refused, {ran} ran: the generator is lopsided");
}

#[test]
fn plans() {
    let mut random = Gen(stream(2, "fuzz plans"));
    let (mut refused, mut ran) = (0, 0);
    for _ in 0..600 {
        let text = random.plan_text();
        let workload = match Workload::from_json(&text) {
            Ok(workload) => workload,
            Err(error) => {
                assert!(!error.field.is_empty() && !error.problem.is_empty(), "{text}");
                refused += 1;
                continue;
            }
        };
        let preset = *random.pick(&["minimal-1g", "disk-1g"]);
        let mut environment = environment::preset(preset).expect("it exists");
        environment.memory_mib = *random.pick(&[32, 64, 128]);
        environment.cpus = 1 + random.below(3) as u8;
        let policy = PolicySpec::parse(random.pick(REGISTRY).name).expect("it is registered");
        let cell = Cell { environment, workload, policy, seed: ran, steps_max: 30_000 };
        run_to_its_end(&text, &cell);
        ran += 1;
    }
    assert!(refused > 50 && ran > 200, "{refused} refused, {ran} ran: the generator is lopsided");
}
