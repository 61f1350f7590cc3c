// SPDX-License-Identifier: GPL-2.0-only
//! What was measured.

use super::goals::Goal;

/// Everything of one size.
#[derive(Default)]
pub(super) struct Found {
    pub lanes: Vec<Seen>,
    pub goals: Vec<Goal>,
    /// Of every lane's digest and count of operations.
    pub digest: String,
    /// What could not be measured, and why.
    pub missing: Vec<String>,
    pub refusal: Option<String>,
}

/// A lane after its turns.
pub(super) struct Seen {
    pub name: String,
    pub unit: &'static str,
    pub ops: u64,
    pub digest: u64,
    pub ns_per_op: f64,
    pub ns: Vec<u64>,
}
