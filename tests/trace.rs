// SPDX-License-Identifier: GPL-2.0-only
//! Real traces, whole and damaged: the import never panics, and every line is accounted for.

use oompoint::trace::event::Kind;
use oompoint::trace::{Imported, Importer, Reason, Skipped, import};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

const STOCK: &[u8] = include_bytes!("traces/stock.txt");
const ADDED: &[u8] = include_bytes!("traces/added.txt");

/// Every line is an event, a skip or a comment, and the counts by name are those of the events.
fn account(imported: &Imported, text: &[u8]) {
    let newlines = text.iter().filter(|&&byte| byte == b'\n').count();
    let open = usize::from(!text.is_empty() && !text.ends_with(b"\n"));
    assert_eq!(imported.lines as usize, newlines + open, "lines");
    let events = imported.events.len() as u32;
    assert_eq!(events + imported.skipped.total + imported.comments, imported.lines);
    assert_eq!(imported.counts.iter().map(|(_, count)| count).sum::<u32>(), events);
    assert_eq!(imported.skipped.by_reason.iter().map(|(_, count)| count).sum::<u32>(), imported.skipped.total);
    assert_eq!(imported.skipped.first.len() as u32, imported.skipped.total.min(Skipped::KEPT_MAX));
    assert!(imported.events.windows(2).all(|pair| pair[0].line < pair[1].line), "events are in the text's order");
}

#[test]
fn excerpts_are_read_without_a_skip() {
    for (text, events, written) in [(STOCK, 72, 65_817), (ADDED, 58, 238_694)] {
        let imported = import(text);
        account(&imported, text);
        assert_eq!(imported.skipped, Skipped::default());
        assert_eq!((imported.events.len(), imported.comments), (events, 12));
        assert_eq!(imported.buffer, Some((written, written)));
        assert!(!imported.open_end);
    }
}

#[test]
fn counts_are_by_the_printed_name() {
    let stock = import(STOCK);
    assert_eq!(stock.counts.get("mm_page_free_batched"), Some(&4));
    assert_eq!(stock.counts.get("oom_score_adj_update"), Some(&2));
    assert_eq!(import(ADDED).counts.get("PA rotate_head"), Some(&4));
}

#[test]
fn carriage_returns_change_nothing() {
    for text in [STOCK, ADDED] {
        let dos = String::from_utf8(text.to_vec()).expect("the excerpts are ASCII").replace('\n', "\r\n");
        assert_eq!(import(dos.as_bytes()), import(text));
    }
}

#[test]
fn pieces_give_what_the_whole_gives() {
    for text in [STOCK, ADDED] {
        let whole = import(text);
        for size in [1, 2, 7, 64, 1000] {
            let mut importer = Importer::new();
            text.chunks(size).for_each(|piece| importer.push(piece));
            assert_eq!(importer.finish(), whole, "pieces of {size}");
        }
    }
}

#[test]
fn every_prefix_keeps_the_lines_before_the_cut() {
    for text in [STOCK, ADDED] {
        let whole = import(text);
        for end in 0..text.len() {
            let cut = import(&text[..end]);
            account(&cut, &text[..end]);
            assert!(cut.skipped.total <= 1, "only the last line can be damaged, at {end}");
            assert_eq!(cut.open_end, end > 0 && text[end - 1] != b'\n');
            let whole_lines = cut.lines - u32::from(cut.open_end);
            let kept = whole.events.iter().take_while(|event| event.line <= whole_lines).count();
            assert_eq!(cut.events[..kept], whole.events[..kept], "at {end}");
        }
    }
}

#[test]
fn flipped_bytes_damage_only_their_lines() {
    for seed in 0..400 {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        for text in [STOCK, ADDED] {
            let mut damaged = text.to_vec();
            let flips = rng.random_range(1..200u32);
            let mut touched = vec![false; text.len()];
            for _ in 0..flips {
                let at = rng.random_range(0..text.len() as u32) as usize;
                // Newlines stay, so that line numbers can be compared.
                let byte = rng.random::<u8>();
                if text[at] != b'\n' && byte != b'\n' {
                    damaged[at] = byte;
                    touched[at] = true;
                }
            }
            println!("seed {seed}");
            let imported = import(&damaged);
            account(&imported, &damaged);
            let mut line = 1;
            let mut hit = vec![false; imported.lines as usize + 1];
            for (at, &byte) in text.iter().enumerate() {
                hit[line] |= touched[at];
                line += usize::from(byte == b'\n');
            }
            let sound = |event: &&oompoint::trace::Event| !hit[event.line as usize];
            let whole = import(text);
            assert!(whole.events.iter().filter(sound).eq(imported.events.iter().filter(sound)), "seed {seed}");
        }
    }
}

#[test]
fn random_bytes_and_random_pieces_never_panic() {
    for seed in 1000..1200 {
        println!("seed {seed}");
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let length = rng.random_range(0..20_000u32);
        // Half of the bytes come from the words of a trace, so that some lines get far.
        let bytes: Vec<u8> = (0..length)
            .map(|_| match rng.random::<bool>() {
                true => STOCK[rng.random_range(0..STOCK.len() as u32) as usize],
                false => rng.random(),
            })
            .collect();
        let whole = import(&bytes);
        account(&whole, &bytes);
        let mut importer = Importer::new();
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let (piece, left) = rest.split_at(rng.random_range(1..=rest.len() as u32) as usize);
            importer.push(piece);
            rest = left;
        }
        assert_eq!(importer.finish(), whole, "seed {seed}");
    }
}

#[test]
fn a_line_without_end_is_bounded() {
    let mut text = b"x".repeat(1 << 20);
    text.extend_from_slice(b"\n");
    text.extend_from_slice(STOCK);
    let imported = import(&text);
    account(&imported, &text);
    assert_eq!(imported.skipped.by_reason.get(Reason::TooLong), Some(&1));
    assert_eq!(imported.events.len(), 72);
    assert!(imported.skipped.first[0].text.len() < 500);
    let mut importer = Importer::new();
    text.chunks(1000).for_each(|piece| importer.push(piece));
    assert_eq!(importer.finish(), imported);
}

#[test]
fn a_wrong_file_is_counted_to_the_end_and_quoted_at_the_beginning() {
    let text = "Mon Nov 23 kernel: hello\n".repeat(5000);
    let imported = import(text.as_bytes());
    account(&imported, text.as_bytes());
    assert_eq!(imported.skipped.total, 5000);
    assert_eq!(imported.skipped.first.len(), 1000);
    assert_eq!((imported.skipped.first[0].line, imported.skipped.first[0].reason), (1, Reason::NoHeader));
}

#[test]
fn lost_events_are_events_of_their_own() {
    let text = b"CPU:0 [LOST 123 EVENTS]\nCPU:3 [LOST EVENTS]\nCPU:0 [LOST x EVENTS]\n";
    let imported = import(text);
    account(&imported, text);
    assert_eq!((imported.lost_events, imported.skipped.total), (124, 1));
    assert_eq!(imported.events[0].kind, Kind::Lost { events: Some(123) });
    assert_eq!((imported.events[1].cpu, &imported.events[1].kind), (3, &Kind::Lost { events: None }));
}

#[test]
fn nothing_is_read_from_nothing() {
    assert_eq!(import(b""), Imported::default());
    let imported = import(b"\n \r\n# tracer: nop\n\t\n");
    assert_eq!((imported.lines, imported.comments), (4, 4));
}
