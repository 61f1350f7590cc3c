// SPDX-License-Identifier: GPL-2.0-only
//! What allocated frames are used for, as maps show it. Nothing in the kernel corresponds; tools/mm/page-types tells
//! pages apart by the same flags.

use super::frames::{Kind, Pfn, flag};
use super::zone::Zone;

/// What an allocated frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    Anon,
    File,
    /// On an LRU list, but never moved: secretmem.
    Pinned,
    /// Neither on an LRU list nor to be moved.
    Kernel,
}

impl Use {
    fn of(flags: u8) -> Use {
        match () {
            () if flags & (flag::PINNED | flag::UNEVICTABLE) != 0 => Use::Pinned,
            () if flags & flag::LRU == 0 => Use::Kernel,
            () if flags & flag::FILE != 0 => Use::File,
            () => Use::Anon,
        }
    }
}

/// Of the frames from `first` on, a letter each, those that have `asked` get the one of their use in `told`, by
/// [`Use`]; the result says how many of each. All that are asked for must be allocated.
pub fn tell(zone: &Zone, first: Pfn, letters: &mut [u8], asked: u8, told: [u8; 4]) -> [u16; 4] {
    let mut counts = [0; 4];
    for (letter, pfn) in letters.iter_mut().zip(first..).filter(|(letter, _)| **letter == asked) {
        debug_assert_ne!(zone.frames.kind(pfn), Kind::Buddy);
        let found = Use::of(zone.frames.flags(pfn)) as usize;
        counts[found] += 1;
        *letter = told[found];
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::zone::ZoneSpan;

    #[test]
    fn only_those_asked_for_are_told_and_counted() {
        let mut zone = Zone::new(ZoneSpan { index: 0, start_pfn: 0, end_pfn: 512 }, 1);
        for (pfn, flags) in
            [(1, flag::LRU), (2, flag::LRU | flag::FILE), (3, flag::LRU | flag::UNEVICTABLE), (4, 0), (5, 0)]
        {
            zone.frames.set(pfn, Kind::Used, 0);
            zone.frames.set_flags(pfn, flags);
        }
        let mut letters = *b".uuuu.";
        assert_eq!(tell(&zone, 0, &mut letters, b'u', *b"afpk"), [1, 1, 1, 1]);
        assert_eq!(&letters, b".afpk.");
    }
}
