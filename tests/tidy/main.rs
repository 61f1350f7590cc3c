// SPDX-License-Identifier: GPL-2.0-only
//! What the compiler does not check: who may use whom, what a model may not touch, how long things get, what is dead.
//! Every check has a test of its own that shows it can fail.

mod banned;
mod circles;
mod dead;
mod direction;
mod length;
mod rust;
mod tree;

use tree::Source;

/// A complaint: the file, the line (0 for the whole file), and what to do.
#[derive(Debug, PartialEq)]
pub struct Finding {
    pub path: String,
    pub line: usize,
    pub text: String,
}

pub fn finding(path: &str, line: usize, text: impl Into<String>) -> Finding {
    Finding { path: path.to_owned(), line, text: text.into() }
}

fn assert_none(findings: &[Finding]) {
    let lines: Vec<String> = findings.iter().map(|f| format!("{}:{}: {}", f.path, f.line, f.text)).collect();
    assert!(findings.is_empty(), "\n{}\n", lines.join("\n"));
}

#[test]
fn sources_name_their_licence() {
    assert_none(&missing_licences(&tree::sources()));
}

#[test]
fn modules_use_only_what_lies_below_them() {
    assert_none(&direction::check(&tree::sources()));
}

#[test]
fn no_file_needs_what_needs_it() {
    assert_none(&circles::check(&tree::sources()));
}

#[test]
fn the_model_touches_no_clock_no_thread_and_no_hash_order() {
    assert_none(&banned::impure(&tree::sources()));
}

#[test]
fn nothing_is_left_unfinished() {
    assert_none(&banned::unfinished(&tree::sources()));
}

#[test]
fn files_and_functions_are_short() {
    assert_none(&length::check(&tree::sources(), length::LONG_FILES, length::LONG_FUNCTIONS));
}

#[test]
fn every_file_is_used() {
    assert_none(&dead::modules(&tree::sources()));
    assert_none(&dead::unnamed(&tree::all()));
}

fn missing_licences(sources: &[Source]) -> Vec<Finding> {
    let named = |text: &str| text.lines().take(3).any(|line| line.contains(LICENCE));
    let missing = sources.iter().filter(|s| s.is_code() && !named(&s.text));
    missing.map(|s| finding(&s.path, 1, format!("the first lines lack `{LICENCE}`"))).collect()
}

const LICENCE: &str = "SPDX-License-Identifier: GPL-2.0-only";

#[test]
fn a_source_without_a_licence_is_found() {
    let sources = [
        Source::new("src/a.rs", "//! Nothing.\n"),
        Source::new("www/b.css", "/* SPDX-License-Identifier: GPL-2.0-only */\n"),
        Source::new(".ci/run", "#!/usr/bin/env bash\n# SPDX-License-Identifier: MIT\n"),
        Source::new("tests/data.txt", "data\n"),
    ];
    let paths: Vec<String> = missing_licences(&sources).into_iter().map(|f| f.path).collect();
    assert_eq!(paths, ["src/a.rs", ".ci/run"]);
}
