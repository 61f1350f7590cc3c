// SPDX-License-Identifier: GPL-2.0-only
//! The command line of experiments: run, sweep, report, link, validate, and the lists.

use std::path::PathBuf;
use std::process::{Command, Output};

/// Small cells: the tests are about the commands.
const SMALL: [&str; 6] = ["--memory", "128MiB", "--policies", "base,series", "--seeds", "1-3"];

fn oompoint(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_oompoint")).args(args).output().expect("the program starts")
}

fn with<'a>(args: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [args, more].concat()
}

fn out(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("the output is text")
}

fn refused(args: &[&str]) -> String {
    let output = oompoint(args);
    assert_eq!(output.status.code(), Some(2), "{args:?}");
    assert!(output.stdout.is_empty(), "{args:?}");
    String::from_utf8(output.stderr).expect("the message is text")
}

/// A folder of this test's own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder for files");
    folder
}

fn link_of(report: &str) -> &str {
    report.lines().last().expect("a report ends with its link")
}

#[test]
fn a_report_is_reproduced_from_its_link() {
    let report = out(&oompoint(&with(&["run"], &SMALL)));
    let link = link_of(&report);
    assert!(link.starts_with("https://oompoint.example.org/#v=1&m=128m&p=base~series&s=1-3&r="), "{link}");
    for text in [link, link.split_once('#').unwrap().1] {
        let again = oompoint(&["link", text, "--jobs", "1"]);
        let flat = |text: &str| text.replace("\n  ", " ");
        assert!(flat(&out(&again)).contains("* Reproduced (3/3 seeds)."));
        assert_eq!(String::from_utf8_lossy(&again.stderr), "oompoint: Reproduced (3/3 seeds).\n");
    }
}

#[test]
fn the_number_of_threads_does_not_show() {
    let one = out(&oompoint(&with(&["run", "--jobs", "1"], &SMALL)));
    assert_eq!(one, out(&oompoint(&with(&["run", "--jobs", "7"], &SMALL))));
}

#[test]
fn json_keeps_its_keys() {
    let text = out(&oompoint(&with(&["run", "--json"], &SMALL)));
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value.as_object().unwrap().keys().collect::<Vec<_>>(), ["cells", "summary"]);
    let order: Vec<_> =
        value["summary"].as_array().unwrap().iter().map(|row| row["policy"].as_str().unwrap()).collect();
    assert_eq!(order, ["base", "series"]);
    for key in ["policy", "n", "mean", "stdev", "min", "max"] {
        assert!(!value["summary"][0][key].is_null(), "{key}");
    }
    let cells = value["cells"].as_array().unwrap();
    let order: Vec<_> =
        cells.iter().map(|cell| (cell["policy"].as_str().unwrap(), cell["seed"].as_u64().unwrap())).collect();
    assert_eq!(order, [("base", 1), ("base", 2), ("base", 3), ("series", 1), ("series", 2), ("series", 3)]);
}

#[test]
fn a_result_that_differs_is_status_3() {
    let report = out(&oompoint(&with(&["run"], &SMALL)));
    let fragment = link_of(&report).split_once('#').unwrap().1;
    let (body, _) = fragment.rsplit_once("&c=").unwrap();
    let (body, hash) = body.split_once("&r=").unwrap();
    let other = if hash.starts_with('2') { "3" } else { "2" };
    let lie = oompoint(&["link", &format!("{body}&r={other}{}", &hash[1..])]);
    assert_eq!(lie.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&lie.stderr).contains("NOT reproduced"));
    let old = oompoint(&["link", &format!("{body}&mv=0.0.1&r={hash}")]);
    assert_eq!(old.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&old.stderr).contains("Made with model 0.0.1"));
    assert_eq!(oompoint(&["link", body]).status.code(), Some(0));
}

