// SPDX-License-Identifier: GPL-2.0-only
//! The compaction scanners against traces of an instrumented kernel. More traces than the one in the repository:
//! `OOMPOINT_TRACES=folder:folder cargo test --test compact -- --nocapture`.

use std::path::{Path, PathBuf};

use oompoint::replay::{CompactionReport, Given, compaction};
use oompoint::trace::{decompress, import, read_state, state::State};

fn state(path: &Path) -> State {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    read_state(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn report(folder: &Path) -> CompactionReport {
    let bytes = std::fs::read(folder.join("trace_full.txt.gz")).expect("a trace");
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let is_snapshot =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("state_"));
    let snapshots: Vec<State> = entries.filter(is_snapshot).map(|path| state(&path)).collect();
    let (start, end) = (state(&folder.join("initial_state.json.gz")), state(&folder.join("final_state.json.gz")));
    let given = Given { start: &start, snapshots: &snapshots, end: Some(&end) };
    compaction(given, &import(&decompress(&bytes).bytes))
}

/// In the repository: a secretmem fill of 128 MiB in which kcompactd and direct compactions ran 17 times.
#[test]
fn every_step_of_a_real_kernel_is_predicted() {
    let report = report(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kernel/custom_svf_128_3")));
    assert!(report.differences.is_empty(), "{report}");
    for (score, made) in [
        (report.runs, 17),
        (report.positions, 17),
        (report.events, 8142),
        (report.suitable, 62),
        (report.deferral, 13),
        (report.skip_bits, 800),
    ] {
        assert_eq!((score.made, score.exact), (made, made), "{report}");
    }
}

/// And what other tasks disturb in longer traces, if there are any.
#[test]
fn scanners_do_what_a_real_kernel_did() {
    let bundled = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kernel/custom_svf_128_3");
    let more = std::env::var("OOMPOINT_TRACES").unwrap_or_default();
    for folder in std::iter::once(bundled).chain(more.split(':').filter(|folder| !folder.is_empty())) {
        let report = report(Path::new(folder));
        println!("{folder}\n{report}");
        assert!(report.runs.made > 0 && report.events.made > 0, "{folder}: nothing to compare");
        assert_eq!(report.suitable.exact, report.suitable.made, "{folder}");
        assert_eq!(report.deferral.exact, report.deferral.made, "{folder}");
        // Runs that other tasks disturb in the middle of a step cannot be predicted; calm workloads have few.
        let calm = folder.contains("svf");
        assert!(!calm || report.events.exact * 100 >= report.events.made * 99, "{folder}");
    }
}
