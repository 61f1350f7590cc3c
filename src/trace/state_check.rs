// SPDX-License-Identifier: GPL-2.0-only
//! Checks of a dumped state: every frame in its zone, aligned, and on one list at most.

use super::state::{Pcp, State, StateError, Zone};

const MAX_PAGE_ORDER: u8 = 10;
const PAGEBLOCK_ORDER: u8 = 9;
const PAGEBLOCK_PAGES: u32 = 1 << PAGEBLOCK_ORDER;
const MIGRATE_TYPES: u8 = 6;
const NR_PCP_LISTS: u8 = 14;
const ZONE_INDEX_MAX: u8 = 3;
const MAX_ZONES: usize = 5;
const CPUS_MAX: u16 = 255;
/// Far above any real number of pages in a zone's tuning, and so low that sums of three stay within u32.
const TUNING_MAX: u32 = 1 << 30;
/// A CPU's difference of a counter, which the kernel keeps within 125.
const DIFF_MAX: u32 = 1 << 20;
/// 16 TiB: a frame's number, and any sum of two, then stays far below the end of u32.
const PFN_MAX: u64 = 1 << 31;
/// 256 GiB, which take 0.9 GiB of records: more than a page in a browser can be sure to get. With holes counted, since a
/// hole has its records too.
const SPANNED_MAX: u64 = 1 << 26;

type Checked = Result<(), StateError>;

/// The first fault in the order of the dump, or none.
pub fn check(state: &State) -> Checked {
    let params = &state.params;
    if params.max_page_order != MAX_PAGE_ORDER || params.pageblock_order != PAGEBLOCK_ORDER {
        let orders = format!("MAX_PAGE_ORDER {}, pageblock_order {}", params.max_page_order, params.pageblock_order);
        return Err(fault("params".into(), format!("{orders} instead of 10 and 9"), StateError::KERNEL));
    }
    if state.zones.iter().all(|zone| zone.managed_pages == 0) {
        return Err(fault("zones".into(), "there is no zone with managed pages".into(), StateError::WHOLE));
    }
    let spanned: u64 = state.zones.iter().map(|zone| u64::from(zone.spanned_pages)).sum();
    if spanned > SPANNED_MAX {
        let problem = format!("they span {} GiB, and at most {} are modelled", spanned >> 18, SPANNED_MAX >> 18);
        return Err(fault("zones".into(), problem, StateError::SMALLER));
    }
    for zone in &state.zones {
        check_frame(zone)?;
        check_tuning(zone)?;
    }
    for pair in state.zones.windows(2) {
        if pair[0].end_pfn() > pair[1].start_pfn || pair[0].index >= pair[1].index {
            let problem = format!("it overlaps zone {} or has no higher index", pair[0].name);
            return Err(fault(format!("zone {}", pair[1].name), problem, StateError::WHOLE));
        }
    }
    for zone in &state.zones {
        check_lists(zone)?;
    }
    Ok(())
}

/// The zone's own numbers.
fn check_frame(zone: &Zone) -> Checked {
    let bad = |problem: String| Err(fault(format!("zone {}", zone.name), problem, StateError::WHOLE));
    let end = u64::from(zone.start_pfn) + u64::from(zone.spanned_pages);
    if zone.index > ZONE_INDEX_MAX {
        return bad(format!("index {} is above {ZONE_INDEX_MAX}", zone.index));
    }
    if zone.spanned_pages == 0 || end > PFN_MAX {
        return bad(format!("it spans {} pages from {}", zone.spanned_pages, zone.start_pfn));
    }
    if zone.present_pages > zone.spanned_pages || zone.managed_pages > zone.present_pages {
        return bad(format!(
            "managed {} <= present {} <= spanned {} does not hold",
            zone.managed_pages, zone.present_pages, zone.spanned_pages
        ));
    }
    if !zone.first_pageblock_pfn.is_multiple_of(PAGEBLOCK_PAGES) || zone.first_pageblock_pfn > zone.start_pfn {
        return bad(format!("first_pageblock_pfn {} does not begin a block of it", zone.first_pageblock_pfn));
    }
    let blocks = (zone.end_pfn() - zone.first_pageblock_pfn).div_ceil(PAGEBLOCK_PAGES);
    if zone.pageblocks.len() as u64 != u64::from(blocks) {
        return bad(format!("{} pageblocks instead of {blocks}", zone.pageblocks.len()));
    }
    for (at, block) in zone.pageblocks.iter().enumerate() {
        if block.is_some_and(|block| block.migratetype >= MIGRATE_TYPES) {
            return bad(format!("pageblocks[{at}] has a migratetype above 5"));
        }
    }
    if !zone.pagemap.is_empty() {
        let pages = zone.pagemap.len() as u64;
        if !zone.pagemap.is_ascii() || zone.pagemap_from_pfn != zone.start_pfn || pages != u64::from(zone.spanned_pages)
        {
            return bad(format!("the pagemap has {pages} letters instead of one for each of its pages"));
        }
    }
    Ok(())
}

