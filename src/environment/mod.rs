// SPDX-License-Identifier: GPL-2.0-only
//! The guest: its memory, settings and what boot left in it, as data.

mod boot;
mod presets;
mod set;
pub mod spec;

pub use boot::boot;
pub use presets::{PRESETS, Preset, preset};
pub use set::{Field, changes, fields, set};
pub use spec::{Background, CountersUntil, Environment, Footprint, Layout, SpecError, Thp, Vm};
