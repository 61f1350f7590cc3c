// SPDX-License-Identifier: GPL-2.0-only
//! A place in two runs at once, and the way from one to another.
//!
//! A place is what tasks have asked for, in pages, and perhaps a decision in either run that is just being made. The
//! decisions of both runs have one order: while the runs are equal they are made in both at once; later they come by
//! what had been asked for, those of A first, then those of B.

use serde::{Deserialize, Serialize};

use super::divergence::Divergences;
use super::filter::Filter;
use super::lane::is_denial;
use super::stream::{Entry, Stream};
use super::words::PAGES_PER_MIB;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub pages: u32,
    /// The decision being made in either run; none when a run is seen as it was when so much had been asked for.
    pub a: Option<u64>,
    pub b: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Which {
    A,
    B,
}

/// Where to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    First,
    Last,
    /// The next or previous decision that is let through.
    Next(Filter),
    Previous(Filter),
    /// A request that was denied or sent into the slow path.
    NextFailure,
    PreviousFailure,
    NextDivergence,
    PreviousDivergence,
    /// When so many MiB had been asked for.
    Mib(u32),
    Decision(Which, u64),
    /// Stay.
    Here,
}

/// Both streams and where they part.
pub struct Map<'a> {
    pub a: &'a Stream,
    pub b: &'a Stream,
    pub divergences: &'a Divergences,
}

/// A decision in the common order.
#[derive(Clone, Copy, PartialEq)]
enum Stop {
    Both(u64),
    A(u64),
    B(u64),
}

impl Place {
    pub fn mib(&self) -> u32 {
        self.pages / PAGES_PER_MIB
    }
}

