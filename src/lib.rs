// SPDX-License-Identifier: GPL-2.0-only
//! oompoint: a model of the Linux page allocator that answers "does this policy OOM sooner, and what does it cost?".

pub use oompoint_pure::{environment, few, json, knobs, model, policy, replay, sim, trace, workload};

#[cfg(feature = "web")]
pub mod app;
#[cfg(not(target_arch = "wasm32"))]
pub mod cli;
pub mod experiment;
pub mod inspect;
pub mod link;
pub mod report;
pub mod stats;
#[cfg(feature = "web")]
pub mod worker;
