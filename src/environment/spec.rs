// SPDX-License-Identifier: GPL-2.0-only
//! What an environment consists of, and which values it may have.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::settings::Costs;
use crate::model::shrinker::OBJECTS_PER_PAGE;

/// A guest. Every field can be set by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    pub name: String,
    /// RAM, MiB: 16..=65,536.
    pub memory_mib: u32,
    /// 1..=64.
    pub cpus: u8,
    pub layout: Layout,
    pub thp: Thp,
    /// The multi-generational LRU instead of the classic one.
    pub mglru: bool,
    /// Clean file pages read before the workload, MiB.
    pub page_cache_mib: u32,
    pub background: Background,
    #[serde(default)]
    pub counters_until: CountersUntil,
    pub vm: Vm,
    pub footprint: Footprint,
    pub costs: Costs,
}

/// Which zones RAM is divided into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// A kernel with ZONE_DMA: DMA, DMA32 and, from 3.5 GiB on, Normal above 4 GiB.
    Pc,
    /// A kernel without ZONE_DMA: everything below 4 GiB is one DMA32 zone.
    Single,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Thp {
    Always,
    Madvise,
    Never,
}

/// What else runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Background {
    None,
    /// Four processes that each map 8 MiB of disk text and touch 8 pages every 200 ms, a 4 KiB log write every
    /// 100 ms, a fork and exec every second.
    Light,
    /// 16 pages every 20 ms, a log write every 20 ms, a fork every 100 ms.
    Heavy,
}

/// When the counters of secretmem-vs-frag are read: as the script of the measured guest did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CountersUntil {
    /// Once the last worker is gone.
    #[default]
    VictimGone,
    /// Once the benchmark has ended: the antagonist has given back what it kept, and compaction went on meanwhile.
    ProgramEnd,
}

/// vm.* sysctls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vm {
    /// `null` lets the kernel choose.
    pub min_free_kbytes: Option<u32>,
    pub watermark_scale_factor: u32,
    pub watermark_boost_factor: u32,
    pub percpu_pagelist_high_fraction: u32,
    pub defrag_mode: bool,
    /// 0..=100.
    pub compaction_proactiveness: u32,
    /// 0..=1000.
    pub extfrag_threshold: u32,
}

impl Default for Vm {
    fn default() -> Vm {
        Vm {
            min_free_kbytes: None,
            watermark_scale_factor: 10,
            watermark_boost_factor: 15_000,
            percpu_pagelist_high_fraction: 0,
            defrag_mode: false,
            compaction_proactiveness: 20,
            extfrag_threshold: 500,
        }
    }
}

/// What the kernel and boot occupy. Pages of 4 KiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Footprint {
    /// Never given to the allocator, besides the memory map's 1/64 of RAM.
    pub reserved_pages: u32,
    /// Given to it only after the watermarks were computed (initrd, init text).
    pub initmem_pages: u32,
    /// Taken from zone DMA at boot.
    pub dma_pages: u32,
    pub unmovable_pages: u32,
    pub reclaimable_pages: u32,
    /// Unused objects in these pages that shrinkers can free: at most 21 a page.
    #[serde(default)]
    pub freeable_objects: u32,
    /// Anonymous and tmpfs pages of boot's user space.
    pub movable_pages: u32,
    /// So many more of them at most, drawn. Each shifts the chunks that a workload takes next by a frame.
    #[serde(default)]
    pub movable_spread_pages: u32,
    /// Clean file pages that boot's programs left in the page cache.
    pub file_pages: u32,
    /// Movable pages that boot leaves on each CPU's lists, drawn from this range. These and the next four are those of
    /// guests from 1 GiB on; smaller ones have them in proportion.
    pub pcp_pages_min: u32,
    pub pcp_pages_max: u32,
    /// They differ between boots by multiples of this: a batch, where all else that boot does is the same each time.
    #[serde(default = "one")]
    pub pcp_pages_step: u32,
    /// Unmovable pages on them.
    #[serde(default)]
    pub pcp_unmovable_pages: u32,
    /// Reclaimable pages on them.
    #[serde(default)]
    pub pcp_reclaimable_pages: u32,
    /// Unmovable pages that a late and large refill leaves besides, on three CPUs of eight.
    #[serde(default)]
    pub late_refill_pages: u32,
}

fn one() -> u32 {
    1
}

/// A field that may not have its value, and what it may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecError {
    pub field: String,
    pub problem: String,
}

impl SpecError {
    pub fn new(field: &str, problem: impl Into<String>) -> SpecError {
        SpecError { field: field.to_owned(), problem: problem.into() }
    }
}

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.problem)
    }
}

impl std::error::Error for SpecError {}

/// One second: no single piece of work takes longer, and sums stay far from overflow.
const COST_NS_MAX: u64 = 1_000_000_000;
/// Two pageblocks.
const ZONE_PAGES_MIN: u64 = 1024;

