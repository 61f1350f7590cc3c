// SPDX-License-Identifier: GPL-2.0-only
//! What the kernel logs when it kills for memory, or when an allocation fails.
//!
//! Source: `mm/oom_kill.c:{dump_header,dump_tasks,dump_oom_victim,__oom_kill_process,oom_reap_task_mm}@7.3`,
//! `mm/page_alloc.c:warn_alloc@7.3`. The report of a kill is rate limited, the line of the kill is not.

use std::fmt;

use super::MemInfo;

/// One report; parts that are `None` are not printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OomReport {
    pub head: Option<Head>,
    /// The lines of the stack dump as they are.
    pub stack: Vec<String>,
    pub mem: Option<MemInfo>,
    /// With `vm.oom_dump_tasks`, its default.
    pub tasks: Option<Vec<Task>>,
    pub summary: Option<KillSummary>,
    pub killed: Option<Killed>,
    pub reaped: Option<Reaped>,
}

/// The first line: which request could not be served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    Oom { comm: String, gfp_mask: u64, gfp: String, order: i32, oom_score_adj: i32 },
    Failure { comm: String, order: u32, gfp_mask: u64, gfp: String, nodemask: String, cpuset: Option<Cpuset> },
}

/// `kernel/cgroup/cpuset.c:cpuset_print_current_mems_allowed@7.3`, with CONFIG_CPUSETS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cpuset {
    pub name: String,
    pub mems_allowed: String,
}

/// One line of the table of tasks; memory in pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Task {
    pub pid: u32,
    pub uid: i64,
    pub tgid: u32,
    pub total_vm: u64,
    pub rss: u64,
    pub rss_anon: u64,
    pub rss_file: u64,
    pub rss_shmem: u64,
    pub pgtables_bytes: u64,
    pub swapents: u64,
    pub oom_score_adj: i64,
    pub name: String,
}

/// The line `oom-kill:constraint=...`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KillSummary {
    /// `CONSTRAINT_NONE`, `_CPUSET`, `_MEMORY_POLICY` or `_MEMCG`.
    pub constraint: String,
    /// `(null)` for all nodes.
    pub nodemask: String,
    pub cpuset: Option<Cpuset>,
    /// The memory cgroup at its limit; `None` if the whole machine is.
    pub oom_memcg: Option<String>,
    /// The victim's memory cgroup; `None` without CONFIG_MEMCG.
    pub task_memcg: Option<String>,
    pub task: String,
    pub pid: u32,
    pub uid: i64,
}

/// The line of the kill; memory in kB.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Killed {
    /// `Out of memory`, or `Memory cgroup out of memory`.
    pub message: String,
    pub pid: u32,
    pub comm: String,
    pub total_vm_kb: u64,
    pub anon_rss_kb: u64,
    pub file_rss_kb: u64,
    pub shmem_rss_kb: u64,
    pub uid: u32,
    pub pgtables_kb: u64,
    pub oom_score_adj: i64,
}

/// The line of the OOM reaper: what is left after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reaped {
    pub pid: u32,
    pub comm: String,
    pub anon_rss_kb: u64,
    pub file_rss_kb: u64,
    pub shmem_rss_kb: u64,
}

/// The two lines above the table of tasks.
pub(super) const TASKS_TITLE: &str = "Tasks state (memory values in pages):";
pub(super) const TASKS_HEAD: &str = "[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem \
                                     pgtables_bytes swapents oom_score_adj name";

impl fmt::Display for OomReport {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        if let Some(head) = &self.head {
            writeln!(out, "{head}")?;
        }
        self.stack.iter().try_for_each(|line| writeln!(out, "{line}"))?;
        if let Some(mem) = &self.mem {
            write!(out, "{mem}")?;
        }
        if let Some(tasks) = &self.tasks {
            writeln!(out, "{TASKS_TITLE}\n{TASKS_HEAD}")?;
            tasks.iter().try_for_each(|task| writeln!(out, "{task}"))?;
        }
        if let Some(summary) = &self.summary {
            writeln!(out, "{summary}")?;
        }
        if let Some(killed) = &self.killed {
            writeln!(out, "{killed}")?;
        }
        if let Some(reaped) = &self.reaped {
            writeln!(out, "{reaped}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Head {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Head::Oom { comm, gfp_mask, gfp, order, oom_score_adj } => {
                write!(out, "{comm} invoked oom-killer: gfp_mask=")?;
                write_hex(out, *gfp_mask)?;
                write!(out, "({gfp}), order={order}, oom_score_adj={oom_score_adj}")
            }
            Head::Failure { comm, order, gfp_mask, gfp, nodemask, cpuset } => {
                write!(out, "{comm}: page allocation failure: order:{order}, mode:")?;
                write_hex(out, *gfp_mask)?;
                write!(out, "({gfp}), nodemask={nodemask}")?;
                write_cpuset(out, cpuset)
            }
        }
    }
}

impl fmt::Display for Task {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let Task { pid, uid, tgid, total_vm, rss, rss_anon, rss_file, .. } = self;
        let Task { rss_shmem, pgtables_bytes, swapents, oom_score_adj, name, .. } = self;
        write!(out, "[{pid:>7}] {uid:>5} {tgid:>5} {total_vm:>8} {rss:>8} {rss_anon:>8} {rss_file:>8} ")?;
        write!(out, "{rss_shmem:>9} {pgtables_bytes:>8} {swapents:>8}         {oom_score_adj:>5} {name}")
    }
}

impl fmt::Display for KillSummary {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "oom-kill:constraint={},nodemask={}", self.constraint, self.nodemask)?;
        write_cpuset(out, &self.cpuset)?;
        if let Some(task_memcg) = &self.task_memcg {
            match &self.oom_memcg {
                Some(memcg) => write!(out, ",oom_memcg={memcg}")?,
                None => write!(out, ",global_oom")?,
            }
            write!(out, ",task_memcg={task_memcg}")?;
        }
        write!(out, ",task={},pid={},uid={}", self.task, self.pid, self.uid)
    }
}

impl fmt::Display for Killed {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let Killed { message, pid, comm, total_vm_kb, anon_rss_kb, file_rss_kb, shmem_rss_kb, .. } = self;
        write!(out, "{message}: Killed process {pid} ({comm}) total-vm:{total_vm_kb}kB, anon-rss:{anon_rss_kb}kB, ")?;
        write!(out, "file-rss:{file_rss_kb}kB, shmem-rss:{shmem_rss_kb}kB, UID:{} ", self.uid)?;
        write!(out, "pgtables:{}kB oom_score_adj:{}", self.pgtables_kb, self.oom_score_adj)
    }
}

impl fmt::Display for Reaped {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let Reaped { pid, comm, anon_rss_kb, file_rss_kb, shmem_rss_kb } = self;
        write!(out, "oom_reaper: reaped process {pid} ({comm}), now anon-rss:{anon_rss_kb}kB, ")?;
        write!(out, "file-rss:{file_rss_kb}kB, shmem-rss:{shmem_rss_kb}kB")
    }
}

/// `%#x`, which prints 0 without the prefix.
fn write_hex(out: &mut fmt::Formatter, value: u64) -> fmt::Result {
    if value == 0 { write!(out, "0") } else { write!(out, "{value:#x}") }
}

fn write_cpuset(out: &mut fmt::Formatter, cpuset: &Option<Cpuset>) -> fmt::Result {
    let Some(Cpuset { name, mems_allowed }) = cpuset else {
        return Ok(());
    };
    write!(out, ",cpuset={name},mems_allowed={mems_allowed}")
}
