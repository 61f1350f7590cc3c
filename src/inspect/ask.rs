// SPDX-License-Identifier: GPL-2.0-only
//! What a page asks of two runs, and what it gets: plain data in both directions.

use serde::{Deserialize, Serialize};

use super::blocks::Blocks;
use super::divergence::{Divergence, Divergences};
use super::lane::is_denial;
use super::moment::Moment;
use super::picture;
use super::place::{Go, Map, Place, Which};
use super::recording::Recording;
use super::why::Why;
use super::words::Row;

/// Cells of a map at most; of a larger memory several blocks share a cell.
const CELLS_MAX: usize = 2048;
/// Lines of the log in one answer at most.
const LOG_MAX: u64 = 200;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ask {
    Open,
    /// Go somewhere and look; with every page, or only with the blocks.
    Look {
        from: Place,
        to: Go,
        pages: bool,
    },
    Why {
        which: Which,
        ordinal: u64,
    },
    Log(LogAsk),
}

/// A piece of a run's log: decisions in these lanes, from an ordinal on, or up to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogAsk {
    pub which: Which,
    pub from: u64,
    pub backwards: bool,
    pub lanes: u8,
    pub only_failures: bool,
    pub count: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    Opened(Box<Opened>),
    Seen(Box<Seen>),
    Why(Option<Box<Why>>),
    Log(Log),
}

/// What does not change while a reader moves about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    pub a: About,
    pub b: About,
    pub max_mib: u32,
    pub divergences: Divergences,
    /// Pages in a pixel's worth of nothing: blocks in a cell of a map.
    pub blocks_per_cell: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    pub policy: String,
    pub about: String,
    pub seed: u64,
    pub decisions: u64,
    /// Requested MiB at the first kill.
    pub oom_mib: Option<u32>,
    pub oom: Option<u64>,
    /// What the workload got, MiB.
    pub got_mib: u64,
    /// SVG, and tables in HTML.
    pub lanes: String,
    pub lanes_table: String,
    pub free: String,
    pub free_table: String,
}

/// A place in both runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    pub place: Place,
    pub a: View,
    pub b: View,
    /// When the place is where the runs part or differ again.
    pub divergence: Option<Divergence>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    pub moment: Moment,
    /// The decision to explain: this one if it denied a request, else the last one before that did.
    pub denial: Option<u64>,
    /// What the map shows, in a sentence.
    pub sentence: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    pub ask: LogAsk,
    pub rows: Vec<Row>,
    /// Decisions that the filter lets through in all.
    pub matching: u64,
    /// Whether there are more before the first and after the last line.
    pub more_before: bool,
    pub more_after: bool,
}

/// Two recorded runs of one seed.
pub struct Pair {
    a: Recording,
    b: Recording,
    divergences: Divergences,
}

impl Pair {
    pub fn new(a: Recording, b: Recording) -> Pair {
        let divergences = Divergences::of(&a, &b);
        Pair { a, b, divergences }
    }

    pub fn answer(&mut self, ask: &Ask) -> Answer {
        match *ask {
            Ask::Open => Answer::Opened(Box::new(self.open())),
            Ask::Look { from, to, pages } => Answer::Seen(Box::new(self.look(from, to, pages))),
            Ask::Why { which, ordinal } => Answer::Why(self.of(which).why(ordinal).map(Box::new)),
            Ask::Log(ask) => Answer::Log(log(self.of(ask.which), ask)),
        }
    }

    pub fn map(&self) -> Map<'_> {
        Map { a: self.a.stream(), b: self.b.stream(), divergences: &self.divergences }
    }

    fn of(&mut self, which: Which) -> &mut Recording {
        match which {
            Which::A => &mut self.a,
            Which::B => &mut self.b,
        }
    }

    fn open(&self) -> Opened {
        let (a, b) = (self.a.timeline(), self.b.timeline());
        let max_mib = picture::width_mib(a, b);
        let top = |recording: &Recording| {
            let free = |sample: &super::timeline::Sample| sample.free.iter().map(|&pages| u64::from(pages)).sum();
            recording.timeline().samples.iter().map(free).max().unwrap_or(0)
        };
        let top = top(&self.a).max(top(&self.b));
        let blocks = self.a.blocks_in_all().max(self.b.blocks_in_all());
        Opened {
            a: About::of(&self.a, "A", max_mib, top),
            b: About::of(&self.b, "B", max_mib, top),
            max_mib,
            divergences: self.divergences.clone(),
            blocks_per_cell: blocks.div_ceil(CELLS_MAX).next_power_of_two() as u32,
        }
    }

    fn look(&mut self, from: Place, to: Go, pages: bool) -> Seen {
        let map = self.map();
        let place = map.go(from, to);
        let number = map.divergence_at(place);
        let divergence = number.and_then(|number| self.divergences.explain(number, &mut self.a, &mut self.b));
        let a = View::of(&mut self.a, "A", place.a, place.pages, pages);
        let b = View::of(&mut self.b, "B", place.b, place.pages, pages);
        Seen { place, a, b, divergence }
    }
}

