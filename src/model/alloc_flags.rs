// SPDX-License-Identifier: GPL-2.0-only
//! Internal allocation flags (mm/page_alloc.h@7.3). The low two bits are the watermark's index.

pub const WMARK_MASK: u32 = 3;
pub const NO_WATERMARKS: u32 = 0x4;
pub const OOM: u32 = 0x8;
pub const NON_BLOCK: u32 = 0x10;
pub const MIN_RESERVE: u32 = 0x20;
pub const CPUSET: u32 = 0x40;
pub const CMA: u32 = 0x80;
pub const NOFRAGMENT: u32 = 0x100;
pub const HIGHATOMIC: u32 = 0x200;
pub const KSWAPD: u32 = 0x800;

/// Any of these lets a request see the highatomic reserve as free.
pub const RESERVES: u32 = NON_BLOCK | MIN_RESERVE | HIGHATOMIC | OOM;
