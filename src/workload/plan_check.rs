// SPDX-License-Identifier: GPL-2.0-only
//! Which plans are refused: names that lead nowhere, sizes without bound, more work than a run can do.

use super::plan::{Churn, FileIo, Kind, Plan, PlanSpec, Populate, TryAlloc};
use crate::environment::SpecError;
use crate::few::Few;
use crate::model::tally::Tally;

const DEPTH_MAX: u32 = 16;
const NODES_MAX: u32 = 4096;
/// Plans that may run at the same time, over the whole tree.
const TASKS_MAX: u32 = 256;
const NAME_MAX: usize = 64;
/// 1 TiB.
const PAGES_MAX: u64 = 1 << 28;
/// Pages of all files together, 64 GiB: each has an entry in memory.
const FILE_PAGES_MAX: u64 = 1 << 24;
/// Actions that a plan may come to: pages touched, blocks asked for, milliseconds worked.
const ACTIONS_MAX: u64 = 1 << 31;
/// Time that a plan may spend asleep, one day.
const IDLE_MS_MAX: u64 = 86_400_000;
const MS_MAX: u64 = 3_600_000;

struct Checker<'a> {
    spec: &'a PlanSpec,
    nodes: u32,
    tasks: u32,
    /// Size of each file by its set's name: the largest that a step gives.
    files: Few<&'a str, u64>,
    /// Sets that some step fills, and where one is emptied.
    filled: Vec<&'a str>,
    emptied: Vec<(String, &'a str)>,
}

/// What a part of a plan may come to at most.
#[derive(Clone, Copy, Default)]
struct Cost {
    actions: u64,
    idle_ms: u64,
}

impl Cost {
    fn actions(actions: u64) -> Cost {
        Cost { actions, idle_ms: 0 }
    }

    fn and(self, other: Cost) -> Cost {
        Cost {
            actions: self.actions.saturating_add(other.actions),
            idle_ms: self.idle_ms.saturating_add(other.idle_ms),
        }
    }

    fn times(self, n: u64) -> Cost {
        Cost { actions: self.actions.saturating_mul(n), idle_ms: self.idle_ms.saturating_mul(n) }
    }
}

impl PlanSpec {
    /// Refuses what cannot be run, naming the field.
    pub fn check(&self) -> Result<(), SpecError> {
        name("name", &self.name)?;
        within("processes", self.processes.len() as u64, 0, 1024)?;
        for (i, process) in self.processes.iter().enumerate() {
            let at = format!("processes[{i}]");
            name(&format!("{at}.name"), &process.name)?;
            if !(-1000..=1000).contains(&process.oom_score_adj) {
                let problem = format!("{} is not within -1000..1000", process.oom_score_adj);
                return Err(SpecError::new(&format!("{at}.oom_score_adj"), problem));
            }
            if self.processes[..i].iter().any(|other| other.name == process.name) {
                return Err(SpecError::new(&format!("{at}.name"), format!("`{}` is there twice", process.name)));
            }
        }
        if let Some(score) = &self.score {
            name("score.name", &score.name)?;
            name("score.unit", &score.unit)?;
            if let super::plan::ScoreOf::Counter(counter) = &score.of {
                let mut known = false;
                Tally::default().each(|name, _| known |= name == counter);
                if !known {
                    return Err(SpecError::new("score.of.counter", format!("no counter `{counter}`")));
                }
            }
        }
        let mut checker =
            Checker { spec: self, nodes: 0, tasks: 0, files: Few::default(), filled: Vec::new(), emptied: Vec::new() };
        let cost = checker.node("plan", &self.plan, 0)?;
        let never = |(_, set): &&(String, &str)| !checker.filled.contains(set);
        if let Some((at, set)) = checker.emptied.iter().find(never) {
            return Err(SpecError::new(at, format!("no step fills a set `{set}`")));
        }
        within("plan", cost.actions, 0, ACTIONS_MAX)
            .map_err(|_| SpecError::new("plan", format!("it may come to more than {ACTIONS_MAX} actions")))?;
        within("plan", cost.idle_ms, 0, IDLE_MS_MAX)
            .map_err(|_| SpecError::new("plan", format!("it may sleep for more than {IDLE_MS_MAX} ms")))
    }
}

fn within(field: &str, value: u64, low: u64, high: u64) -> Result<(), SpecError> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(SpecError::new(field, format!("{value} is not within {low}..{high}")))
}

fn name(field: &str, text: &str) -> Result<(), SpecError> {
    if text.is_empty() || text.len() > NAME_MAX || text.chars().any(char::is_control) {
        return Err(SpecError::new(field, format!("a name has 1 to {NAME_MAX} printable bytes")));
    }
    Ok(())
}

