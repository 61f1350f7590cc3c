// SPDX-License-Identifier: GPL-2.0-only
//! Looking inside a run: any moment of it, why a request was denied, where two policies part.
//!
//! A run is recorded once: the stream of decisions, a time-line, and copies of the session every so often. Any other
//! moment is the nearest earlier copy, run on. Everything here is a pure function of a cell.
//!
//! A moment is named by the ordinal of a decision and is the state of the machine as that decision was made, in the
//! middle of a step of simulated time where it fell there. The ordinal after the last one is the end of the run.

mod areas;
pub mod blocks;
pub mod divergence;
pub mod filter;
pub mod history;
pub mod lane;
pub mod look;
pub mod moment;
mod outline;
pub mod parting;
pub mod picture;
mod picture_types;
pub mod place;
pub mod recording;
mod seek;
pub mod stream;
pub mod timeline;
pub mod tour;
pub mod types;
pub mod why;
pub mod words;

pub use divergence::{Divergence, Divergences};
pub use filter::Filter;
pub use lane::Lane;
pub use moment::Moment;
pub use place::{Go, Place, Which};
pub use recording::Recording;
pub use timeline::Timeline;
pub use tour::Tour;
pub use why::Why;
pub use words::Row;
