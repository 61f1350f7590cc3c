// SPDX-License-Identifier: GPL-2.0-only
//! The command line from outside: every outcome of `oompoint replay`, with its exit status and its exact words.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::{Compression, write::GzEncoder};
use serde_json::Value;

/// A folder of this test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("oompoint-cli-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder for the test");
        Folder(path)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).expect("the test's folder takes files");
        path.to_str().expect("the path is text").to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kernel/custom_svf_128_3").join(name);
    path.to_str().expect("the path is text").to_owned()
}

fn start() -> String {
    fixture("initial_state.json.gz")
}

fn trace() -> String {
    fixture("trace_full.txt.gz")
}

/// Exit status, standard output, standard error.
fn replay(args: &[&str]) -> (i32, String, String) {
    let run =
        Command::new(env!("CARGO_BIN_EXE_oompoint")).arg("replay").args(args).output().expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("the output is text");
    (run.status.code().expect("it ends by itself"), text(run.stdout), text(run.stderr))
}

fn json(args: &[&str]) -> Value {
    let (status, out, err) = replay(&[args, &["--json"]].concat());
    assert_eq!((status, err.as_str()), (0, ""));
    serde_json::from_str(&out).expect("one JSON object")
}

/// Bad input: status 2, nothing on standard output, and this on standard error.
fn refused(args: &[&str], words: &str) {
    let (status, out, err) = replay(args);
    assert_eq!((status, out.as_str(), err.as_str()), (2, "", format!("oompoint: {words}\n").as_str()));
}

/// The uncompressed trace's first lines.
fn head(lines: usize) -> Vec<u8> {
    let bytes = std::fs::read(trace()).expect("the fixture");
    let text = oompoint::trace::decompress(&bytes).bytes.into_owned();
    text.split_inclusive(|&byte| byte == b'\n').take(lines).flatten().copied().collect()
}

fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("a vector takes all");
    encoder.finish().expect("a vector takes all")
}

fn not_judged(report: &Value) -> Vec<&str> {
    report["not_judged"].as_array().expect("a list").iter().filter_map(Value::as_str).collect()
}

#[test]
fn a_guided_replay_prints_the_promised_keys() {
    let report = json(&["--state", &start(), "--trace", &trace(), "--final", &fixture("final_state.json.gz")]);
    for (key, value) in [
        ("allocations", 35_692),
        ("pfn_exact", 35_692),
        ("drained", 39_296),
        ("drained_exact", 39_296),
        ("pageblock_exact", 35_692),
        ("states_checked", 5),
        ("states_equal", 5),
        ("skipped_lines", 0),
    ] {
        assert_eq!(report[key], value, "{key}");
    }
    assert_eq!((&report["first_divergence"], &report["digest"]), (&Value::Null, &"85a0af893b78a495".into()));
    assert!(not_judged(&report).is_empty());
}

#[test]
fn the_text_says_the_same() {
    let (status, out, err) = replay(&["--state", &start(), "--trace", &trace()]);
    assert_eq!((status, err.as_str()), (0, ""));
    for line in [
        "guided replay of 238694 events, 0 lines skipped",
        "  pages exact         35692 of 35692 (100.00 %)",
        "  drained pages exact 39296 of 39296 (100.00 %)",
        "  states equal        4 of 4",
        "  digest              85a0af893b78a495",
    ] {
        assert!(out.lines().any(|found| found == line), "{line}\n{out}");
    }
    let (_, row, _) = replay(&["--state", &start(), "--trace", &trace(), "--markdown"]);
    assert!(row.starts_with("| custom_svf_128_3 | guided | 35692 of 35692 (100.00 %) |"), "{row}");
}

#[test]
fn a_native_replay_needs_no_added_lines() {
    let report = json(&["--native", "--state", &start(), "--trace", &trace()]);
    assert_eq!((&report["mode"], &report["allocations"]), (&"native".into(), &35_692.into()));
    let first = &report["first_divergence"];
    assert!(
        first["line"].is_u64()
            && first["event"].is_string()
            && first["expected"].is_string()
            && first["got"].is_string()
    );
}

