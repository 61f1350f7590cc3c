// SPDX-License-Identifier: GPL-2.0-only
//! Experiments: an environment, a workload, policies, seeds; each combination is a cell.
//!
//! `run` is a pure function of a cell: threads, workers and command lines only decide where it happens.

pub mod cell;
pub mod edit;
mod end;
pub mod fidelity;
pub mod golden;
pub mod plan;
pub mod run;
mod score;
pub mod seed;
pub mod session;
pub mod sheet;
pub mod watch;

pub use cell::{Cell, CellResult, OomRequest, PolicySpec, Score};
pub use edit::Edit;
pub use plan::{Experiment, MODEL_VERSION, Until, parse_seeds, seeds_text};
pub use run::run;
pub use sheet::{Flow, Outcome, Sheet, run_all};