/// Watermarks and the like, which are only ever added up.
fn check_tuning(zone: &Zone) -> Checked {
    let bad = |problem: String| Err(fault(format!("zone {}", zone.name), problem, StateError::WHOLE));
    let marks =
        [zone.watermark_min, zone.watermark_low, zone.watermark_high, zone.watermark_promo, zone.watermark_boost];
    if zone.lowmem_reserve.len() > MAX_ZONES {
        return bad(format!(
            "lowmem_reserve has {} entries, and there are {MAX_ZONES} zones",
            zone.lowmem_reserve.len()
        ));
    }
    if let Some(pages) = marks.iter().chain(&zone.lowmem_reserve).find(|&&pages| pages > TUNING_MAX) {
        return bad(format!("a watermark or reserve of {pages} pages is above {TUNING_MAX}"));
    }
    for (at, pcp) in zone.pcp.iter().enumerate() {
        let place = || format!("zone {}, pcp of cpu {}", zone.name, pcp.cpu);
        if pcp.cpu >= CPUS_MAX || zone.pcp[..at].iter().any(|other| other.cpu == pcp.cpu) {
            let problem = format!("it occurs twice or is above {}", CPUS_MAX - 1);
            return Err(fault(place(), problem, StateError::WHOLE));
        }
        let levels = [pcp.high, pcp.high_min, pcp.high_max, pcp.free_count];
        if levels.iter().any(|&pages| pages > TUNING_MAX) || pcp.batch > 1 << 16 || pcp.alloc_factor > 5 {
            return Err(fault(place(), "its tuning is not a kernel's".into(), StateError::WHOLE));
        }
        let drifts = pcp.vm_stat_diff.iter().map(|diff| diff.unsigned_abs());
        if drifts.chain([pcp.stat_threshold]).any(|pages| pages > DIFF_MAX) {
            return Err(fault(place(), "a counter's difference is not a kernel's".into(), StateError::WHOLE));
        }
    }
    Ok(())
}

