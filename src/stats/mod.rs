// SPDX-License-Identifier: GPL-2.0-only
//! Statistics of runs: what n seeds show about policies, in numbers and in words, and what they cannot show.
//!
//! - Several policies over the same seeds: [`compare`] (paired differences, Holm, detectable change, verdict).
//! - Imported samples without pairs: [`compare_unpaired`] (Welch, Mann-Whitney, exact permutation).
//! - Cost beside benefit: [`price`] and [`pareto`]. When to stop adding seeds: [`enough`].
//! - One sample: [`Summary`], [`shape`], [`Axis`]; printing on the metric's [`Grain`].
//! - The mail's own table: [`example`].
//!
//! Every interval and verdict is over the seeds of this model; the model's own error is not in them. Everything is a
//! pure function of its arguments: no clock, no ambient randomness, same bits for the same seed on one machine.
//! (Logarithms and powers may differ in the last bit between machines, so results are printed, never hashed.)
//! Distribution functions and quantiles come from `statrs`; the exact laws, Holm, BCa, Fieller, the noncentral t and
//! the dip are here because it has none of them.

mod bins;
mod bootstrap;
mod cost;
mod dip;
pub mod dist;
pub mod example;
mod grain;
mod mann_whitney;
mod paired;
mod permutation;
mod power;
mod ranks;
mod shape;
mod stop;
mod summary;
mod unpaired;
mod verdict;
mod wilcoxon;

pub use bins::{Axis, legend};
pub use bootstrap::{Bootstrap, RESAMPLES, bootstrap};
pub use cost::{PerGain, Price, Standing, pareto, price};
pub use dip::dip;
pub use grain::Grain;
pub use mann_whitney::{MannWhitney, mann_whitney, mann_whitney_by, smallest_p};
pub use paired::{Method, Paired, T_FROM, compare, holm, mean_difference};
pub use permutation::{SignFlip, permutation, sign_flip, smallest_sign_flip_p};
pub use power::{POWER, detectable_paired, pairs_needed, power, runs_per_arm_needed};
pub use ranks::NullLaw;
pub use shape::{Heaps, Shape, shape};
pub use stop::{Stop, StopRule, enough};
pub use summary::{Interval, Summary};
pub use unpaired::{Unpaired, Welch, compare_unpaired, welch};
pub use verdict::{ALPHA, Refusal, SCOPE, Verdict};
pub use wilcoxon::{Wilcoxon, Zeros, wilcoxon, wilcoxon_by};