#[test]
fn a_figure_that_was_edited_is_named() {
    let folder = folder("edited");
    let text = out(&oompoint(&with(&["run", "--format", "json"], &SMALL)));
    let mut tree: serde_json::Value = serde_json::from_str(&text).unwrap();
    let path = folder.join("result.json");
    let link = |tree: &serde_json::Value| {
        std::fs::write(&path, tree.to_string()).unwrap();
        oompoint(&["link", path.to_str().unwrap()])
    };
    assert_eq!(link(&tree).status.code(), Some(0));
    tree["cells"][1]["oom_bytes"] = 1.into();
    let lie = link(&tree);
    assert_eq!(lie.status.code(), Some(3));
    let said = String::from_utf8_lossy(&lie.stderr).into_owned();
    assert!(said.contains("under \"base\", seed 2, the file says oom_bytes 1, this run "), "{said}");
    tree["cells"][0]["counters"]["oom_kill"] = 7.into();
    let said = String::from_utf8_lossy(&link(&tree).stderr).into_owned();
    assert!(said.contains("under \"base\", seed 1, the file says counters.oom_kill 7, this run 1."), "{said}");
}

#[test]
fn shards_report_as_one_run() {
    let folder = folder("shards");
    let mut files = Vec::new();
    for i in 1..=4 {
        let text = out(&oompoint(&with(&["sweep", "--shard", &format!("{i}/4")], &SMALL)));
        let path = folder.join(format!("{i}.jsonl"));
        std::fs::write(&path, text).unwrap();
        files.push(path.display().to_string());
    }
    files.reverse();
    let mut args = vec!["report"];
    args.extend(files.iter().map(String::as_str));
    for format in [&[][..], &["--format", "tsv"], &["--json"]] {
        let merged = out(&oompoint(&with(&args, format)));
        assert_eq!(merged, out(&oompoint(&with(&with(&["run"], &SMALL), format))));
    }
    let error = refused(&args[..4]);
    assert!(error.contains("1 of 6 cells are missing: run shard 1/4 again"), "{error}");
    assert!(out(&oompoint(&with(&args[..4], &["--partial"]))).contains("PARTIAL: 2 of 3 seeds"));
    assert!(out(&oompoint(&["validate", &files[0]])).contains("a shard, 2 of the experiment's 6 cells"));
}

#[test]
fn every_format_prints() {
    let folder = folder("formats");
    let report = folder.join("report.txt").display().to_string();
    std::fs::write(&report, out(&oompoint(&with(&["run"], &SMALL)))).unwrap();
    assert!(out(&oompoint(&["validate", &report])).contains("a report that survives mailing lists"));
    assert!(out(&oompoint(&with(&["run", "--format", "markdown"], &SMALL))).contains("| base | 3 |"));
    let json = folder.join("result.json").display().to_string();
    std::fs::write(&json, out(&oompoint(&with(&["run", "--format", "json"], &SMALL)))).unwrap();
    assert!(out(&oompoint(&["validate", &json])).contains("seeds: 1-3 (6 runs)"));
    assert!(out(&oompoint(&["link", &json])).contains("Reproduced"));
    let database = folder.join("falba").display().to_string();
    let said = out(&oompoint(&with(&["run", "--format", "falba", "--out", &database], &SMALL)));
    assert!(said.contains("6 results"), "{said}");
    assert!(std::path::Path::new(&database).join("parsers.json").is_file());
    assert_eq!(std::fs::read_dir(&database).unwrap().count(), 7);
    assert!(refused(&with(&["run", "--format", "falba", "--out", &database], &SMALL)).contains("not empty"));
    assert!(refused(&with(&["run", "--out", "x"], &SMALL)).contains("--format falba"));
}

#[test]
fn seeds_are_added_until_the_interval_is_narrow() {
    let args = ["run", "--until", "50", "--at-most", "40", "--memory", "128MiB", "--policies", "base,series"];
    let report = out(&oompoint(&with(&args, &["--seeds", "1-2"])));
    assert!(report.contains("Optional stopping") || report.contains("Stopped at the limit"), "{report}");
    assert!(link_of(&report).contains("&u=50.0-40"));
    assert!(refused(&["run", "--until", "0"]).contains("a per cent from 0.1 to 100"));
    assert!(refused(&["run", "--until", "2", "--policies", "base"]).contains("two policies"));
}