#[test]
fn without_a_state_it_says_what_can_be_judged() {
    let report = json(&["--native", "--trace", &trace()]);
    assert_eq!(report["mode"], "native without a state");
    assert_eq!(report["survey"]["fallback_in_table"]["made"], 922);
    assert_eq!(report["survey"]["lost_events"], 0);
    assert_eq!(not_judged(&report).len(), 2);
    let (status, out, _) = replay(&["--native", "--trace", &trace()]);
    assert!(status == 0 && out.contains("\n  time span ") && out.contains("\n  not judged: "), "{out}");
}

#[test]
fn crlf_changes_nothing() {
    let folder = Folder::new("crlf");
    let text = head(5000);
    let crlf: Vec<u8> =
        text.iter().flat_map(|&byte| if byte == b'\n' { vec![b'\r', byte] } else { vec![byte] }).collect();
    let (plain, crlf) = (folder.file("plain.txt", &text), folder.file("crlf.txt", &crlf));
    let of = |trace: &str| json(&["--state", &start(), "--trace", trace]);
    assert_eq!(of(&plain), of(&crlf));
}

#[test]
fn a_cut_file_is_used_as_far_as_it_goes() {
    let folder = Folder::new("cut");
    let packed = std::fs::read(trace()).expect("the fixture");
    let cut = folder.file("cut.txt.gz", &packed[..packed.len() / 2]);
    let end = fixture("final_state.json.gz");
    let report = json(&["--state", &start(), "--trace", &cut, "--final", &end]);
    assert!(report["allocations"].as_u64() > Some(10_000));
    assert_eq!((&report["pfn_exact"], &report["first_divergence"]), (&report["allocations"], &Value::Null));
    let notes = not_judged(&report);
    assert!(notes.contains(&"the final state: the trace ends before it"), "{notes:?}");
    let at = packed.len() / 2;
    let cut = format!("the compressed file ends early, at byte {at}: the rest is missing");
    assert!(notes.iter().any(|note| note.starts_with("what follows line ") && note.ends_with(&cut)), "{notes:?}");
}

#[test]
fn lines_that_are_left_out_are_named() {
    let folder = Folder::new("skipped");
    let mut text = head(400);
    text.extend(b"no line of ftrace \xff\n");
    let file = folder.file("skipped.txt", &text);
    let (status, out, _) = replay(&["--native", "--trace", &file]);
    assert_eq!(status, 0);
    let line = "  skipped line 401: not a line of ftrace";
    assert!(out.contains("1 lines skipped") && out.lines().any(|found| found.starts_with(line)), "{out}");
    let report = json(&["--native", "--trace", &file]);
    assert_eq!(report["skipped"][0]["line"], 401);
}

#[test]
fn traces_that_hold_nothing_are_refused() {
    let folder = Folder::new("nothing");
    let empty = folder.file("empty.txt", b"");
    refused(&["--native", "--trace", &empty], &format!("{empty}: the file is empty; record the trace again"));
    let packed = folder.file("empty.txt.gz", &pack(b""));
    refused(&["--native", "--trace", &packed], &format!("{packed}: the file is empty; record the trace again"));
    let other = folder.file("other.txt", b"Dear diary,\ntoday was fine.\n");
    let what = "no event could be read: line 1: not a line of ftrace (no \"task-pid [cpu] flags time: event:\")";
    let remedy = "give the text of /sys/kernel/tracing/trace";
    refused(&["--native", "--trace", &other], &format!("{other}: {what}; {remedy}"));
    let comments = folder.file("comments.txt", b"# tracer: nop\n#\n");
    let what = "no event could be read: it holds comments only";
    refused(&["--native", "--trace", &comments], &format!("{comments}: {what}; {remedy}"));
    let missing = folder.0.join("missing.txt");
    let missing = missing.to_str().expect("the path is text");
    refused(&["--native", "--trace", missing], &format!("{missing}: there is no such file; check the path"));
    let name = folder.0.to_str().expect("the path is text");
    refused(&["--native", "--trace", name], &format!("{name}: this is a folder; name a file in it"));
    refused(&["--state", name, "--trace", &trace()], &format!("{name}: this is a folder; name a file in it"));
}

