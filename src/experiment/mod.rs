// SPDX-License-Identifier: GPL-2.0-only
//! Experiments: an environment, a workload, policies, seeds; each combination is a cell.
//!
//! `run` is a pure function of a cell: threads, workers and command lines only decide where it happens.

pub mod cell;
pub mod fidelity;
mod plan_script;
pub mod run;
mod script;

pub use cell::{Cell, CellResult, OomRequest, PolicySpec, Score};
pub use run::run;
