// SPDX-License-Identifier: GPL-2.0-only
//! An experiment's outcome as text: for a mail, for Markdown, as TSV, JSON and a falba database.

pub mod analysis;
pub mod example;
mod falba;
mod json;
pub mod lint;
mod markdown;
pub mod samples;
mod table;
mod text;
mod tsv;
mod words;

pub use analysis::{Analysis, Comparison, Row};
pub use falba::{File, falba};
pub use json::{Summary, json, short, summary};
pub use markdown::markdown;
pub use text::{comparison, front, sample, setting, text};
pub use tsv::tsv;
