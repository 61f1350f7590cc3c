// SPDX-License-Identifier: GPL-2.0-only
//! Reading a state's dump: which fields it must have, and how what is wrong with one is said.

use std::fmt;

use serde_json::{Map, Value};

use super::input::decompress;
use super::state::{
    Compact, Folio, FreeList, Pageblock, Pageset, Params, Pcp, PcpList, State, StateError, VmStat, Zone,
};
use super::state_check;
use crate::json::{self, Object, Record, Refusal, record};

type Filled = Result<(), Refusal>;

impl Record for State {
    fn fill(&mut self, from: &Object) -> Filled {
        from.may("index", &mut self.index)?;
        from.may("label", &mut self.label)?;
        from.may("clock_ns", &mut self.clock_ns)?;
        from.may("jiffies", &mut self.jiffies)?;
        from.may("HZ", &mut self.hz)?;
        from.may_record("params", &mut self.params)
    }
}

impl Record for Params {
    fn fill(&mut self, from: &Object) -> Filled {
        from.may("min_free_kbytes", &mut self.min_free_kbytes)?;
        from.may("totalreserve_pages", &mut self.totalreserve_pages)?;
        from.may("totalram_pages", &mut self.totalram_pages)?;
        from.may("defrag_mode", &mut self.defrag_mode)?;
        from.may("MAX_PAGE_ORDER", &mut self.max_page_order)?;
        from.may("pageblock_order", &mut self.pageblock_order)?;
        from.may("NR_PCP_LISTS", &mut self.nr_pcp_lists)?;
        from.may("MIGRATE_TYPES", &mut self.migrate_types)?;
        from.may("MAX_NR_ZONES", &mut self.max_nr_zones)?;
        from.may("sizeof_page", &mut self.sizeof_page)?;
        from.may("online_cpus", &mut self.online_cpus)
    }
}

impl Record for Zone {
    fn fill(&mut self, from: &Object) -> Filled {
        from.need("name", &mut self.name)?;
        from.need("index", &mut self.index)?;
        from.need("start_pfn", &mut self.start_pfn)?;
        from.need("spanned_pages", &mut self.spanned_pages)?;
        from.need("present_pages", &mut self.present_pages)?;
        from.need("managed_pages", &mut self.managed_pages)?;
        from.need("watermark_min", &mut self.watermark_min)?;
        from.need("watermark_low", &mut self.watermark_low)?;
        from.need("watermark_high", &mut self.watermark_high)?;
        from.may("watermark_promo", &mut self.watermark_promo)?;
        from.may("watermark_boost", &mut self.watermark_boost)?;
        from.may("nr_reserved_highatomic", &mut self.nr_reserved_highatomic)?;
        from.may("nr_free_highatomic", &mut self.nr_free_highatomic)?;
        from.may("lowmem_reserve", &mut self.lowmem_reserve)?;
        from.may("flags", &mut self.flags)?;
        from.may("percpu_drift_mark", &mut self.percpu_drift_mark)?;
        from.may_record("pageset", &mut self.pageset)?;
        from.may_record("compact", &mut self.compact)?;
        from.may_record("vm_stat", &mut self.vm_stat)?;
        from.may("nr_free_by_order", &mut self.nr_free_by_order)?;
        from.need("first_pageblock_pfn", &mut self.first_pageblock_pfn)?;
        from.may("pagemap_from_pfn", &mut self.pagemap_from_pfn)?;
        from.may("pagemap", &mut self.pagemap)
    }
}

impl Record for Pageset {
    fn fill(&mut self, from: &Object) -> Filled {
        from.may("high_min", &mut self.high_min)?;
        from.may("high_max", &mut self.high_max)?;
        from.may("batch", &mut self.batch)
    }
}

impl Record for Pcp {
    fn fill(&mut self, from: &Object) -> Filled {
        from.may("cpu", &mut self.cpu)?;
        from.need("count", &mut self.count)?;
        from.need("high", &mut self.high)?;
        from.need("high_min", &mut self.high_min)?;
        from.need("high_max", &mut self.high_max)?;
        from.need("batch", &mut self.batch)?;
        from.may("flags", &mut self.flags)?;
        from.may("alloc_factor", &mut self.alloc_factor)?;
        from.may("free_count", &mut self.free_count)?;
        from.may("stat_threshold", &mut self.stat_threshold)?;
        from.may("vm_stat_diff", &mut self.vm_stat_diff)?;
        from.need_records("lists", &mut self.lists)
    }
}

impl Record for PcpList {
    fn fill(&mut self, from: &Object) -> Filled {
        from.need("pindex", &mut self.pindex)?;
        from.need("pfns", &mut self.pfns)
    }
}

impl Record for FreeList {
    fn fill(&mut self, from: &Object) -> Filled {
        from.need("order", &mut self.order)?;
        from.need("migratetype", &mut self.migratetype)?;
        from.need("pfns", &mut self.pfns)
    }
}

impl Record for Pageblock {
    fn fill(&mut self, from: &Object) -> Filled {
        from.need("migratetype", &mut self.migratetype)?;
        from.may_bit("skip", &mut self.skip)
    }
}

impl Record for Folio {
    fn fill(&mut self, from: &Object) -> Filled {
        from.need("pfn", &mut self.pfn)?;
        from.need("order", &mut self.order)
    }
}

