// SPDX-License-Identifier: GPL-2.0-only
//! Allocation flags of a request: bits, names, and the kernel's printed form.
//!
//! Sources @ 7.3: include/linux/gfp_types.h (bits, composites), include/linux/gfp.h (zone and type of a request),
//! include/trace/events/mmflags.h: show_gfp_flags() (order of the printed names).

use std::fmt;

/// `gfp_t`: what a caller allows the allocator to do, and where the page may live.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Gfp(pub u32);

impl Gfp {
    pub const DMA: Gfp = Gfp(0x1);
    pub const HIGHMEM: Gfp = Gfp(0x2);
    pub const DMA32: Gfp = Gfp(0x4);
    pub const MOVABLE: Gfp = Gfp(0x8);
    pub const RECLAIMABLE: Gfp = Gfp(0x10);
    pub const HIGH: Gfp = Gfp(0x20);
    pub const IO: Gfp = Gfp(0x40);
    pub const FS: Gfp = Gfp(0x80);
    pub const ZERO: Gfp = Gfp(0x100);
    pub const DIRECT_RECLAIM: Gfp = Gfp(0x400);
    pub const KSWAPD_RECLAIM: Gfp = Gfp(0x800);
    pub const WRITE: Gfp = Gfp(0x1000);
    pub const NOWARN: Gfp = Gfp(0x2000);
    pub const RETRY_MAYFAIL: Gfp = Gfp(0x4000);
    pub const NOFAIL: Gfp = Gfp(0x8000);
    pub const NORETRY: Gfp = Gfp(0x1_0000);
    pub const MEMALLOC: Gfp = Gfp(0x2_0000);
    pub const COMP: Gfp = Gfp(0x4_0000);
    pub const NOMEMALLOC: Gfp = Gfp(0x8_0000);
    pub const HARDWALL: Gfp = Gfp(0x10_0000);
    pub const THISNODE: Gfp = Gfp(0x20_0000);
    pub const ACCOUNT: Gfp = Gfp(0x40_0000);
    pub const ZEROTAGS: Gfp = Gfp(0x80_0000);

    pub const RECLAIM: Gfp = Gfp(Self::DIRECT_RECLAIM.0 | Self::KSWAPD_RECLAIM.0);

    pub const GFP_ATOMIC: Gfp = Gfp(Self::HIGH.0 | Self::KSWAPD_RECLAIM.0);
    pub const GFP_NOWAIT: Gfp = Gfp(Self::KSWAPD_RECLAIM.0 | Self::NOWARN.0);
    pub const GFP_NOIO: Gfp = Self::RECLAIM;
    pub const GFP_NOFS: Gfp = Gfp(Self::RECLAIM.0 | Self::IO.0);
    pub const GFP_KERNEL: Gfp = Gfp(Self::RECLAIM.0 | Self::IO.0 | Self::FS.0);
    pub const GFP_KERNEL_ACCOUNT: Gfp = Gfp(Self::GFP_KERNEL.0 | Self::ACCOUNT.0);
    pub const GFP_USER: Gfp = Gfp(Self::GFP_KERNEL.0 | Self::HARDWALL.0);
    pub const GFP_HIGHUSER: Gfp = Gfp(Self::GFP_USER.0 | Self::HIGHMEM.0);
    pub const GFP_HIGHUSER_MOVABLE: Gfp = Gfp(Self::GFP_HIGHUSER.0 | Self::MOVABLE.0);
    /// What a fault of anonymous memory asks with (mm/memory.c:alloc_anon_folio@7.3).
    pub const ANON_FAULT: Gfp = Gfp(Self::GFP_HIGHUSER_MOVABLE.0 | Self::ZERO.0 | Self::COMP.0);
    /// The same for a page table (asm-generic/pgalloc.h:pte_alloc_one@7.3).
    pub const PAGE_TABLE: Gfp = Gfp(Self::GFP_KERNEL_ACCOUNT.0 | Self::ZERO.0 | Self::COMP.0);
    pub const GFP_TRANSHUGE_LIGHT: Gfp =
        Gfp((Self::GFP_HIGHUSER_MOVABLE.0 | Self::COMP.0 | Self::NOMEMALLOC.0 | Self::NOWARN.0) & !Self::RECLAIM.0);
    pub const GFP_TRANSHUGE: Gfp = Gfp(Self::GFP_TRANSHUGE_LIGHT.0 | Self::DIRECT_RECLAIM.0);

    /// True when every bit of `bits` is set.
    pub const fn has(self, bits: Gfp) -> bool {
        self.0 & bits.0 == bits.0
    }

