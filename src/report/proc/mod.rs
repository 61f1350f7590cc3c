// SPDX-License-Identifier: GPL-2.0-only
//! The texts in which a Linux 7.3 kernel shows the state of its page allocator, written and read.
//!
//! Each file of the kernel has one type here that holds exactly what the text says. `to_string()` writes the kernel's
//! layout byte for byte; `parse` reads it back and never fails whole, so that pasted and damaged texts are usable:
//! what it cannot read is in [`Parsed::skipped`]. The `of` functions build such a type from a [`view::NodeView`], the
//! plain data a model fills in, and [`view::NodeView::from_texts`] goes the other way.
//!
//! Invariants: a counter without a meaning in the caller's model is printed as 0, a line is never left out; for a
//! text of a 7.3 kernel of which nothing was skipped, `T::parse(text).value.to_string() == text`.
#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod buddyinfo;
mod extfrag;
mod fields;
mod meminfo;
mod meminfo_of;
mod meminfo_parse;
pub mod names;
mod oom;
mod oom_parse;
mod pagetypeinfo;
mod scan;
mod stamp;
pub mod view;
mod vmstat;
mod zoneinfo;
mod zoneinfo_parse;

pub use buddyinfo::{BuddyZone, Buddyinfo};
pub use extfrag::{FragIndex, FragKind, FragZone, fragmentation_index, unusable_index};
pub use fields::Fields;
pub use meminfo::{FreeList, HugePages, MemInfo, NodeMem, Swap, ZoneMem};
pub use oom::{Cpuset, Head, KillSummary, Killed, OomReport, Reaped, Task};
pub use pagetypeinfo::{PageTypeInfo, TypeNode, TypeZone};
pub use stamp::{Stamp, stamped, take_stamps};
pub use vmstat::VmStat;
pub use zoneinfo::{PagesetText, ZoneBody, ZoneInfo, ZoneText};

/// What a reader made of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed<T> {
    pub value: T,
    pub skipped: Vec<Skip>,
}

/// A line that was not understood, or that contradicts the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    /// Counted from 1, as editors do.
    pub line: u32,
    pub text: String,
    pub reason: &'static str,
}

impl Skip {
    /// `index` counts from 0, as iterators do.
    fn new(index: usize, text: &str, reason: &'static str) -> Skip {
        // A pasted binary can be one enormous line; the start is enough to find it.
        let text = text.chars().take(160).collect();
        Skip { line: u32::try_from(index + 1).unwrap_or(u32::MAX), text, reason }
    }
}
