// SPDX-License-Identifier: GPL-2.0-only
//! Renders states and results as text.

pub mod export;
pub mod fidelity;
pub mod from_model;
pub mod panel;
pub mod proc;
pub mod shards;
pub mod traced;
