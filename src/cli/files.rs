// SPDX-License-Identifier: GPL-2.0-only
//! Reading the files a command names.

use std::io::ErrorKind;
use std::path::Path;

use crate::trace::input::Fault;
use crate::trace::state::State;
use crate::trace::{Imported, Input, decompress, import, read_state};

/// What went wrong and with which file, with the remedy.
pub type Failure = String;

pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let name = path.display();
    std::fs::read(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!("{name}: there is no such file; check the path"),
        ErrorKind::IsADirectory => format!("{name}: this is a folder; name a file in it"),
        ErrorKind::PermissionDenied => format!("{name}: you may not read this file; check its permissions"),
        _ => format!("{name}: {error}; check the file"),
    })
}

/// A dumped state. Text of ftrace given by mistake is named as such.
pub fn state(path: &Path) -> Result<State, Failure> {
    let bytes = read(path)?;
    let name = path.display();
    let input = decompress(&bytes);
    if input.bytes.trim_ascii_start().starts_with(b"#") || is_ftrace(&input) {
        return Err(format!("{name}: this is a trace, not a state; give it with --trace, and the state with --state"));
    }
    read_state(&bytes).map_err(|error| format!("{name}: {error}"))
}

/// A trace, with what is missing of it. A dumped state given by mistake is named as such.
pub fn trace(path: &Path) -> Result<(Imported, Option<Fault>), Failure> {
    let bytes = read(path)?;
    let name = path.display();
    let input = decompress(&bytes);
    if input.fault == Some(Fault::Empty) || input.bytes.is_empty() && input.fault.is_none() {
        return Err(format!("{name}: the file is empty; record the trace again"));
    }
    if input.bytes.trim_ascii_start().starts_with(b"{") {
        return Err(format!(
            "{name}: this is a state (JSON), not a trace; give it with --state, the trace with --trace"
        ));
    }
    let found = import(&input.bytes);
    if found.events.is_empty() {
        let why = match (input.fault, found.skipped.first.first()) {
            (Some(fault), _) => fault.to_string(),
            (None, Some(skip)) => format!("line {}: {}", skip.line, skip.reason),
            (None, None) => "it holds comments only".to_owned(),
        };
        return Err(format!("{name}: no event could be read: {why}; give the text of /sys/kernel/tracing/trace"));
    }
    Ok((found, input.fault))
}

fn is_ftrace(input: &Input) -> bool {
    let head = &input.bytes[..input.bytes.len().min(1 << 16)];
    !head.trim_ascii_start().starts_with(b"{") && !import(head).events.is_empty()
}

/// Dumps that lie beside a start state as `state_N_label.json.gz`, by their number. A dump that cannot be read is an
/// error: silence would make a replay look better checked than it is.
pub fn snapshots_beside(start: &Path) -> Result<Vec<State>, Failure> {
    let folder = start.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(folder).map_err(|error| {
        format!("{}: {error}; the states beside the start state are looked for here", folder.display())
    })?;
    let mut paths: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.retain(|path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with("state_") && (name.ends_with(".json") || name.ends_with(".json.gz"))
    });
    paths.sort();
    paths.iter().map(|path| state(path)).collect()
}
