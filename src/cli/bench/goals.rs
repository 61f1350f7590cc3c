// SPDX-License-Identifier: GPL-2.0-only
//! What is wanted, and whether it was reached. Each goal is a ratio within one run, or a count.

use serde_json::{Value, json};

use super::clock::{Lane, ratio};
use crate::policy::REGISTRY;

/// A wish with its outcome. Less is better.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    pub id: String,
    pub what: String,
    /// `None`: not measured in this run.
    pub value: Option<f64>,
    pub at_most: f64,
}

impl Goal {
    pub fn new(id: impl Into<String>, what: impl Into<String>, value: Option<f64>, at_most: f64) -> Goal {
        Goal { id: id.into(), what: what.into(), value, at_most }
    }

    pub fn met(&self) -> Option<bool> {
        self.value.map(|value| value <= self.at_most)
    }

    pub fn to_json(&self) -> Value {
        json!({"id": self.id, "what": self.what, "value": self.value, "goal": self.at_most, "met": self.met()})
    }
}

/// A goal that is one lane's time over another's.
struct Bar {
    id: &'static str,
    what: &'static str,
    over: &'static str,
    under: &'static str,
    per_op: bool,
    at_most: f64,
}

const fn bar(id: &'static str, over: &'static str, under: &'static str, at_most: f64, what: &'static str) -> Bar {
    Bar { id, what, over, under, per_op: true, at_most }
}

const BARS: &[Bar] = &[
    bar("churn-tree", "churn: model", "churn: buddy_system_allocator", 0.5, "order-0 churn / buddy_system_allocator"),
    bar("churn-leaves", "churn: model", "churn: buddy-alloc", 1.5, "order-0 churn / buddy-alloc"),
    bar(
        "packed-tree",
        "packed churn: model",
        "packed churn: buddy_system_allocator",
        0.5,
        "the same, free memory packed",
    ),
    bar("packed-leaves", "packed churn: model", "packed churn: buddy-alloc", 1.5, "the same, free memory packed"),
    bar("free-tree", "free: model", "free: buddy_system_allocator", 0.35, "random frees / buddy_system_allocator"),
    bar("mixed-tree", "mixed: model", "mixed: buddy_system_allocator", 1.0, "mixed orders / buddy_system_allocator"),
    bar(
        "migrate",
        "compaction: whole zone",
        "compaction: free and take",
        3.0,
        "compaction a moved page / free and take",
    ),
    Bar {
        per_op: false,
        ..bar("import", "trace: import", "trace: str::lines", 5.0, "reading a trace / str::lines on its text")
    },
    Bar {
        per_op: false,
        ..bar("replay", "trace: replay", "trace: str::lines", 3.0, "replaying its events / str::lines on its text")
    },
];

/// The host's kernel may take this many times as long for its part of a run.
const HOST_TIMES: f64 = 20.0;

/// Every goal that is a ratio of two lanes.
pub fn of_lanes(lanes: &[Lane], scaling: [&str; 2]) -> Vec<Goal> {
    let between = |over: &str, under: &str, per_op| {
        let find = |name| lanes.iter().find(|lane| lane.name == name);
        Some(ratio(find(over)?, find(under)?, per_op))
    };
    let mut goals: Vec<Goal> =
        BARS.iter().map(|b| Goal::new(b.id, b.what, between(b.over, b.under, b.per_op), b.at_most)).collect();
    for entry in REGISTRY {
        let value = between(&format!("run: {}", entry.name), "host kernel, antagonist only", false);
        let what = format!("whole run, {} / the host kernel's antagonist alone", entry.name);
        goals.push(Goal::new(format!("run-{}", entry.name), what, value, 1.0 / HOST_TIMES));
    }
    let [large, small] = scaling;
    let value = between(large, small, true);
    goals.push(Goal::new("scale", "time a page of a run, 64 GiB guest / 1 GiB guest", value, 1.5));
    goals
}

/// The counted ones: bytes of a frame's records, of a 64 GiB guest, and how a guest that is too large is refused.
pub fn of_memory(frame_bytes: f64, guest_bytes: Option<u64>, refusal: Option<&str>) -> Vec<Goal> {
    let gib = guest_bytes.map(|bytes| bytes as f64 / (1u64 << 30) as f64);
    let unrefused = if refusal.is_some() { 0.0 } else { 1.0 };
    vec![
        Goal::new("frame-bytes", "bytes of a frame's records", Some(frame_bytes), 16.0),
        Goal::new("guest-gib", "GiB of the model's records for a 64 GiB guest", gib, 0.4),
        Goal::new("too-large", "guests of 1 TiB that are not refused in words", Some(unrefused), 0.0),
    ]
}
