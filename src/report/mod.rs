// SPDX-License-Identifier: GPL-2.0-only
//! Renders states and results as text.

pub mod export;
pub mod proc;
pub mod shards;