impl Record for Compact {
    fn fill(&mut self, from: &Object) -> Filled {
        from.may("cached_free_pfn", &mut self.cached_free_pfn)?;
        from.may("cached_migrate_pfn_async", &mut self.cached_migrate_pfn_async)?;
        from.may("cached_migrate_pfn_sync", &mut self.cached_migrate_pfn_sync)?;
        from.may("init_migrate_pfn", &mut self.init_migrate_pfn)?;
        from.may("init_free_pfn", &mut self.init_free_pfn)?;
        from.may("considered", &mut self.considered)?;
        from.may("defer_shift", &mut self.defer_shift)?;
        from.may("order_failed", &mut self.order_failed)?;
        from.may_bit("blockskip_flush", &mut self.blockskip_flush)
    }
}

impl Record for VmStat {
    fn fill(&mut self, from: &Object) -> Filled {
        from.may("nr_free_pages", &mut self.nr_free_pages)?;
        from.may("nr_free_pages_blocks", &mut self.nr_free_pages_blocks)?;
        from.may("nr_zone_inactive_anon", &mut self.nr_zone_inactive_anon)?;
        from.may("nr_zone_active_anon", &mut self.nr_zone_active_anon)?;
        from.may("nr_zone_inactive_file", &mut self.nr_zone_inactive_file)?;
        from.may("nr_zone_active_file", &mut self.nr_zone_active_file)?;
        from.may("nr_zone_unevictable", &mut self.nr_zone_unevictable)?;
        from.may("nr_zone_write_pending", &mut self.nr_zone_write_pending)?;
        from.may("nr_mlock", &mut self.nr_mlock)?;
        from.may("nr_free_cma", &mut self.nr_free_cma)
    }
}

/// Reads a state, plain or gzip, and checks that a model can be built from it. Generic, so that the readers below it are
/// compiled for size with the package that calls it.
pub fn read_state(bytes: impl AsRef<[u8]>) -> Result<State, StateError> {
    let input = decompress(bytes.as_ref());
    if let Some(fault) = input.fault {
        return Err(StateError { place: "state".into(), problem: fault.to_string(), remedy: StateError::WHOLE });
    }
    let tree = json::parse(&input.bytes).map_err(|error| wrong("state", error))?;
    let Value::Object(mut root) = tree else {
        return Err(wrong("state", "it is no JSON object"));
    };
    let zones = take_list(&mut root, "zones", "state")?;
    let mut state: State = parse(root, "state")?;
    for (number, zone) in zones.into_iter().enumerate() {
        let zone = read_zone(zone, number)?;
        let at = state.zones.partition_point(|lower| lower.start_pfn <= zone.start_pfn);
        state.zones.insert(at, zone);
    }
    state_check::check(&state)?;
    Ok(state)
}

/// Lists are read entry by entry, so that an error can name the entry.
#[inline]
fn read_zone(value: Value, number: usize) -> Result<Zone, StateError> {
    let Value::Object(mut object) = value else {
        return Err(wrong(&format!("zones[{number}]"), "it is no JSON object"));
    };
    let place = match object.get("name") {
        Some(Value::String(name)) => format!("zone {name}"),
        _ => format!("zones[{number}]"),
    };
    let pcp = read_list(&mut object, "pcp", &place, record::<Pcp>)?;
    let free_lists = read_list(&mut object, "free_lists", &place, record::<FreeList>)?;
    let pageblocks = read_list(&mut object, "pageblocks", &place, |value| match value {
        Value::Null => Ok(None),
        block => record::<Pageblock>(block).map(Some),
    })?;
    let folios = match object.contains_key("folios") {
        true => read_list(&mut object, "folios", &place, record::<Folio>)?,
        false => Vec::new(),
    };
    let zone: Zone = parse(object, &place)?;
    Ok(Zone { pcp, free_lists, pageblocks, folios, ..zone })
}

fn read_list<T>(
    object: &mut Map<String, Value>,
    key: &str,
    place: &str,
    one: impl Fn(&Value) -> Result<T, Refusal>,
) -> Result<Vec<T>, StateError> {
    let mut read = Vec::new();
    for (at, value) in take_list(object, key, place)?.iter().enumerate() {
        read.push(one(value).map_err(|refusal| refused(&format!("{place}, {key}[{at}]"), &refusal))?);
    }
    Ok(read)
}

fn take_list(object: &mut Map<String, Value>, key: &str, place: &str) -> Result<Vec<Value>, StateError> {
    match object.get_mut(key).map(Value::take) {
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err(wrong(&format!("{place}, {key}"), "it is no list")),
        None => Err(wrong(place, format!("missing field `{key}`"))),
    }
}

fn parse<T: Record + Default>(object: Map<String, Value>, place: &str) -> Result<T, StateError> {
    record(&Value::Object(object)).map_err(|refusal| refused(place, &refusal))
}

fn refused(place: &str, refusal: &Refusal) -> StateError {
    let inner = refusal.place();
    let whole = if inner == "." { place.to_owned() } else { format!("{place}, {inner}") };
    wrong(&whole, refusal.problem())
}

fn wrong(place: &str, problem: impl fmt::Display) -> StateError {
    StateError { place: place.to_string(), problem: problem.to_string(), remedy: StateError::WHOLE }
}
