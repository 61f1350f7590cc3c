// SPDX-License-Identifier: GPL-2.0-only
//! A reader's way through two runs: wishes as short texts, answers as numbered pieces of HTML.
//!
//! It lives where the runs are recorded, beside the page; what the page does is put the pieces in their places and
//! draw maps from letters. A wish begins with the place it is made from and with what is open, so that nothing is lost when
//! the one who answered is gone.

mod blocks;
mod cells;
mod log;
mod now;
mod page;
mod tabs;

use super::divergence::Divergences;
use super::filter::Filter;
use super::history::Until;
use super::moment::Moment;
use super::picture;
use super::place::{Go, Map, Place, Which};
use super::recording::Recording;
use crate::model::pageblock::PAGEBLOCK_PAGES;
use crate::report::panel::html::escape;
use log::{ALL_LANES, Log};
use tabs::Tab;

pub use cells::per_cell;

/// Where a piece belongs. The page has the same numbers.
pub mod part {
    /// `pages a b`: the place to make the next wish from.
    pub const PLACE: u32 = 0;
    /// What is being decided there.
    pub const NOW: u32 = 1;
    /// Letters for the maps, see [`super::cells`].
    pub const MAP_A: u32 = 2;
    pub const MAP_B: u32 = 3;
    /// A letter a page, when pages are wanted.
    pub const PAGES_A: u32 = 4;
    pub const PAGES_B: u32 = 5;
    /// What each map shows, and the difference.
    pub const SENTENCE_A: u32 = 6;
    pub const SENTENCE_B: u32 = 7;
    pub const SENTENCE_D: u32 = 8;
    /// The open tab.
    pub const TAB: u32 = 9;
    /// Pictures and their tables.
    pub const PICTURES: u32 = 10;
    /// Numbers: MiB at the scale's end, blocks in a cell.
    pub const SCALE: u32 = 11;
    /// The block under the cursor, in both runs.
    pub const BLOCK: u32 = 12;
    /// A sentence on the open tab, to be read out: plain text, empty if there is nothing to say.
    pub const SAID: u32 = 13;
    /// What befell a page, and what it is now, to be read out. Both are empty until somebody asks.
    pub const HISTORY: u32 = 14;
    pub const TOLD: u32 = 15;
}

/// Pieces of an answer.
pub type Parts = Vec<(u32, String)>;

/// Two recorded runs of one seed, and what a reader has open.
pub struct Tour {
    a: Recording,
    b: Recording,
    divergences: Divergences,
    place: Place,
    pages: bool,
    block: usize,
    tab: Tab,
    log: Log,
    /// Of the table of blocks.
    order: blocks::Order,
    /// The pictures have been handed out.
    is_shown: bool,
}

impl Tour {
    pub fn new(a: Recording, b: Recording) -> Tour {
        let divergences = Divergences::of(&a, &b);
        Tour {
            a,
            b,
            divergences,
            place: Place::default(),
            pages: false,
            block: 0,
            tab: Tab::Log,
            log: Log::default(),
            order: blocks::Order::default(),
            is_shown: false,
        }
    }

    pub fn place(&self) -> Place {
        self.place
    }

