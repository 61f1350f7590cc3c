// SPDX-License-Identifier: GPL-2.0-only
//! A file, as far as its pages were read.

/// A file: one owner slot a page, reserved when the page is first read.
#[derive(Clone, Debug)]
pub struct File {
    pub(in crate::sim) slots: Vec<Option<u32>>,
}

impl File {
    pub fn new(pages: u32) -> File {
        File { slots: vec![None; pages as usize] }
    }

    pub fn pages(&self) -> u32 {
        self.slots.len() as u32
    }

    /// The owner slot of a page that was read once.
    pub fn slot(&self, page: u32) -> Option<u32> {
        self.slots[page as usize]
    }
}
