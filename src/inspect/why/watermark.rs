// SPDX-License-Identifier: GPL-2.0-only
//! The request, and the watermark test of each zone line by line.

use super::{Facts, Section};
use crate::model::alloc_flags::{self as flags, WMARK_MASK};
use crate::model::denial::{Denial, ZoneDenial};
use crate::model::freetype;
use crate::model::journal::Kind;
use crate::model::view;
use crate::model::watermark::WMARK_NAMES;
use crate::model::zone::{ZONE_NAMES, Zone};

const FLAG_NAMES: [(u32, &str); 9] = [
    (flags::NO_WATERMARKS, "ALLOC_NO_WATERMARKS"),
    (flags::OOM, "ALLOC_OOM"),
    (flags::NON_BLOCK, "ALLOC_NON_BLOCK"),
    (flags::MIN_RESERVE, "ALLOC_MIN_RESERVE"),
    (flags::CPUSET, "ALLOC_CPUSET"),
    (flags::CMA, "ALLOC_CMA"),
    (flags::NOFRAGMENT, "ALLOC_NOFRAGMENT"),
    (flags::HIGHATOMIC, "ALLOC_HIGHATOMIC"),
    (flags::KSWAPD, "ALLOC_KSWAPD"),
];

/// `ALLOC_*` names with the watermark's first.
pub(super) fn flag_names(value: u32) -> String {
    let mark = WMARK_NAMES[(value & WMARK_MASK) as usize].to_ascii_uppercase();
    let names = FLAG_NAMES.iter().filter(|(bit, _)| value & bit != 0).map(|(_, name)| *name);
    names.fold(format!("ALLOC_WMARK_{mark}"), |all, name| all + "|" + name)
}

/// What decided, in one sentence.
pub(super) fn title(denial: &Denial, kind: Kind) -> String {
    let request = &denial.request;
    let mark = WMARK_NAMES[(request.flags & WMARK_MASK) as usize];
    let (order, name) = (request.order, freetype::NAMES[usize::from(request.freetype)]);
    let outcome = match kind {
        Kind::SlowPath => "went into the slow path",
        Kind::FlipFailed => "found no whole free block to unmap",
        Kind::OomKill => "invoked the OOM killer",
        Kind::OomPanic => "invoked the OOM killer, which found nobody",
        _ => "failed",
    };
    let start = format!("The order-{order} {name} request {outcome}");
    let by_mark = |zone: &&ZoneDenial| !zone.ignores_watermarks && !enough(zone);
    let zones = |pick: &dyn Fn(&&ZoneDenial) -> bool| {
        denial.zones.iter().filter(pick).map(|zone| ZONE_NAMES[usize::from(zone.zone)]).collect::<Vec<_>>().join(", ")
    };
    let (low, other) = (zones(&|zone| by_mark(zone)), zones(&|zone| !by_mark(zone)));
    let lists = "no free block of its type that is large enough";
    match (low.is_empty(), other.is_empty()) {
        (false, true) => format!("{start}: zone {low} below the {mark} watermark."),
        (true, _) => format!("{start}: zone {other} above the {mark} watermark, but {lists}."),
        (false, false) => {
            format!("{start}: zone {low} below the {mark} watermark; zone {other} above it, but {lists}.")
        }
    }
}

fn enough(zone: &ZoneDenial) -> bool {
    let test = &zone.test;
    test.free - test.unusable > test.mark + test.reserve
}

pub(super) fn request(facts: &Facts) -> Section {
    let request = &facts.request;
    let mut section = Section::new("request");
    let pages = 1u32 << request.order;
    section.line("order", request.order, format!("{pages} pages of 4 KiB"));
    let ft = freetype::NAMES[usize::from(request.freetype)];
    let note = if request.freetype == freetype::UNMAPPED { "pages outside the direct map" } else { "its migratetype" };
    section.line("type", ft, note);
    section.line("gfp", request.gfp, "what the caller allows");
    section.line("alloc flags", flag_names(request.flags), "which mark holds, and what may be dipped into");
    let highest = ZONE_NAMES[usize::from(request.highest_zone)];
    section.line("highest zone", highest, "also the column of lowmem_reserve");
    section
}

/// The arithmetic of __zone_watermark_ok.
pub(super) fn zone(facts: &Facts, denial: &ZoneDenial) -> Section {
    let request = &facts.request;
    let zones = &facts.machine.node.zones;
    let zone = zones.iter().find(|zone| zone.span.index == denial.zone).expect("a denial is about a zone there is");
    let test = &denial.test;
    let mut section = Section::new(format!("watermark, zone {}", ZONE_NAMES[usize::from(denial.zone)]));
    section.line("free", test.free, "NR_FREE_PAGES as the allocator sees it");
    taken_off(&mut section, zone, request.order, request.flags);
    section.line("usable", test.free - test.unusable, "free less what the request may not use");
    marks(&mut section, zone, request.flags, test.mark);
    let reserve = format!("lowmem_reserve[{}]", ZONE_NAMES[usize::from(request.highest_zone)]);
    section.line("reserve", test.reserve, reserve);
    section.line("needed", test.mark + test.reserve, "usable must be more than mark + reserve");
    let (verdict, note) = match (denial.ignores_watermarks, enough(denial), test.has_block) {
        (true, ..) => ("not asked", "the request passes any mark"),
        (_, false, _) => ("denied", "usable <= mark + reserve"),
        (_, true, false) => ("denied", "enough pages, but no free block of its order or above"),
        (_, true, true) => ("passed", "enough pages; the free lists decide"),
    };
    section.line("watermark", verdict, note);
    let own = denial.largest_own.map_or("none".to_owned(), |order| format!("order {order}"));
    section.line("largest free", own, "block on a list of its own type");
    section.line("per-CPU", denial.pcp, "free pages that no watermark counts");
    section
}

fn taken_off(section: &mut Section, zone: &Zone, order: u8, alloc: u32) {
    section.line("- order", (1u32 << order) - 1, "2^order - 1");
    let counters = view::counters(zone);
    if alloc & flags::RESERVES == 0 {
        section.line("- highatomic", counters.free_highatomic, "free pages reserved for atomic requests");
    }
    if alloc & flags::CMA == 0 {
        section.line("- CMA", counters.free_cma, "free pages of contiguous areas");
    }
}

fn marks(section: &mut Section, zone: &Zone, alloc: u32, mark: i64) {
    let index = (alloc & WMARK_MASK) as usize;
    let name = WMARK_NAMES[index];
    section.line(format!("_watermark[{name}]"), zone.watermark[index], "as set up");
    section.line("+ boost", zone.boost, "watermark_boost, from claims that mix types");
    let full = i64::from(zone.wmark_pages(index));
    if mark != full {
        section.line("- discount", full - mark, "for ALLOC_MIN_RESERVE, NON_BLOCK or OOM");
    }
    section.line("mark", mark, "what holds for this request");
}