#[test]
fn bad_input_is_named() {
    let cases: &[(&[&str], &str)] = &[
        (&["run", "--env", "moon"], "no environment `moon`; there are minimal-1g"),
        (&["run", "--policies", "blind"], "no policy `blind`"),
        (&["run", "--policies", "base,base"], "given twice"),
        (&["run", "--seeds", "5-1"], "--seeds `5-1`: a range runs from low to high"),
        (&["run", "--seeds", "1,1"], "given twice"),
        (&["run", "--memory", "much"], "--memory `much`: write it as 512MiB"),
        (&["run", "--set", "vm.nothing=1"], "--set vm.nothing: no field `nothing`"),
        (&["run", "--workload", "x"], "no workload `x`"),
        (&["sweep", "--shard", "0/2"], "I/N with I from 1 to N"),
        (&["sweep", "--shard", "3/2"], "I/N with I from 1 to N"),
        (&["report", "/nonexistent.jsonl"], "/nonexistent.jsonl"),
        (&["link", "v=9"], "reload the page, or install a newer oompoint"),
        (&["link", "v=1&s=1-16&c=zz"], "looks cut or changed"),
        (&["link", "v=1&s=1-"], "was cut"),
        (&["validate", "hello"], "there is no such file"),
        (&["link", "hello.json"], "there is no such file"),
        (&["run", "--policies", "tunable:compact-order=9,count=1"], "NAME:knob=value;knob=value"),
        (&["run", "--policies", "tunable:count=1;count=2"], "count is set twice"),
        (&["run", "--workload", "secretmem-vs-frag:keep=5,keep=4"], "keep is set twice"),
        (&["run", "--set", "vm.defrag_mode=2"], "write it as on or off"),
        (&["run", "--until", "5", "--at-most", "4"], "--at-most 4: the limit is within"),
        (&["run", "--base", "javascript:x"], "--base javascript:x: an http or https address"),
        (&["run", "--base", "https://x.org/#v=1"], "without `#`"),
        (&["run", "--out", "x"], "it goes with --format falba"),
        (&["run", "--out", "src", "--format", "falba"], "the folder is not empty"),
        (&["report", "--example", "mail", "--json"], "cannot be used with"),
        (&["bench", "--small", "--trace", "/nonexistent"], "/nonexistent"),
        (&["bench", "--small", "--only", "foo"], "no group of lanes begins so"),
        (&["fidelity", "--only", "foo"], "no cell's name contains that"),
    ];
    for (args, wanted) in cases {
        let error = refused(args);
        assert!(error.contains(wanted), "{args:?}: {error}");
    }
}

/// A preset's own page cache shrinks with its memory; one that was asked for is refused.
#[test]
fn the_mails_guest_may_be_small() {
    let args = ["run", "--env", "mail-1g", "--memory", "128MiB", "--policies", "base", "--seeds", "1"];
    assert!(out(&oompoint(&args)).contains("page_cache_mib=26"));
    assert!(refused(&with(&args, &["--set", "page_cache=60MiB"])).contains("page_cache_mib: 60 is not within 0..26"));
}

#[test]
fn workers_after_the_first_are_not_passed_over() {
    let workload = "secretmem-vs-frag:antagonist=off,iterations=3";
    let args = ["run", "--memory", "128MiB", "--seeds", "1-2", "--policies", "base,series", "--workload", workload];
    let text = out(&oompoint(&args)).replace("\n  ", " ");
    assert!(text.contains("Only the first worker of a boot counts above. Mean MiB of all 3: base "), "{text}");
}

