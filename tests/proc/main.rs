// SPDX-License-Identifier: GPL-2.0-only
//! The texts of /proc and of the kernel log against real ones; provenance in `tests/kernel/proc/README.md`.

mod damage;
mod edge;
mod golden;
mod model;
mod views;

use std::fs;
use std::path::PathBuf;

/// A folder of texts, sorted by name.
pub fn texts(folder: &str) -> Vec<(String, String)> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/kernel/proc").join(folder);
    let entries = fs::read_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut texts: Vec<(String, String)> = entries
        .map(|entry| {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            (path.display().to_string(), text)
        })
        .collect();
    texts.sort();
    assert!(!texts.is_empty(), "{folder} is empty");
    texts
}

/// One text of a folder.
pub fn text(folder: &str, name: &str) -> String {
    let wanted = format!("{folder}/{name}.txt");
    texts(folder).into_iter().find(|(path, _)| path.ends_with(&wanted)).unwrap_or_else(|| panic!("no {wanted}")).1
}

/// Fails with the first line that differs.
#[track_caller]
pub fn assert_same(what: &str, ours: &str, kernel: &str) {
    if ours == kernel {
        return;
    }
    let (mut ours_lines, mut kernel_lines) = (ours.lines(), kernel.lines());
    for number in 1.. {
        let (ours, kernel) = (ours_lines.next(), kernel_lines.next());
        assert_eq!(ours, kernel, "{what}: line {number} (left is ours)");
        assert!(ours.is_some(), "{what}: the texts differ only in newlines");
    }
}
