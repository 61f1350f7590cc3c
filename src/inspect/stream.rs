// SPDX-License-Identifier: GPL-2.0-only
//! The stream of decisions as it is kept: 8 bytes an entry, because a machine that thrashes decides millions of times.
//!
//! An entry says what kind of decision it was, about what and with which outcome; the rest is had by running the
//! session again from the nearest copy. 16 bits of a digest over all of it let two streams be compared entry by entry.

use super::lane::{Lane, is_failure};
use super::words::PAGES_PER_MIB;
use crate::model::digest::Digest;
use crate::model::journal::{Decision, Kind};

/// Entries kept at most, 48 MiB. Of a longer run the older half goes, whenever there are more.
const ENTRIES_MAX: usize = 6 << 20;
/// Up to so many entries are kept whole besides, 4 MiB: most runs have fewer, and nothing need be computed again.
const WHOLE_MAX: usize = 1 << 17;
/// Entries of the index of steps at most.
const MARKS_MAX: usize = 1 << 14;

/// One decision in 64 bits, from the lowest: pages requested (32), kind (5), order (4), freetype (3), lane (3),
/// failure (1), digest (16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry(u64);

impl Entry {
    pub fn of(decision: &Decision) -> Entry {
        let what = &decision.what;
        let mut digest = Digest::new();
        digest.long(decision.at_ns);
        digest.word(what.detail.into());
        what.values.iter().for_each(|&value| digest.word(value));
        let fields = [
            (u64::from(decision.requested_pages), 0),
            (what.kind as u64, 32),
            (u64::from(what.order), 37),
            (u64::from(what.freetype), 41),
            (Lane::of_entry(what) as u64, 44),
            (u64::from(is_failure(what)), 47),
            (digest.finish() & 0xffff, 48),
        ];
        Entry(fields.iter().fold(0, |all, (value, shift)| all | value << shift))
    }

    pub fn requested_pages(self) -> u32 {
        self.0 as u32
    }

    pub fn requested_mib(self) -> u32 {
        self.requested_pages() / PAGES_PER_MIB
    }

    pub fn kind(self) -> Kind {
        Kind::ALL[(self.0 >> 32 & 31) as usize]
    }

    pub fn order(self) -> u8 {
        (self.0 >> 37 & 15) as u8
    }

    pub fn freetype(self) -> u8 {
        (self.0 >> 41 & 7) as u8
    }

    pub fn lane(self) -> Lane {
        Lane::ALL[(self.0 >> 44 & 7) as usize]
    }

    pub fn failed(self) -> bool {
        self.0 >> 47 & 1 != 0
    }

    /// What was decided, without where and when: everything but the pages requested and the digest.
    pub(super) fn signature(self) -> u16 {
        (self.0 >> 32) as u16
    }
}

/// Entries by ordinal, and in which step of simulated time some of them fell.
#[derive(Default)]
pub struct Stream {
    /// Ordinal of the first entry that is kept.
    first: u64,
    entries: Vec<Entry>,
    /// Every decision in full, while there are few.
    whole: Vec<Decision>,
    stride: u64,
    /// The step of every `stride`th decision, from the very first.
    marks: Vec<u64>,
}

impl Stream {
    pub(super) fn push(&mut self, decision: &Decision, step: u64) {
        let ordinal = self.end();
        self.entries.push(Entry::of(decision));
        if ordinal < WHOLE_MAX as u64 {
            self.whole.push(*decision);
        } else if !self.whole.is_empty() {
            self.whole = Vec::new();
        }
        if self.entries.len() > ENTRIES_MAX {
            self.entries.drain(..ENTRIES_MAX / 2);
            self.first += (ENTRIES_MAX / 2) as u64;
        }
        self.stride = self.stride.max(1);
        if ordinal.is_multiple_of(self.stride) {
            self.marks.push(step);
        }
        if self.marks.len() > MARKS_MAX {
            let mut odd = true;
            self.marks.retain(|_| {
                odd = !odd;
                !odd
            });
            self.stride *= 2;
        }
    }

    /// Ordinal of the first entry that is kept: 0 unless the run made more than millions.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// The ordinal after the last entry.
    pub fn end(&self) -> u64 {
        self.first + self.entries.len() as u64
    }

    pub fn get(&self, ordinal: u64) -> Option<Entry> {
        self.entries.get(usize::try_from(ordinal.checked_sub(self.first)?).ok()?).copied()
    }

    /// A decision in full, if it was kept so.
    pub(super) fn whole(&self, ordinal: u64) -> Option<Decision> {
        self.whole.get(usize::try_from(ordinal).ok()?).copied()
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// A step that the decision's own one does not come before, and close to it.
    pub(super) fn step_before(&self, ordinal: u64) -> u64 {
        let mark = self.marks.get((ordinal / self.stride.max(1)) as usize);
        mark.copied().unwrap_or(0)
    }

    /// The last entry up to and at `ordinal` that `wanted` holds for.
    pub fn last_before(&self, ordinal: u64, wanted: impl Fn(Entry) -> bool) -> Option<u64> {
        let end = (ordinal.saturating_add(1).saturating_sub(self.first)).min(self.entries.len() as u64) as usize;
        self.entries[..end].iter().rposition(|&entry| wanted(entry)).map(|i| self.first + i as u64)
    }

    /// The first entry from `ordinal` on that `wanted` holds for.
    pub fn first_from(&self, ordinal: u64, wanted: impl Fn(Entry) -> bool) -> Option<u64> {
        let from = ordinal.saturating_sub(self.first).min(self.entries.len() as u64) as usize;
        let found = self.entries[from..].iter().position(|&entry| wanted(entry));
        found.map(|i| self.first + (from + i) as u64)
    }

    /// Ordinal of the first decision made once so many pages had been asked for.
    pub fn at_requested(&self, pages: u32) -> u64 {
        self.first + self.entries.partition_point(|entry| entry.requested_pages() < pages) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::journal::What;

    #[test]
    fn an_entry_keeps_its_fields() {
        for (i, kind) in Kind::ALL.into_iter().enumerate() {
            let what = What::new(kind, (i % 11) as u8, (i % 7) as u8, [1, 2, 3, 4]);
            let decision = Decision { at_ns: 5, requested_pages: u32::MAX - i as u32, what };
            let entry = Entry::of(&decision);
            assert_eq!((entry.kind(), entry.order(), entry.freetype()), (kind, what.order, what.freetype));
            assert_eq!((entry.lane(), entry.failed()), (Lane::of_entry(&what), is_failure(&what)));
            assert_eq!(entry.requested_pages(), decision.requested_pages);
            assert_ne!(entry, Entry::of(&Decision { at_ns: 6, ..decision }));
        }
    }

    #[test]
    fn the_index_of_steps_never_overshoots() {
        let mut stream = Stream::default();
        let decision = Decision { at_ns: 0, requested_pages: 0, what: What::new(Kind::Drain, 0, 0, [0; 4]) };
        let step = |i: u64| 7 + i * 3;
        let count = MARKS_MAX as u64 * 5;
        (0..count).for_each(|i| stream.push(&decision, step(i)));
        assert!(stream.marks.len() <= MARKS_MAX && stream.stride == 8);
        for i in (0..count).step_by(997) {
            let before = stream.step_before(i);
            assert!(before <= step(i) && step(i) - before < 3 * 8, "{i}");
        }
    }
}
