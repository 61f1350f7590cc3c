// SPDX-License-Identifier: GPL-2.0-only
//! What FIDELITY.md says must be what the model gives, and what misses its tolerance must be listed with a reason.
//!
//! A few quick cells are run here; www/fidelity.json holds the outcome of all cells over all seeds, and the digests tie
//! the two together: a model that differs in any cell run here is not the model that the page describes.
//!
//! Hysteresis: here a mean over few seeds may miss up to 1.5 times its tolerance, and a known failure may agree. Over
//! all seeds nothing unlisted may miss, and a listed one must go once it misses by less than 0.8.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use oompoint::experiment::fidelity::measure::CLEARED;
use oompoint::experiment::fidelity::{Fixture, Observed, Spec, bars, cells, known, observe};
use oompoint::report::fidelity::{Record, page, part, table};

/// Cells of each family and kind of bar that take well under a second; no races, whose means hang on single seeds.
const QUICK: [&str; 9] = [
    "debian/ant/1024/thp=always/defrag=0",
    "debian/ant/512/thp=never/defrag=1",
    "debian/noant/256/thp=never/defrag=0",
    "k0-off",
    "k0-series",
    "k0-fix",
    "k1-pc0-pro0-series",
    "k1-pc0-early",
    "k1-pc0-bglight-off",
];
const SEEDS: [u64; 4] = [1, 2, 3, 4];
/// What few seeds may add to a miss.
const SLACK: f64 = 1.5;
const REMEDY: &str = "run `cargo run -- fidelity --write`, and look at what changed";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    let path = root().join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn record() -> Record {
    serde_json::from_str(&read("www/fidelity.json")).expect("www/fidelity.json is a record")
}

/// The quick cells over the few seeds, run once for all tests.
fn observed(name: &str) -> &'static [Observed] {
    static ALL: OnceLock<Vec<Vec<Observed>>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            loop {
                let i = next.fetch_add(1, Ordering::Relaxed);
                let Some(name) = QUICK.get(i / SEEDS.len()) else { return done };
                let cell = cells::find(name).unwrap().cell(SEEDS[i % SEEDS.len()]).unwrap();
                done.push((i, observe(&cell).unwrap()));
            }
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let mut runs: Vec<(usize, Observed)> = std::thread::scope(|scope| {
            let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            handles.into_iter().flat_map(|handle| handle.join().unwrap()).collect()
        });
        runs.sort_by_key(|(i, _)| *i);
        let mut all = vec![Vec::new(); QUICK.len()];
        runs.into_iter().for_each(|(i, run)| all[i / SEEDS.len()].push(run));
        all
    });
    &all[QUICK.iter().position(|quick| *quick == name).unwrap()]
}

fn spec(name: &str) -> &'static Spec {
    cells::find(name).unwrap()
}

#[test]
fn the_record_is_of_the_model_of_the_day() {
    let record = record();
    for name in QUICK {
        let cell = record.cells.iter().find(|cell| cell.name == name).unwrap_or_else(|| panic!("{name}: {REMEDY}"));
        for run in observed(name) {
            let i = cell.seeds.iter().position(|&seed| seed == run.result.seed).expect("the record has the seed");
            assert_eq!(cell.digests[i], run.result.digest, "{name}, seed {}: {REMEDY}", run.result.seed);
        }
    }
}

#[test]
fn the_record_is_read_to_the_last_digit() {
    assert!(record().json() == read("www/fidelity.json"), "www/fidelity.json changes when it is read and written");
}

#[test]
fn the_page_is_of_the_record() {
    let page = read("FIDELITY.md");
    let part = part(&page, "fidelity").expect("FIDELITY.md has its markers");
    assert_eq!(part, table(&record()).trim_matches('\n'), "{REMEDY}");
}

