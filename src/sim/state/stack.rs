// SPDX-License-Identifier: GPL-2.0-only
//! Kernel stacks of threads, and those that wait for a new one.

use crate::model::frames::{Order, Pfn};

/// The blocks of one stack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stack(pub(in crate::sim) Vec<(Pfn, Order)>);

/// Stacks that wait on each CPU for a new thread.
#[derive(Clone, Debug, Default)]
pub struct Stacks {
    cached: Vec<Vec<Stack>>,
}

impl Stacks {
    pub(in crate::sim) fn of(&mut self, cpu: u8) -> &mut Vec<Stack> {
        let cpu = usize::from(cpu);
        if self.cached.len() <= cpu {
            self.cached.resize(cpu + 1, Vec::new());
        }
        &mut self.cached[cpu]
    }
}
