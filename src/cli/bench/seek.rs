// SPDX-License-Identifier: GPL-2.0-only
//! Going to moments of a recorded run: to decisions, as steps and links do, and to so many MiB asked for, as the
//! scrubber does.

use std::cell::Cell as Slot;
use std::rc::Rc;

use rand::RngExt;

use super::clock::{Lane, Turn, timed};
use super::goals::Goal;
use super::whole;
use crate::experiment::seed::stream;
use crate::experiment::watch::Unwatched;
use crate::inspect::Recording;
use crate::inspect::recording::digest_of;
use crate::model::digest::Digest;

/// The kernel as it is, and a policy that keeps unlike pages apart: they leave different states to be copied.
const POLICIES: [&str; 2] = ["base", "isolate"];
/// Of each kind of moment.
const MOMENTS: usize = 24;
const PAGES_PER_MIB: u32 = 256;
/// A seek above this is felt as a pause.
const MS_MAX: f64 = 50.0;

enum Moment {
    Decision(u64),
    Requested(u32),
}

/// For each policy all moments together, and the slowest of them.
pub fn lanes(mib: u32) -> Vec<Lane<'static>> {
    POLICIES.iter().flat_map(|policy| pair(policy, mib)).collect()
}

fn pair(policy: &'static str, mib: u32) -> [Lane<'static>; 2] {
    let cell = whole::cell("minimal-1g", policy, mib);
    let mut recorded = None;
    let slowest = Rc::new(Slot::new(0));
    let seen = Rc::clone(&slowest);
    let all = Lane::new(format!("seek: {policy}"), "moment", move || {
        // Recorded when its turn comes: a bench of other lanes does not wait for it.
        let recording =
            recorded.get_or_insert_with(|| Recording::record(&cell, &mut Unwatched).expect("the cell is in order"));
        let (turn, worst) = visit(recording);
        slowest.set(worst);
        turn
    });
    // Which moment it is depends on the machine, so there is nothing to digest.
    let worst = move || Turn { ns: seen.get(), ops: 1, digest: 0 };
    [all, Lane::new(format!("seek: {policy}, slowest"), "moment", worst)]
}

/// Goes to every moment; also what the slowest took, ns.
fn visit(recording: &mut Recording) -> (Turn, u64) {
    let moments = moments(recording);
    let mut digest = Digest::new();
    let (mut ns, mut worst) = (0, 0);
    for moment in &moments {
        let (world, took) = timed(|| match *moment {
            Moment::Decision(ordinal) => recording.world_at(ordinal),
            Moment::Requested(pages) => recording.when_requested(pages).0,
        });
        digest.long(digest_of(&world));
        ns += took;
        worst = took.max(worst);
    }
    (Turn { ns, ops: moments.len() as u64, digest: digest.finish() }, worst)
}

/// Drawn over the whole run, both kinds in turns.
fn moments(recording: &Recording) -> Vec<Moment> {
    let mut random = stream(1, "bench seek");
    let end_mib = recording.timeline().samples.last().map_or(0, |sample| sample.requested_mib);
    let draw = |_| {
        let decision = Moment::Decision(random.random_range(0..recording.len()));
        [decision, Moment::Requested(random.random_range(0..=end_mib) * PAGES_PER_MIB)]
    };
    (0..MOMENTS).flat_map(draw).collect()
}

/// The mean and the slowest, of the policy where it is higher; medians over the rounds.
pub fn goals(lanes: &[Lane]) -> Vec<Goal> {
    let highest = |end: &str| {
        let own = POLICIES.map(|policy| format!("seek: {policy}{end}"));
        let ms = lanes.iter().filter(|lane| own.contains(&lane.name)).map(|lane| lane.ns_per_op() / 1e6);
        ms.max_by(f64::total_cmp)
    };
    vec![
        Goal::new("seek-mean", "ms to a moment of a recorded run, mean", highest(""), MS_MAX),
        Goal::new("seek-worst", "ms to a moment of a recorded run, the slowest", highest(", slowest"), MS_MAX),
    ]
}
