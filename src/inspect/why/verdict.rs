// SPDX-License-Identifier: GPL-2.0-only
//! What the policy said about the request.

use super::{Facts, Section};
use crate::model::alloc_flags;
use crate::model::compact::{FinishRule, FreeCount};
use crate::model::decide::{Ask, NoBlock, Verdict};

/// The policy's verdict on the card's request.
pub(super) fn of(facts: &Facts) -> Verdict {
    let request = &facts.request;
    let nofragment = request.flags & alloc_flags::NOFRAGMENT != 0;
    facts.machine.policy.verdict(Ask { order: request.order, freetype: request.freetype, nofragment })
}

pub(super) fn section(facts: &Facts) -> Section {
    let mut section = Section::new("policy");
    let policy = facts.cell.policy.policy;
    let verdict = of(facts);
    section.line("policy", facts.cell.policy.text(), policy.about);
    let own = facts.request.order;
    let raised = |order: u8| match order {
        _ if order == own => "the request's own order".to_owned(),
        _ => format!("promoted from order {own}"),
    };
    section.line("reclaim order", verdict.reclaim_order, raised(verdict.reclaim_order));
    let note =
        if verdict.compact_order == 0 { "compaction does not run".to_owned() } else { raised(verdict.compact_order) };
    section.line("compaction order", verdict.compact_order, note);
    let (value, note) = match verdict.free_count {
        FreeCount::Pages => ("NR_FREE_PAGES", "any free page counts as if it served the request"),
        FreeCount::Blocks => ("NR_FREE_PAGES_BLOCKS", "only pages in whole free blocks count"),
        FreeCount::MappedBlocks => ("mapped NR_FREE_PAGES_BLOCKS", "only whole free blocks in the direct map count"),
    };
    section.line("free pages counted", value, note);
    let (value, note) = match verdict.finish {
        FinishRule::ByType => ("by type", "a free block of the request's type, or one it may claim"),
        FinishRule::MappedBlock => ("mapped block", "a whole free block in the direct map will do"),
        FinishRule::Never => ("never", "only when the scanners meet"),
    };
    section.line("compaction ends", value, note);
    let capture = if verdict.capture { "yes" } else { "no" };
    section.line("capture", capture, "whether a block freed meanwhile is handed over");
    let (value, note) = match (facts.machine.policy.unmaps_blocks(), facts.machine.policy.no_block()) {
        (false, _) => ("does not apply", "secretmem is mapped out page by page"),
        (true, NoBlock::Fail) => ("fail", "the walk ends, the slow path goes on"),
        (true, NoBlock::IsolateAndMigrate) => ("isolate and migrate", "the cheapest block is emptied"),
    };
    section.line("without a free block", value, note);
    section
}
