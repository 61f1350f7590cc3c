// SPDX-License-Identifier: GPL-2.0-only
//! Which top-level module of the library may name which others.

use crate::rust::{code_only, line_of, occurrences, word_at};
use crate::tree::Source;
use crate::{Finding, finding};

/// In the order of layers. What is not listed here has no place in the library yet: give it one.
pub const MAY_USE: [(&str, &[&str]); 20] = [
    ("few", &[]),
    ("knobs", &["few"]),
    ("json", &[]),
    ("model", &[]),
    ("stats", &[]),
    ("policy", &["knobs", "model"]),
    ("environment", &["json", "model"]),
    ("workload", &["few", "knobs", "json", "model", "environment"]),
    ("sim", &["model", "environment", "workload"]),
    ("trace", &["few", "json", "model"]),
    ("replay", &["few", "model", "trace"]),
    ("experiment", &["knobs", "model", "policy", "environment", "workload", "sim", "stats"]),
    ("link", &["knobs", "policy", "environment", "workload", "experiment"]),
    (
        "report",
        &["model", "stats", "trace", "replay", "sim", "policy", "environment", "workload", "experiment", "link"],
    ),
    // What a reader sees inside a run, the kernel's texts among it.
    ("inspect", &["model", "environment", "workload", "sim", "experiment", "replay", "report"]),
    (
        "worker",
        &[
            "json",
            "model",
            "trace",
            "replay",
            "environment",
            "workload",
            "policy",
            "experiment",
            "link",
            "report",
            "inspect",
        ],
    ),
    // The two that face people, by command line and by page, may use all of the above and not each other.
    ("cli", ABOVE),
    ("app", ABOVE),
    // The roots of the two packages.
    ("lib", &[]),
    ("pure", &[]),
];
const ABOVE: &[&str] = &[
    "few",
    "knobs",
    "json",
    "model",
    "policy",
    "environment",
    "workload",
    "sim",
    "stats",
    "trace",
    "replay",
    "experiment",
    "report",
    "link",
    "inspect",
    "worker",
];

pub fn check(sources: &[Source]) -> Vec<Finding> {
    sources.iter().filter(|s| s.is_rust()).flat_map(check_one).collect()
}

fn check_one(source: &Source) -> Vec<Finding> {
    let path = &source.path;
    let Some(inner) = path.strip_prefix("src/").filter(|inner| !inner.starts_with("bin/")) else { return Vec::new() };
    let own = inner.split(['/', '.']).next().expect("a path has a first part");
    let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == own) else {
        return vec![finding(path, 0, format!("module {own} has no row in {}", file!()))];
    };
    let code = code_only(&source.text);
    let mut findings = Vec::new();
    for (at, used) in named(&code, inner) {
        let line = line_of(&code, at);
        if used.is_empty() {
            findings.push(finding(path, line, "name one top-level module per `use`, so that this check can read it"));
        } else if used != own && !allowed.contains(&used) {
            findings.push(finding(path, line, format!("{own} must not use {used}")));
        }
    }
    findings
}

/// The top-level modules that a file names, through `crate::` or by climbing to the root with `super::`.
/// The name is empty where it is not a plain word.
fn named<'a>(code: &'a str, inner: &str) -> Vec<(usize, &'a str)> {
    let mut found: Vec<(usize, &str)> = Vec::new();
    for at in occurrences(code, "crate") {
        let rest = code[at + "crate".len()..].trim_start();
        if let Some(rest) = rest.strip_prefix("::") {
            found.push((at, word_at(rest, 0)));
        } else if rest.starts_with("as ") {
            found.push((at, ""));
        }
    }
    for at in occurrences(code, "super::") {
        let chain = &code[at..];
        let climbs = chain.split("super::").take_while(|part| part.is_empty()).count();
        let begins = !code[..at].ends_with("super::");
        // A module written inside a file (tests, mostly) lies one deeper than the file itself.
        let inline =
            usize::from(code[..at].lines().last().is_some_and(|line| line.starts_with(' ')) && inline_module(code, at));
        if begins && climbs == depth(inner) + inline {
            found.push((at, word_at(&chain["super::".len() * climbs..], 0)));
        }
    }
    found
}

/// How many times `super::` leads from a file's own module to the root.
fn depth(inner: &str) -> usize {
    let parts = inner.split('/').count();
    if inner.ends_with("/mod.rs") || inner == "lib.rs" { parts - 1 } else { parts }
}

fn inline_module(code: &str, at: usize) -> bool {
    occurrences(&code[..at], "mod")
        .into_iter()
        .any(|m| code[m..].find(['{', ';']).is_some_and(|n| code.as_bytes()[m + n] == b'{'))
}

#[test]
fn upward_uses_are_found() {
    let text = "use crate::trace::Event;\nuse super::app;\nuse crate::{cli, knobs};\nuse super::frames;\n// crate::report\n\
                fn f() { crate::model::g(); crate::policy::h() }\n";
    let findings = check(&[Source::new("src/model/mod.rs", text)]);
    let lines: Vec<(usize, &str)> = findings.iter().map(|f| (f.line, f.text.as_str())).collect();
    let grouped = "name one top-level module per `use`, so that this check can read it";
    assert_eq!(
        lines,
        [
            (1, "model must not use trace"),
            (3, grouped),
            (6, "model must not use policy"),
            (2, "model must not use app"),
            (4, "model must not use frames"),
        ]
    );
}

#[test]
fn a_module_may_climb_within_itself() {
    let text = "use super::frames::Frames;\nuse crate::model::zone::Zone;\n";
    assert_eq!(check(&[Source::new("src/model/buddy.rs", text)]), []);
    let far = "use super::super::trace::Event;\n#[cfg(test)]\nmod tests {\n    use super::super::frames;\n}\n";
    let findings = check(&[Source::new("src/model/buddy.rs", far)]);
    assert_eq!(findings, [finding("src/model/buddy.rs", 1, "model must not use trace")]);
}

#[test]
fn nothing_may_use_the_app_and_new_modules_need_a_row() {
    assert!(MAY_USE.iter().all(|(_, allowed)| !allowed.contains(&"app") && !allowed.contains(&"cli")));
    assert_eq!(check(&[Source::new("src/misc/mod.rs", "")]).len(), 1);
}
