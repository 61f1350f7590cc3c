// SPDX-License-Identifier: GPL-2.0-only
//! What a piece of a step comes to.

pub(super) const MS: u64 = 1_000_000;
/// Longest sleep at once, so that a task that is told to stop hears of it.
pub(super) const NAP_NS: u64 = 100 * MS;

/// What a piece of a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    More,
    /// Until this moment, ns.
    Sleep(u64),
    End,
}
