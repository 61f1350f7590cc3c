// SPDX-License-Identifier: GPL-2.0-only
//! oompoint: a model of the Linux page allocator that answers "does this policy OOM sooner, and what does it cost?".

#[cfg(feature = "web")]
pub mod app;
pub mod model;
pub mod trace;
#[cfg(feature = "web")]
pub mod worker;
