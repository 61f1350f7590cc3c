// SPDX-License-Identifier: GPL-2.0-only
//! What programs keep in the world between their steps.
//!
//! Data without behaviour of its own: the programs, which stand above the world, act on it.

mod file;
mod plan;
mod stack;
mod worker;

pub use file::File;
pub use plan::{Held, PlanState, Set};
pub use stack::{Stack, Stacks};
pub use worker::WorkerState;
