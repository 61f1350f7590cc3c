// SPDX-License-Identifier: GPL-2.0-only
//! What is done to the machine, as data.

pub mod spec;

pub use spec::{CATALOG, Entry, Workload, find};
