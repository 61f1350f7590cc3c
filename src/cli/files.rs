// SPDX-License-Identifier: GPL-2.0-only
//! Reading the files a command names.

use std::path::Path;

use crate::trace::state::State;
use crate::trace::{read_state, state};

/// What went wrong and with which file, with the remedy.
pub type Failure = String;

pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

pub fn state(path: &Path) -> Result<State, Failure> {
    read_state(&read(path)?).map_err(|error: state::StateError| format!("{}: {error}", path.display()))
}

/// Dumps that lie beside a start state as `state_N_label.json.gz`, by their number. A dump that cannot be read is an
/// error: silence would make a replay look better checked than it is.
pub fn snapshots_beside(start: &Path) -> Result<Vec<State>, Failure> {
    let folder = start.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.retain(|path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with("state_") && (name.ends_with(".json") || name.ends_with(".json.gz"))
    });
    paths.sort();
    paths.iter().map(|path| state(path)).collect()
}
