// SPDX-License-Identifier: GPL-2.0-only
//! Random experiments, and outcomes made up for them: reports can be tested by the thousand without running a model.

use std::collections::BTreeMap;

use oompoint::environment::{self, PRESETS};
use oompoint::experiment::{CellResult, Experiment, Outcome, PolicySpec, Sheet, Until};
use oompoint::knobs::Knob;
use oompoint::policy::REGISTRY;
use oompoint::workload::{CATALOG, Workload};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

pub struct Random(Xoshiro256PlusPlus);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.0.next_u64() % limit
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn item(&mut self, name: &str, knobs: &[Knob]) -> String {
        let mut text = name.to_owned();
        let mut separator = ':';
        for knob in knobs {
            if self.one_in(3) {
                let value = u64::from(knob.min) + self.below(u64::from(knob.max - knob.min) + 1);
                text += &format!("{separator}{}={value}", knob.name);
                separator = ',';
            }
        }
        text
    }

    pub fn experiment(&mut self) -> Experiment {
        let mut guest = self.pick(PRESETS).environment();
        let changes = [
            ("memory", ["512m", "2g", "1536m"]),
            ("cpus", ["1", "3", "64"]),
            ("thp", ["always", "madvise", "never"]),
            ("layout", ["pc", "single", "pc"]),
            ("background", ["none", "light", "heavy"]),
            ("vm.defrag_mode", ["on", "off", "1"]),
            ("vm.min_free_kbytes", ["4096", "auto", "8192"]),
            ("vm.watermark_boost_factor", ["0", "15000", "30000"]),
            ("footprint.unmovable_pages", ["900", "1350", "2000"]),
        ];
        for (key, values) in changes {
            if self.one_in(3) {
                guest = environment::set(&guest, key, self.pick(&values[..])).expect("a listed value");
            }
        }
        let entry = self.pick(CATALOG);
        let mut workload = Workload::parse(&self.item(entry.name, entry.knobs)).expect("knobs in their ranges");
        if let Some(plan) = workload.plan(&guest).filter(|_| self.one_in(4)) {
            // As somebody's own file.
            let json = serde_json::to_string(&plan).expect("a plan is plain data");
            // Knobs at their ends may ask for more than any plan may do.
            workload = Workload::from_json(&json).unwrap_or(workload);
        }
        let mut policies: Vec<PolicySpec> = Vec::new();
        for _ in 0..=self.below(9) {
            let policy = self.pick(REGISTRY);
            let spec = PolicySpec::parse(&self.item(policy.name, policy.knobs)).expect("knobs in their ranges");
            if policies.iter().all(|other| other.text() != spec.text()) {
                policies.push(spec);
            }
        }
        let mut seeds = vec![self.below(5)];
        for _ in 0..self.below(30) {
            let step = if self.one_in(4) { 1 + self.below(1000) } else { 1 };
            seeds.push(seeds[seeds.len() - 1] + step);
        }
        let mut experiment = Experiment::new(guest, workload, policies, seeds).expect("listed values fit each other");
        if experiment.policies.len() > 1 && self.one_in(4) {
            experiment.until = Some(Until::new(self.pick(&["0.5", "2", "12.0"][..]), 1024).expect("a rule"));
        }
        experiment
    }

    /// An outcome as a run might give; one in eight is partial.
    pub fn outcome(&mut self, experiment: &Experiment) -> Outcome {
        let missing = if self.one_in(8) { Some(self.below(experiment.cells() as u64) as usize) } else { None };
        self.without(experiment, missing)
    }

    /// The same with every cell.
    pub fn whole(&mut self, experiment: &Experiment) -> Outcome {
        self.without(experiment, None)
    }

    fn without(&mut self, experiment: &Experiment, missing: Option<usize>) -> Outcome {
        let mut sheet = Sheet::new(experiment);
        let scale = self.below(19);
        let (middle, spread) = (1 + self.below(1 << scale), 1 + self.below(60));
        for number in 0..experiment.cells() {
            if missing == Some(number) && experiment.seeds.len() > 1 {
                continue;
            }
            let cell = experiment.cell(number);
            let chunks = (middle + self.below(spread)) * (1 + number as u64 % 3);
            let ends = ["oom-kill", "oom-kill", "oom-kill", "complete", "step-budget"];
            let counters = ["pgmigrate_success", "compact_stall", "allocstall_dma32", "compact_free_scanned"];
            let counters: BTreeMap<_, _> =
                counters.iter().map(|name| ((*name).to_owned(), self.below(1 << 30))).collect();
            let result = CellResult {
                policy: cell.policy.text(),
                seed: cell.seed,
                end: (self.pick(&ends)).to_owned(),
                oom_bytes: chunks << 21,
                score: None,
                iterations: vec![chunks << 21],
                free_pages_at_oom: 0,
                pcp_pages_at_oom: 0,
                boost_pages_at_oom: 0,
                oom_request: None,
                blocks_unmapped: 0,
                blocks_mapped_back: 0,
                counters,
                simulated_ms: 0,
                digest: format!("{:016x}", self.below(u64::MAX)),
            };
            sheet.put(experiment, number, result).expect("the cell is the experiment's");
        }
        sheet.outcome(experiment)
    }
}