impl Map<'_> {
    /// The place that a wish leads to; the same place when there is nothing in that direction.
    pub fn go(&self, from: Place, to: Go) -> Place {
        match to {
            Go::Here => from,
            Go::First => Place::default(),
            Go::Last => self.last(),
            Go::Next(filter) => self.walk(from, Map::next, filter),
            Go::Previous(filter) => self.walk(from, Map::previous, filter),
            Go::NextFailure => self.walk(from, Map::next, Filter::of_events(is_denial)),
            Go::PreviousFailure => self.walk(from, Map::previous, Filter::of_events(is_denial)),
            Go::NextDivergence => self.to_divergence(from, true),
            Go::PreviousDivergence => self.to_divergence(from, false),
            Go::Mib(mib) => Place { pages: mib.saturating_mul(PAGES_PER_MIB).min(self.last().pages), a: None, b: None },
            Go::Decision(which, ordinal) => self.at(self.stop(which, ordinal)),
        }
    }

    /// Number of the divergence at a place, if it is one.
    pub fn divergence_at(&self, place: Place) -> Option<usize> {
        let (a, b) = (place.a?, place.b?);
        self.divergences.pairs.iter().position(|pair| (pair.a, pair.b) == (a, b))
    }

    fn last(&self) -> Place {
        let last = |stream: &Stream| stream.get(stream.end().checked_sub(1)?).map(Entry::requested_pages);
        let pages = last(self.a).max(last(self.b)).unwrap_or(0);
        Place { pages, a: Some(self.a.end()), b: Some(self.b.end()) }
    }

    /// Entries that both have in common at the start.
    fn common(&self) -> u64 {
        self.divergences.pairs.first().map_or(self.a.end(), |pair| pair.a)
    }

    fn stop(&self, which: Which, ordinal: u64) -> Stop {
        match which {
            _ if ordinal < self.common() => Stop::Both(ordinal),
            Which::A => Stop::A(ordinal.min(self.a.end())),
            Which::B => Stop::B(ordinal.min(self.b.end())),
        }
    }

    fn at(&self, stop: Stop) -> Place {
        let end = self.last().pages;
        let pages = |stream: &Stream, ordinal| stream.get(ordinal).map_or(end, Entry::requested_pages);
        match stop {
            Stop::Both(i) => Place { pages: pages(self.a, i), a: Some(i), b: Some(i) },
            Stop::A(i) => Place { pages: pages(self.a, i), a: Some(i), b: None },
            Stop::B(i) => Place { pages: pages(self.b, i), a: None, b: Some(i) },
        }
    }

    fn entry(&self, stop: Stop) -> Option<Entry> {
        match stop {
            Stop::Both(i) | Stop::A(i) => self.a.get(i),
            Stop::B(i) => self.b.get(i),
        }
    }

    /// How many entries of A and of B come before a place, and with `through` those of the place itself besides.
    fn passed(&self, place: Place, through: bool) -> (u64, u64) {
        let common = self.common();
        let past = u64::from(through);
        match (place.a, place.b) {
            (Some(a), Some(b)) => (a + past, b + past),
            (Some(a), None) => (a + past, self.b.at_requested(place.pages).max(common)),
            (None, Some(b)) => (self.a.at_requested(place.pages.saturating_add(1)).max(common), b + past),
            (None, None) => (self.a.at_requested(place.pages), self.b.at_requested(place.pages)),
        }
    }

    fn next(&self, place: Place) -> Option<Stop> {
        let (a, b) = self.passed(place, true);
        if a.min(b) < self.common() {
            return Some(Stop::Both(a.min(b)));
        }
        match (self.a.get(a), self.b.get(b)) {
            (Some(of_a), Some(of_b)) if of_b.requested_pages() < of_a.requested_pages() => Some(Stop::B(b)),
            (Some(_), _) => Some(Stop::A(a)),
            (None, Some(_)) => Some(Stop::B(b)),
            (None, None) => None,
        }
    }

    fn previous(&self, place: Place) -> Option<Stop> {
        let (a, b) = self.passed(place, false);
        let common = self.common();
        if a.max(b) <= common {
            return a.max(b).checked_sub(1).filter(|&i| i >= self.a.first()).map(Stop::Both);
        }
        let before = |stream: &Stream, passed: u64| {
            let i = passed.checked_sub(1).filter(|&i| i >= common)?;
            stream.get(i).map(|entry| (i, entry.requested_pages()))
        };
        match (before(self.a, a), before(self.b, b)) {
            (Some((i, of_a)), Some((_, of_b))) if of_a > of_b => Some(Stop::A(i)),
            (_, Some((i, _))) => Some(Stop::B(i)),
            (Some((i, _)), None) => Some(Stop::A(i)),
            (None, None) => None,
        }
    }

    fn walk(&self, from: Place, way: fn(&Self, Place) -> Option<Stop>, wanted: Filter) -> Place {
        let mut place = from;
        while let Some(stop) = way(self, place) {
            place = self.at(stop);
            if self.entry(stop).is_some_and(|entry| wanted.holds(entry)) {
                return place;
            }
        }
        from
    }

    fn to_divergence(&self, from: Place, onwards: bool) -> Place {
        let here = self.divergence_at(from);
        let number = match (here, onwards) {
            (Some(number), true) => Some(number + 1).filter(|&number| number < self.divergences.pairs.len()),
            (Some(number), false) => number.checked_sub(1),
            // Somewhere in a MiB: its own divergence lies ahead if its first decision does.
            (None, true) => self.divergences.pairs.iter().position(|pair| self.is_ahead(from, pair.a, pair.b)),
            (None, false) => self.divergences.pairs.iter().rposition(|pair| !self.is_ahead(from, pair.a, pair.b)),
        };
        let Some(pair) = number.and_then(|number| self.divergences.pairs.get(number)) else { return from };
        let pages = pair.requested_mib.saturating_mul(PAGES_PER_MIB);
        Place { pages, a: Some(pair.a), b: Some(pair.b) }
    }

    fn is_ahead(&self, from: Place, a: u64, b: u64) -> bool {
        let (passed_a, passed_b) = self.passed(from, true);
        a >= passed_a && b >= passed_b
    }
}
