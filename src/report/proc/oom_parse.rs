// SPDX-License-Identifier: GPL-2.0-only
//! Reads OOM reports and allocation failures from kernel logs, with or without the prefixes of the log.

use super::meminfo_parse;
use super::oom::{TASKS_HEAD, TASKS_TITLE};
use super::scan::Cursor;
use super::stamp::prefix_len;
use super::{Cpuset, Head, KillSummary, Killed, MemInfo, OomReport, Parsed, Reaped, Skip, Task};

impl OomReport {
    /// Reads the first report of a text.
    pub fn parse(text: &str) -> Parsed<OomReport> {
        let Parsed { value, mut skipped } = read(text);
        let mut found = value.into_iter();
        let Some((_, first)) = found.next() else {
            skipped.push(Skip::new(0, text.lines().next().unwrap_or(""), "no OOM report or allocation failure"));
            return Parsed { value: OomReport::default(), skipped };
        };
        for (start, _) in found {
            skipped.push(Skip::new(start, "", "a further report begins here, see parse_all"));
        }
        Parsed { value: first, skipped }
    }

    /// Reads all reports of a kernel log. Lines of the log outside of reports are not counted as skipped.
    pub fn parse_all(text: &str) -> Parsed<Vec<OomReport>> {
        let Parsed { value, skipped } = read(text);
        Parsed { value: value.into_iter().map(|(_, report)| report).collect(), skipped }
    }
}

/// A report and the index of the line it begins in.
type Found = (usize, OomReport);

fn read(text: &str) -> Parsed<Vec<Found>> {
    let mut reader = Reader::default();
    let mut skipped = Vec::new();
    for (index, line) in text.lines().enumerate() {
        reader.at = index;
        let bare = line.get(prefix_len(line)..).unwrap_or("");
        if reader.line(bare) == Taken::Unknown {
            skipped.push(Skip::new(index, line, "inside a report, but not a line of one"));
        }
    }
    reader.done.extend(reader.current);
    Parsed { value: reader.done, skipped }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    Yes,
    /// Not part of any report.
    Outside,
    /// Inside a report, but not understood.
    Unknown,
}

#[derive(Default)]
struct Reader {
    done: Vec<Found>,
    current: Option<Found>,
    at: usize,
    /// Between the first line and the next known one all lines are the stack dump.
    in_stack: bool,
}

impl Reader {
    fn line(&mut self, line: &str) -> Taken {
        if let Some(head) = head(line) {
            self.begin(OomReport { head: Some(head), ..OomReport::default() });
            self.in_stack = true;
            return Taken::Yes;
        }
        if line.trim_end() == "Mem-Info:" {
            if !self.in_stack {
                self.begin(OomReport::default());
            }
            self.in_stack = false;
            self.report().mem = Some(MemInfo::default());
            return Taken::Yes;
        }
        if let Some(killed) = killed(line) {
            // The kill is logged even when its report is left out.
            if self.report().killed.is_some() {
                self.begin(OomReport::default());
            }
            self.report().killed = Some(killed);
            self.in_stack = false;
            return Taken::Yes;
        }
        let in_stack = self.in_stack;
        let Some((_, report)) = &mut self.current else {
            return Taken::Outside;
        };
        if read_part(report, line).is_some() {
            self.in_stack = false;
            return Taken::Yes;
        }
        if in_stack {
            report.stack.push(line.to_string());
            return Taken::Yes;
        }
        if report.killed.is_some() || line.trim().is_empty() { Taken::Outside } else { Taken::Unknown }
    }

    fn begin(&mut self, report: OomReport) {
        self.done.extend(self.current.replace((self.at, report)));
    }

    fn report(&mut self) -> &mut OomReport {
        &mut self.current.get_or_insert_with(|| (self.at, OomReport::default())).1
    }
}

/// Reads a line that is part of a report already begun.
fn read_part(report: &mut OomReport, line: &str) -> Option<()> {
    if let Some(mem) = &mut report.mem
        && meminfo_parse::read_line(mem, line).is_some()
    {
        return Some(());
    }
    if line.trim_end() == TASKS_TITLE {
        report.tasks = Some(Vec::new());
    } else if line.starts_with("[  pid  ]") {
        // Another table has other columns; its lines are skipped one by one.
        (line.trim_end() == TASKS_HEAD).then_some(())?;
    } else if line.starts_with('[') {
        report.tasks.as_mut()?.push(task(line)?);
    } else if line.starts_with("oom-kill:") {
        report.summary = Some(summary(line)?);
    } else if line.starts_with("oom_reaper: reaped") && report.reaped.is_none() {
        report.reaped = Some(reaped(line)?);
    } else {
        return None;
    }
    Some(())
}

fn head(line: &str) -> Option<Head> {
    oom_head(line).or_else(|| failure_head(line))
}

fn oom_head(line: &str) -> Option<Head> {
    let mut cursor = Cursor::new(line);
    let comm = cursor.until(" invoked oom-killer: gfp_mask=")?.to_string();
    let (gfp_mask, gfp) = gfp(&mut cursor)?;
    cursor.eat(", order=")?;
    let order = cursor.signed()?.try_into().ok()?;
    cursor.eat(", oom_score_adj=")?;
    let oom_score_adj = cursor.signed()?.try_into().ok()?;
    cursor.end()?;
    Some(Head::Oom { comm, gfp_mask, gfp, order, oom_score_adj })
}