#[test]
fn the_examples_of_links_are_links() {
    for command in ["link", "validate"] {
        let help = out(&oompoint(&[command, "--help"]));
        let links: Vec<&str> = help.split('\'').filter(|text| text.starts_with("https://")).collect();
        assert!(!links.is_empty(), "{command}");
        links.iter().for_each(|link| _ = out(&oompoint(&["validate", link])));
    }
}

#[test]
fn lists_have_sentences_and_knobs() {
    for (command, word) in [("policies", "blunt"), ("workloads", "secretmem-vs-frag"), ("environments", "mail-1g")] {
        assert!(out(&oompoint(&[command])).contains(word));
        let list: serde_json::Value = serde_json::from_str(&out(&oompoint(&[command, "--json"]))).unwrap();
        for entry in list.as_array().unwrap() {
            assert!(!entry["name"].as_str().unwrap().is_empty() && !entry["about"].as_str().unwrap().is_empty());
        }
    }
    let policies = out(&oompoint(&["policies"]));
    assert!(
        policies.contains("source: ") && policies.contains("changes: ") && policies.contains("blocks (16, 1..65536)")
    );
    let environments = out(&oompoint(&["environments"]));
    for field in [" page_cache_mib=60", "vm.defrag_mode=off", "costs.disk_page_ns=", "footprint.dma_pages="] {
        assert!(environments.contains(field), "{field}");
    }
}

#[test]
fn the_mails_example_says_what_it_can_show() {
    let text = out(&oompoint(&["report", "--example", "mail"])).replace("\n  ", " ");
    for wanted in ["p = 0.28..0.28", "p = 0.17..0.20", "0.057", "-8.7%", "does not say that the difference is unreal"] {
        assert!(text.contains(wanted), "{wanted}\n{text}");
    }
}

#[test]
fn help_has_examples_and_the_meaning_of_the_status() {
    for command in ["run", "sweep", "report", "link", "validate", "replay"] {
        assert!(out(&oompoint(&[command, "--help"])).contains("Examples:"), "{command}");
    }
    let help = out(&oompoint(&["--help"]));
    assert!(help.contains("Exit status: 0 fine, 2 bad input, 3 a result differs"));
    assert!(help.contains("4 a bar was missed"));
}

#[test]
fn a_pipe_gets_no_progress_bar() {
    let output = oompoint(&with(&["run"], &SMALL));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_missed_bar_is_status_4() {
    // One seed of one cell, held against runs whose free pages at OOM are not what they were.
    let root = folder("fidelity");
    let runs = root.join("tests/kernel/runs");
    std::fs::create_dir_all(&runs).expect("a folder for runs");
    let from = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/kernel/runs");
    for entry in std::fs::read_dir(from).expect("the runs are here") {
        let entry = entry.expect("a file");
        let text = std::fs::read_to_string(entry.path()).expect("runs are text");
        std::fs::write(runs.join(entry.file_name()), text.replace("\"free_pages\":", "\"free_pages\":99")).unwrap();
    }
    let args = ["fidelity", "--only", "k0-base", "--seeds", "1", "--json", "--root", root.to_str().unwrap()];
    let missed = oompoint(&args);
    assert_eq!(missed.status.code(), Some(4), "{}", String::from_utf8_lossy(&missed.stderr));
    assert!(String::from_utf8_lossy(&missed.stderr).contains("k0-base: free pages at OOM"));
}

#[test]
fn own_runs_are_compared_or_refused_by_line() {
    let path = folder("samples").join("mine.txt");
    let file = path.to_str().unwrap();
    std::fs::write(&path, "old: 614MiB 630MiB 680MiB 682MiB\nnew: 700MiB 702MiB 699MiB 705MiB\n").unwrap();
    assert!(out(&oompoint(&["report", "--samples", file])).contains("new is higher than old on average"));
    std::fs::write(&path, "old: 614MiB\nnew: many\n").unwrap();
    assert!(refused(&["report", "--samples", file]).contains("mine.txt: line 2: `many` is no number of bytes"));
}
