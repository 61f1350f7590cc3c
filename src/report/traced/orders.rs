// SPDX-License-Identifier: GPL-2.0-only
//! What was asked for: allocations by order and migratetype.

use super::words::number;
use crate::model::freetype;
use crate::model::zone::NR_ORDERS;
use crate::report::panel::html::table;
use crate::trace::{Imported, Kind};

pub fn html(trace: &Imported) -> String {
    let mut counts = [[0_u64; freetype::MIGRATE_TYPES]; NR_ORDERS];
    let mut failed = [0_u64; NR_ORDERS];
    for event in &trace.events {
        if let Kind::Alloc { pfn, order, migratetype, .. } = event.kind
            && let Some(row) = counts.get_mut(usize::from(order))
        {
            failed[usize::from(order)] += u64::from(pfn.is_none());
            row[usize::from(migratetype).min(freetype::MIGRATE_TYPES - 1)] += 1;
        }
    }
    let types: Vec<usize> =
        (0..freetype::MIGRATE_TYPES).filter(|&ft| ft < 3 || counts.iter().any(|row| row[ft] > 0)).collect();
    let mut head = vec!["order".to_owned()];
    head.extend(types.iter().map(|&ft| freetype::NAMES[ft].to_owned()));
    head.extend(["all".to_owned(), "failed".to_owned()]);
    let rows: Vec<Vec<String>> = (0..NR_ORDERS)
        .filter(|&order| counts[order].iter().any(|&count| count > 0))
        .map(|order| {
            let mut row = vec![order.to_string()];
            row.extend(types.iter().map(|&ft| number(counts[order][ft])));
            row.extend([number(counts[order].iter().sum()), number(failed[order])]);
            row
        })
        .collect();
    if rows.is_empty() {
        return "<h3>Requests</h3><p>No allocation is in it (mm_page_alloc).</p>".to_owned();
    }
    format!(
        "<h3>Requests</h3>{}",
        table("orders", "Allocations (mm_page_alloc) by order and the type that their flags ask for", &head, &rows)
    )
}
