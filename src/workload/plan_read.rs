// SPDX-License-Identifier: GPL-2.0-only
//! How the fields of a plan are read: which must be there, and what holds where one is not.

use super::plan::{
    Churn, FileIo, Fork, FreeAll, Idle, Interleave, OrderWeight, Plan, PlanSpec, Populate, ProcessSpec, PunchHoles,
    Repeat, ScoreSpec, Spam, TryAlloc, Work,
};
use crate::json::{Object, Record, Refusal, reads_only};

reads_only!(PlanSpec:
    need name, may about, may source, may_records processes, may proactive_compaction, may_some score, need_record plan);
reads_only!(ProcessSpec: need name, may oom_score_adj, may restart);
reads_only!(ScoreSpec: need name, need unit, need of, may less_is_better);
reads_only!(Populate: need set, need kind, may pages, may percent, may order, may chunk_pages, may process, may madvised);
reads_only!(PunchHoles: need set, need keep_one_of, may keep);
reads_only!(Spam: need kind, may chunk_pages, may process);
reads_only!(Churn:
    need set, need kind, need pages, need per_second, may lifetime_ms, need count, may_records orders, may process);
reads_only!(OrderWeight: need order, need weight);
reads_only!(FileIo: need set, need pages, need count, may random, may write_percent);
reads_only!(Fork: need process, may kernel_pages, need_record plan);
reads_only!(Idle: need ms);
reads_only!(Work: need ms);
reads_only!(Repeat: need times, need_record plan);
reads_only!(Interleave: need_records plans, may until);
reads_only!(FreeAll: need set);
reads_only!(TryAlloc: need set, need order, need count, may direct);

impl Default for PlanSpec {
    fn default() -> PlanSpec {
        PlanSpec {
            name: String::new(),
            about: String::new(),
            source: String::new(),
            processes: Vec::new(),
            proactive_compaction: true,
            score: None,
            plan: Plan::default(),
        }
    }
}

impl Default for Populate {
    fn default() -> Populate {
        Populate {
            set: String::new(),
            kind: Default::default(),
            pages: None,
            percent: None,
            order: 0,
            chunk_pages: 1,
            process: None,
            madvised: true,
        }
    }
}

impl Default for Spam {
    fn default() -> Spam {
        // 2 MiB.
        Spam { kind: Default::default(), chunk_pages: 512, process: None }
    }
}

impl Default for Fork {
    fn default() -> Fork {
        Fork { process: String::new(), kernel_pages: 20, plan: Box::default() }
    }
}

impl Default for TryAlloc {
    fn default() -> TryAlloc {
        TryAlloc { set: String::new(), order: 0, count: 0, direct: true }
    }
}

impl Default for Plan {
    fn default() -> Plan {
        Plan::Sequence(Vec::new())
    }
}

impl Record for Plan {
    #[inline]
    fn fill(&mut self, from: &Object) -> Result<(), Refusal> {
        let kind = from.choice(&[
            "populate",
            "punch-holes",
            "spam-until-oom",
            "churn",
            "file-io",
            "fork",
            "idle",
            "work",
            "repeat",
            "interleave",
            "sequence",
            "free-all",
            "try-alloc",
        ])?;
        *self = match kind {
            "populate" => Plan::Populate(from.made(kind)?),
            "punch-holes" => Plan::PunchHoles(from.made(kind)?),
            "spam-until-oom" => Plan::SpamUntilOom(from.made(kind)?),
            "churn" => Plan::Churn(from.made(kind)?),
            "file-io" => Plan::FileIo(from.made(kind)?),
            "fork" => Plan::Fork(from.made(kind)?),
            "idle" => Plan::Idle(from.made(kind)?),
            "work" => Plan::Work(from.made(kind)?),
            "repeat" => Plan::Repeat(from.made(kind)?),
            "interleave" => Plan::Interleave(from.made(kind)?),
            "free-all" => Plan::FreeAll(from.made(kind)?),
            "try-alloc" => Plan::TryAlloc(from.made(kind)?),
            _ => {
                let mut steps = Vec::new();
                from.need_records(kind, &mut steps)?;
                Plan::Sequence(steps)
            }
        };
        Ok(())
    }
}

impl Record for Box<Plan> {
    fn fill(&mut self, from: &Object) -> Result<(), Refusal> {
        (**self).fill(from)
    }
}
