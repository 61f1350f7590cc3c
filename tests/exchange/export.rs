// SPDX-License-Identifier: GPL-2.0-only
//! Exports: the rules of mailing lists, on reports made up by the hundred.

use std::collections::BTreeSet;

use oompoint::environment;
use oompoint::experiment::{Experiment, PolicySpec, Score};
use oompoint::link::{BASE, Permalink};
use oompoint::report::export::{self, Analysis, lint};
use oompoint::report::panel::Sight;
use oompoint::workload::Workload;

use crate::random::Random;

fn analyses(seed: u64, count: usize) -> impl Iterator<Item = Analysis> {
    let mut random = Random::new(seed);
    std::iter::from_fn(move || {
        let experiment = random.experiment();
        let outcome = random.outcome(&experiment);
        Some(Analysis::of(&outcome, BASE).expect("there is a whole seed"))
    })
    .take(count)
}

#[test]
fn no_report_breaks_a_rule() {
    for (case, analysis) in analyses(1, 60).enumerate() {
        let text = export::text(&analysis);
        let found = lint::lint(&text);
        assert!(found.is_empty(), "case {case}: {found:#?}\n{text}");
    }
    let mail = export::example::mail().unwrap();
    assert_eq!(lint::lint(&mail), Vec::<String>::new(), "{mail}");
}

#[test]
fn quoting_and_collapsing_lose_nothing() {
    for analysis in analyses(2, 15) {
        let text = export::text(&analysis);
        let mangled = lint::mangle(&text);
        let lines = text.lines().zip(mangled.lines());
        for (line, quoted) in lines {
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(words(line), words(quoted.strip_prefix("> > ").unwrap()));
            assert!(quoted.len() <= 76 || line.starts_with("https://"), "{quoted}");
        }
        // The bins are still of the same number, as no blank was among them.
        let bins = |text: &str| -> Vec<usize> {
            text.lines().filter_map(|line| Some(line.rfind('|')? - line.find('|')?)).collect()
        };
        assert_eq!(bins(&text), bins(&mangled));
        assert_eq!(bins(&text).iter().collect::<BTreeSet<_>>().len(), 1);
    }
}

#[test]
fn a_report_stands_alone() {
    for analysis in analyses(3, 15) {
        let text = export::text(&analysis);
        let flat = text.replace("\n  ", " ").replace('\n', " ");
        let experiment = &analysis.outcome.experiment;
        let mut wanted =
            vec![experiment.environment.name.clone(), format!("{} MiB", experiment.environment.memory_mib)];
        wanted.extend(experiment.policies.iter().map(|spec| spec.policy.about.split(' ').next().unwrap().to_owned()));
        wanted.push(experiment.workload.name.to_owned());
        wanted.push("steps of".to_owned());
        wanted.push("model 0.".to_owned());
        if analysis.rows.len() > 1 {
            wanted.push("95 % interval and verdict by".to_owned());
        }
        match &analysis.result {
            Some(hash) => wanted.push(format!("r={hash}")),
            None => wanted.push("PARTIAL".to_owned()),
        }
        if experiment.until.is_some() && analysis.outcome.stop.is_some() {
            assert!(
                ["Optional stopping", "Stopped at the limit", "Not finished"].iter().any(|word| flat.contains(word))
            );
        }
        for word in wanted {
            assert!(flat.contains(&word), "{word}\n{text}");
        }
    }
}

#[test]
fn the_linter_sees_what_it_should() {
    let cases = [
        ("a line\n", 0),
        ("no newline", 1),
        ("tab\there\n", 1),
        ("\u{3bc}\n", 1),
        (&*format!("{}\n", "x".repeat(73)), 1),
        ("blank \n", 1),
        ("---\n", 1),
        ("diff -u a b\n", 1),
        ("From here on\n", 1),
        ("> quoted\n", 1),
        ("base 1 |..  @| 2\n", 1),
        ("policy  n  mean\nbase    1  2\n", 0),
        ("policy  n  mean\nbase    1  2  3\n", 1),
        (&*format!("https://oompoint.example.org/#v=1&o={}\n", "x".repeat(100)), 0),
    ];
    for (text, wanted) in cases {
        assert_eq!(lint::lint(text).len(), wanted, "{text}: {:?}", lint::lint(text));
    }
}

#[test]
fn the_other_formats_hold_every_run() {
    for analysis in analyses(4, 10) {
        let cells = &analysis.outcome.cells;
        let tsv = export::tsv(&analysis);
        let columns = tsv.lines().next().unwrap().split('\t').count();
        assert!(tsv.lines().all(|line| line.split('\t').count() == columns));
        assert_eq!(tsv.lines().count(), cells.len() + 1);
        let json = export::json(&analysis);
        assert_eq!(json["cells"].as_array().unwrap().len(), cells.len());
        assert_eq!(json["summary"].as_array().unwrap().len(), analysis.rows.len());
        let markdown = export::markdown(&analysis);
        assert!(markdown.contains("| policy | n | mean |") && markdown.contains("\n| ---"), "{markdown}");
        let short = serde_json::to_value(export::summary(&analysis.outcome)).unwrap();
        assert_eq!(short.as_object().unwrap().keys().collect::<Vec<_>>(), ["cells", "summary"]);
    }
}

