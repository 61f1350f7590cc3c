// SPDX-License-Identifier: GPL-2.0-only
//! What befell a page is what the run did to it.

use oompoint::inspect::history::{History, Until};
use oompoint::inspect::tour::part;
use oompoint::inspect::{Recording, Tour};
use oompoint::model::frames::{Kind as State, Pfn};
use oompoint::model::journal::Kind;
use oompoint::model::view::frames;

use crate::{benchmark, record};

fn history(recording: &mut Recording, pfn: Pfn, until: Until) -> History {
    recording.history(pfn, until).expect("the machine has the frame")
}

fn texts(history: &History) -> Vec<&str> {
    history.lines.iter().map(|line| line.text.as_str()).collect()
}

/// Frame and text of a line about a page that moved.
fn moves(history: &History, word: &str) -> Vec<Pfn> {
    let frames = history.lines.iter().filter_map(|line| line.text.split_once(word));
    frames.map(|(_, frame)| Pfn::from_str_radix(frame, 16).expect("a frame")).collect()
}

#[test]
fn whoever_left_a_frame_came_to_another() {
    let mut recording = record(&benchmark("blunt", 3));
    let end = Until::Decision(recording.len());
    let mut met = 0;
    for block in recording.pageblocks() {
        for pfn in [block + 37, block + 300] {
            let Some(old) = recording.history(pfn, end) else { continue };
            for to in moves(&old, " moved to frame 0x") {
                let there = history(&mut recording, to, end);
                let came = moves(&there, " moved here from frame 0x");
                assert!(there.earlier > 0 || came.contains(&pfn), "{pfn:#x} to {to:#x}: {:?}", texts(&there));
                met += 1;
            }
        }
    }
    assert!(met > 0, "compaction moved none of these");
}

#[test]
fn what_it_is_now_is_what_the_frame_says() {
    let mut recording = record(&benchmark("series", 5));
    let kill = recording.timeline().kills[0].ordinal;
    let digest = recording.digest_at(kill);
    for until in [Until::Decision(0), Until::Pages(20_000), Until::Decision(kill), Until::Decision(recording.len())] {
        let world = match until {
            Until::Decision(ordinal) => recording.world_at(ordinal),
            Until::Pages(pages) => recording.when_requested(pages).0,
        };
        let zone = &world.machine.node.zones[0];
        for pfn in (600..zone.span.end_pfn).step_by(1499) {
            let found = history(&mut recording, pfn, until);
            let is_held = !found.now.contains(" is free") && !found.now.contains(" is reserved");
            let kind = frames(zone).kind(pfn);
            match kind {
                State::Used => assert!(is_held, "{}", found.now),
                State::Buddy | State::Pcp | State::Private | State::Absent => assert!(!is_held, "{}", found.now),
                State::Tail => {}
            }
            // The last coming or going agrees with it.
            let last = texts(&found).into_iter().find(|text| text.starts_with("taken") || text.starts_with("freed"));
            assert!(last.is_none_or(|text| text.starts_with("taken") == is_held), "{}: {last:?}", found.now);
            assert!(found.lines.len() <= 20 && found.lines.is_sorted_by(|a, b| a.requested_mib >= b.requested_mib));
        }
    }
    assert_eq!(recording.digest_at(kill), digest, "looking changes nothing");
}

#[test]
fn decisions_about_its_block_are_in_it() {
    let mut recording = record(&benchmark("blunt", 3));
    let flips = |entry: oompoint::inspect::stream::Entry| entry.kind() == Kind::BlockUnmapped;
    let at = recording.stream().first_from(9, flips).expect("blunt unmaps");
    let block = recording.decision(at).expect("it is there").what.values[0];
    let before = history(&mut recording, block + 5, Until::Decision(at - 1));
    let with = history(&mut recording, block + 5, Until::Decision(at));
    assert!(before.lines.iter().all(|line| line.ordinal != Some(at)));
    assert!(with.lines.iter().any(|line| line.ordinal == Some(at) && line.text.contains("um_block_unmap")));
    let later = history(&mut recording, block + 5, Until::Decision(at + 1));
    assert!(texts(&later).contains(&"its pageblock turned from Movable to Unmapped"), "{:?}", texts(&later));
    assert!(recording.history(u32::MAX, Until::Pages(0)).is_none());
}

#[test]
fn a_tour_tells_it_of_both_runs_and_forgets_it_elsewhere() {
    let mut tour = Tour::new(record(&benchmark("series", 3)), record(&benchmark("blunt", 3)));
    tour.wish("0 - - 0 0 9 open");
    tour.wish("0 - - 0 0 9 last");
    let place = tour.place();
    let at = format!("{} {} {}", place.pages, place.a.unwrap_or(0), place.b.unwrap_or(0));
    let parts = tour.wish(&format!("{at} 0 0 9 history 77"));
    let of = |number: u32| parts.iter().find(|(part, _)| *part == number).map(|(_, text)| text.as_str());
    assert!(
        of(part::TOLD).is_some_and(|told| told.contains("A, series: frame 0x124d is ") && told.contains("B, blunt: "))
    );
    assert_eq!(of(part::HISTORY).map(|html| html.matches("<table").count()), Some(2));
    let none = tour.wish(&format!("{at} 0 0 0 history 0"));
    assert!(none.contains(&(part::TOLD, "Frame 0x0 is in no zone.".to_owned())));
    let parts = tour.wish(&format!("{at} 0 0 10 block"));
    assert!(parts.contains(&(part::HISTORY, String::new())));
    assert!(tour.wish(&format!("{at} 0 0 99999 history 77")).is_empty());
}
