// SPDX-License-Identifier: GPL-2.0-only
//! What reclaim could still free.

use super::{Facts, Section};
use crate::model::lru::Lru;
use crate::model::reclaim::RECLAIM_RETRIES_MAX;

pub(super) fn section(facts: &Facts) -> Section {
    let mut section = Section::new("reclaim");
    let machine = facts.machine;
    let sum = |lru: Lru| machine.node.zones.iter().map(|zone| zone.lru_pages(lru)).sum::<u64>();
    let (inactive, active) = (sum(Lru::InactiveFile), sum(Lru::ActiveFile));
    section.line("file LRU", format!("{} + {}", inactive, active), "inactive and active pages: what can be freed");
    let anon = sum(Lru::InactiveAnon) + sum(Lru::ActiveAnon);
    section.line("anon LRU", anon, "nothing takes these without swap");
    section.line("unevictable", sum(Lru::Unevictable), "secretmem among them");
    match facts.reclaimed {
        Some((at, decision)) => {
            let progress = if decision.what.detail == 1 { "progress" } else { "no progress" };
            section.line("last nr_reclaimed", decision.what.values[0], format!("{progress}, decision {at}"));
        }
        None => section.line("last nr_reclaimed", "none", "no direct reclaim so far"),
    }
    let failures = machine.kswapd.failures;
    let note = if failures >= RECLAIM_RETRIES_MAX { "kswapd has given up" } else { "kswapd gives up at the second" };
    section.line("kswapd failures", format!("{failures} of {RECLAIM_RETRIES_MAX}"), note);
    let tally = &machine.tally;
    section.line("freed so far", tally.pgsteal_direct + tally.pgsteal_kswapd, "pgsteal_direct + pgsteal_kswapd");
    section
}
