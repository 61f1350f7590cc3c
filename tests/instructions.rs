// SPDX-License-Identifier: GPL-2.0-only
//! Instructions of three fixed cells, counted by callgrind: exact on any load, so growth is a change of the program.
//!
//! More than 2 % above tests/instructions.txt fails. `OOMPOINT_INSTRUCTIONS=write cargo test --test instructions`
//! records anew; growth is recorded only with a reason: `OOMPOINT_REASON="what it buys"`. Without valgrind, or under
//! another compiler than the record's, nothing can be said, and that is said.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::Command;

const RECORD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/instructions.txt");
/// Environment and policy; 128 MiB, seed 1.
const CELLS: [[&str; 2]; 3] = [["minimal-1g", "base"], ["disk-1g", "blunt"], ["debian-1g", "isolate"]];

/// A recorded cell: its count and why it is what it is.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    count: u64,
    reason: String,
}

/// The compiler of a record, and its cells.
fn parse(text: &str) -> (String, BTreeMap<String, Row>) {
    let compiler = text.lines().find_map(|line| line.strip_prefix("# compiler: ")).unwrap_or_default();
    let rows = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (name, rest) = line.split_once(" = ")?;
        let (count, reason) = rest.split_once("; ")?;
        Some((name.to_owned(), Row { count: count.parse().ok()?, reason: reason.to_owned() }))
    });
    (compiler.to_owned(), rows.collect())
}

fn print(compiler: &str, rows: &BTreeMap<String, Row>) -> String {
    let mut text = format!(
        "# Instructions of `oompoint run` with one cell of 128 MiB, in the tests' profile: environment policy = count; why.\n\
         # See tests/instructions.rs.\n# compiler: {compiler}\n"
    );
    rows.iter().for_each(|(name, row)| text += &format!("{name} = {}; {}\n", row.count, row.reason));
    text
}

fn output(program: &str, args: &[&str]) -> Option<(String, String)> {
    let output = Command::new(program).args(args).output().ok()?;
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    output.status.success().then(|| (text(&output.stdout), text(&output.stderr)))
}

fn count([environment, policy]: [&str; 2]) -> u64 {
    let program = env!("CARGO_BIN_EXE_oompoint");
    let counter = ["--tool=callgrind", "--callgrind-out-file=/dev/null", program, "run", "--jobs", "1", "--seeds", "1"];
    let cell = ["--env", environment, "--memory", "128MiB", "--policies", policy];
    let (_, said) = output("valgrind", &[&counter[..], &cell].concat()).expect("the cell runs under valgrind");
    let collected = said.lines().find_map(|line| line.split_once("Collected : ")).expect("callgrind says its count").1;
    collected.trim().parse().expect("the count is a number")
}

/// The rows to record, or what grew without a reason.
fn judge(
    old: &BTreeMap<String, Row>,
    new: &BTreeMap<String, u64>,
    reason: &str,
) -> Result<BTreeMap<String, Row>, String> {
    let mut rows = BTreeMap::new();
    for (name, &count) in new {
        let before = old.get(name);
        let grew = before.is_none_or(|row| count * 100 > row.count * 102);
        if grew && reason.is_empty() {
            let before = before.map_or(0, |row| row.count);
            return Err(format!(
                "{name}: {count} instructions, {before} recorded: more than 2 % above. Make it cheaper, or record it \
                 with OOMPOINT_REASON (see tests/instructions.rs)"
            ));
        }
        let reason = if grew { reason } else { before.map_or("", |row| row.reason.as_str()) };
        rows.insert(name.clone(), Row { count, reason: reason.to_owned() });
    }
    Ok(rows)
}

/// Said past the test's capture, for somebody who reads a green run.
fn skipped(why: &str) {
    _ = writeln!(std::io::stderr(), "instructions: skipped: {why}");
}

#[test]
fn three_cells_take_no_more_instructions_than_recorded() {
    let Some((compiler, _)) = output("rustc", &["--version"]) else { return skipped("there is no rustc to ask") };
    if output("valgrind", &["--version"]).is_none() {
        return skipped("valgrind is missing, so instructions are not counted (apt-get install valgrind)");
    }
    let compiler = compiler.trim();
    let (recorded_with, old) = parse(&std::fs::read_to_string(RECORD).unwrap_or_default());
    let write = std::env::var("OOMPOINT_INSTRUCTIONS").is_ok_and(|mode| mode == "write");
    if !write && recorded_with != compiler {
        return skipped(&format!("counts are recorded with {recorded_with}, this is {compiler}"));
    }
    let new = CELLS.into_iter().map(|cell| (cell.join(" "), count(cell))).collect();
    let reason = std::env::var("OOMPOINT_REASON").unwrap_or_default();
    match judge(&old, &new, if write { &reason } else { "" }) {
        Ok(rows) if write => std::fs::write(RECORD, print(compiler, &rows)).expect("the record can be written"),
        Ok(rows) => assert!(rows.keys().eq(old.keys()), "the record has other cells"),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn growth_needs_a_reason() {
    let row = |count, reason: &str| Row { count, reason: reason.to_owned() };
    let old = BTreeMap::from([("a base".to_owned(), row(1000, "first"))]);
    let new = |count| BTreeMap::from([("a base".to_owned(), count)]);
    let kept = |count| Ok(BTreeMap::from([("a base".to_owned(), row(count, "first"))]));
    assert_eq!(judge(&old, &new(1020), ""), kept(1020));
    assert_eq!(judge(&old, &new(900), "why not"), kept(900));
    assert!(judge(&old, &new(1021), "").is_err_and(|error| error.contains("1021 instructions, 1000 recorded")));
    assert_eq!(
        judge(&old, &new(1021), "it finds more"),
        Ok(BTreeMap::from([("a base".to_owned(), row(1021, "it finds more"))]))
    );
    assert_eq!(parse(&print("rustc 1", &old)), ("rustc 1".to_owned(), old));
}
