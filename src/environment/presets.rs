// SPDX-License-Identifier: GPL-2.0-only
//! Named environments, from guests that were booted and measured.
//!
//! Each number's source is the boot state of real runs (tests/kernel), or is named as an assumption. Where no boot wrote
//! down its per-CPU lists (minimal-1g, disk-1g) they are what MemFree and the sums of an OOM report leave.

use super::spec::{Background, CountersUntil, Environment, Footprint, Layout, Thp, Vm};
use crate::model::settings::Costs;

/// Measured guests looked at 24 to 57 slab objects in a whole run, however hard they were pressed: each of about
/// fifteen once or twice, and huge pages to split.
const FREEABLE_OBJECTS: u32 = 15;

/// A page of secretmem from a block that is unmapped already flushes no translation, so it costs the same with one CPU
/// and with two: 33 to 45 us in five boots of the small guests under series, from the seconds of the worker, and 58 in one
/// that lived for only a second.
const UNMAPPED_FAULT_NS: u64 = 40_000;

/// A page that compaction cannot move: 16.2 us in a traced boot of one CPU, which printed six lines for each. A line takes
/// at most 1 us: so do 8,199 lines of drains, with the pages that these free.
const FAIL_NS: u64 = 11_000;

/// A preset and what it stands for.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    pub name: &'static str,
    pub about: &'static str,
    make: fn() -> Environment,
}

impl Preset {
    pub fn environment(&self) -> Environment {
        (self.make)()
    }
}

/// Every preset, in the order they are listed to users.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "minimal-1g",
        about: "Linux 7.3.4, tinyconfig: one zone, one CPU in effect, no block layer, no page cache; held against real boots",
        make: minimal_1g,
    },
    Preset {
        name: "disk-1g",
        about: "minimal-1g's kernel with a disk, ZONE_DMA and two CPUs; page cache and background can be added; held against real boots",
        make: disk_1g,
    },
    Preset {
        name: "debian-1g",
        about: "Linux 7.3.4 as Debian builds it for clouds: THP always, MGLRU, two CPUs; held against real boots",
        make: debian_1g,
    },
    Preset {
        name: "mail-1g",
        about: "an estimate of the guest of the mail of 2026-06-11: eight CPUs, services, some page cache; no boot of it was measured",
        make: mail_1g,
    },
];

/// The preset of a name.
pub fn preset(name: &str) -> Option<Environment> {
    PRESETS.iter().find(|preset| preset.name == name).map(Preset::environment)
}

fn minimal_1g() -> Environment {
    Environment {
        name: "minimal-1g".to_owned(),
        memory_mib: 1024,
        cpus: 1,
        layout: Layout::Single,
        thp: Thp::Madvise,
        mglru: false,
        page_cache_mib: 0,
        background: Background::None,
        counters_until: CountersUntil::VictimGone,
        vm: Vm::default(),
        footprint: Footprint {
            reserved_pages: 3427,
            initmem_pages: 0,
            dma_pages: 0,
            unmovable_pages: 830,
            reclaimable_pages: 120,
            freeable_objects: FREEABLE_OBJECTS,
            // With these, chunks lie after the antagonist as in 19 of 24 boots.
            movable_pages: 616,
            movable_spread_pages: 1,
            file_pages: 0,
            // MemFree, pagetypeinfo and the pages in use of 24 boots.
            pcp_pages_min: 1190,
            pcp_pages_max: 1253,
            pcp_pages_step: 63,
            pcp_unmovable_pages: 85,
            pcp_reclaimable_pages: 72,
            late_refill_pages: 882,
        },
        costs: Costs { unmapped_fault_ns: UNMAPPED_FAULT_NS, ..Costs::of(57_000, 20_000, FAIL_NS) },
    }
}

fn disk_1g() -> Environment {
    Environment {
        name: "disk-1g".to_owned(),
        cpus: 2,
        layout: Layout::Pc,
        footprint: Footprint {
            reserved_pages: 3350,
            initmem_pages: 0,
            dma_pages: 0,
            unmovable_pages: 1310,
            reclaimable_pages: 120,
            freeable_objects: FREEABLE_OBJECTS,
            // Chunks lie as in eight boots.
            movable_pages: 656,
            movable_spread_pages: 14,
            file_pages: 3,
            // MemFree of eight boots: the total, and batches between them; the types as on minimal-1g.
            pcp_pages_min: 787,
            pcp_pages_max: 913,
            pcp_pages_step: 63,
            pcp_unmovable_pages: 42,
            pcp_reclaimable_pages: 36,
            late_refill_pages: 0,
        },
        costs: Costs { unmapped_fault_ns: UNMAPPED_FAULT_NS, ..Costs::of(80_000, 20_000, FAIL_NS) },
        ..minimal_1g()
    }
}

fn debian_1g() -> Environment {
    Environment {
        name: "debian-1g".to_owned(),
        cpus: 2,
        layout: Layout::Pc,
        thp: Thp::Always,
        mglru: true,
        footprint: Footprint {
            reserved_pages: 11_732,
            initmem_pages: 2557,
            dma_pages: 32,
            unmovable_pages: 5500,
            reclaimable_pages: 190,
            freeable_objects: FREEABLE_OBJECTS,
            movable_pages: 2200,
            movable_spread_pages: 0,
            file_pages: 0,
            // zoneinfo and pagetypeinfo of 13 boots.
            pcp_pages_min: 450,
            pcp_pages_max: 1650,
            pcp_pages_step: 1,
            pcp_unmovable_pages: 140,
            pcp_reclaimable_pages: 115,
            late_refill_pages: 1000,
        },
        counters_until: CountersUntil::ProgramEnd,
        // A page at the worker's exit: 25 us (15..38) in 13 boots, from the kill to the parent's note of it.
        costs: Costs { secretmem_free_ns: 25_000, ..Costs::of(500_000, 125_000, 250_000) },
        ..minimal_1g()
    }
}

/// Assumed: the benchmark's published VM module has 8 CPUs and 1024 MiB; services, log and sshd make 60 MiB of cache
/// and light background; speed as on a machine with hardware virtualisation.
fn mail_1g() -> Environment {
    Environment {
        name: "mail-1g".to_owned(),
        cpus: 8,
        page_cache_mib: 60,
        background: Background::Light,
        costs: Costs::of(4_000, 1_000, 2_000),
        ..debian_1g()
    }
}
