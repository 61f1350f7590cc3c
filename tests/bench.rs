// SPDX-License-Identifier: GPL-2.0-only
//! `oompoint bench` computes what is recorded, and the README's table is of this bench. Times are never judged here.

use std::process::Command;

use serde_json::Value;

/// What each lane of the small bench does: operations and digest. After a change of the model that is meant:
/// `OOMPOINT_BENCH=write cargo test --test bench`.
const RECORD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bench.txt");
const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

fn small() -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_oompoint"))
        .args(["bench", "--small", "--json"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the bench prints JSON")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

#[test]
fn the_small_bench_computes_what_is_recorded() {
    let found = small();
    let lanes = found["lanes"].as_array().expect("lanes");
    let mut lines = String::new();
    for lane in lanes {
        let turns = lane["ns"].as_array().expect("times");
        assert!(turns.iter().all(|ns| ns.as_u64() > Some(0)), "{lane}");
        lines += &format!("{} = {} {}\n", text(&lane["name"]), lane["ops"], text(&lane["digest"]));
    }
    lines += &format!("all = {}\n", text(&found["small_digest"]));
    if std::env::var("OOMPOINT_BENCH").is_ok_and(|mode| mode == "write") {
        std::fs::write(RECORD, &lines).expect("the record can be written");
    }
    let recorded = std::fs::read_to_string(RECORD).expect("the record is there");
    assert_eq!(lines, recorded, "if the model's results were meant to change, record them anew");
    assert_eq!(
        found["missing"].as_array().map(|all| all.iter().filter(|m| !text(m).starts_with('(')).count()),
        Some(0)
    );
}

#[test]
fn every_goal_says_whether_it_is_met() {
    let found = small();
    let goals = found["goals"].as_array().expect("goals");
    for goal in goals {
        let (value, at_most) = (goal["value"].as_f64(), goal["goal"].as_f64().expect("a number"));
        assert_eq!(goal["met"].as_bool(), value.map(|value| value <= at_most), "{goal}");
        // The one that takes a guest of 64 GiB.
        assert!(value.is_some() || goal["id"] == "guest-gib", "{goal}");
    }
    assert!(text(&found["refusal"]).contains("1048576"), "a guest of 1 TiB is refused with its number");
}

const ANEW: &str = "write the README's table anew: oompoint bench --readme README.md";

#[test]
fn the_readmes_table_is_of_this_bench() {
    let found = small();
    let readme = std::fs::read_to_string(README).expect("there is a README");
    let block = readme.split_once("<!-- bench: written by ").expect("the table begins").1;
    let block = block.split_once("<!-- bench: end -->").expect("the table ends").0;
    let rows: Vec<&str> = block.lines().skip_while(|line| !line.starts_with("goal ")).skip(1).collect();
    let goals = found["goals"].as_array().expect("goals");
    for (goal, row) in goals.iter().zip(&rows) {
        let mut words = row.split_whitespace();
        let (id, at_most) = (words.next(), words.nth(1).and_then(|word| word.parse::<f64>().ok()));
        assert_eq!(id, goal["id"].as_str(), "{ANEW}");
        assert!(
            at_most.is_some_and(|at_most| (at_most - goal["goal"].as_f64().unwrap()).abs() < 0.001),
            "{row}: {ANEW}"
        );
        assert!(row.ends_with(text(&goal["what"])), "{row}: {ANEW}");
    }
    let digest = format!("digest of the small bench: {}", text(&found["small_digest"]));
    assert!(block.contains(&digest), "{ANEW}");
    assert_eq!(rows.iter().position(|row| row.is_empty()), Some(goals.len()), "the table has other goals: {ANEW}");
}
