// SPDX-License-Identifier: GPL-2.0-only
//! What is done to the machine, as data.

mod catalog;
mod entry;
pub mod plan;
mod plan_check;
mod plan_read;
pub mod spec;

pub use entry::Entry;
pub use plan::PlanSpec;
pub use spec::{CATALOG, Workload, find};