#[test]
fn what_misses_is_listed_and_what_is_listed_misses() {
    let record = record();
    let mut wrong = Vec::new();
    for measure in record.measures() {
        let is_known = known::find(&measure.cell, &measure.what).is_some();
        let name = format!("{}: {} (miss {:?})", measure.cell, measure.what, measure.miss);
        if !is_known && !measure.passes() {
            wrong.push(format!("fails and is not listed: {name}"));
        }
        if is_known && measure.is_cleared() {
            wrong.push(format!("is listed and misses by less than {CLEARED}, take it off the list: {name}"));
        }
    }
    for known in known::KNOWN {
        if !record.measures().any(|measure| measure.cell == known.cell && measure.what == known.what) {
            wrong.push(format!("is listed and not measured: {}: {}", known.cell, known.what));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn few_seeds_are_near_the_real_runs_too() {
    let fixture = Fixture::load(|name| Ok(read(&format!("tests/kernel/runs/{name}")))).unwrap();
    let mut judged = 0;
    for name in QUICK {
        for measure in bars::compare(spec(name), &fixture, observed(name)) {
            // Ranges, which of two requests is the more frequent, and counters hang on single seeds.
            let steady = [bars::BYTES, bars::FREE, bars::UNMAPPED, bars::DIRECT, bars::FRAG, bars::TYPES];
            let Some(miss) = measure.miss.filter(|_| steady.contains(&measure.what.as_str())) else { continue };
            if known::find(name, &measure.what).is_none() {
                assert!(miss <= SLACK, "{name}: {}: model {}, real {}", measure.what, measure.model, measure.real);
                judged += 1;
            }
        }
    }
    assert!(judged > QUICK.len() * 3, "{judged} comparisons are too few to say anything");
}

#[test]
fn the_fixture_holds_every_cell() {
    let fixture = Fixture::load(|name| Ok(read(&format!("tests/kernel/runs/{name}")))).unwrap();
    for spec in oompoint::experiment::fidelity::CELLS {
        assert!(!fixture.runs(spec.name).is_empty(), "no real run of {}", spec.name);
    }
    for run in fixture.families.iter().flat_map(|family| &family.runs) {
        assert!(cells::find(&run.cell).is_some(), "{} is of no cell", run.run);
        assert!(run.bytes % (2 << 20) == 0 && run.oom.free_pages > 0, "{}", run.run);
    }
}

#[test]
fn the_page_shows_every_comparison_and_why_some_are_missed() {
    let record = record();
    let fixture = Fixture::load(|name| Ok(read(&format!("tests/kernel/runs/{name}")))).unwrap();
    let explained = record.clone().explained(&fixture);
    assert!(record == explained, "reasons or sources changed: oompoint fidelity --recorded --write");
    let html = read("www/fidelity.html");
    assert!(html == page(&record), "www/fidelity.html is not of the record: oompoint fidelity --recorded --write");
    let count = |text: &str| html.matches(text).count();
    let (all, missed) = (record.measures().count(), record.measures().filter(|measure| !measure.passes()).count());
    assert_eq!(count("<tr class=\"missed\">"), missed);
    assert_eq!(count("<td>missed: "), missed, "each with its reason");
    let pictures = record.cells.iter().filter(|cell| cell.svg.is_some());
    assert!(pictures.clone().all(|cell| !cell.moments.is_empty()), "every picture has its figures");
    assert_eq!(count("The same as a table"), pictures.count());
    let moments: usize = record.cells.iter().map(|cell| cell.moments.len()).sum();
    assert_eq!(count("<tr class=\"moment\">"), moments);
    // What the page counts when a part is hidden.
    let mut sums = [0; 2];
    for section in html.split("<section data-group=").skip(1) {
        assert!(section.contains("Real: tests/kernel/runs/"), "it names its source: {section}");
        let rows = |of: &str| section.matches(&format!("<tr{of}><th scope=\"row\">")).count();
        let missed = rows(" class=\"missed\"");
        for (sum, (name, is)) in sums.iter_mut().zip([("all", rows("") + missed), ("missed", missed)]) {
            assert!(section.contains(&format!(" data-{name}=\"{is}\"")), "{section}");
            *sum += is;
        }
    }
    assert_eq!(sums, [all, missed]);
    let judged = record.measures().filter(|measure| measure.miss.is_some()).count();
    let said = format!("{} of {judged} comparisons", judged - missed);
    assert!(html.contains(&said), "{said}");
}

#[test]
fn the_ledger_is_what_the_headers_say() {
    let root = env!("CARGO_MANIFEST_DIR");
    let args = ["fidelity", "--ledger", "--root", root];
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_oompoint")).args(args).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (now, file) = (String::from_utf8(output.stdout).unwrap(), read("FIDELITY.md"));
    let stands = part(&file, "ledger").expect("FIDELITY.md has a ledger");
    assert!(now.trim() == stands.trim(), "oompoint fidelity --write --ledger");
}
