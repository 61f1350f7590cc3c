// SPDX-License-Identifier: GPL-2.0-only
//! Holding the model against what a real kernel did.
//!
//! `guided` needs a trace with the added `PA` lines and a start state; it must agree with every page. `native` uses
//! the stock tracepoints that any user can record.

mod bend;
pub mod blockmap;
mod compaction;
mod compaction_report;
mod compaction_run;
mod given;
pub mod guided;
mod limits;
pub mod load;
mod lru;
pub mod native;
mod outside;
mod play;
pub mod report;
mod score;
pub mod survey;
mod survey_report;
mod survey_text;

pub use compaction::compaction;
pub use compaction_report::CompactionReport;
pub use given::Given;
pub use limits::{has_added, note_limits};
pub use load::state_digest;
pub use play::{guided, guided_watched, native};
pub use report::{Divergence, Report};
pub use score::Score;
pub use survey::Survey;
pub use survey_report::survey;
