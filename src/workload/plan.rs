// SPDX-License-Identifier: GPL-2.0-only
//! A workload as data: a tree of steps that a file, a link or the catalog can hold.
//!
//! Sizes are pages of 4 KiB. Memory lives in named sets, so that one step can punch holes into what another filled.

use serde::{Deserialize, Serialize};

use crate::environment::SpecError;
use crate::json;

/// A whole workload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanSpec {
    pub name: String,
    pub about: String,
    pub source: String,
    /// Processes that steps name. Steps that name none belong to one called `plan`.
    pub processes: Vec<ProcessSpec>,
    /// Whether kcompactd may compact on its own; older kernels could not.
    pub proactive_compaction: bool,
    /// What the run is judged by; bytes of secretmem or memory that `spam-until-oom` got, if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<ScoreSpec>,
    pub plan: Plan,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ProcessSpec {
    pub name: String,
    pub oom_score_adj: i32,
    /// A step that finds the process killed starts it anew; otherwise the step is left out.
    pub restart: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ScoreSpec {
    pub name: String,
    pub unit: String,
    pub of: ScoreOf,
    /// Whether a lower value is the better one; where nothing is said, that holds of elapsed time alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub less_is_better: Option<bool>,
}

impl ScoreSpec {
    pub fn is_less_better(&self) -> bool {
        self.less_is_better.unwrap_or(self.of == ScoreOf::ElapsedMs)
    }
}

/// Where a score's value comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScoreOf {
    /// Successes of all `try-alloc` steps.
    #[default]
    Tries,
    /// Simulated time from the plan's start to its end.
    ElapsedMs,
    /// Huge pages got of those asked for at faults, per mille.
    ThpPerMille,
    /// A counter by its vmstat name.
    Counter(String),
}

/// What memory is used for, which decides how it is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    #[default]
    Anon,
    /// Clean page cache.
    File,
    Kernel,
    KernelReclaimable,
    Secretmem,
    /// Anonymous memory touched 2 MiB at a time; small pages where no huge page is to be had.
    Thp,
}

/// A step, or several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Plan {
    Populate(Populate),
    PunchHoles(PunchHoles),
    SpamUntilOom(Spam),
    Churn(Churn),
    FileIo(FileIo),
    /// Runs a plan in a process of its own, which then exits with all it holds.
    Fork(Fork),
    /// Sleeps.
    Idle(Idle),
    /// Keeps a CPU busy.
    Work(Work),
    Repeat(Repeat),
    Interleave(Interleave),
    Sequence(Vec<Plan>),
    FreeAll(FreeAll),
    TryAlloc(TryAlloc),
}

/// Fills a set. The smaller of `pages` and `percent` counts; one of them is needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Populate {
    pub set: String,
    pub kind: Kind,
    pub pages: Option<u64>,
    /// Of the free pages when the step begins.
    pub percent: Option<u32>,
    /// Only kernel memory comes in blocks.
    pub order: u8,
    /// The unit in which holes are punched.
    pub chunk_pages: u32,
    pub process: Option<String>,
    /// MADV_HUGEPAGE: huge pages are worth direct compaction.
    pub madvised: bool,
}

/// Frees all chunks of a set but one of so many.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PunchHoles {
    pub set: String,
    pub keep_one_of: u32,
    pub keep: Keep,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    #[default]
    First,
    Last,
    Random,
}

/// Takes memory until its process is killed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Spam {
    pub kind: Kind,
    /// Only whole chunks count.
    pub chunk_pages: u32,
    pub process: Option<String>,
}

/// Allocates blocks at a rate; each lives for a while, or until a random one has to make room.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Churn {
    pub set: String,
    pub kind: Kind,
    /// Pages held at most.
    pub pages: u64,
    pub per_second: u32,
    pub lifetime_ms: u64,
    /// Blocks allocated in all.
    pub count: u64,
    /// Orders drawn by weight; order 0 if absent.
    pub orders: Vec<OrderWeight>,
    pub process: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OrderWeight {
    pub order: u8,
    pub weight: u32,
}

/// Reads and writes a file through the page cache.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FileIo {
    /// Names the file.
    pub set: String,
    /// Its size.
    pub pages: u64,
    /// Pages read or written.
    pub count: u64,
    pub random: bool,
    pub write_percent: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fork {
    pub process: String,
    /// Kernel pages of the process: stack, page tables, task and file structures.
    pub kernel_pages: u32,
    pub plan: Box<Plan>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Idle {
    pub ms: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Work {
    pub ms: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Repeat {
    pub times: u64,
    pub plan: Box<Plan>,
}

/// Plans that run at the same time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Interleave {
    pub plans: Vec<Plan>,
    pub until: Until,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Until {
    #[default]
    AllEnd,
    /// The others are stopped when the first of the list has ended.
    FirstEnds,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FreeAll {
    pub set: String,
}

/// Asks for kernel blocks and counts how many come. They are kept in the set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TryAlloc {
    pub set: String,
    pub order: u8,
    pub count: u32,
    /// Whether the request may reclaim and compact.
    pub direct: bool,
}

/// Longest text of a plan, bytes.
const TEXT_MAX: usize = 1 << 20;

impl PlanSpec {
    /// Reads a plan and refuses what cannot be run, naming the field.
    pub fn parse(text: impl AsRef<str>) -> Result<PlanSpec, SpecError> {
        let text = text.as_ref();
        if text.len() > TEXT_MAX {
            return Err(SpecError::new("plan", format!("{} bytes are more than {TEXT_MAX}", text.len())));
        }
        let tree = json::parse(text.as_bytes()).map_err(|error| SpecError::new("plan", error))?;
        let spec: PlanSpec =
            json::record(&tree).map_err(|refusal| SpecError::new(refusal.place(), refusal.problem()))?;
        spec.check()?;
        Ok(spec)
    }
}
