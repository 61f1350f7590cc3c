// SPDX-License-Identifier: GPL-2.0-only
//! The fast reader of a trace's usual lines and the thorough one give the same events, skips and counts.

use std::collections::BTreeMap;

use oompoint::trace::{Imported, decompress, import, import_thoroughly};

fn texts() -> Vec<Vec<u8>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/");
    let names = ["traces/stock.txt", "traces/added.txt", "kernel/custom_svf_128_3/trace_full.txt.gz"];
    let read = |name: &&str| std::fs::read(format!("{root}{name}")).expect("the trace is there");
    names.iter().map(read).map(|packed| decompress(&packed).bytes.into_owned()).collect()
}

fn same(text: &[u8]) -> Imported {
    let (fast, thorough) = (import(text), import_thoroughly(text));
    if fast != thorough {
        for line in text.split(|&byte| byte == b'\n') {
            assert_eq!(import(line), import_thoroughly(line), "{}", String::from_utf8_lossy(line));
        }
        assert_eq!(fast, thorough, "the lines are read alike, their sum is not");
    }
    fast
}

/// A few lines of every kind, the widest spread of lengths first.
fn samples() -> Vec<Vec<u8>> {
    let mut kinds: BTreeMap<&'static str, BTreeMap<usize, Vec<u8>>> = BTreeMap::new();
    for text in texts() {
        for line in text.split(|&byte| byte == b'\n') {
            let found = import(line);
            if let [event] = &found.events[..] {
                kinds.entry(event.kind.name()).or_default().entry(line.len()).or_insert_with(|| line.to_vec());
            }
        }
    }
    assert!(kinds.len() > 40, "{} kinds", kinds.len());
    kinds
        .into_values()
        .flat_map(|lengths| {
            let mut ends: Vec<Vec<u8>> = lengths.into_values().collect();
            let last = ends.pop();
            ends.into_iter().take(1).chain(last)
        })
        .collect()
}

#[test]
fn recorded_lines_are_read_alike() {
    for text in texts() {
        let found = same(&text);
        assert!(found.events.len() > 50);
    }
}

#[test]
fn damaged_lines_are_read_alike() {
    let mut damaged = Vec::new();
    for line in samples() {
        for at in 0..=line.len() {
            let mut add = |parts: [&[u8]; 3]| {
                damaged.extend(parts.concat());
                damaged.push(b'\n');
            };
            add([&line[..at], b"", b""]);
            for more in
                [&b" "[..], b"0", b"1", b"9", b"f", b"x", b"-", b",", b"=", b"[", b"\t", b"\r", b"\xff", b"00000000"]
            {
                add([&line[..at], more, &line[at..]]);
                if at < line.len() {
                    add([&line[..at], more, &line[at + 1..]]);
                }
            }
            if at < line.len() {
                add([&line[..at], b"", &line[at + 1..]]);
                // The end of a line is lost together with the beginning of the next.
                add([&line[..at], b"", &line[line.len() - at..]]);
            }
        }
    }
    let found = same(&damaged);
    let all = found.events.len() as u32 + found.skipped.total;
    assert!(found.skipped.total > all / 20 && found.events.len() as u32 > all / 20, "{all} lines of both sorts");
}
