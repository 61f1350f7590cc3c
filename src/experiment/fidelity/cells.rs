// SPDX-License-Identifier: GPL-2.0-only
//! The cells that real kernels were measured in, as the model runs them.

use crate::environment;
use crate::experiment::run::STEPS_MAX;
use crate::experiment::{Cell, PolicySpec};
use crate::workload::Workload;

/// What the bytes at the OOM kill are held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// The mean lies within so many per cent of the real mean.
    Mean(u32),
    /// A race: over twice the seeds the range covers the real runs and the mean lies within 25 %.
    Race,
    /// Shown only.
    Shown,
}

/// A cell: what real runs call it, and how to run it.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// Its name in tests/kernel/runs.
    pub name: &'static str,
    /// Cells of one group differ in policy alone.
    pub group: &'static str,
    pub env: &'static str,
    pub set: &'static str,
    pub workload: &'static str,
    pub policy: &'static str,
    pub bar: Bar,
    /// File of its time-line, for cells with one.
    pub svg: Option<&'static str>,
}

const ANTAGONIST: &str = "secretmem-vs-frag";
const PLAIN: &str = "secretmem-vs-frag:antagonist=off";
const FIVE: &str = "secretmem-vs-frag:iterations=5";

const fn debian(name: &'static str, group: &'static str, set: &'static str, svg: &'static str) -> Spec {
    let (workload, bar) = (ANTAGONIST, Bar::Mean(3));
    Spec { name, group, env: "debian-1g", set, workload, policy: "base", bar, svg: Some(svg) }
}

const fn plain(spec: Spec) -> Spec {
    Spec { workload: PLAIN, ..spec }
}

const fn within(spec: Spec, percent: u32) -> Spec {
    Spec { bar: Bar::Mean(percent), ..spec }
}

const fn minimal(name: &'static str, group: &'static str, workload: &'static str, policy: &'static str) -> Spec {
    Spec { name, group, env: "minimal-1g", set: "", workload, policy, bar: Bar::Mean(3), svg: None }
}

/// The same guest as it was booted for the study of factors: its programs hold 19 movable pages more.
const fn factors(name: &'static str, group: &'static str, workload: &'static str, policy: &'static str) -> Spec {
    Spec { set: "footprint.movable_pages=635", ..minimal(name, group, workload, policy) }
}

const fn disk(name: &'static str, group: &'static str, set: &'static str, policy: &'static str, bar: Bar) -> Spec {
    Spec { name, group, env: "disk-1g", set, workload: ANTAGONIST, policy, bar, svg: None }
}

const K0: &str = "minimal-1g";
const K0_PLAIN: &str = "minimal-1g, not antagonized";
const K0_FIVE: &str = "minimal-1g, five iterations";
const PC0: &str = "disk-1g";
const PC0_LIGHT: &str = "disk-1g, light background";
const PC300: &str = "disk-1g, 300 MiB of cache";
const PC300_LIGHT: &str = "disk-1g, 300 MiB of cache, light background";
const D1024: &str = "debian-1g";
const D512: &str = "debian-1g, 512 MiB";
const CACHE: &str = "page_cache=300MiB";
const LIGHT: &str = "background=light";
const BOTH: &str = "page_cache=300MiB background=light";

