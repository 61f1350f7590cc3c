// SPDX-License-Identifier: GPL-2.0-only
//! A dump of the allocator's whole state, as an instrumented kernel prints it in JSON.
//!
//! Fields that the kernel prints and nobody here needs are ignored; fields that another dump may lack have defaults.
//! The checks that make a state safe to build a model from are in `state_check.rs`.

use std::fmt;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::input::decompress;
use super::state_check;
use crate::json::{self, Refusal};

/// The state at one moment.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
pub struct State {
    #[serde(default)]
    pub index: u32,
    #[serde(default)]
    pub label: String,
    #[serde(default)]
    pub clock_ns: u64,
    #[serde(default)]
    pub jiffies: u64,
    #[serde(default, rename = "HZ")]
    pub hz: u32,
    #[serde(default)]
    pub params: Params,
    /// In ascending order of frames.
    #[serde(skip)]
    pub zones: Vec<Zone>,
}

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(default)]
pub struct Params {
    pub min_free_kbytes: u32,
    pub totalreserve_pages: u32,
    pub totalram_pages: u32,
    pub defrag_mode: u8,
    #[serde(rename = "MAX_PAGE_ORDER")]
    pub max_page_order: u8,
    pub pageblock_order: u8,
    #[serde(rename = "NR_PCP_LISTS")]
    pub nr_pcp_lists: u8,
    #[serde(rename = "MIGRATE_TYPES")]
    pub migrate_types: u8,
    #[serde(rename = "MAX_NR_ZONES")]
    pub max_nr_zones: u8,
    pub sizeof_page: u32,
    pub online_cpus: u16,
}