/// falba's own rules, as its README states them.
#[test]
fn a_falba_database_has_its_layout() {
    for analysis in analyses(5, 8) {
        let files = export::falba(&analysis);
        let paths: BTreeSet<_> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths.len(), analysis.outcome.cells.len() + 1, "a result's id is of its content, seed included");
        let config: serde_json::Value = serde_json::from_str(&files[0].text).unwrap();
        assert_eq!(files[0].path, "parsers.json");
        for parser in config["parsers"].as_object().unwrap().values() {
            assert_eq!(parser["type"], "jsonpath");
            assert_eq!(parser["fact"].is_object(), !parser["metric"].is_object());
            let path = parser["jsonpath"].as_str().unwrap().strip_prefix("$.").unwrap();
            for file in &files[1..] {
                let artifact: serde_json::Value = serde_json::from_str(&file.text).unwrap();
                let value = path.split('.').fold(&artifact, |value, key| &value[key]);
                let kind = parser["fact"]["type"].as_str().or(parser["metric"]["type"].as_str()).unwrap();
                let fits = match kind {
                    "bool" => value.is_boolean(),
                    "int" => value.is_u64(),
                    _ => value.is_string(),
                };
                assert!(fits, "{path}: {value}");
            }
        }
        for file in &files[1..] {
            let (test, rest) = file.path.split_once(':').unwrap();
            let (id, rest) = rest.split_once('/').unwrap();
            assert!(test.starts_with("oompoint-") && id.len() == 12 && rest == "artifacts/oompoint.json");
        }
    }
}

/// What the page and the text say of two policies whose scores are these, seed by seed.
fn judged(workload: &str, scores: [&[u64]; 2]) -> (Analysis, Sight) {
    let environment = environment::preset("minimal-1g").expect("it exists");
    let policies = ["base", "blunt"].map(|name| PolicySpec::parse(name).expect("it exists")).into();
    let seeds = (1..=scores[0].len() as u64).collect();
    let workload = Workload::parse(workload).expect("it exists");
    let experiment = Experiment::new(environment, workload, policies, seeds).expect("they fit");
    let score = experiment.workload.plan(&experiment.environment).and_then(|plan| plan.score).expect("it has one");
    let mut outcome = Random::new(1).whole(&experiment);
    let values = scores.concat();
    for (cell, value) in outcome.cells.iter_mut().zip(values) {
        cell.score = Some(Score { name: score.name.clone(), unit: score.unit.clone(), value });
        cell.counters = [("pgmigrate_success".to_owned(), 100)].into();
    }
    let sight = Sight::of(&outcome, &Permalink::of(experiment), BASE).expect("there is a whole seed");
    (Analysis::of(&outcome, BASE).expect("there is a whole seed"), sight)
}

#[test]
fn the_better_score_is_called_better() {
    let (low, high) = (&[90, 91, 92, 93, 94, 95, 96, 97][..], &[190, 191, 195, 193, 194, 195, 196, 199][..]);
    let (faster, seen) = judged("kernel-build", [high, low]);
    assert!(export::text(&faster).starts_with("The workload's score: build time (ms; less is better)\n"));
    assert!(seen.headlines[0].starts_with("blunt scores better (lower) than base: "), "{}", seen.headlines[0]);
    assert_eq!(faster.beaten_by(&faster.rows[0]), Some("blunt"));
    assert!(faster.prices()[0].contains("0.0 more pages migrated per point gained"), "{:?}", faster.prices());
    let (slower, seen) = judged("kernel-build", [low, high]);
    assert!(seen.headlines[0].starts_with("blunt scores worse (higher) than base: "), "{}", seen.headlines[0]);
    assert!(slower.prices()[0].contains("loses instead of gaining"), "{:?}", slower.prices());
    let (more, seen) = judged("zolnierkiewicz-2012", [low, high]);
    assert!(
        seen.headlines[0].starts_with("blunt scores better (higher) than base: ") && seen.title.contains("more is")
    );
    assert_eq!(more.beaten_by(&more.rows[0]), Some("blunt"));
}

#[test]
fn pages_that_moved_without_a_scan_are_explained() {
    let (analysis, _) = judged("zolnierkiewicz-2012", [&[1, 2], &[3, 4]]);
    let notes = analysis.footnotes();
    let of =
        |label: &str| format!("compact_*_scanned are counted as a compaction ends; under {label} none has by the end.");
    assert!(["base", "blunt"].iter().all(|label| notes.contains(&of(label))), "{notes:?}");
}
