// SPDX-License-Identifier: GPL-2.0-only
//! tmp
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gfp(pub u32);
impl Gfp {
    pub const HIGH: Gfp = Gfp(0x20);
    pub const DIRECT_RECLAIM: Gfp = Gfp(0x400);
    pub const KSWAPD_RECLAIM: Gfp = Gfp(0x800);
    pub const NOMEMALLOC: Gfp = Gfp(0x80000);
    pub fn contains(self, o: Gfp) -> bool {
        self.0 & o.0 == o.0
    }
    pub fn migratetype(self) -> u8 {
        ((self.0 & 0x18) >> 3) as u8
    }
    pub fn highest_zoneidx(self) -> u8 {
        if self.0 & 0xa == 0xa { 3 } else { 2 }
    }
}
impl std::fmt::Display for Gfp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}