impl Default for Params {
    fn default() -> Params {
        Params {
            min_free_kbytes: 0,
            totalreserve_pages: 0,
            totalram_pages: 0,
            defrag_mode: 0,
            max_page_order: 10,
            pageblock_order: 9,
            nr_pcp_lists: 14,
            migrate_types: 6,
            max_nr_zones: 4,
            sizeof_page: 64,
            online_cpus: 1,
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
pub struct Zone {
    pub name: String,
    /// 0 DMA, 1 DMA32, 2 Normal, 3 Movable.
    pub index: u8,
    pub start_pfn: u32,
    pub spanned_pages: u32,
    pub present_pages: u32,
    pub managed_pages: u32,
    pub watermark_min: u32,
    pub watermark_low: u32,
    pub watermark_high: u32,
    #[serde(default)]
    pub watermark_promo: u32,
    #[serde(default)]
    pub watermark_boost: u32,
    #[serde(default)]
    pub nr_reserved_highatomic: u32,
    #[serde(default)]
    pub nr_free_highatomic: u32,
    #[serde(default)]
    pub lowmem_reserve: Vec<u32>,
    /// Bit 0: boosted, 1: reclaim active, 2: below high.
    #[serde(default)]
    pub flags: u32,
    #[serde(default)]
    pub percpu_drift_mark: u32,
    #[serde(default)]
    pub pageset: Pageset,
    #[serde(default)]
    pub compact: Compact,
    /// The zone's global counters; each cpu's differences are in its [`Pcp`].
    #[serde(default)]
    pub vm_stat: VmStat,
    #[serde(default)]
    pub nr_free_by_order: Vec<u32>,
    pub first_pageblock_pfn: u32,
    #[serde(default)]
    pub pagemap_from_pfn: u32,
    /// One letter a frame: `B` head of a free block, `R` reserved, `S` slab, `T` page table, `a`/`A` anonymous on the
    /// inactive/active list, `f`/`F` file, `U` unevictable, `m` file page off the lists, `n` anonymous off the lists,
    /// `k` other kernel page, `.` without a reference: inside a free block, on a pcp list, or frozen.
    #[serde(default)]
    pub pagemap: String,
    #[serde(skip)]
    pub pcp: Vec<Pcp>,
    #[serde(skip)]
    pub free_lists: Vec<FreeList>,
    /// `None`: a block without memory.
    #[serde(skip)]
    pub pageblocks: Vec<Option<Pageblock>>,
    /// Heads of allocated folios above order 0.
    #[serde(skip)]
    pub folios: Vec<Folio>,
}

impl Zone {
    pub fn end_pfn(&self) -> u32 {
        self.start_pfn + self.spanned_pages
    }

    pub fn contains(&self, pfn: u32) -> bool {
        self.start_pfn <= pfn && pfn < self.end_pfn()
    }

    /// The letter of a frame, if the dump has a map.
    pub fn letter(&self, pfn: u32) -> Option<u8> {
        self.pagemap.as_bytes().get(pfn.checked_sub(self.pagemap_from_pfn)? as usize).copied()
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Pageset {
    pub high_min: u32,
    pub high_max: u32,
    pub batch: u32,
}

/// One cpu's page lists of a zone.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
pub struct Pcp {
    #[serde(default)]
    pub cpu: u16,
    pub count: u32,
    pub high: u32,
    pub high_min: u32,
    pub high_max: u32,
    pub batch: u32,
    #[serde(default)]
    pub flags: u32,
    #[serde(default)]
    pub alloc_factor: u32,
    #[serde(default)]
    pub free_count: u32,
    #[serde(default)]
    pub stat_threshold: u32,
    /// In the order of the fields of [`VmStat`].
    #[serde(default)]
    pub vm_stat_diff: Vec<i32>,
    pub lists: Vec<PcpList>,
}

/// `pindex` = 3 * order + migratetype up to order 3; 12 and 13: order 9, not movable and movable.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
pub struct PcpList {
    pub pindex: u8,
    /// From the head to the tail.
    pub pfns: Vec<u32>,
}

#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
pub struct FreeList {
    pub order: u8,
    pub migratetype: u8,
    /// From the head to the tail.
    pub pfns: Vec<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
pub struct Pageblock {
    pub migratetype: u8,
    #[serde(default, deserialize_with = "json::bit")]
    pub skip: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
pub struct Folio {
    pub pfn: u32,
    pub order: u8,
}

/// What compaction remembers of the zone.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Compact {
    pub cached_free_pfn: u32,
    pub cached_migrate_pfn_async: u32,
    pub cached_migrate_pfn_sync: u32,
    pub init_migrate_pfn: u32,
    pub init_free_pfn: u32,
    pub considered: u32,
    pub defer_shift: u32,
    pub order_failed: i32,
    #[serde(deserialize_with = "json::bit")]
    pub blockskip_flush: bool,
}

/// Counters may pass through negative values: each is a sum of differences.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct VmStat {
    pub nr_free_pages: i64,
    pub nr_free_pages_blocks: i64,
    pub nr_zone_inactive_anon: i64,
    pub nr_zone_active_anon: i64,
    pub nr_zone_inactive_file: i64,
    pub nr_zone_active_file: i64,
    pub nr_zone_unevictable: i64,
    pub nr_zone_write_pending: i64,
    pub nr_mlock: i64,
    pub nr_free_cma: i64,
}

/// Where a state is wrong, how, and what to do about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StateError {
    /// As `zone DMA32, free_lists[3] (order 4, type 1)`.
    pub place: String,
    pub problem: String,
    pub remedy: &'static str,
}

impl StateError {
    pub(super) const AGAIN: &'static str = "take the dump again: this one does not describe one moment";
    pub(super) const WHOLE: &'static str = "give the whole file, as the dump program wrote it";
    pub(super) const KERNEL: &'static str = "dump a kernel of x86-64 with 4 KiB pages, as this model knows no other";
    pub(super) const SMALLER: &'static str = "dump a guest with less memory";
}

impl fmt::Display for StateError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}; {}", self.place, self.problem, self.remedy)
    }
}

impl std::error::Error for StateError {}

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
fn read_zone(value: Value, number: usize) -> Result<Zone, StateError> {
    let Value::Object(mut object) = value else {
        return Err(wrong(&format!("zones[{number}]"), "it is no JSON object"));
    };
    let place = match object.get("name") {
        Some(Value::String(name)) => format!("zone {name}"),
        _ => format!("zones[{number}]"),
    };
    let pcp = read_list(&mut object, "pcp", &place)?;
    let free_lists = read_list(&mut object, "free_lists", &place)?;
    let pageblocks = read_list(&mut object, "pageblocks", &place)?;
    let folios = match object.contains_key("folios") {
        true => read_list(&mut object, "folios", &place)?,
        false => Vec::new(),
    };
    let zone: Zone = parse(object, &place)?;
    Ok(Zone { pcp, free_lists, pageblocks, folios, ..zone })
}

fn read_list<T: DeserializeOwned>(
    object: &mut Map<String, Value>,
    key: &str,
    place: &str,
) -> Result<Vec<T>, StateError> {
    let mut read = Vec::new();
    for (at, value) in take_list(object, key, place)?.iter().enumerate() {
        read.push(json::read(value).map_err(|refusal| refused(&format!("{place}, {key}[{at}]"), &refusal))?);
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

fn parse<T: DeserializeOwned>(object: Map<String, Value>, place: &str) -> Result<T, StateError> {
    json::read(&Value::Object(object)).map_err(|refusal| refused(place, &refusal))
}

fn refused(place: &str, refusal: &Refusal) -> StateError {
    let inner = refusal.place();
    let whole = if inner == "." { place.to_owned() } else { format!("{place}, {inner}") };
    wrong(&whole, refusal.problem())
}

fn wrong(place: &str, problem: impl fmt::Display) -> StateError {
    StateError { place: place.to_string(), problem: problem.to_string(), remedy: StateError::WHOLE }
}
