// SPDX-License-Identifier: GPL-2.0-only
//! oompoint: a model of the Linux page allocator that answers "does this policy OOM sooner, and what does it cost?".

#[cfg(feature = "web")]
pub mod app;
#[cfg(not(target_arch = "wasm32"))]
pub mod cli;
pub mod environment;
pub mod experiment;
pub mod inspect;
pub mod knobs;
pub mod link;
pub mod model;
pub mod policy;
pub mod replay;
pub mod report;
pub mod sim;
pub mod stats;
pub mod trace;
#[cfg(feature = "web")]
pub mod worker;
pub mod workload;