impl About {
    fn of(recording: &Recording, letter: &str, max_mib: u32, top: u64) -> About {
        let (cell, timeline) = (recording.cell(), recording.timeline());
        let policy = cell.policy.text();
        let name = format!("{letter}, {policy}");
        let kill = timeline.kills.first();
        About {
            about: cell.policy.policy.about.to_owned(),
            seed: cell.seed,
            decisions: recording.len(),
            oom_mib: kill.map(|kill| kill.requested_mib),
            oom: kill.map(|kill| kill.ordinal),
            got_mib: recording.result().oom_bytes >> 20,
            lanes: picture::lanes(timeline, max_mib, &name),
            lanes_table: picture::lanes_table(timeline, &name),
            free: picture::free_lists(timeline, max_mib, top, &name),
            free_table: picture::free_table(timeline, &name),
            policy,
        }
    }
}

impl View {
    fn of(recording: &mut Recording, letter: &str, at: Option<u64>, requested: u32, pages: bool) -> View {
        let mut moment = match at {
            Some(ordinal) => recording.moment(ordinal),
            None => recording.moment_when(requested),
        };
        let denied = |entry: super::stream::Entry| is_denial(entry.kind());
        // At a moment between decisions the next one has not been made yet.
        let made = if moment.row.is_some() { Some(moment.ordinal) } else { moment.ordinal.checked_sub(1) };
        let denial = made.and_then(|made| recording.stream().last_before(made, denied));
        if moment.blocks.len() > CELLS_MAX {
            moment.blocks = moment.blocks.grouped(moment.blocks.len().div_ceil(CELLS_MAX).next_power_of_two());
        } else if !pages {
            moment.blocks.pages.clear();
        }
        let sentence = sentence(&moment.blocks, letter, &recording.cell().policy.text());
        View { moment, denial, sentence }
    }
}

/// What a map shows, for those who do not see it.
fn sentence(blocks: &Blocks, letter: &str, policy: &str) -> String {
    let all = (0..blocks.len()).filter(|&i| blocks.managed(i) > 0);
    let (mut cells, mut free, mut mixed, mut unmapped, mut pinned) = (0, 0, 0, 0, 0);
    for i in all {
        cells += 1;
        free += u32::from(blocks.free[i] + blocks.pcp[i] == blocks.managed(i));
        mixed += u32::from(blocks.is_mixed(i));
        unmapped += u32::from(blocks.freetype[i] == crate::model::freetype::UNMAPPED);
        pinned += u32::from(blocks.pinned[i] > 0);
    }
    let what = match blocks.per_cell {
        1 => "pageblocks".to_owned(),
        n => format!("cells of {n} pageblocks"),
    };
    format!(
        "{letter}, {policy}: {cells} {what}, {free} wholly free, {mixed} mixed, {unmapped} outside the direct map, \
         {pinned} with secretmem"
    )
}

fn log(recording: &mut Recording, ask: LogAsk) -> Log {
    let ask = LogAsk { count: ask.count.min(LOG_MAX), ..ask };
    let wanted = |entry: super::stream::Entry| {
        ask.lanes >> entry.lane() as u8 & 1 != 0 && (!ask.only_failures || entry.failed())
    };
    let stream = recording.stream();
    let matching = stream.entries().iter().filter(|&&entry| wanted(entry)).count() as u64;
    let mut ordinals = Vec::new();
    let mut next = Some(ask.from);
    while let Some(from) = next.filter(|_| (ordinals.len() as u64) < ask.count) {
        let found = if ask.backwards { stream.last_before(from, wanted) } else { stream.first_from(from, wanted) };
        ordinals.extend(found);
        next = match (found, ask.backwards) {
            (Some(at), true) => at.checked_sub(1),
            (Some(at), false) => Some(at + 1),
            (None, _) => None,
        };
    }
    if ask.backwards {
        ordinals.reverse();
    }
    let before = ordinals.first().and_then(|&first| first.checked_sub(1));
    let more_before = before.is_some_and(|before| stream.last_before(before, wanted).is_some());
    let more_after = ordinals.last().is_some_and(|&last| stream.first_from(last + 1, wanted).is_some());
    let rows = recording.rows_at(&ordinals);
    Log { ask, rows, matching, more_before, more_after }
}
