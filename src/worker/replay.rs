// SPDX-License-Identifier: GPL-2.0-only
//! A replay, from its files to its outcome.

use js_sys::{Array, Date};

use super::fetch;
use super::message::{Failure, File, News, Outcome, Progress, Replay};
use super::post;
use crate::model::node::Node;
use crate::replay::{self, Given, Report, blockmap};
use crate::report::traced;
use crate::trace::input::{Fault, Source};
use crate::trace::{Imported, Importer, State, read_state};

/// How many pieces of 256 KiB go by between two messages while importing; a trace of this size then sends about 25.
const CHUNKS_PER_MESSAGE: u32 = 4;
/// Bytes between two messages while fetching.
const BYTES_PER_MESSAGE: u32 = 1 << 17;

const RELOAD: &str = "The file came damaged or cut: reload the page without its cache (Shift and reload), then retry.";
const CHOOSE: &str = "Choose another file: ftrace text for the trace, JSON for a state, either plain or gzip.";

pub async fn run(job: &Replay, handed: &Array) -> Result<News, Failure> {
    let begun = Date::now();
    let (mut start, mut end, mut snapshots) = (None, None, Vec::new());
    if let Some(file) = &job.start {
        start = Some(read(job, file, handed).await?);
    }
    for file in &job.snapshots {
        snapshots.push(read(job, file, handed).await?);
    }
    if let Some(file) = &job.end {
        end = Some(read(job, file, handed).await?);
    }
    let bytes = trace(&job.trace, handed).await?;
    let fetched = Date::now();
    let (imported, fault) = import(&bytes, job)?;
    drop(bytes);
    let read = Date::now();
    post(&News::Contents(traced::contents(&job.trace.name, &imported, fault)));
    let shown = Date::now();
    // The end of a cut trace is not the moment of the final state.
    let whole = end.as_ref().filter(|_| fault.is_none());
    let (mut report, why) = match &start {
        Some(start) if replay::has_added(&imported) => {
            (replayed(Given { start, snapshots: &snapshots, end: whole }, &imported), "")
        }
        Some(_) => (replay::survey(&imported), traced::NO_ADDED),
        None => (replay::survey(&imported), traced::NO_STATE),
    };
    let limits = start.as_ref().map(|start| Given { start, snapshots: &snapshots, end: end.as_ref() });
    replay::note_limits(&mut report, limits, &imported, fault);
    let ms = [fetched - begun, read - fetched, Date::now() - shown];
    Ok(News::Replayed(Box::new(Outcome {
        verdict: traced::verdict(Some(&report)),
        agreement: traced::table(Some(&report), job.is_bundled, why),
        facts: traced::facts(Some(&report), ms),
        text: traced::text(&job.trace.name, &report),
        events: report.events,
        ms: Date::now() - begun,
    })))
}

/// Maps are numbered in the order they come.
fn replayed(given: Given, trace: &Imported) -> Report {
    let of = trace.events.len() as u32;
    let told = |events: usize| {
        post(&News::Progress(Progress::Replaying { events: events as u32, of }));
        true
    };
    let mut index = 0;
    let show = |state: &State, node: &Node, events: usize| {
        post(&News::Map(blockmap::of(node, index, &state.label, events as u32)));
        index += 1;
    };
    replay::guided_watched(given, trace, told, show).0
}

async fn read(job: &Replay, file: &File, handed: &Array) -> Result<State, Failure> {
    let bytes = fetch::bytes(file, handed, |_, _| {}).await?;
    read_state(&bytes).map_err(|error| Failure::new(format!("{}: {error}", file.name), remedy(job)))
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

fn remedy(job: &Replay) -> &'static str {
    if job.is_bundled { RELOAD } else { CHOOSE }
}

/// Everything up to a fault, if there is one; that of the page's own trace is none to go on with.
fn import(bytes: &[u8], job: &Replay) -> Result<(Imported, Option<Fault>), Failure> {
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
        Some(fault) if job.is_bundled || fault == Fault::Empty => {
            Err(Failure::new(format!("{}: {fault}", job.trace.name), remedy(job)))
        }
        fault => Ok((importer.finish(), fault)),
    }
}
