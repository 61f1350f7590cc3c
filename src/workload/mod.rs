// SPDX-License-Identifier: GPL-2.0-only
//! What is done to the machine, as data.

mod catalog;
pub mod plan;
mod plan_check;
mod plan_read;
pub mod spec;

pub use plan::PlanSpec;
pub use spec::{CATALOG, Entry, Workload, find};
