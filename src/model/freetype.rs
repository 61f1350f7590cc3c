// SPDX-License-Identifier: GPL-2.0-only
//! Which free list a page belongs to: its migratetype, and whether its block is in the direct map.
//!
//! Stands for `enum migratetype` of include/linux/mmzone.h@7.3 and, for the series under discussion, `freetype_t`
//! (20260320-page_alloc-unmapped-v2-0-28bf1bd54f41@google.com): every plain migratetype keeps its index and exactly
//! one extra list exists, {Unmovable, unmapped}.
//!
//! Modelled: the six migratetypes, the fallback table, which types merge, the one unmapped list.
//! Absent: `MIGRATE_MOVABLE` pages in unmapped blocks (the series has none either).

/// Index of a free list: 0..=5 are the migratetypes in the kernel's order, 6 is {Unmovable, unmapped}.
pub type Freetype = u8;

pub const UNMOVABLE: Freetype = 0;
pub const MOVABLE: Freetype = 1;
pub const RECLAIMABLE: Freetype = 2;
pub const HIGHATOMIC: Freetype = 3;
pub const CMA: Freetype = 4;
pub const ISOLATE: Freetype = 5;
/// {Unmovable, unmapped}: pages of blocks that were taken out of the direct map.
pub const UNMAPPED: Freetype = 6;

/// `MIGRATE_TYPES`: how many types a table of the kernel prints.
pub const MIGRATE_TYPES: usize = 6;
pub const NR_FREETYPES: usize = 7;

pub const NAMES: [&str; NR_FREETYPES] =
    ["Unmovable", "Movable", "Reclaimable", "HighAtomic", "CMA", "Isolate", "Unmapped"];

/// Whether whole free blocks of this type may merge with those of another such type
/// (mm/page_alloc.c:migratetype_is_mergeable@7.3). The unmapped flag must agree besides, so `UNMAPPED` is not one.
pub fn is_mergeable(ft: Freetype) -> bool {
    ft < HIGHATOMIC
}

/// Types whose free pages are counted as free, and nowhere else.
pub fn is_counted_once(ft: Freetype) -> bool {
    ft < HIGHATOMIC || ft == UNMAPPED
}

/// Types whose pages compaction and contiguous allocation expect to move (include/linux/mmzone.h:is_migrate_movable).
pub fn is_movable(ft: Freetype) -> bool {
    ft == MOVABLE || ft == CMA
}

/// Where a request of type `ft` looks next, in order (mm/page_alloc.c:fallbacks@7.3). Empty for types that never
/// fall back; the unmapped list has no fallback because no other list carries its flag.
pub fn fallbacks(ft: Freetype) -> &'static [Freetype] {
    match ft {
        UNMOVABLE => &[RECLAIMABLE, MOVABLE],
        MOVABLE => &[RECLAIMABLE, UNMOVABLE],
        RECLAIMABLE => &[UNMOVABLE, MOVABLE],
        _ => &[],
    }
}

/// The letter the OOM report prints for a type (mm/show_mem.c:show_migration_types@7.3); the unmapped list has none
/// in the kernel and prints as `X` here.
pub fn letter(ft: Freetype) -> char {
    b"UMEHCIX"[usize::from(ft)] as char
}