impl From<SpecError> for String {
    fn from(error: SpecError) -> String {
        error.to_string()
    }
}

impl Environment {
    /// Refuses what no machine could be built from, naming the field.
    pub fn check(&self) -> Result<(), SpecError> {
        let between = |field: &str, value: u64, low: u64, high: u64| {
            if (low..=high).contains(&value) {
                return Ok(());
            }
            Err(SpecError::new(field, format!("{value} is not within {low}..{high}")))
        };
        between("memory_mib", self.memory_mib.into(), 16, 65_536)?;
        between("cpus", self.cpus.into(), 1, 64)?;
        between("vm.compaction_proactiveness", self.vm.compaction_proactiveness.into(), 0, 100)?;
        between("vm.extfrag_threshold", self.vm.extfrag_threshold.into(), 0, 1000)?;
        between("vm.watermark_scale_factor", self.vm.watermark_scale_factor.into(), 1, 3000)?;
        between("vm.watermark_boost_factor", self.vm.watermark_boost_factor.into(), 0, 1_000_000)?;
        let fraction = self.vm.percpu_pagelist_high_fraction;
        if fraction != 0 {
            between("vm.percpu_pagelist_high_fraction", fraction.into(), 8, 1 << 20)?;
        }
        for (name, ns) in self.costs.named() {
            between(&format!("costs.{name}"), ns, 0, COST_NS_MAX)?;
        }
        let ram = u64::from(self.memory_mib) * 256;
        if let Some(kbytes) = self.vm.min_free_kbytes {
            between("vm.min_free_kbytes", kbytes.into(), 128, (ram * 4 / 2).max(128))?;
        }
        let f = &self.footprint;
        let used = self.reserved_pages();
        between("footprint.reserved_pages", used, 0, ram * 3 / 4)?;
        self.check_zones(used)?;
        between("footprint", used + self.boot_pages(), 0, ram * 9 / 10)?;
        between("page_cache_mib", self.page_cache_mib.into(), 0, self.page_cache_mib_max().into())?;
        let room = u64::from(f.reclaimable_pages) * u64::from(OBJECTS_PER_PAGE);
        between("footprint.freeable_objects", f.freeable_objects.into(), 0, room)?;
        between("footprint.dma_pages", f.dma_pages.into(), 0, 3000)?;
        between("footprint.pcp_pages_max", f.pcp_pages_max.into(), f.pcp_pages_min.into(), 1 << 14)?;
        between("footprint.pcp_pages_step", f.pcp_pages_step.into(), 1, 1 << 12)?;
        between("footprint.pcp_unmovable_pages", f.pcp_unmovable_pages.into(), 0, 1 << 12)?;
        between("footprint.pcp_reclaimable_pages", f.pcp_reclaimable_pages.into(), 0, 1 << 12)?;
        between("footprint.late_refill_pages", f.late_refill_pages.into(), 0, 1 << 12)
    }

    /// The most page cache that fits beside what boot takes, MiB.
    pub fn page_cache_mib_max(&self) -> u32 {
        let ram = u64::from(self.memory_mib) * 256;
        ((ram * 9 / 10).saturating_sub(self.reserved_pages() + self.boot_pages()) / 256) as u32
    }

    /// The kernel and its records of frames.
    fn reserved_pages(&self) -> u64 {
        u64::from(self.footprint.reserved_pages) + u64::from(self.memory_mib) * 4
    }

    /// What boot leaves in use.
    fn boot_pages(&self) -> u64 {
        let f = &self.footprint;
        let boot = [
            f.unmovable_pages,
            f.reclaimable_pages,
            f.movable_pages,
            f.movable_spread_pages,
            f.file_pages,
            f.initmem_pages,
            f.dma_pages,
        ];
        boot.iter().map(|&pages| u64::from(pages)).sum()
    }

    /// Each zone of RAM must have something left to give.
    fn check_zones(&self, reserved: u64) -> Result<(), SpecError> {
        let ram = u64::from(self.memory_mib) * 256;
        let (low, high) = if ram > 7 << 17 { (3 << 18, ram - (3 << 18)) } else { (ram, 0) };
        let dma = if self.layout == Layout::Pc && low > 4096 { 4096 } else { 0 };
        let share = if high == 0 { reserved } else { reserved.div_ceil(2) };
        let room = (low - dma).min(if high == 0 { u64::MAX } else { high });
        if share + u64::from(self.footprint.initmem_pages) + ZONE_PAGES_MIN > room {
            let problem = format!("{reserved} reserved pages leave a zone of {room} pages less than {ZONE_PAGES_MIN}");
            return Err(SpecError::new("footprint.reserved_pages", problem));
        }
        Ok(())
    }
}
