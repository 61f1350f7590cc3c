// SPDX-License-Identifier: GPL-2.0-only
//! Why is this page here? What befell one frame, and the decisions about its pageblock.
//!
//! The stream of decisions holds no ordinary allocation, of which there are a thousand to each entry, so nothing is
//! recorded for this. The run is run again from boot, which makes it the same once more, with an eye on the frame after
//! each step of simulated time.
//!
//! Simplified: what comes and goes within one step is not seen. The gfp mask is known of requests that took the slow path.

use super::recording::Recording;
use super::seek::{decided, requested};
use super::words::{PAGES_PER_MIB, Row};
use crate::experiment::watch::Unwatched;
use crate::model::frames::{Kind as State, Order, Pfn, flag};
use crate::model::freetype;
use crate::model::journal::{Decision, Kind};
use crate::model::pageblock::{PAGEBLOCK_PAGES, block_start};
use crate::model::view::{self, frames};
use crate::model::{owners, zone::MAX_ORDER};
use crate::sim::World;

/// Lines of a history at most: the newest.
const LINES: usize = 20;

/// Up to when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Up to this decision, as it was made.
    Decision(u64),
    /// Until tasks had asked for so many pages.
    Pages(u32),
}

pub struct History {
    /// What the frame is now.
    pub now: String,
    /// The newest first.
    pub lines: Vec<Line>,
    /// Lines before those, which are not listed.
    pub earlier: usize,
}

pub struct Line {
    pub requested_mib: u32,
    /// Of a decision of the log.
    pub ordinal: Option<u64>,
    pub text: String,
}

/// What a frame is used for.
#[derive(Clone, Copy, PartialEq)]
struct Use {
    name: &'static str,
    head: Pfn,
    order: Order,
    /// The slot of its holder, where it has one: it stays the same when the page moves.
    slot: u32,
}

#[derive(Clone, Copy)]
struct Sight {
    /// None while it is not allocated.
    held: Option<Use>,
    /// What it is then; going from one list to another is nothing that befalls it.
    idle: &'static str,
    freetype: u8,
}

/// A line before it is put into words.
struct Event {
    line: Line,
    /// A page that came while pages were migrated: the step before, and its slot.
    came: Option<(u64, u32)>,
}

impl Recording {
    /// The history of a frame; none if the machine has no such frame.
    pub fn history(&mut self, pfn: Pfn, until: Until) -> Option<History> {
        let mut session = self.keyframes.at_step(0);
        let mut seen = Sight::of(session.world(), pfn)?;
        let mut events = Vec::new();
        let (mut step, mut before);
        loop {
            (step, before) = (session.steps(), migrated(session.world()));
            if matches!(until, Until::Pages(pages) if requested(&session) >= pages.into()) {
                break;
            }
            let first = decided(&session);
            let go_on = session.step(&mut Unwatched);
            let mut made = session.world_mut().machine.journal.take();
            // The step of the last decision is seen as that was made, and not to its end.
            let is_last = matches!(until, Until::Decision(last) if last < first + made.len() as u64);
            if let (true, Until::Decision(last)) = (is_last, until) {
                made.truncate((last - first) as usize + 1);
            }
            for (decision, ordinal) in made.iter().zip(first..) {
                if about(pfn, decision) {
                    events.push(Event::of(ordinal, decision));
                }
            }
            if is_last || !go_on {
                break;
            }
            let moved = migrated(session.world()) > before;
            seen.turn(session.world(), pfn, moved.then_some(step), &mut events);
        }
        let caught;
        let world = match until {
            Until::Decision(ordinal) => {
                caught = self.world_at(ordinal);
                &caught
            }
            Until::Pages(_) => session.world(),
        };
        seen.turn(world, pfn, (migrated(world) > before).then_some(step), &mut events);
        let earlier = events.len().saturating_sub(LINES);
        let newest = events.drain(earlier..).rev();
        let lines = newest.map(|event| self.line(event, pfn)).collect();
        Some(History { now: now(world, pfn, seen), lines, earlier })
    }

    /// An event in words. Where a page came from is known from the world before it came.
    fn line(&self, event: Event, pfn: Pfn) -> Line {
        let Event { mut line, came } = event;
        let from = came.and_then(|(step, slot)| self.keyframes.at_step(step).world().machine.owners.page(slot));
        if let Some(from) = from.filter(|&from| from != pfn) {
            line.text = format!("{}; it moved here from frame {from:#x}", line.text);
        }
        line
    }
}

impl Event {
    fn of(ordinal: u64, decision: &Decision) -> Event {
        let Row { requested_mib, text, name, .. } = Row::of(ordinal, decision);
        Event { line: Line { requested_mib, ordinal: Some(ordinal), text: format!("{text} ({name})") }, came: None }
    }
}

