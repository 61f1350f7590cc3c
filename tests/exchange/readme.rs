// SPDX-License-Identifier: GPL-2.0-only
//! The README's links open, and its reports are what the program prints.
//!
//! Running them again takes a minute, so that is asked for: `OOMPOINT_README=check` runs them and compares,
//! `OOMPOINT_README=write` runs them and writes the README anew.

use std::process::Command;

use oompoint::environment::{self, Environment};
use oompoint::experiment::run::{STEPS_MAX, run};
use oompoint::experiment::{Cell, PolicySpec};
use oompoint::link::{self, LinkCheck};
use oompoint::report::export::lint;
use oompoint::workload::Workload;

use crate::linkify::links;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

/// A block made by the program: its command, and the text between the fences.
struct Block {
    args: Vec<String>,
    text: String,
}

/// Blocks begin with a comment that names their command, `<!-- $ oompoint ... -->`, and a fence.
fn blocks(readme: &str) -> Vec<Block> {
    let parts = readme.split("<!-- $ oompoint ").skip(1);
    parts
        .map(|part| {
            let (command, rest) = part.split_once(" -->\n```text\n").expect("a fence follows the comment");
            let (text, _) = rest.split_once("```").expect("the fence ends");
            Block { args: command.split(' ').map(str::to_owned).collect(), text: text.to_owned() }
        })
        .collect()
}

fn fenced(text: &str) -> String {
    format!("```text\n{text}```")
}

/// The text between the fences of the first block of a language.
fn block_of<'a>(readme: &'a str, language: &str) -> &'a str {
    let (_, behind) = readme.split_once(&format!("```{language}\n")).expect("there is one");
    behind.split_once("```").expect("the fence ends").0
}

#[test]
fn the_readmes_own_workload_is_a_plan_that_runs() {
    let readme = std::fs::read_to_string(PATH).expect("there is a README");
    let plan = Workload::from_json(block_of(&readme, "json")).unwrap_or_else(|error| panic!("{error}"));
    let environment = Environment { memory_mib: 128, ..environment::preset("minimal-1g").expect("it exists") };
    let policy = PolicySpec::parse("series").expect("it exists");
    let cell = Cell { environment, workload: plan, policy, seed: 1, steps_max: STEPS_MAX };
    let result = run(&cell).expect("the cell is sound");
    assert!(result.end == "oom-kill" && result.oom_bytes > 2 << 20, "{} bytes, {}", result.oom_bytes, result.end);
}

#[test]
fn the_readmes_frame_opens_without_a_note() {
    let readme = std::fs::read_to_string(PATH).expect("there is a README");
    let (_, behind) = block_of(&readme, "html").split_once("src=\"https://HOST/#").expect("it has a source");
    let fragment = behind.split_once('"').expect("it ends").0.replace("&amp;", "&");
    let opened = link::open(&fragment).unwrap_or_else(|error| panic!("{error}"));
    assert!(opened.check == LinkCheck::Good && opened.notes.is_empty(), "{:?}", opened.notes);
}

#[test]
fn links_and_reports_of_the_readme_are_in_order() {
    let readme = std::fs::read_to_string(PATH).expect("there is a README");
    let ours = links(&readme).into_iter().filter(|link| link.starts_with(link::BASE));
    let mut count = 0;
    for url in ours {
        let opened = link::open(&url).unwrap_or_else(|error| panic!("{url}: {error}"));
        assert_eq!(opened.check, LinkCheck::Good, "{url}");
        count += 1;
    }
    let mode = std::env::var("OOMPOINT_README").unwrap_or_default();
    let blocks = blocks(&readme);
    assert!((count >= 1 || mode == "write") && blocks.len() >= 2, "{count} links, {} blocks", blocks.len());
    let mut new = readme.clone();
    for block in blocks {
        if mode != "write" {
            assert_eq!(lint::lint(&block.text), Vec::<String>::new(), "{:?}", block.args);
        }
        if mode.is_empty() {
            continue;
        }
        let output =
            Command::new(env!("CARGO_BIN_EXE_oompoint")).args(&block.args).output().expect("the program starts");
        let text = String::from_utf8(output.stdout).expect("a report is text");
        match mode.as_str() {
            "write" => new = new.replacen(&fenced(&block.text), &fenced(&text), 1),
            _ => assert_eq!(block.text, text, "the README is not what {:?} prints", block.args),
        }
    }
    if new != readme {
        std::fs::write(PATH, new).expect("the README can be written");
    }
}
