// SPDX-License-Identifier: GPL-2.0-only
//! Looking on while a cell runs.

use crate::sim::World;

/// Looks at the world between phases and every so many bytes; for time-lines.
pub trait Watch {
    /// After the named phase.
    fn phase(&mut self, _name: &str, _world: &World) {}
    /// After each chunk of secretmem.
    fn chunk(&mut self, _world: &World) {}
}

/// Watches nothing.
pub struct Unwatched;

impl Watch for Unwatched {}
