// SPDX-License-Identifier: GPL-2.0-only
//! The policies: each answers the mechanism's questions, none touches a list.
//!
//! One policy, one file, one line of the registry. A policy is a value with knobs, so that several can be compared in
//! one run.

pub mod base;
pub mod blunt;
pub mod defrag_mode;
pub mod early;
pub mod isolate;
pub mod kcompactd_target;
pub mod map_back;
pub mod promote_reclaim;
pub mod series;
pub mod tunable;

pub use crate::knobs::{Knob, KnobError, Knobs};

use crate::model::decide::Decide;

/// A policy as data: what a list of policies shows, and how to make one.
#[derive(Clone, Copy)]
pub struct Policy {
    pub name: &'static str,
    /// One plain sentence.
    pub about: &'static str,
    /// Message id, or kernel file:function@version.
    pub source: &'static str,
    /// Which requests it changes.
    pub changes: &'static str,
    pub knobs: &'static [Knob],
    pub make: fn(&Knobs) -> Box<dyn Decide + Send>,
    /// Whether it switches vm.defrag_mode on.
    pub defrag_mode: bool,
}

/// Every policy, in the order they are listed to users.
pub const REGISTRY: &[Policy] = &[
    base::POLICY,
    series::POLICY,
    blunt::POLICY,
    early::POLICY,
    isolate::POLICY,
    defrag_mode::POLICY,
    promote_reclaim::POLICY,
    kcompactd_target::POLICY,
    map_back::POLICY,
    tunable::POLICY,
];

/// The policy of a name.
pub fn find(name: &str) -> Option<&'static Policy> {
    REGISTRY.iter().find(|policy| policy.name == name)
}
