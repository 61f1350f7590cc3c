// SPDX-License-Identifier: GPL-2.0-only
//! The messages between the page and its worker, JSON in both directions.
//!
//! The file names of the worker's program do not change with its content, so a cache may pair a new page with an old
//! worker. Every message carries the version of this file; a pair that differs is reported and not guessed at.

use serde::{Deserialize, Serialize};

use crate::replay::Report;
use crate::replay::blockmap::BlockMap;

/// To be raised with every change of a type below, of `Report` or of `BlockMap`.
pub const VERSION: u32 = 1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope<T> {
    pub version: u32,
    pub body: T,
}

/// A replay to do. Names of files are relative to the worker's own place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    pub trace: String,
    pub start: String,
    pub snapshots: Vec<String>,
    pub end: String,
}

impl Job {
    /// The trace that comes with the page; index.html names the same files for Trunk to copy.
    pub fn bundled() -> Job {
        let file = |name: &str| format!("trace/{name}.json.gz");
        Job {
            trace: "trace/trace_full.txt.gz".to_owned(),
            start: file("initial_state"),
            snapshots: ["state_1_frag_allocated", "state_2_frag", "state_3_oom", "state_4_killed"].map(file).to_vec(),
            end: file("final_state"),
        }
    }
}

/// What the worker tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum News {
    Hello,
    Progress(Progress),
    Map(BlockMap),
    Done(Box<Outcome>),
    Failed(Failure),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Progress {
    /// `of` is 0 when the server does not say.
    Fetching {
        bytes: u32,
        of: u32,
    },
    Importing {
        lines: u32,
        bytes: u32,
        of: u32,
    },
    Replaying {
        events: u32,
        of: u32,
    },
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    pub report: Report,
    pub lines: u32,
    pub fetch_ms: f64,
    pub import_ms: f64,
    pub replay_ms: f64,
}

/// What went wrong, and what the reader can do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub what: String,
    pub remedy: String,
}
