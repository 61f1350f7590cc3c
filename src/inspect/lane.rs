// SPDX-License-Identifier: GPL-2.0-only
//! The lanes of a time-line: which kind of decision is drawn where.

use serde::{Deserialize, Serialize};

use crate::model::compact::Status;
use crate::model::journal::{Kind, What};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lane {
    SlowPath,
    DirectCompaction,
    Kcompactd,
    Fallback,
    Reclaim,
    Flips,
    Failures,
    Oom,
}

impl Lane {
    pub const ALL: [Lane; 8] = [
        Lane::SlowPath,
        Lane::DirectCompaction,
        Lane::Kcompactd,
        Lane::Fallback,
        Lane::Reclaim,
        Lane::Flips,
        Lane::Failures,
        Lane::Oom,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Lane::SlowPath => "slow path",
            Lane::DirectCompaction => "direct compaction",
            Lane::Kcompactd => "kcompactd",
            Lane::Fallback => "claim and steal",
            Lane::Reclaim => "reclaim",
            Lane::Flips => "flips",
            Lane::Failures => "failures",
            Lane::Oom => "OOM",
        }
    }

    pub fn of(kind: Kind) -> Lane {
        use Kind::*;
        match kind {
            SlowPath | SlowServed => Lane::SlowPath,
            CompactBegin | CompactEnd | Capture => Lane::DirectCompaction,
            CompactZone | KcompactdWakeup | KcompactdWake | KcompactdSleep => Lane::Kcompactd,
            Extfrag | ClaimRefused => Lane::Fallback,
            DirectReclaim | KswapdWakeup | KswapdWake | KswapdBalanced | KswapdSleep | Drain => Lane::Reclaim,
            BlockUnmapped | BlockMapped | FlipFailed => Lane::Flips,
            Failed => Lane::Failures,
            OomKill | OomPanic => Lane::Oom,
        }
    }

    /// The lane of an entry: a compaction of a zone belongs to whoever compacts.
    pub fn of_entry(what: &What) -> Lane {
        if what.kind == Kind::CompactZone && what.detail & DIRECT != 0 {
            return Lane::DirectCompaction;
        }
        Lane::of(what.kind)
    }
}

/// Set in the detail of a zone's compaction when a task does it itself.
pub(super) const DIRECT: u8 = 128;

/// Whether a decision denied what was asked of it.
pub fn is_failure(what: &What) -> bool {
    match what.kind {
        Kind::Failed | Kind::FlipFailed | Kind::ClaimRefused | Kind::OomKill | Kind::OomPanic => true,
        Kind::DirectReclaim => what.detail == 0,
        Kind::CompactEnd => what.detail != Status::Success as u8,
        _ => false,
    }
}

/// Whether a request came out of it empty-handed, or had to wait: what there is an explanation for.
pub fn is_denial(kind: Kind) -> bool {
    matches!(kind, Kind::SlowPath | Kind::Failed | Kind::FlipFailed | Kind::OomKill | Kind::OomPanic)
}
