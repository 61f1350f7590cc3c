// SPDX-License-Identifier: GPL-2.0-only
//! What a seed decides: streams of numbers, and how one boot differs from another.

use rand::RngExt;
use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;

use crate::environment::Environment;
use crate::model::digest::Digest;

/// How much faster or slower compaction is beside tasks in one boot than in another, percent: between two 16 MiB steps
/// of the measured runs the ratio of failed migrations to pages allocated varied by this much (10th to 90th of a
/// hundred, around its mean).
const PACE_PERCENT: std::ops::RangeInclusive<u64> = 84..=116;

pub(super) fn vary_pace(environment: &mut Environment, rng: &mut Xoshiro256PlusPlus) {
    let percent = rng.random_range(PACE_PERCENT);
    let costs = &mut environment.costs;
    for cost in [&mut costs.migrate_success_ns, &mut costs.migrate_fail_ns, &mut costs.scan_ns] {
        *cost = *cost * percent / 100;
    }
}

/// An independent stream of numbers for one purpose, so that a change in one shifts no other.
pub fn stream(seed: u64, purpose: &str) -> Xoshiro256PlusPlus {
    let mut digest = Digest::new();
    digest.long(seed);
    digest.bytes(purpose.as_bytes());
    Xoshiro256PlusPlus::seed_from_u64(digest.finish())
}