impl<'a> Checker<'a> {
    fn node(&mut self, at: &str, plan: &'a Plan, depth: u32) -> Result<Cost, SpecError> {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            return Err(SpecError::new(at, format!("a plan has at most {NODES_MAX} steps")));
        }
        if depth > DEPTH_MAX {
            return Err(SpecError::new(at, format!("plans are nested at most {DEPTH_MAX} deep")));
        }
        let one = Cost::actions(1);
        match plan {
            Plan::Sequence(plans) => {
                let cost = self.list(&format!("{at}.sequence"), plans, depth)?;
                Ok(cost.and(one))
            }
            Plan::Interleave(both) => {
                self.tasks += both.plans.len() as u32;
                within(&format!("{at}.interleave.plans"), self.tasks.into(), 1, TASKS_MAX.into())?;
                if both.plans.is_empty() {
                    return Err(SpecError::new(&format!("{at}.interleave.plans"), "there is no plan"));
                }
                Ok(self.list(&format!("{at}.interleave.plans"), &both.plans, depth)?.and(one))
            }
            Plan::Repeat(repeat) => {
                within(&format!("{at}.repeat.times"), repeat.times, 0, 1_000_000)?;
                let cost = self.node(&format!("{at}.repeat.plan"), &repeat.plan, depth + 1)?;
                Ok(cost.times(repeat.times).and(one))
            }
            Plan::Fork(fork) => {
                self.process(&format!("{at}.fork.process"), Some(&fork.process))?;
                within(&format!("{at}.fork.kernel_pages"), fork.kernel_pages.into(), 0, 4096)?;
                let cost = self.node(&format!("{at}.fork.plan"), &fork.plan, depth + 1)?;
                Ok(cost.and(Cost::actions(1 + u64::from(fork.kernel_pages))))
            }
            Plan::Idle(idle) => {
                within(&format!("{at}.idle.ms"), idle.ms, 0, MS_MAX)?;
                Ok(Cost { actions: 1 + idle.ms / 100, idle_ms: idle.ms })
            }
            Plan::Work(work) => {
                within(&format!("{at}.work.ms"), work.ms, 0, MS_MAX)?;
                Ok(Cost { actions: 1 + work.ms, idle_ms: work.ms })
            }
            leaf => self.leaf(at, leaf),
        }
    }

    fn list(&mut self, at: &str, plans: &'a [Plan], depth: u32) -> Result<Cost, SpecError> {
        let mut cost = Cost::default();
        for (i, plan) in plans.iter().enumerate() {
            cost = cost.and(self.node(&format!("{at}[{i}]"), plan, depth + 1)?);
        }
        Ok(cost)
    }

    fn leaf(&mut self, at: &str, plan: &'a Plan) -> Result<Cost, SpecError> {
        match plan {
            Plan::Populate(step) => self.populate(&format!("{at}.populate"), step),
            Plan::PunchHoles(step) => {
                self.empties(format!("{at}.punch-holes.set"), &step.set)?;
                within(&format!("{at}.punch-holes.keep_one_of"), step.keep_one_of.into(), 1, PAGES_MAX)?;
                Ok(Cost::actions(1))
            }
            Plan::SpamUntilOom(step) => {
                let at = format!("{at}.spam-until-oom");
                if !matches!(step.kind, Kind::Anon | Kind::Secretmem) {
                    return Err(SpecError::new(&format!("{at}.kind"), "`anon` or `secretmem` is wanted"));
                }
                within(&format!("{at}.chunk_pages"), step.chunk_pages.into(), 1, 1 << 18)?;
                self.process(&format!("{at}.process"), step.process.as_ref())?;
                Ok(Cost::actions(1))
            }
            Plan::Churn(step) => self.churn(&format!("{at}.churn"), step),
            Plan::FileIo(step) => {
                self.file(&format!("{at}.file-io.pages"), &step.set, step.pages)?;
                file_io(&format!("{at}.file-io"), step)
            }
            Plan::FreeAll(step) => {
                self.empties(format!("{at}.free-all.set"), &step.set)?;
                Ok(Cost::actions(1))
            }
            Plan::TryAlloc(step) => {
                self.filled.push(&step.set);
                try_alloc(&format!("{at}.try-alloc"), step)
            }
            _ => unreachable!("the caller handles what holds other plans"),
        }
    }

    /// The name of a process that the plan declares.
    fn process(&self, field: &str, process: Option<&String>) -> Result<(), SpecError> {
        match process {
            Some(name) if !self.spec.processes.iter().any(|known| known.name == *name) => {
                Err(SpecError::new(field, format!("no process `{name}` is declared in `processes`")))
            }
            _ => Ok(()),
        }
    }

    fn empties(&mut self, field: String, set: &'a str) -> Result<(), SpecError> {
        name(&field, set)?;
        self.emptied.push((field, set));
        Ok(())
    }

    fn file(&mut self, field: &str, set: &'a str, pages: u64) -> Result<(), SpecError> {
        within(field, pages, 1, FILE_PAGES_MAX)?;
        self.filled.push(set);
        let size = self.files.get_or_default(set);
        *size = pages.max(*size);
        within(field, self.files.iter().map(|(_, pages)| pages).sum(), 1, FILE_PAGES_MAX)
            .map_err(|_| SpecError::new(field, format!("all files together have more than {FILE_PAGES_MAX} pages")))
    }

    fn populate(&mut self, at: &str, step: &'a Populate) -> Result<Cost, SpecError> {
        name(&format!("{at}.set"), &step.set)?;
        self.filled.push(&step.set);
        self.process(&format!("{at}.process"), step.process.as_ref())?;
        if step.pages.is_none() && step.percent.is_none() {
            return Err(SpecError::new(&format!("{at}.pages"), "`pages` or `percent` is needed"));
        }
        within(&format!("{at}.pages"), step.pages.unwrap_or(0), 0, PAGES_MAX)?;
        within(&format!("{at}.percent"), step.percent.unwrap_or(0).into(), 0, 1000)?;
        within(&format!("{at}.chunk_pages"), step.chunk_pages.into(), 1, 1 << 18)?;
        if step.kind == Kind::File {
            self.file(&format!("{at}.pages"), &step.set, step.pages.unwrap_or(0))?;
        }
        let order_max = if matches!(step.kind, Kind::Kernel | Kind::KernelReclaimable) { 10 } else { 0 };
        within(&format!("{at}.order"), step.order.into(), 0, order_max)?;
        Ok(Cost::actions(1 + step.pages.unwrap_or(1 << 12)))
    }

    fn churn(&mut self, at: &str, step: &'a Churn) -> Result<Cost, SpecError> {
        name(&format!("{at}.set"), &step.set)?;
        self.filled.push(&step.set);
        self.process(&format!("{at}.process"), step.process.as_ref())?;
        if matches!(step.kind, Kind::File | Kind::Thp | Kind::Secretmem) {
            return Err(SpecError::new(&format!("{at}.kind"), "`anon` or kernel memory is wanted"));
        }
        within(&format!("{at}.pages"), step.pages, 1, PAGES_MAX)?;
        within(&format!("{at}.per_second"), step.per_second.into(), 1, 1_000_000)?;
        within(&format!("{at}.lifetime_ms"), step.lifetime_ms, 0, MS_MAX)?;
        within(&format!("{at}.count"), step.count, 0, 1 << 30)?;
        within(&format!("{at}.orders"), step.orders.len() as u64, 0, 11)?;
        let order_max = if step.kind == Kind::Anon { 0 } else { 10 };
        for (i, entry) in step.orders.iter().enumerate() {
            within(&format!("{at}.orders[{i}].order"), entry.order.into(), 0, order_max)?;
            within(&format!("{at}.orders[{i}].weight"), entry.weight.into(), 1, 1_000_000)?;
        }
        Ok(Cost { actions: 1 + step.count, idle_ms: step.count.saturating_mul(1000) / u64::from(step.per_second) })
    }
}

