// SPDX-License-Identifier: GPL-2.0-only
//! A reader's way through two runs.

use oompoint::inspect::tour::part;
use oompoint::inspect::{Filter, Go, Lane, Place, Tour, Which};

use crate::{benchmark, record};

fn tour(a: &str, b: &str) -> Tour {
    Tour::new(record(&benchmark(a, 3)), record(&benchmark(b, 3)))
}

/// Every decision of both runs once, in the order of single steps.
fn walk(tour: &Tour, to: Go) -> Vec<Place> {
    let map = tour.map();
    let mut places = Vec::new();
    let mut place = if to == Go::Next(Filter::ALL) {
        map.go(Place::default(), Go::First)
    } else {
        map.go(Place::default(), Go::Last)
    };
    loop {
        let next = map.go(place, to);
        if next == place {
            return places;
        }
        places.push(next);
        place = next;
    }
}

#[test]
fn single_steps_pass_every_decision_once_in_both_directions() {
    let tour = tour("series", "blunt");
    let there = walk(&tour, Go::Next(Filter::ALL));
    let mut back = walk(&tour, Go::Previous(Filter::ALL));
    back.reverse();
    assert_eq!(there, back);
    let (a, b) = (tour.map().a.end(), tour.map().b.end());
    let passed = |side: fn(&Place) -> Option<u64>| there.iter().filter_map(side).collect::<Vec<_>>();
    assert_eq!(passed(|place| place.a), (0..a).collect::<Vec<_>>());
    assert_eq!(passed(|place| place.b), (0..b).collect::<Vec<_>>());
    assert!(there.windows(2).all(|pair| pair[0].pages <= pair[1].pages));
}

#[test]
fn filtered_steps_failures_and_partings_are_where_they_should_be() {
    let tour = tour("series", "blunt");
    let map = tour.map();
    let flip = map.go(Place::default(), Go::Next(Filter::parse("lane:flips").expect("there is this lane")));
    let first = map.a.first_from(0, |entry| entry.lane() == Lane::Flips);
    assert_eq!(flip.a, first);
    let failure = map.go(Place::default(), Go::NextFailure);
    assert_eq!(map.go(failure, Go::PreviousFailure), failure, "there is none before the first one");
    let mut partings = Vec::new();
    let mut place = Place::default();
    loop {
        let next = map.go(place, Go::NextDivergence);
        if next == place {
            break;
        }
        partings.extend(map.divergence_at(next));
        place = next;
    }
    assert_eq!(partings, (0..map.divergences.pairs.len()).collect::<Vec<_>>());
    assert!(partings.len() > 1);
    for number in partings.into_iter().rev().skip(1) {
        place = map.go(place, Go::PreviousDivergence);
        assert_eq!(map.divergence_at(place), Some(number));
    }
    let scrubbed = map.go(Place::default(), Go::Mib(140));
    assert_eq!((scrubbed.mib(), scrubbed.a, scrubbed.b), (140, None, None));
    let on = map.go(scrubbed, Go::Next(Filter::ALL));
    assert!(on.pages >= scrubbed.pages && (on.a.is_some() || on.b.is_some()));
    assert_eq!(
        map.go(Place::default(), Go::Decision(Which::B, 0)),
        map.go(Place::default(), Go::Decision(Which::A, 0))
    );
}

/// The pieces of an answer, by number.
fn piece(parts: &[(u32, String)], number: u32) -> &str {
    parts.iter().find(|(of, _)| *of == number).map_or_else(|| panic!("no piece {number}"), |(_, piece)| piece)
}

#[test]
fn wishes_are_answered_alike_whoever_answers() {
    let (mut one, mut other) = (tour("series", "blunt"), tour("series", "blunt"));
    let opened = one.wish("0 - - 0 0 0 open");
    for number in
        [part::PLACE, part::NOW, part::MAP_A, part::MAP_B, part::TAB, part::PICTURES, part::SCALE, part::BLOCK]
    {
        assert!(!piece(&opened, number).is_empty(), "{number}");
    }
    one.wish("0 - - 0 0 0 mib 120");
    let seen = one.wish("30720 - - 1 1 0 kill-b");
    // Another one, who knows nothing but the wish, says the same.
    let again = other.wish("30720 - - 1 1 0 kill-b");
    for number in [part::PLACE, part::NOW, part::MAP_A, part::MAP_B, part::PAGES_A, part::TAB, part::SENTENCE_D] {
        assert_eq!(piece(&seen, number), piece(&again, number), "{number}");
    }
    assert!(piece(&seen, part::NOW).contains("invoked the OOM killer"));
    assert!(piece(&seen, part::TAB).contains("watermark, zone DMA32"));
    assert_eq!(piece(&seen, part::PAGES_A).len() * 6, piece(&seen, part::MAP_A).len() * 512);
}