    pub const fn with(self, bits: Gfp) -> Gfp {
        Gfp(self.0 | bits.0)
    }

    pub const fn without(self, bits: Gfp) -> Gfp {
        Gfp(self.0 & !bits.0)
    }

    /// The wanted migratetype: 0 unmovable, 1 movable, 2 reclaimable [gfp.h: gfp_migratetype()].
    ///
    /// Both bits together are a caller's bug that the kernel warns about; the result is then 3, as in the kernel.
    pub const fn migratetype(self) -> u8 {
        ((self.0 & 0x18) >> 3) as u8
    }

    /// The highest zone that may serve the request, on x86-64: 0 DMA, 1 DMA32, 2 Normal, 3 Movable [gfp.h: gfp_zone()].
    ///
    /// DMA with DMA32 is a caller's bug; the lower zone is then the safe answer.
    pub const fn highest_zoneidx(self) -> u8 {
        if self.has(Self::DMA) {
            0
        } else if self.has(Self::DMA32) {
            1
        } else if self.has(Gfp(Self::MOVABLE.0 | Self::HIGHMEM.0)) {
            3
        } else {
            2
        }
    }

    /// Reads the printed form: names joined by `|`, a rest in hexadecimal, or `none`. Unknown names give `None`.
    pub fn parse(text: &[u8]) -> Option<Gfp> {
        if text == b"none" {
            return Some(Gfp(0));
        }
        let mut bits = 0;
        for name in text.split(|&byte| byte == b'|') {
            bits |= match NAMES.iter().find(|(known, _)| known.as_bytes() == name) {
                Some((_, value)) => value.0,
                None => hexadecimal(name)?,
            };
        }
        Some(Gfp(bits))
    }
}

/// In the kernel's order: a name is printed when all its bits are left, so larger composites must come first.
const NAMES: [(&str, Gfp); 37] = [
    ("GFP_TRANSHUGE", Gfp::GFP_TRANSHUGE),
    ("GFP_TRANSHUGE_LIGHT", Gfp::GFP_TRANSHUGE_LIGHT),
    ("GFP_HIGHUSER_MOVABLE", Gfp::GFP_HIGHUSER_MOVABLE),
    ("GFP_HIGHUSER", Gfp::GFP_HIGHUSER),
    ("GFP_USER", Gfp::GFP_USER),
    ("GFP_KERNEL_ACCOUNT", Gfp::GFP_KERNEL_ACCOUNT),
    ("GFP_KERNEL", Gfp::GFP_KERNEL),
    ("GFP_NOFS", Gfp::GFP_NOFS),
    ("GFP_ATOMIC", Gfp::GFP_ATOMIC),
    ("GFP_NOIO", Gfp::GFP_NOIO),
    ("GFP_NOWAIT", Gfp::GFP_NOWAIT),
    ("GFP_DMA", Gfp::DMA),
    ("GFP_DMA32", Gfp::DMA32),
    ("__GFP_RECLAIM", Gfp::RECLAIM),
    ("__GFP_DMA", Gfp::DMA),
    ("__GFP_HIGHMEM", Gfp::HIGHMEM),
    ("__GFP_DMA32", Gfp::DMA32),
    ("__GFP_MOVABLE", Gfp::MOVABLE),
    ("__GFP_RECLAIMABLE", Gfp::RECLAIMABLE),
    ("__GFP_HIGH", Gfp::HIGH),
    ("__GFP_IO", Gfp::IO),
    ("__GFP_FS", Gfp::FS),
    ("__GFP_ZERO", Gfp::ZERO),
    ("__GFP_DIRECT_RECLAIM", Gfp::DIRECT_RECLAIM),
    ("__GFP_KSWAPD_RECLAIM", Gfp::KSWAPD_RECLAIM),
    ("__GFP_WRITE", Gfp::WRITE),
    ("__GFP_NOWARN", Gfp::NOWARN),
    ("__GFP_RETRY_MAYFAIL", Gfp::RETRY_MAYFAIL),
    ("__GFP_NOFAIL", Gfp::NOFAIL),
    ("__GFP_NORETRY", Gfp::NORETRY),
    ("__GFP_MEMALLOC", Gfp::MEMALLOC),
    ("__GFP_COMP", Gfp::COMP),
    ("__GFP_NOMEMALLOC", Gfp::NOMEMALLOC),
    ("__GFP_HARDWALL", Gfp::HARDWALL),
    ("__GFP_THISNODE", Gfp::THISNODE),
    ("__GFP_ACCOUNT", Gfp::ACCOUNT),
    ("__GFP_ZEROTAGS", Gfp::ZEROTAGS),
];

