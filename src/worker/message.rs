// SPDX-License-Identifier: GPL-2.0-only
//! The messages between the page and its workers. They come from one build, so that they cannot be of different
//! versions; a compact format that only they know takes half the code of JSON.
//!
//! A job is a list: its bytes, followed by whatever is handed over as it is (files).

use js_sys::Uint8Array;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

use crate::replay::blockmap::BlockMap;
use crate::report::panel::Shown;

/// Something to do for a worker of comparisons. A worker does one at a time, in the order they came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Job {
    /// Run one cell: a link's fragment with one policy and one seed.
    Cell(String),
    Analyse(Analyse),
    /// Say where two cells first decide differently.
    Parting([String; 2]),
    /// A wish of somebody who looks inside two runs, each the link of a cell (`inspect::tour`).
    Inside {
        runs: [String; 2],
        wish: String,
    },
}

/// Work out what an experiment's results show so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Analyse {
    /// The link that was opened or that the controls amount to.
    pub fragment: String,
    /// Number of a cell and its result, as `News::Cell` brought it.
    pub results: Vec<(u32, String)>,
}

/// A replay to do, for a worker of the replay's own program. Without a start state the trace is only read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replay {
    /// Whether it is the trace that comes with the page, whose figures were published.
    pub is_bundled: bool,
    pub trace: File,
    pub start: Option<File>,
    pub snapshots: Vec<File>,
    pub end: Option<File>,
}

/// A file and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    pub name: String,
    pub from: From,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum From {
    /// To be fetched; absolute, since a worker may have no place of its own.
    Url(String),
    /// Handed over with the job: its number among what was, from 0.
    Handed(u32),
}

/// What a worker tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum News {
    Hello,
    Progress(Progress),
    /// A cell is done: what it is judged by, and its `CellResult` as JSON.
    Cell {
        value: u64,
        result: String,
    },
    Sight(Box<Seen>),
    /// What a trace contains, as HTML.
    Contents(String),
    Map(BlockMap),
    /// Pieces of what is seen, by `inspect::tour::part`.
    Inside(Vec<(u32, String)>),
    Parting(String),
    Replayed(Box<Outcome>),
    Failed(Failure),
}

impl News {
    /// Whether the job that it is about is over.
    pub fn is_last(&self) -> bool {
        !matches!(self, News::Hello | News::Progress(_) | News::Contents(_) | News::Map(_))
    }
}

/// What the results show, and what is still wanted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    pub shown: Shown,
    /// More seeds, if a stopping rule wants them: all of them, as a list of ranges.
    pub more_seeds: Option<String>,
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

/// What a replay came to, as HTML and texts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    pub verdict: String,
    pub agreement: String,
    pub facts: String,
    pub text: String,
    pub events: u64,
    /// Milliseconds from the first byte on.
    pub ms: f64,
}

/// The bytes of a message.
///
/// # Panics
/// On a type that the format cannot write, such as a list of unknown length: a mistake of the program.
pub fn encode(message: &impl Serialize) -> JsValue {
    let bytes = postcard::to_allocvec(message).expect("a message is plain data");
    Uint8Array::from(bytes.as_slice()).into()
}

/// # Errors
/// Bytes that are no such message.
pub fn decode<T: DeserializeOwned>(value: &JsValue) -> Result<T, postcard::Error> {
    postcard::from_bytes(&Uint8Array::new(value).to_vec())
}

/// What went wrong, and what the reader can do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub what: String,
    pub remedy: String,
}

impl Failure {
    pub fn new(what: impl Into<String>, remedy: impl Into<String>) -> Failure {
        Failure { what: what.into(), remedy: remedy.into() }
    }
}