#[test]
fn a_guided_replay_needs_added_lines_and_a_state() {
    let folder = Folder::new("needs");
    let stock: Vec<u8> = String::from_utf8(head(3000))
        .expect("the fixture is text")
        .lines()
        .filter(|line| !line.contains(": PA "))
        .flat_map(|line| format!("{line}\n").into_bytes())
        .collect();
    let stock = folder.file("stock.txt", &stock);
    let what = "it has no \"PA\" lines of an instrumented kernel; give --native to use the others";
    refused(&["--state", &start(), "--trace", &stock], &format!("{stock}: {what}"));
    let what = "a guided replay needs the state before the first event: give --state, or --native to do without";
    refused(&["--trace", &trace()], what);
    let end = fixture("final_state.json.gz");
    let what = "a final state can be compared only with a start state; give --state or omit --final";
    refused(&["--native", "--trace", &trace(), "--final", &end], &format!("{end}: {what}"));
}

#[test]
fn swapped_files_are_recognised() {
    let (state, trace) = (start(), trace());
    let what = "this is a state (JSON), not a trace; give it with --state, the trace with --trace";
    refused(&["--state", &trace, "--trace", &state], &format!("{state}: {what}"));
    let what = "this is a trace, not a state; give it with --trace, and the state with --state";
    refused(&["--state", &trace, "--trace", &trace], &format!("{trace}: {what}"));
}

#[test]
fn damaged_states_are_named() {
    let folder = Folder::new("damaged");
    let state = std::fs::read(start()).expect("the fixture");
    let cut = folder.file("start.json.gz", &state[..state.len() / 2]);
    let (status, _, err) = replay(&["--state", &cut, "--trace", &trace()]);
    assert!(
        status == 2 && err.starts_with(&format!("oompoint: {cut}: state: the compressed file ends early")),
        "{err}"
    );
    let whole = folder.file("initial_state.json.gz", &state);
    let snapshot = folder.file("state_1_frag.json", b"{}");
    let (status, _, err) = replay(&["--state", &whole, "--trace", &trace()]);
    assert!(status == 2 && err.starts_with(&format!("oompoint: {snapshot}: state: missing field `zones`")), "{err}");
}

#[test]
fn a_trace_of_another_machine_is_reported_and_fails() {
    let folder = Folder::new("foreign");
    let line = "  bash-1  [000] .....  1.000000: mm_page_free: page=0 pfn=";
    let text: String = (0..200).map(|n| format!("{line}{:#x} order=0\n", 0x4_0000 + n)).collect();
    let foreign = folder.file("trace.txt", text.as_bytes());
    let (status, out, err) = replay(&["--native", "--state", &start(), "--trace", &foreign]);
    let what = "200 of 200 events name memory outside the state's zones: this trace is of another machine";
    let remedy = "give the state that was dumped with it";
    assert_eq!((status, err.as_str()), (2, format!("oompoint: {foreign}: {what}; {remedy}\n").as_str()));
    assert!(out.contains(&format!("  not judged: {what}")), "{out}");
}

#[test]
fn more_cpus_than_the_state_has_are_noted() {
    let folder = Folder::new("cpus");
    let text = String::from_utf8(head(2000)).expect("the fixture is text").replace("-1       [000]", "-1       [003]");
    let file = folder.file("trace.txt", text.as_bytes());
    let report = json(&["--native", "--state", &start(), "--trace", &file]);
    assert_eq!(not_judged(&report), ["whose per-CPU lists CPU 3 uses: the state has 1, so CPU 0's are taken"]);
    assert!(report["pfn_exact"].as_u64() > Some(100));
}

#[test]
fn wrong_arguments_are_explained() {
    let (status, _, err) = replay(&["--native"]);
    assert!(status == 2 && err.contains("--trace <TRACE>"), "{err}");
    let (status, _, err) = replay(&["--native", "--trace", &trace(), "--json", "--markdown"]);
    assert!(status == 2 && err.contains("cannot be used with"), "{err}");
}