/// All lists, with one mark for each frame that has been met.
fn check_lists(zone: &Zone) -> Checked {
    let mut met = vec![false; zone.spanned_pages as usize];
    let mut by_order = [0u32; MAX_PAGE_ORDER as usize + 1];
    let mut kinds = [[false; MIGRATE_TYPES as usize]; MAX_PAGE_ORDER as usize + 1];
    for (at, list) in zone.free_lists.iter().enumerate() {
        let place =
            || format!("zone {}, free_lists[{at}] (order {}, type {})", zone.name, list.order, list.migratetype);
        if list.order > MAX_PAGE_ORDER || list.migratetype >= MIGRATE_TYPES {
            return Err(fault(place(), "there is no such list".into(), StateError::WHOLE));
        }
        let (order, migratetype) = (usize::from(list.order), usize::from(list.migratetype));
        if std::mem::replace(&mut kinds[order][migratetype], true) {
            return Err(fault(place(), "this list occurs twice".into(), StateError::WHOLE));
        }
        by_order[order] += list.pfns.len() as u32;
        for &pfn in &list.pfns {
            mark(zone, &mut met, pfn, list.order).map_err(|(problem, remedy)| fault(place(), problem, remedy))?;
            let blocks = (pfn..pfn + (1 << list.order)).step_by(PAGEBLOCK_PAGES as usize);
            if let Some(block) = blocks.into_iter().find(|&block| migratetype_of(zone, block) != Some(list.migratetype))
            {
                let problem = format!("pfn {pfn} is on it, but the pageblock of {block} is of another type");
                return Err(fault(place(), problem, StateError::AGAIN));
            }
        }
    }
    let said = &zone.nr_free_by_order;
    if !said.is_empty() && said[..] != by_order {
        let problem = format!("nr_free_by_order is {said:?} but the lists hold {by_order:?}");
        return Err(fault(format!("zone {}", zone.name), problem, StateError::AGAIN));
    }
    for pcp in &zone.pcp {
        check_pcp(zone, pcp, &mut met)?;
    }
    for (at, folio) in zone.folios.iter().enumerate() {
        let place = || format!("zone {}, folios[{at}]", zone.name);
        mark(zone, &mut met, folio.pfn, folio.order).map_err(|(problem, remedy)| fault(place(), problem, remedy))?;
    }
    Ok(())
}

fn check_pcp(zone: &Zone, pcp: &Pcp, met: &mut [bool]) -> Checked {
    let mut count = 0;
    let mut kinds = [false; NR_PCP_LISTS as usize];
    for list in &pcp.lists {
        let place = || format!("zone {}, pcp of cpu {}, list {}", zone.name, pcp.cpu, list.pindex);
        if list.pindex >= NR_PCP_LISTS {
            return Err(fault(place(), "there is no such list".into(), StateError::WHOLE));
        }
        if std::mem::replace(&mut kinds[usize::from(list.pindex)], true) {
            return Err(fault(place(), "this list occurs twice".into(), StateError::WHOLE));
        }
        let order = if list.pindex >= 12 { 9 } else { list.pindex / 3 };
        count += (list.pfns.len() as u64) << order;
        for &pfn in &list.pfns {
            mark(zone, met, pfn, order).map_err(|(problem, remedy)| fault(place(), problem, remedy))?;
        }
    }
    if count != u64::from(pcp.count) {
        let problem = format!("count is {} but the lists hold {count} pages", pcp.count);
        return Err(fault(format!("zone {}, pcp of cpu {}", zone.name, pcp.cpu), problem, StateError::AGAIN));
    }
    Ok(())
}

fn migratetype_of(zone: &Zone, pfn: u32) -> Option<u8> {
    let at = (pfn - zone.first_pageblock_pfn) / PAGEBLOCK_PAGES;
    zone.pageblocks.get(at as usize).copied().flatten().map(|block| block.migratetype)
}

/// Marks the pages of one block as met.
fn mark(zone: &Zone, met: &mut [bool], pfn: u32, order: u8) -> Result<(), (String, &'static str)> {
    if order > MAX_PAGE_ORDER {
        return Err((format!("pfn {pfn} has order {order}"), StateError::WHOLE));
    }
    let pages = 1u32 << order;
    if !pfn.is_multiple_of(pages) {
        return Err((format!("pfn {pfn} is not aligned to order {order}"), StateError::WHOLE));
    }
    if !zone.contains(pfn) || zone.end_pfn() - pfn < pages {
        let span = format!("{}..{}", zone.start_pfn, zone.end_pfn());
        return Err((format!("pfn {pfn} of order {order} is not within the zone's {span}"), StateError::WHOLE));
    }
    let from = (pfn - zone.start_pfn) as usize;
    for (page, met) in (pfn..).zip(&mut met[from..from + pages as usize]) {
        if std::mem::replace(met, true) {
            return Err((format!("page {page} is also on another list"), StateError::AGAIN));
        }
    }
    Ok(())
}

fn fault(place: String, problem: String, remedy: &'static str) -> StateError {
    StateError { place, problem, remedy }
}
