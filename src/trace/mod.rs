// SPDX-License-Identifier: GPL-2.0-only
//! Readers of foreign data: ftrace text and allocator states.
//!
//! Everything here was written by another machine and may be cut, damaged or of another kernel: a reader reports what
//! it could not use and goes on, it never panics.

mod added;
mod compaction;
pub mod event;
mod fast;
mod fields;
pub mod ftrace;
mod gzip;
pub mod input;
mod line;
mod names;
mod native;
mod reclaim;
pub mod skip;
pub mod state;
mod state_check;
mod state_read;

pub use event::{CompactStatus, Event, Kind, RetryResult, Victim};
pub use ftrace::{Imported, Importer, import, import_thoroughly};
pub use input::{Input, decompress};
pub use skip::{Reason, Skip, Skipped};
pub use state::{State, StateError};
pub use state_read::read_state;