fn file_io(at: &str, step: &FileIo) -> Result<Cost, SpecError> {
    name(&format!("{at}.set"), &step.set)?;
    within(&format!("{at}.pages"), step.pages, 1, PAGES_MAX)?;
    within(&format!("{at}.count"), step.count, 0, 1 << 30)?;
    within(&format!("{at}.write_percent"), step.write_percent.into(), 0, 100)?;
    Ok(Cost::actions(1 + step.count))
}

fn try_alloc(at: &str, step: &TryAlloc) -> Result<Cost, SpecError> {
    name(&format!("{at}.set"), &step.set)?;
    within(&format!("{at}.order"), step.order.into(), 0, 10)?;
    within(&format!("{at}.count"), step.count.into(), 0, 1 << 20)?;
    Ok(Cost::actions(1 + u64::from(step.count)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_emptied_must_be_filled_somewhere() {
        let plan = |emptied: &str| {
            let fill = r#"{"populate": {"set": "kept", "kind": "anon", "pages": 64}}"#;
            let text =
                format!(r#"{{"name": "p", "plan": {{"sequence": [{{"free-all": {{"set": "{emptied}"}}}}, {fill}]}}}}"#);
            PlanSpec::parse(text).map(|_| ()).map_err(|error| error.to_string())
        };
        assert_eq!(plan("kept"), Ok(()));
        assert_eq!(plan("kpet"), Err("plan.sequence[0].free-all.set: no step fills a set `kpet`".to_owned()));
    }
}