/// Every cell with real runs.
#[rustfmt::skip]
pub const CELLS: &[Spec] = &[
    debian("debian/ant/1024/thp=always/defrag=0", D1024, "", "debian-1024.svg"),
    within(debian("debian/ant/1024/thp=always/defrag=1", D1024, "vm.defrag_mode=1", "debian-1024-defrag.svg"), 5),
    debian("debian/ant/1024/thp=never/defrag=0", "debian-1g, THP=never", "thp=never", "debian-1024-thp-never.svg"),
    debian("debian/ant/2048/thp=always/defrag=0", "debian-1g, 2048 MiB", "memory=2GiB", "debian-2048.svg"),
    debian("debian/ant/512/thp=never/defrag=0", D512, "memory=512MiB", "debian-512.svg"),
    within(debian("debian/ant/512/thp=never/defrag=1", D512, "memory=512MiB vm.defrag_mode=1", "debian-512-defrag.svg"), 5),
    plain(debian("debian/noant/1024/thp=always/defrag=0", "debian-1g, not antagonized", "", "debian-1024-plain.svg")),
    plain(debian("debian/noant/512/thp=never/defrag=0", "debian-1g, 512 MiB, not antagonized", "memory=512MiB", "debian-512-plain.svg")),
    plain(debian("debian/noant/256/thp=never/defrag=0", "debian-1g, 256 MiB, not antagonized", "memory=256MiB", "debian-256-plain.svg")),
    minimal("k0-base", K0, ANTAGONIST, "base"),
    minimal("k0-off", K0, ANTAGONIST, "base"),
    minimal("k0-series", K0, ANTAGONIST, "series"),
    minimal("k0-fix", K0, ANTAGONIST, "blunt"),
    minimal("k0-early", K0, ANTAGONIST, "early"),
    factors("k0-noant-it1-off", K0_PLAIN, PLAIN, "base"),
    factors("k0-noant-it1-series", K0_PLAIN, PLAIN, "series"),
    Spec { bar: Bar::Shown, ..factors("k0-ant-it5-off", K0_FIVE, FIVE, "base") },
    Spec { bar: Bar::Shown, ..factors("k0-ant-it5-series", K0_FIVE, FIVE, "series") },
    disk("k1-pc0-off", PC0, "", "base", Bar::Mean(4)),
    disk("k1-pc0-series", PC0, "", "series", Bar::Race),
    disk("k1-pc0-fix", PC0, "", "blunt", Bar::Mean(4)),
    disk("k1-pc0-early", PC0, "", "early", Bar::Mean(4)),
    disk("k1-pc0-pro0-series", "disk-1g, pro0", "vm.compaction_proactiveness=0", "series", Bar::Mean(5)),
    disk("k1-pc0-bglight-off", PC0_LIGHT, LIGHT, "base", Bar::Mean(4)),
    disk("k1-pc0-bglight-series", PC0_LIGHT, LIGHT, "series", Bar::Race),
    disk("k1-pc300-off", PC300, CACHE, "base", Bar::Mean(4)),
    disk("k1-pc300-series", PC300, CACHE, "series", Bar::Race),
    disk("k1-pc300-fix", PC300, CACHE, "blunt", Bar::Mean(4)),
    disk("k1-pc300-early", PC300, CACHE, "early", Bar::Mean(4)),
    disk("k1-pc300-pro0-series", "disk-1g, 300 MiB of cache, pro0", "page_cache=300MiB vm.compaction_proactiveness=0", "series", Bar::Mean(5)),
    disk("k1-pc300-bglight-off", PC300_LIGHT, BOTH, "base", Bar::Mean(4)),
    disk("k1-pc300-bglight-series", PC300_LIGHT, BOTH, "series", Bar::Race),
    disk("k1-pc300-bglight-fix", PC300_LIGHT, BOTH, "blunt", Bar::Mean(4)),
    disk("k1-pc300-bglight-pro0-series", "disk-1g, 300 MiB of cache, light background, pro0", "page_cache=300MiB background=light vm.compaction_proactiveness=0", "series", Bar::Mean(5)),
];

impl Spec {
    /// What identifies its model runs: cells that differ only in the real kernel share them.
    pub fn key(&self) -> String {
        [self.env, self.set, self.workload, self.policy].join("|")
    }

    /// The cell for one seed.
    pub fn cell(&self, seed: u64) -> Result<Cell, String> {
        let mut environment = environment::preset(self.env).ok_or(format!("{}: no such environment", self.env))?;
        for pair in self.set.split_whitespace() {
            let (key, value) = pair.split_once('=').ok_or(format!("{pair}: not KEY=VALUE"))?;
            environment = environment::set(&environment, key, value)?;
        }
        let workload = Workload::parse(self.workload)?;
        Ok(Cell { environment, workload, policy: PolicySpec::parse(self.policy)?, seed, steps_max: STEPS_MAX })
    }

    /// Races are shown as distributions: they get twice the seeds.
    pub fn seeds(&self, seeds: &[u64]) -> Vec<u64> {
        let mut all = seeds.to_vec();
        if self.bar == Bar::Race {
            let past = seeds.iter().max().map_or(0, |last| last + 1);
            all.extend(past..past + seeds.len() as u64);
        }
        all
    }

    /// How to run it by hand.
    pub fn command(&self) -> String {
        let mut text = format!("oompoint run --env {} --policies {}", self.env, self.policy);
        if self.workload != ANTAGONIST {
            text += &format!(" --workload {}", self.workload);
        }
        for pair in self.set.split_whitespace() {
            text += &match pair.strip_prefix("memory=") {
                Some(memory) => format!(" --memory {memory}"),
                None => format!(" --set {pair}"),
            };
        }
        text
    }
}

/// A cell by its name.
pub fn find(name: &str) -> Option<&'static Spec> {
    CELLS.iter().find(|spec| spec.name == name)
}