    pub fn map(&self) -> Map<'_> {
        Map { a: self.a.stream(), b: self.b.stream(), divergences: &self.divergences }
    }

    pub fn recordings(&mut self) -> (&mut Recording, &mut Recording) {
        (&mut self.a, &mut self.b)
    }

    /// Does what was wished: the place as pages, decision of A and of B; the number of the open tab; 1 for every page;
    /// the cell under the cursor; then a verb, and its number if it has one. What is no wish changes nothing. On a second
    /// line stand the words that the log is filtered by; the page sends none that cannot be read.
    pub fn wish(&mut self, text: &str) -> Parts {
        let (text, query) = text.split_once('\n').unwrap_or((text, ""));
        self.log.find(Filter::parse(query).unwrap_or(Filter::ALL));
        let mut words = text.split_ascii_whitespace();
        let number = |word: Option<&str>| word.and_then(|word| word.parse::<u64>().ok());
        let pages = number(words.next()).map_or(0, |pages| u32::try_from(pages).unwrap_or(u32::MAX));
        self.place = Place { pages, a: number(words.next()), b: number(words.next()) };
        self.tab = Tab::numbered(number(words.next()).unwrap_or(0));
        self.pages = words.next() == Some("1");
        self.block = number(words.next()).unwrap_or(0) as usize;
        let verb = words.next().unwrap_or("here");
        let number = number(words.next()).unwrap_or(0);
        let go = match verb {
            "first" => Go::First,
            "last" => Go::Last,
            "next" => Go::Next(self.log.filter()),
            "previous" => Go::Previous(self.log.filter()),
            "next-failure" => Go::NextFailure,
            "previous-failure" => Go::PreviousFailure,
            "next-parting" => Go::NextDivergence,
            "previous-parting" => Go::PreviousDivergence,
            "mib" => Go::Mib(u32::try_from(number).unwrap_or(u32::MAX)),
            "a" => Go::Decision(Which::A, number),
            "b" => Go::Decision(Which::B, number),
            "kill-a" => self.kill(Which::A),
            "kill-b" => self.kill(Which::B),
            "sooner" => self.kill(self.sooner()),
            _ => Go::Here,
        };
        let before = self.place;
        self.place = self.map().go(before, go);
        match verb {
            "block" if self.is_shown => return self.block_parts(),
            "history" if self.is_shown => return self.page_parts(number as u32 % PAGEBLOCK_PAGES),
            "lanes" => self.log.lanes = u8::try_from(number).ok().filter(|&set| set != 0).unwrap_or(ALL_LANES),
            "log" => self.log.turn(number),
            "sort" => self.order.press(number as usize),
            _ => {}
        }
        let is_new = matches!(verb, "open" | "sooner") || !self.is_shown;
        if self.place != before || is_new {
            self.log.follow(self.place);
        }
        if matches!(verb, "tab" | "log" | "lanes" | "find" | "sort") && !is_new {
            return self.tab_parts().into();
        }
        self.is_shown = true;
        self.look(is_new)
    }

    fn kill(&self, which: Which) -> Go {
        let recording = self.of(which);
        recording.timeline().kills.first().map_or(Go::Here, |kill| Go::Decision(which, kill.ordinal))
    }

    /// The run whose first OOM kill comes sooner; A when both do or neither.
    fn sooner(&self) -> Which {
        let at = |run: &Recording| run.timeline().kills.first().map_or(u32::MAX, |kill| kill.requested_mib);
        if at(&self.b) < at(&self.a) { Which::B } else { Which::A }
    }

    fn of(&self, which: Which) -> &Recording {
        match which {
            Which::A => &self.a,
            Which::B => &self.b,
        }
    }

    /// A run's letter and policy.
    fn name(&self, which: Which) -> String {
        let letter = if which == Which::A { "A" } else { "B" };
        format!("{letter}, {}", self.of(which).cell().policy.text())
    }

    fn moments(&mut self) -> (Moment, Moment) {
        let texts = self.tab == Tab::Texts;
        let at = |recording: &mut Recording, until: Until| match until {
            Until::Decision(ordinal) => recording.glance(ordinal, texts),
            Until::Pages(pages) => recording.moment_when(pages, texts),
        };
        let (of_a, of_b) = (self.until(Which::A), self.until(Which::B));
        (at(&mut self.a, of_a), at(&mut self.b, of_b))
    }

    /// Everything that a place changes.
    fn look(&mut self, is_new: bool) -> Parts {
        let (mut a, mut b) = self.moments();
        let per_cell = cells::fit(&mut a.blocks, &mut b.blocks);
        let Place { pages, a: in_a, b: in_b } = self.place;
        let word = |ordinal: Option<u64>| ordinal.map_or("-".to_owned(), |ordinal| ordinal.to_string());
        let [tab, said] = self.tab_of(&a, &b);
        let mut parts = vec![
            (part::PLACE, format!("{pages} {} {}", word(in_a), word(in_b))),
            (part::NOW, self.now(&a, &b)),
            (part::MAP_A, cells::letters(&a.blocks)),
            (part::MAP_B, cells::letters(&b.blocks)),
            (part::SENTENCE_A, escape(&cells::sentence(&a.blocks, &self.name(Which::A)))),
            (part::SENTENCE_B, escape(&cells::sentence(&b.blocks, &self.name(Which::B)))),
            (part::SENTENCE_D, escape(&cells::difference(&a.blocks, &b.blocks))),
            (part::BLOCK, cells::block(&a.blocks, &b.blocks, self.block)),
            tab,
            said,
            (part::HISTORY, String::new()),
            (part::TOLD, String::new()),
        ];
        if self.pages && per_cell == 1 {
            parts.push((part::PAGES_A, std::mem::take(&mut a.blocks.pages)));
            parts.push((part::PAGES_B, std::mem::take(&mut b.blocks.pages)));
        }
        if is_new {
            let max = picture::width_mib(self.a.timeline(), self.b.timeline());
            parts.push((part::SCALE, format!("{max} {per_cell}")));
            parts.push((part::PICTURES, self.pictures(max)));
        }
        parts
    }

    fn pictures(&self, max: u32) -> String {
        let (a, b) = (self.a.timeline(), self.b.timeline());
        let top = picture::top_pages(a).max(picture::top_pages(b));
        let top_of_type = a.types.top_pages().max(b.types.top_pages());
        let one = |which| {
            let (timeline, name) = (self.of(which).timeline(), self.name(which));
            picture::both(timeline, max, [top, top_of_type], &name)
        };
        one(Which::A) + &one(Which::B)
    }

    /// The block, and nothing of a page that was asked about in another one.
    fn block_parts(&mut self) -> Parts {
        let (mut a, mut b) = self.moments();
        cells::fit(&mut a.blocks, &mut b.blocks);
        let block = cells::block(&a.blocks, &b.blocks, self.block);
        vec![(part::BLOCK, block), (part::HISTORY, String::new()), (part::TOLD, String::new())]
    }

    fn tab_parts(&mut self) -> [(u32, String); 2] {
        let (a, b) = self.moments();
        self.tab_of(&a, &b)
    }
}
