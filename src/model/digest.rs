// SPDX-License-Identifier: GPL-2.0-only
//! A 64-bit digest of a zone's whole state, equal on every target.
//!
//! xxHash64 with seed 0 over little-endian 32-bit words: lists head to tail, what each frame is, pageblock bytes,
//! counters, watermarks, per-CPU tuning, what compaction remembers. Two zones of one machine with equal digests answer
//! every later request on one CPU alike; not part of it are what never changes in a run, the owners of pages and the
//! kernel threads' own state.

use xxhash_rust::xxh64::Xxh64;

use super::compact::ZoneMemory;
use super::freetype::NR_FREETYPES;
use super::lru::Lru;
use super::pcp::NR_PCP_LISTS;
use super::zone::{NR_ORDERS, Zone};

/// Feeds words in a fixed byte order.
pub struct Digest(Xxh64);

impl Digest {
    pub fn new() -> Digest {
        Digest(Xxh64::new(0))
    }

    pub fn word(&mut self, word: u32) {
        self.0.update(&word.to_le_bytes());
    }

    pub fn long(&mut self, long: u64) {
        self.0.update(&long.to_le_bytes());
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.long(bytes.len() as u64);
        self.0.update(bytes);
    }

    pub fn finish(&self) -> u64 {
        self.0.digest()
    }
}

impl Default for Digest {
    fn default() -> Digest {
        Digest::new()
    }
}

/// Adds a zone to a digest.
pub fn zone(digest: &mut Digest, zone: &Zone) {
    let lists = (NR_ORDERS * NR_FREETYPES + NR_PCP_LISTS * zone.pcp.len()) as u32;
    for list in 0..lists {
        zone.frames.iter(list).for_each(|pfn| digest.word(pfn));
        digest.word(u32::MAX);
    }
    [Lru::InactiveFile, Lru::ActiveFile].iter().filter_map(|&lru| zone.lru_list(lru)).for_each(|list| {
        zone.frames.iter(list).for_each(|pfn| digest.word(pfn));
        digest.word(u32::MAX);
    });
    digest.bytes(zone.frames.raw());
    digest.bytes(zone.blocks.raw());
    for counter in [&zone.free, &zone.free_blocks, &zone.free_blocks_unmapped] {
        digest.long(counter.seen());
        (0..zone.pcp.len() as u8).for_each(|cpu| digest.word(counter.diff(cpu) as u32));
    }
    digest.long(zone.reserved_highatomic);
    digest.word(zone.managed);
    zone.watermark.iter().chain(&zone.lowmem_reserve).for_each(|&pages| digest.word(pages));
    digest.word(zone.boost);
    digest.word(zone.boost_factor);
    digest.word(u32::from(zone.flags));
    compaction(digest, &zone.compact);
    for pcp in &zone.pcp {
        let words = [pcp.count, pcp.high, pcp.high_min, pcp.high_max, pcp.batch, pcp.alloc_factor, pcp.free_count];
        words.iter().for_each(|&word| digest.word(word));
        digest.word(u32::from(pcp.flags));
    }
}

fn compaction(digest: &mut Digest, memory: &ZoneMemory) {
    let ZoneMemory { cached_migrate, cached_free, init_migrate, init_free, considered, defer_shift, .. } = memory;
    [cached_migrate[0], cached_migrate[1], *cached_free, *init_migrate, *init_free, *considered, *defer_shift]
        .iter()
        .for_each(|&word| digest.word(word));
    digest.word(u32::from(memory.blockskip_flush));
    digest.word(memory.order_failed as u32);
}
