// SPDX-License-Identifier: GPL-2.0-only
//! oompoint: a model of the Linux page allocator that answers "does this policy OOM sooner, and what does it cost?".

pub mod model;
pub mod stats;
pub mod trace;
