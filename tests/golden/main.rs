// SPDX-License-Identifier: GPL-2.0-only
//! Every policy has a folder here with recorded cells; they must come out the same on every target.
//!
//! `OOMPOINT_GOLDEN=write cargo test --test golden` records them anew, after a change of the model that is meant.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use oompoint::experiment::golden;
use oompoint::policy::REGISTRY;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

#[test]
fn every_policy_has_its_folder() {
    let folders = fs::read_dir(folder()).expect("the folder is there").filter_map(Result::ok);
    let names = folders.filter(|entry| entry.path().is_dir()).map(|entry| entry.file_name().into_string());
    let names: BTreeSet<String> = names.map(|name| name.expect("a plain name")).collect();
    let policies: BTreeSet<String> = REGISTRY.iter().map(|policy| policy.name.to_owned()).collect();
    assert_eq!(names, policies);
}

#[test]
fn recorded_cells_come_out_the_same() {
    let write = std::env::var("OOMPOINT_GOLDEN").is_ok_and(|mode| mode == "write");
    let mut cells = 0;
    for policy in REGISTRY {
        let path = folder().join(policy.name).join("cells.txt");
        let text = fs::read_to_string(&path).expect("the policy's cells are there");
        let new = golden::rewrite(&text).expect("the cells are in order");
        cells += golden::count(&text);
        if write {
            fs::write(&path, &new).expect("the cells can be written");
        } else {
            assert_eq!(new, text, "{}: the model gives other results; if that is meant, record them anew", policy.name);
        }
    }
    assert!(cells >= 50, "{cells} cells");
}
