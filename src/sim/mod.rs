// SPDX-License-Identifier: GPL-2.0-only
//! Simulated time: tasks and kernel threads that share CPUs, one bounded step at a time.
//!
//! Invariants: no task waits for wall time; the actor with the earliest local clock runs next, ties by its number;
//! the same seed gives the same interleaving everywhere.

pub mod actor;
pub mod background;
mod balance;
pub mod demand;
pub mod exit;
pub mod file_cache;
pub mod fragmenter;
pub mod khugepaged;
mod own;
pub mod plan;
pub mod process;
pub mod release;
pub mod scheduler;
pub mod secretmem;
pub mod slab;
pub mod spawner;
pub mod stack;
pub mod state;
mod text;
pub mod world;

pub use actor::{Actor, Then};
pub use world::World;