#[test]
fn it_can_begin_where_the_run_that_ends_sooner_does() {
    for (policies, letter) in [(["series", "base"], "<strong>A"), (["base", "series"], "<strong>B")] {
        let mut tour = tour(policies[0], policies[1]);
        let opened = tour.wish("0 - - 0 0 0 sooner");
        assert!(!piece(&opened, part::PICTURES).is_empty());
        let told = piece(&opened, part::NOW);
        let of_it = told.split("<p>").find(|one| one.contains("invoked the OOM killer"));
        assert!(of_it.is_some_and(|one| one.contains(letter)), "{told}");
    }
}

/// The ordinals of the log's lines.
fn lines(log: &str) -> Vec<u64> {
    let numbers = log.split("data-wish=\"a ").skip(1).map(|rest| rest.split('"').next().unwrap_or_default());
    numbers.map(|number| number.parse().expect("a line has a number")).collect()
}

#[test]
fn words_filter_all_decisions_and_single_steps() {
    let mut tour = tour("series", "blunt");
    tour.wish("0 - - 0 0 0 open");
    let query = "mt:unmapped fail !flip";
    let filter = Filter::parse(query).expect("the words can be read");
    let wanted: Vec<u64> =
        (0..tour.map().a.end()).filter(|&at| tour.map().a.get(at).is_some_and(|entry| filter.holds(entry))).collect();
    let all = tour.map().a.end();
    assert!(!wanted.is_empty() && wanted.len() < all as usize / 2, "{} of {all}", wanted.len());
    let found = tour.wish(&format!("0 - - 0 0 0 find\n{query}"));
    let said = format!("{} of {all} decisions match, in all of A, series.", wanted.len());
    assert_eq!(piece(&found, part::SAID), said);
    let first = &wanted[..wanted.len().min(20)];
    assert_eq!(lines(piece(&found, part::TAB)), first);
    let step = tour.wish(&format!("0 - - 0 0 0 next\n{query}"));
    let place = tour.place();
    let next = place.a.and_then(|at| tour.map().a.get(at)).or(place.b.and_then(|at| tour.map().b.get(at)));
    assert!(next.is_some_and(|entry| filter.holds(entry)), "{place:?} {}", piece(&step, part::NOW));
    let none = tour.wish("0 - - 0 0 0 find\norder<0");
    assert!(piece(&none, part::SAID).starts_with("0 of "), "{}", piece(&none, part::SAID));
    assert!(lines(piece(&none, part::TAB)).is_empty());
    // Without words everything is there again.
    assert!(piece(&tour.wish("0 - - 0 0 0 find\n"), part::SAID).starts_with(&format!("{all} of {all} ")));
}

#[test]
fn nonsense_is_no_wish() {
    let mut tour = tour("base", "base");
    tour.wish("0 - - 0 0 0 open");
    for text in [
        "",
        "x",
        "99999999999999 1 1 9 9 9 mib 99999999999999999999",
        "- - - - - - next",
        "0 - - 0 0 99999999 block",
        "1 2",
    ] {
        let parts = tour.wish(text);
        assert!(!parts.is_empty(), "{text}");
    }
    let alike = tour.wish("0 - - 0 0 0 here");
    assert!(piece(&alike, part::NOW).contains("decide alike"));
    assert!(piece(&alike, part::SENTENCE_D).contains("No difference"));
}

#[test]
fn pieces_are_small_and_well_formed() {
    let mut tour = tour("series", "blunt");
    let opened = tour.wish("0 - - 0 0 0 open");
    let mut all = vec![opened];
    for tab in 0..5 {
        all.push(tour.wish(&format!("0 - - {tab} 0 0 kill-a")));
    }
    for (number, text) in all.iter().flatten() {
        assert!(text.len() < 400_000, "piece {number} has {} bytes", text.len());
        let opens = text.matches("<table").count() + text.matches("<svg").count() + text.matches("<p").count();
        let closes = text.matches("</table").count() + text.matches("</svg").count() + text.matches("</p").count();
        // `<path .../>` and `<pre` begin like a paragraph.
        let other = text.matches("<path").count() + text.matches("<pre").count() - text.matches("</pre").count();
        assert_eq!(opens, closes + other, "piece {number}");
    }
}
