// SPDX-License-Identifier: GPL-2.0-only
//! What compaction could have done: its suitability for the zone, deferral, and where its scanners stood.

use super::super::lane::DIRECT;
use super::super::words::status;
use super::{Facts, Section};
use crate::model::compact::{Control, Priority, Status, suitable};
use crate::model::decide::Verdict;
use crate::model::zone::Zone;

pub(super) fn section(facts: &Facts) -> Section {
    let mut section = Section::new("compaction");
    let verdict = super::verdict::of(facts);
    let (zones, under_way) = (&facts.machine.node.zones, facts.machine.kcompactd.scanners());
    for (i, zone) in zones.iter().enumerate().rev().filter(|(_, zone)| zone.span.index <= facts.request.highest_zone) {
        suitability(&mut section, facts, &verdict, zone);
        let memory = &zone.compact;
        let name = zone.name();
        if memory.defer_shift > 0 {
            let value = format!("{} of {}", memory.considered, 1u32 << memory.defer_shift);
            let note = format!("tries skipped since it last failed for order {}", memory.order_failed);
            section.line(format!("deferred {name}"), value, note);
        }
        let [_, migrate] = memory.cached_migrate;
        let (value, note) = match (under_way, memory.cached_free) {
            (Some((at, migrate, free)), _) if at == i => {
                (format!("{migrate:#x} {free:#x}"), "where kcompactd's migrate and free scanner stand")
            }
            (_, 0) => ("not set out".to_owned(), "no compaction of the zone has ended"),
            (_, free) => (format!("{migrate:#x} {free:#x}"), "where the migrate and the free scanner start next"),
        };
        section.line(format!("scanners {name}"), value, note);
    }
    last_run(&mut section, facts);
    section
}

fn suitability(section: &mut Section, facts: &Facts, verdict: &Verdict, zone: &Zone) {
    let label = format!("suitable {}", zone.name());
    let order = verdict.compact_order;
    if order == 0 {
        section.line(label, "not asked", "the policy compacts for order 0: that is, not at all");
        return;
    }
    let mut control = Control::direct(order, Priority::SyncLight, &facts.request);
    control.free_count = verdict.free_count;
    control.finish = verdict.finish;
    control.extfrag_threshold = facts.machine.settings.extfrag_threshold;
    let (value, note) = match suitable::suit_allocation_order(zone, &control) {
        Status::Continue => ("continue", "compaction would set out".to_owned()),
        Status::Success => ("success", "the watermark holds already, so compaction sees no work".to_owned()),
        _ => ("skipped", format!("too few order-0 pages to work with: needs {} spare", suitable::compact_gap(order))),
    };
    section.line(label, format!("{value} (order {order})"), note);
}

fn last_run(section: &mut Section, facts: &Facts) {
    match facts.compacted {
        Some((at, decision)) => {
            let [migrate, free, _, moved] = decision.what.values;
            let who = if decision.what.detail & DIRECT != 0 { "direct" } else { "kcompactd" };
            let value = format!("{who}: {}", status(decision.what.detail & !DIRECT));
            section.line("last run", value, format!("decision {at}, order {}", decision.what.order));
            section.line("scanners met", format!("{migrate:#x} {free:#x}"), "migrate and free scanner at its end");
            section.line("pages moved", moved, "by that run");
        }
        None => section.line("last run", "none", "no compaction of a zone has ended yet"),
    }
    let tally = &facts.machine.tally;
    if let Some(at) = facts.kcompactd {
        let note = format!("since decision {at}; pgmigrate_success {} so far", tally.pgmigrate_success);
        section.line("kcompactd", "under way", note);
    }
    let value = format!("{} {} {}", tally.compact_stall, tally.compact_success, tally.compact_fail);
    section.line("so far", value, "compact_stall, compact_success, compact_fail");
}
