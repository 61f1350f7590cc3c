// SPDX-License-Identifier: GPL-2.0-only
//! Names that would let the same input give another result, and marks of unfinished work.

use crate::rust::{code_only, line_of, occurrences};
use crate::tree::Source;
use crate::{Finding, finding};

/// The same input must give the same bits, natively and in the page, today and in a year.
/// Every module with a row in the table of directions, then, but for those that face people.
const IMPURE_MODULES: [&str; 4] = ["worker", "cli", "app", "lib"];
const IMPURE: [&str; 14] = [
    "HashMap",
    "HashSet",
    "Instant",
    "SystemTime",
    "std::thread",
    "std::env",
    "std::fs",
    "std::{",
    "SmallRng",
    "StdRng",
    "thread_rng",
    "println!",
    "eprintln!",
    "dbg!",
];
/// The model's arithmetic is the kernel's, which has no floating point.
const WHOLE_NUMBERS: [&str; 5] = ["model", "policy", "environment", "workload", "sim"];
const FLOATS: [&str; 2] = ["f32", "f64"];
/// A length is a usize: drawn as such, the stream is that of the target's word.
const DRAWS: &str = "random_range(";

pub fn impure(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|s| s.is_rust()) {
        let Some(inner) = source.path.strip_prefix("src/") else { continue };
        let tree = inner.split(['/', '.']).next().expect("a path has a first part");
        let code = code_only(&source.text);
        if crate::direction::MAY_USE.iter().any(|(name, _)| *name == tree) && !IMPURE_MODULES.contains(&tree) {
            let names = IMPURE.iter().chain(FLOATS.iter().filter(|_| WHOLE_NUMBERS.contains(&tree)));
            for name in names {
                let places = occurrences(&code, name).into_iter().map(|at| line_of(&code, at));
                findings
                    .extend(places.map(|line| finding(&source.path, line, format!("{name} has no place in {tree}"))));
            }
            let draws = occurrences(&code, DRAWS).into_iter().filter(|&at| draws_a_length(&code[at + DRAWS.len()..]));
            findings.extend(draws.map(|at| finding(&source.path, line_of(&code, at), "a drawn usize; draw a u32")));
        }
    }
    findings
}

fn draws_a_length(range: &str) -> bool {
    let mut depth = 1;
    let end = range.bytes().position(|byte| {
        depth += i32::from(byte == b'(') - i32::from(byte == b')');
        depth == 0
    });
    let range = &range[..end.unwrap_or(range.len())];
    range.contains("len()") && !range.contains(" as u32")
}

pub fn unfinished(sources: &[Source]) -> Vec<Finding> {
    // Put together here, so that this file does not find itself.
    let in_code = ["todo!", "unimplemented!", "#[ignore"];
    let anywhere = [concat!("FIX", "ME"), concat!("XX", "X")];
    let mut findings = Vec::new();
    for source in sources {
        let code = code_only(&source.text);
        if source.is_rust() {
            for mark in in_code {
                findings.extend(
                    occurrences(&code, mark)
                        .into_iter()
                        .map(|at| (line_of(&code, at), mark))
                        .map(|(line, mark)| finding(&source.path, line, format!("{mark}: finish it or leave it out"))),
                );
            }
        }
        for mark in anywhere {
            let places = occurrences(&source.text, mark).into_iter().map(|at| line_of(&source.text, at));
            findings
                .extend(places.map(|line| finding(&source.path, line, format!("{mark}: finish it or leave it out"))));
        }
    }
    findings
}

#[test]
fn impure_names_are_found_in_pure_trees_only() {
    let text = "use std::collections::HashMap;\n// Instant\nfn f(x: f64) {\n    println!(\"HashSet\");\n}\n";
    let lines = |path: &str| -> Vec<usize> { impure(&[Source::new(path, text)]).iter().map(|f| f.line).collect() };
    assert_eq!(lines("src/model/a.rs"), [1, 4, 3]);
    assert_eq!(lines("src/report/a.rs"), [1, 4]);
    assert_eq!(lines("src/knobs.rs"), [1, 4]);
    assert_eq!(lines("src/cli/a.rs"), []);
}

#[test]
fn a_length_is_not_drawn() {
    let text = "fn f() {\n    rng.random_range(0..all.len());\n    rng.random_range(0..(all.len() as u32));\n}\n";
    let found = impure(&[Source::new("src/sim/a.rs", text)]);
    assert_eq!(found.iter().map(|f| f.line).collect::<Vec<_>>(), [2]);
}

#[test]
fn unfinished_work_is_found() {
    let note = concat!("// FIX", "ME later\n");
    let text = format!("{note}fn f() {{\n    todo!()\n}}\n#[ignore = \"slow\"]\nfn g() {{}}\n");
    let lines: Vec<usize> = unfinished(&[Source::new("src/a.rs", &text)]).iter().map(|f| f.line).collect();
    assert_eq!(lines, [3, 5, 1]);
    assert_eq!(unfinished(&[Source::new(".ci/run", concat!("# FIX", "ME\n"))]).len(), 1);
}