fn failure_head(line: &str) -> Option<Head> {
    let mut cursor = Cursor::new(line);
    let comm = cursor.until(": page allocation failure: order:")?.to_string();
    let order = cursor.small()?;
    cursor.eat(", mode:")?;
    let (gfp_mask, gfp) = gfp(&mut cursor)?;
    cursor.eat(", nodemask=")?;
    let (nodemask, cpuset) = nodemask(cursor.rest())?;
    Some(Head::Failure { comm, order, gfp_mask, gfp, nodemask, cpuset })
}

/// Reads `0x140dc0(GFP_USER|__GFP_ZERO)`.
fn gfp(cursor: &mut Cursor) -> Option<(u64, String)> {
    let mask = cursor.hex()?;
    cursor.eat("(")?;
    Some((mask, cursor.until(")")?.to_string()))
}

/// Reads `(null),cpuset=/,mems_allowed=0`; the lists of nodes may contain commas.
fn nodemask(text: &str) -> Option<(String, Option<Cpuset>)> {
    let Some((nodemask, rest)) = text.split_once(",cpuset=") else {
        return Some((text.to_string(), None));
    };
    let (name, mems_allowed) = rest.rsplit_once(",mems_allowed=")?;
    let cpuset = Cpuset { name: name.to_string(), mems_allowed: mems_allowed.to_string() };
    Some((nodemask.to_string(), Some(cpuset)))
}

fn task(line: &str) -> Option<Task> {
    let mut cursor = Cursor::new(line);
    cursor.eat("[")?;
    let pid = cursor.small()?;
    cursor.eat("]")?;
    Some(Task {
        pid,
        uid: cursor.signed()?,
        tgid: cursor.small()?,
        total_vm: cursor.number()?,
        rss: cursor.number()?,
        rss_anon: cursor.number()?,
        rss_file: cursor.number()?,
        rss_shmem: cursor.number()?,
        pgtables_bytes: cursor.number()?,
        swapents: cursor.number()?,
        oom_score_adj: cursor.signed()?,
        name: {
            cursor.eat(" ")?;
            cursor.rest().to_string()
        },
    })
}

fn summary(line: &str) -> Option<KillSummary> {
    let (rest, uid) = line.rsplit_once(",uid=")?;
    let (rest, pid) = rest.rsplit_once(",pid=")?;
    let (rest, task) = rest.split_once(",task=")?;
    let (constraint, rest) = rest.strip_prefix("oom-kill:constraint=")?.split_once(",nodemask=")?;
    let (rest, task_memcg) = match rest.split_once(",task_memcg=") {
        Some((rest, memcg)) => (rest, Some(memcg.to_string())),
        None => (rest, None),
    };
    let (rest, oom_memcg) = match rest.split_once(",oom_memcg=") {
        Some((rest, memcg)) => (rest, Some(memcg.to_string())),
        None => (rest.strip_suffix(",global_oom").unwrap_or(rest), None),
    };
    let (nodemask, cpuset) = nodemask(rest)?;
    let (constraint, task) = (constraint.to_string(), task.to_string());
    let (pid, uid) = (pid.parse().ok()?, uid.trim_end().parse().ok()?);
    Some(KillSummary { constraint, nodemask, cpuset, oom_memcg, task_memcg, task, pid, uid })
}

fn killed(line: &str) -> Option<Killed> {
    let mut cursor = Cursor::new(line);
    let message = cursor.until(": Killed process ")?.to_string();
    let pid = cursor.small()?;
    cursor.eat(" (")?;
    let comm = cursor.until_last(") total-vm:")?.to_string();
    let mut next = |after: &str| {
        let number = cursor.number()?;
        cursor.eat(after)?;
        Some(number)
    };
    Some(Killed {
        message,
        pid,
        comm,
        total_vm_kb: next("kB, anon-rss:")?,
        anon_rss_kb: next("kB, file-rss:")?,
        file_rss_kb: next("kB, shmem-rss:")?,
        shmem_rss_kb: next("kB, UID:")?,
        uid: next(" pgtables:")?.try_into().ok()?,
        pgtables_kb: next("kB oom_score_adj:")?,
        oom_score_adj: {
            let value = cursor.signed()?;
            cursor.end()?;
            value
        },
    })
}

fn reaped(line: &str) -> Option<Reaped> {
    let mut cursor = Cursor::new(line);
    cursor.eat("oom_reaper: reaped process ")?;
    let pid = cursor.small()?;
    cursor.eat(" (")?;
    let comm = cursor.until_last("), now anon-rss:")?.to_string();
    let mut next = |after: &str| {
        let number = cursor.number()?;
        cursor.eat(after)?;
        Some(number)
    };
    Some(Reaped {
        pid,
        comm,
        anon_rss_kb: next("kB, file-rss:")?,
        file_rss_kb: next("kB, shmem-rss:")?,
        shmem_rss_kb: next("kB")?,
    })
}
