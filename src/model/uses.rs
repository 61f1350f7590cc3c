// SPDX-License-Identifier: GPL-2.0-only
//! What allocated frames are used for, as maps show it. Nothing in the kernel corresponds; tools/mm/page-types tells
//! pages apart by the same flags.

use super::frames::flag;

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
    /// Of an allocated frame with these flags.
    pub fn of(flags: u8) -> Use {
        match () {
            () if flags & (flag::PINNED | flag::UNEVICTABLE) != 0 => Use::Pinned,
            () if flags & flag::LRU == 0 => Use::Kernel,
            () if flags & flag::FILE != 0 => Use::File,
            () => Use::Anon,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_tell_the_use() {
        let uses = [flag::LRU, flag::LRU | flag::FILE, flag::LRU | flag::UNEVICTABLE, flag::PINNED, 0].map(Use::of);
        assert_eq!(uses, [Use::Anon, Use::File, Use::Pinned, Use::Pinned, Use::Kernel]);
    }
}