impl Sight {
    fn of(world: &World, pfn: Pfn) -> Option<Sight> {
        let zone = &world.machine.node.zones[world.machine.node.zone_of(pfn)?];
        let frames = frames(zone);
        // A frame inside a block: its head lies at the start of an aligned block that reaches as far.
        let heads = (0..=MAX_ORDER).map(|order| (pfn & !((1 << order) - 1), order));
        let mut heads = heads.filter(|&(head, _)| zone.contains(head));
        let head = heads.find(|&(head, order)| frames.kind(head) != State::Tail && frames.order(head) >= order);
        let head = head.map_or(pfn, |(head, _)| head);
        let idle = match frames.kind(head) {
            State::Buddy => "free",
            State::Pcp => "free, on a per-CPU list",
            State::Private => "free, held by a compaction",
            _ => "reserved, or no memory",
        };
        let held = (frames.kind(head) == State::Used).then(|| {
            let (order, flags) = (frames.order(head), frames.flags(head));
            let slot =
                Some(frames.owner(pfn)).filter(|&slot| order == 0 && world.machine.owners.page(slot) == Some(pfn));
            let name = match () {
                () if flags & (flag::PINNED | flag::UNEVICTABLE) != 0 => "secretmem",
                () if flags & flag::LRU == 0 && slot.is_none() => "kernel memory",
                () if flags & flag::FILE != 0 => "page cache",
                () => "anonymous memory",
            };
            Use { name, head, order, slot: slot.unwrap_or(owners::NONE) }
        });
        Some(Sight { held, idle, freetype: view::freetype(zone, pfn) })
    }

    /// Looks again, and notes what has changed. `moved` is the step before if pages were migrated meanwhile.
    fn turn(&mut self, world: &World, pfn: Pfn, moved: Option<u64>, events: &mut Vec<Event>) {
        let Some(new) = Sight::of(world, pfn) else { return };
        let old = std::mem::replace(self, new);
        let requested_mib = world.machine.journal.requested_pages as u32 / PAGES_PER_MIB;
        let mut note = |text: String, came| {
            events.push(Event { line: Line { requested_mib, ordinal: None, text }, came });
        };
        if old.held != new.held {
            if let Some(old) = old.held {
                let to = world.machine.owners.page(old.slot).filter(|&to| to != pfn && moved.is_some());
                note(
                    match to {
                        Some(to) => format!("its page, {}, moved to frame {to:#x}", old.name),
                        None => format!("freed: it was {}", old.text()),
                    },
                    None,
                );
            }
            if let Some(new) = new.held {
                let by = holder(world, new).map_or(String::new(), |name| format!(", for {name}"));
                let came = moved.filter(|_| new.slot != owners::NONE).map(|step| (step, new.slot));
                note(format!("taken as {}{by}", new.text()), came);
            }
        }
        if old.freetype != new.freetype {
            let [old, new] = [old.freetype, new.freetype].map(|of| freetype::NAMES[usize::from(of)]);
            note(format!("its pageblock turned from {old} to {new}"), None);
        }
    }
}

impl Use {
    fn text(self) -> String {
        match self.order {
            0 => self.name.to_owned(),
            order => format!("{}, in an order-{order} block at {:#x}", self.name, self.head),
        }
    }
}

fn now(world: &World, pfn: Pfn, seen: Sight) -> String {
    let kind = freetype::NAMES[usize::from(seen.freetype)];
    let what = match seen.held {
        Some(held) => {
            let by = holder(world, held).map_or(String::new(), |name| format!(", held for {name}"));
            format!("{}{by}", held.text())
        }
        None => seen.idle.to_owned(),
    };
    format!("frame {pfn:#x} is {what}; its pageblock is {kind}")
}

/// The process that holds a page. What was taken last is looked at first.
fn holder(world: &World, held: Use) -> Option<&'static str> {
    let Use { head, slot, .. } = held;
    let holds = |pages: &[Pfn], page: Pfn| pages.iter().rev().any(|&other| other == page);
    let mut processes = world.processes.iter().filter(|process| !process.gone);
    let found = processes.find(|process| {
        slot != owners::NONE && holds(&process.anon, slot)
            || process.secretmem.holds(head)
            || holds(&process.page_tables, head)
            || process.kernel.iter().rev().any(|&(pfn, _)| pfn == head)
    });
    found.map(|process| process.name)
}

/// Whether a decision was about the frame or its pageblock.
fn about(pfn: Pfn, decision: &Decision) -> bool {
    let [first, second, _, fourth] = decision.what.values;
    let own = 1 << decision.what.order;
    let (from, count) = match decision.what.kind {
        Kind::SlowServed => (fourth, own),
        Kind::Capture => (first, own),
        Kind::Extfrag => (first, 1 << second),
        Kind::ClaimRefused => (first, PAGEBLOCK_PAGES),
        Kind::BlockUnmapped | Kind::BlockMapped => (first, second * PAGEBLOCK_PAGES),
        _ => return false,
    };
    let block = block_start(pfn);
    from < block + PAGEBLOCK_PAGES && block < from + count
}

fn migrated(world: &World) -> u64 {
    world.machine.tally.pgmigrate_success + world.machine.tally.thp_collapse_alloc
}
