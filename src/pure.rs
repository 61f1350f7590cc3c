// SPDX-License-Identifier: GPL-2.0-only
//! What a run consists of: the model and everything that acts on it. A package of its own, so that the page can have it
//! compiled for speed and the rest for size.

pub mod environment;
pub mod few;
pub mod json;
pub mod knobs;
pub mod model;
pub mod policy;
pub mod replay;
pub mod sim;
pub mod trace;
pub mod workload;
