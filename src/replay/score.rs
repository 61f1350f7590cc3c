// SPDX-License-Identifier: GPL-2.0-only
//! How one kind of prediction fared.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Predictions of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    pub made: u64,
    pub exact: u64,
}

impl Score {
    pub fn add(&mut self, exact: bool) {
        self.made += 1;
        self.exact += u64::from(exact);
    }

    /// Parts in ten thousand, for printing without floats; `None` when nothing was predicted.
    pub fn per_myriad(&self) -> Option<u64> {
        (self.made > 0).then(|| self.exact * 10_000 / self.made)
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.exact, self.made)?;
        match self.per_myriad() {
            Some(share) => write!(f, " ({}.{:02} %)", share / 100, share % 100),
            None => write!(f, " (nothing to predict)"),
        }
    }
}
