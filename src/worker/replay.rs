// SPDX-License-Identifier: GPL-2.0-only
//! A replay, from its files to its outcome.

use js_sys::{Array, Date};

use super::fetch;
use super::message::{Failure, File, News, Outcome, Progress, Replay};
use super::post;
use crate::replay::{self, Given, blockmap};
use crate::trace::input::Source;
use crate::trace::{Imported, Importer, State, read_state};

/// How many pieces of 256 KiB go by between two messages while importing; a trace of this size then sends about 25.
const CHUNKS_PER_MESSAGE: u32 = 4;
/// Bytes between two messages while fetching.
const BYTES_PER_MESSAGE: u32 = 1 << 17;

pub async fn run(job: &Replay, handed: &Array) -> Result<News, Failure> {
    let begun = Date::now();
    let start = match &job.start {
        Some(file) => Some(read(file, handed).await?),
        None => None,
    };
    let mut snapshots = Vec::new();
    for file in &job.snapshots {
        snapshots.push(read(file, handed).await?);
    }
    let end = match &job.end {
        Some(file) => Some(read(file, handed).await?),
        None => None,
    };
    let trace = trace(&job.trace, handed).await?;
    let fetched = Date::now();
    let imported = import(&trace, &job.trace.name)?;
    drop(trace);
    let read = Date::now();
    let total = imported.events.len() as u32;
    let start = start.ok_or_else(|| Failure::new("there is no start state", "Give one beside the trace."))?;
    let given = Given { start: &start, snapshots: &snapshots, end: end.as_ref() };
    let (report, _) = replay::guided_watched(
        given,
        &imported,
        |events| {
            post(&News::Progress(Progress::Replaying { events: events as u32, of: total }));
            true
        },
        |state, node, events| post(&News::Map(blockmap::of(node, state.index, &state.label, events as u32))),
    );
    let (fetch_ms, import_ms, replay_ms) = (fetched - begun, read - fetched, Date::now() - read);
    Ok(News::Replayed(Box::new(Outcome { report, lines: imported.lines, fetch_ms, import_ms, replay_ms })))
}

async fn read(file: &File, handed: &Array) -> Result<State, Failure> {
    let bytes = fetch::bytes(file, handed, |_, _| {}).await?;
    read_state(&bytes).map_err(|error| Failure::new(format!("{}: {error}", file.name), RELOAD))
}

async fn trace(file: &File, handed: &Array) -> Result<Vec<u8>, Failure> {
    let mut told = 0;
    fetch::bytes(file, handed, |bytes, of| {
        if told == 0 || bytes - told >= BYTES_PER_MESSAGE || bytes == of {
            told = bytes;
            post(&News::Progress(Progress::Fetching { bytes, of }));
        }
    })
    .await
}

const RELOAD: &str = "The file came damaged or cut: reload the page without its cache (Shift and reload), then retry.";

fn import(bytes: &[u8], name: &str) -> Result<Imported, Failure> {
    let mut source = Source::new(bytes);
    let mut importer = Importer::new();
    let mut chunks = 0;
    while let Some(chunk) = source.next_chunk() {
        importer.push(chunk);
        chunks += 1;
        if chunks % CHUNKS_PER_MESSAGE == 0 {
            let (bytes, of) = (source.consumed() as u32, source.total() as u32);
            post(&News::Progress(Progress::Importing { lines: importer.lines(), bytes, of }));
        }
    }
    match source.fault() {
        None => Ok(importer.finish()),
        Some(fault) => Err(Failure::new(format!("{name}: {fault}"), RELOAD)),
    }
}
