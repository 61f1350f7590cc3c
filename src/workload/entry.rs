// SPDX-License-Identifier: GPL-2.0-only
//! An entry of the catalog of workloads.

use super::plan::PlanSpec;
use crate::environment::Environment;
use crate::knobs::{Knob, Knobs};

/// A workload as a list of workloads shows it.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub name: &'static str,
    pub about: &'static str,
    pub source: &'static str,
    pub knobs: &'static [Knob],
    /// What it does, as data; `None` for what is written by hand.
    pub plan: Option<fn(&Chosen, &Environment) -> PlanSpec>,
}

/// The knobs of an entry, as they were chosen.
#[derive(Clone, Copy, Debug)]
pub struct Chosen<'a> {
    pub entry: &'static Entry,
    pub knobs: &'a Knobs,
}

impl Chosen<'_> {
    /// The value of a knob.
    pub fn knob(self, name: &str) -> u32 {
        self.knobs.get(self.entry.knobs, name)
    }
}
