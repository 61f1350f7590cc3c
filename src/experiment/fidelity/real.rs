// SPDX-License-Identifier: GPL-2.0-only
//! Runs of real kernels, as tests/kernel/runs holds them; its README says what each figure is.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::zone::NR_ORDERS;

/// Migrate types whose pageblocks are compared: Unmovable, Movable, Reclaimable, HighAtomic.
pub const BLOCK_TYPES: usize = 4;

/// The request that invoked the OOM killer, and pages over all zones at that moment.
#[derive(Clone, Debug, Deserialize)]
pub struct Oom {
    pub comm: String,
    pub gfp: String,
    pub order: u8,
    pub free_pages: u64,
    pub pcp_pages: u64,
    pub boost_pages: u64,
}

/// One boot.
#[derive(Clone, Debug, Deserialize)]
pub struct Run {
    pub run: String,
    pub cell: String,
    pub bytes: u64,
    #[serde(default)]
    pub iterations: Vec<u64>,
    pub oom: Oom,
    pub counters: BTreeMap<String, u64>,
    pub frag_free_blocks: Option<[u64; NR_ORDERS]>,
    pub frag_pageblocks: Option<[u64; BLOCK_TYPES]>,
    /// Secretmem pages, then free blocks by order.
    pub timeline: Vec<[u64; NR_ORDERS + 1]>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Family {
    pub family: String,
    pub kernel: String,
    pub guest: String,
    pub runs: Vec<Run>,
}

/// Published means of a cell over more runs than are here.
#[derive(Clone, Debug, Deserialize)]
pub struct Mean {
    pub cell: String,
    pub n: usize,
    pub bytes_mean: u64,
    pub bytes_min: u64,
    pub bytes_max: u64,
    pub free_pages_at_oom: u64,
    pub blocks_unmapped: u64,
    /// kcompactd's alone: where direct compaction never ran, all there is.
    pub compact_daemon_migrate_scanned: u64,
    pub pgmigrate_success: u64,
}

#[derive(Clone, Debug, Deserialize)]
struct Means {
    means: Vec<Mean>,
}

/// Everything in tests/kernel/runs.
#[derive(Clone, Debug)]
pub struct Fixture {
    pub families: Vec<Family>,
    pub means: Vec<Mean>,
}

impl Fixture {
    /// Files of families and their means.
    pub const FAMILIES: [&str; 3] = ["debian.json", "minimal.json", "disk.json"];
    pub const MEANS: &str = "means.json";

    /// `read` gives the text of a file of the folder.
    pub fn load(read: impl Fn(&str) -> Result<String, String>) -> Result<Fixture, String> {
        let family = |name: &&str| serde_json::from_str(&read(name)?).map_err(|error| format!("{name}: {error}"));
        let families = Fixture::FAMILIES.iter().map(family).collect::<Result<_, String>>()?;
        let means: Means = serde_json::from_str(&read(Fixture::MEANS)?).map_err(|error| format!("means: {error}"))?;
        Ok(Fixture { families, means: means.means })
    }

    pub fn runs(&self, cell: &str) -> Vec<&Run> {
        self.families.iter().flat_map(|family| &family.runs).filter(|run| run.cell == cell).collect()
    }

    /// The published mean, where it is over more runs than are here.
    pub fn mean(&self, cell: &str) -> Option<&Mean> {
        let here = self.runs(cell).len();
        self.means.iter().find(|mean| mean.cell == cell && mean.n > here)
    }
}
