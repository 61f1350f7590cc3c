// SPDX-License-Identifier: GPL-2.0-only
//! Results by the keys of their cells.

use std::rc::Rc;

/// A result as a worker brought it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    pub value: u64,
    pub text: String,
}

/// In order of key: the library's maps are compiled anew for each type, and this one holds some thousands at most.
#[derive(Clone, Default)]
pub struct Store(Vec<(String, Rc<Done>)>);

impl Store {
    pub fn get(&self, key: &str) -> Option<&Rc<Done>> {
        self.place(key).ok().map(|at| &self.0[at].1)
    }

    pub fn has(&self, key: &str) -> bool {
        self.place(key).is_ok()
    }

    pub fn insert(&mut self, key: String, done: Rc<Done>) {
        match self.place(&key) {
            Ok(at) => self.0[at].1 = done,
            Err(at) => self.0.insert(at, (key, done)),
        }
    }

    fn place(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_str().cmp(key))
    }
}
