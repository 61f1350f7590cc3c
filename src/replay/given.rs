// SPDX-License-Identifier: GPL-2.0-only
//! What a replay is given beside the trace.

use crate::trace::state::State;

/// States of the machine that the trace is of.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    pub start: &'a State,
    /// States dumped in between, found by their `index`.
    pub snapshots: &'a [State],
    /// The state after the last event.
    pub end: Option<&'a State>,
}
