// SPDX-License-Identifier: GPL-2.0-only
//! Shards: any cut, any order, any accident, the same table.

use oompoint::experiment::{Experiment, Flow, Outcome, PolicySpec, Sheet, Until, parse_seeds, run, run_all};
use oompoint::link::{self, BASE};
use oompoint::report::export::{self, Analysis};
use oompoint::report::shards::{head, line, merge};
use oompoint::workload::Workload;

use crate::random::Random;

fn experiment(seeds: &str) -> Experiment {
    let guest = oompoint::environment::preset("minimal-1g").unwrap();
    let guest = oompoint::environment::set(&guest, "memory", "128MiB").unwrap();
    let policies = ["base", "series"].map(|name| PolicySpec::parse(name).unwrap());
    let workload = Workload::parse("secretmem-vs-frag").unwrap();
    Experiment::new(guest, workload, policies.into(), parse_seeds(seeds, ',').unwrap()).unwrap()
}

fn text(outcome: &Outcome) -> String {
    export::text(&Analysis::of(outcome, BASE).unwrap())
}

fn file(experiment: &Experiment, i: usize, n: usize) -> (String, String) {
    let cells = experiment.shard(i, n);
    let lines = cells.map(|number| line(number, run(&experiment.cell(number)).unwrap()));
    (format!("{i}.jsonl"), head(experiment, i, n) + &lines.collect::<String>())
}

#[test]
fn shards_cover_every_cell_once() {
    let mut random = Random::new(3);
    for _ in 0..100 {
        let experiment = random.experiment();
        let n = 1 + random.below(40) as usize;
        let all: Vec<_> = (1..=n).flat_map(|i| experiment.shard(i, n)).collect();
        assert_eq!(all, (0..experiment.cells()).collect::<Vec<_>>());
    }
}

#[test]
fn merged_shards_are_the_table_of_one_run() {
    let experiment = experiment("1-5");
    let whole = run_all(&experiment, &mut |_, _| Flow::GoOn).unwrap();
    let mut files: Vec<_> = (1..=3).map(|i| file(&experiment, i, 3)).collect();
    files.reverse();
    // The same shard twice, as when a worker was thought lost.
    files.push(files[0].clone());
    let merged = merge(&files).unwrap();
    assert_eq!(merged.missing(), None);
    assert_eq!(text(&merged.sheet.outcome(&merged.experiment)), text(&whole));
}

#[test]
fn a_cut_shard_names_what_to_run_again_and_nothing_is_lost() {
    let experiment = experiment("1-4");
    let mut files: Vec<_> = (1..=2).map(|i| file(&experiment, i, 2)).collect();
    let complete = files[1].clone();
    let length = files[1].1.len();
    files[1].1.truncate(length - 40);
    let merged = merge(&files).unwrap();
    assert_eq!(merged.missing().unwrap(), "1 of 8 cells are missing: run shard 2/2 again");
    assert!(merged.notes[0].contains("2.jsonl: its last line was cut"));
    let part = merged.sheet.outcome(&merged.experiment);
    assert!(!part.is_whole() && text(&part).contains("PARTIAL: 3 of 4 seeds"), "{}", text(&part));
    assert_eq!(link::result_hash(&part), None);
    files.push(complete);
    let merged = merge(&files).unwrap();
    let whole = run_all(&experiment, &mut |_, _| Flow::GoOn).unwrap();
    assert_eq!(text(&merged.sheet.outcome(&merged.experiment)), text(&whole));
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let (one, other) = (file(&experiment("1-2"), 1, 1), file(&experiment("1-3"), 1, 1));
    assert!(merge(&[one.clone(), other]).err().unwrap().contains("another experiment"));
    let damaged = |from: &str, to: &str| (one.0.clone(), one.1.replacen(from, to, 1));
    assert!(merge(&[damaged("shard 1", "shard 9")]).err().unwrap().contains("this program reads"));
    assert!(merge(&[damaged("\"model\":\"", "\"model\":\"9")]).err().unwrap().contains("two versions"));
    assert!(merge(&[damaged("\"policy\":\"base\"", "\"policy\":\"blunt\"")]).err().unwrap().contains("it is blunt"));
    assert!(
        merge(&[one.clone(), damaged("\"free_pages_at_oom\":", "\"free_pages_at_oom\":1")])
            .err()
            .unwrap()
            .contains("twice with different results")
    );
    assert!(merge(&[("x".to_owned(), "hello\n".to_owned())]).err().unwrap().contains("first line"));
    assert!(merge(&[]).is_err());
}

#[test]
fn arrival_order_does_not_show() {
    let experiment = experiment("1-3");
    let results: Vec<_> = (0..experiment.cells()).map(|number| run(&experiment.cell(number)).unwrap()).collect();
    let mut random = Random::new(9);
    let mut texts = Vec::new();
    for _ in 0..5 {
        let mut order: Vec<_> = (0..results.len()).collect();
        order.sort_by_key(|_| random.below(1000));
        let mut sheet = Sheet::new(&experiment);
        for number in order {
            sheet.put(&experiment, number, results[number].clone()).unwrap();
        }
        texts.push(text(&sheet.outcome(&experiment)));
    }
    assert!(texts.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn a_cancelled_run_keeps_whole_pairs() {
    let experiment = experiment("1-6");
    let outcome = run_all(&experiment, &mut |done, _| if done == 7 { Flow::Cancel } else { Flow::GoOn }).unwrap();
    assert_eq!((outcome.seeds.as_slice(), outcome.cells.len()), (&[1, 2, 3][..], 6));
    assert!(outcome.cells.iter().zip([1, 2, 3, 1, 2, 3]).all(|(cell, seed)| cell.seed == seed));
}

#[test]
fn seeds_are_added_until_the_rule_is_met() {
    let mut experiment = experiment("1-4");
    experiment.until = Some(Until::new("50", 64).unwrap());
    let outcome = run_all(&experiment, &mut |_, _| Flow::GoOn).unwrap();
    assert!(outcome.seeds.len() >= 20 && outcome.seeds.len() <= 64, "{}", outcome.seeds.len());
    assert!(outcome.stop.unwrap().is_final());
    let report = text(&outcome).replace("\n  ", " ");
    assert!(report.contains("Optional stopping") || report.contains("Stopped at the limit"), "{report}");
    // The link names the seeds that were run and the rule that chose them; opening it adds none.
    let url = Analysis::of(&outcome, BASE).unwrap().url;
    let opened = link::open(&url).unwrap().link;
    let again = run_all(&opened.experiment, &mut |_, _| Flow::GoOn).unwrap();
    assert_eq!(
        link::compare(&opened, &again).unwrap().sentence(),
        format!("Reproduced ({0}/{0} seeds).", outcome.seeds.len())
    );
}
