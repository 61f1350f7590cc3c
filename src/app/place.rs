// SPDX-License-Identifier: GPL-2.0-only
//! The pages that this page can be.

/// What the page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Compare,
    Replay,
    Fidelity,
}

impl Place {
    /// The fragment that leads there, other than a link's.
    pub fn of(fragment: &str) -> Place {
        match fragment {
            "replay" => Place::Replay,
            "fidelity" => Place::Fidelity,
            _ => Place::Compare,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Place::Compare => "compare",
            Place::Replay => "replay",
            Place::Fidelity => "fidelity",
        }
    }
}