fn hexadecimal(name: &[u8]) -> Option<u32> {
    let digits = std::str::from_utf8(name).ok()?.strip_prefix("0x")?;
    // from_str_radix would accept a sign, which the kernel never prints.
    if digits.starts_with('+') {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}

impl fmt::Display for Gfp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return out.write_str("none");
        }
        let mut left = self.0;
        let mut bar = "";
        for (name, bits) in NAMES {
            if left & bits.0 == bits.0 {
                write!(out, "{bar}{name}")?;
                left &= !bits.0;
                bar = "|";
            }
        }
        if left != 0 {
            write!(out, "{bar}{left:#x}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composites_have_the_values_of_the_header() {
        let table = [
            (Gfp::GFP_ATOMIC, 0x820, "GFP_ATOMIC"),
            (Gfp::GFP_KERNEL, 0xcc0, "GFP_KERNEL"),
            (Gfp::GFP_KERNEL_ACCOUNT, 0x40_0cc0, "GFP_KERNEL_ACCOUNT"),
            (Gfp::GFP_NOWAIT, 0x2800, "GFP_NOWAIT"),
            (Gfp::GFP_NOIO, 0xc00, "GFP_NOIO"),
            (Gfp::GFP_NOFS, 0xc40, "GFP_NOFS"),
            (Gfp::GFP_USER, 0x10_0cc0, "GFP_USER"),
            (Gfp::GFP_HIGHUSER, 0x10_0cc2, "GFP_HIGHUSER"),
            (Gfp::GFP_HIGHUSER_MOVABLE, 0x10_0cca, "GFP_HIGHUSER_MOVABLE"),
            (Gfp::GFP_TRANSHUGE_LIGHT, 0x1c_20ca, "GFP_TRANSHUGE_LIGHT"),
            (Gfp::GFP_TRANSHUGE, 0x1c_24ca, "GFP_TRANSHUGE"),
        ];
        for (composite, value, name) in table {
            assert_eq!(composite.0, value, "{name}");
            assert_eq!(composite.to_string(), name);
        }
    }

    #[test]
    fn printed_form_survives_a_round_trip() {
        for text in [
            "none",
            "GFP_HIGHUSER_MOVABLE|__GFP_ZERO|__GFP_COMP",
            "GFP_NOWAIT|__GFP_HIGHMEM|__GFP_IO|__GFP_FS|__GFP_ZERO",
            "GFP_NOFS|__GFP_RECLAIMABLE|__GFP_NOWARN|__GFP_NORETRY|__GFP_COMP|__GFP_NOMEMALLOC|__GFP_HARDWALL",
            "__GFP_IO|__GFP_NOWARN|__GFP_NORETRY|__GFP_COMP|__GFP_NOMEMALLOC",
            "GFP_KERNEL|__GFP_ZERO|0x1000000",
            "0x200",
        ] {
            assert_eq!(Gfp::parse(text.as_bytes()).expect(text).to_string(), text);
        }
    }

    #[test]
    fn every_single_bit_survives_a_round_trip() {
        for bit in 0..32 {
            let gfp = Gfp(1 << bit);
            assert_eq!(Gfp::parse(gfp.to_string().as_bytes()), Some(gfp));
        }
    }

    #[test]
    fn damaged_names_are_refused() {
        for text in
            ["", "GFP_KERNE", "GFP_KERNEL|", "|GFP_KERNEL", "gfp_kernel", "0x", "0x+1", "0x123456789", "none|GFP_DMA"]
        {
            assert_eq!(Gfp::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn zone_and_type_follow_the_bits() {
        assert_eq!((Gfp::GFP_KERNEL.migratetype(), Gfp::GFP_KERNEL.highest_zoneidx()), (0, 2));
        assert_eq!((Gfp::GFP_HIGHUSER_MOVABLE.migratetype(), Gfp::GFP_HIGHUSER_MOVABLE.highest_zoneidx()), (1, 3));
        assert_eq!(Gfp::GFP_HIGHUSER.highest_zoneidx(), 2);
        assert_eq!(Gfp::GFP_NOFS.with(Gfp::MOVABLE).highest_zoneidx(), 2);
        assert_eq!(Gfp::GFP_KERNEL.with(Gfp::RECLAIMABLE).migratetype(), 2);
        assert_eq!(Gfp::GFP_KERNEL.with(Gfp::DMA32).highest_zoneidx(), 1);
        assert_eq!(Gfp::GFP_KERNEL.with(Gfp::DMA).highest_zoneidx(), 0);
    }
}
