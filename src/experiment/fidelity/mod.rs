// SPDX-License-Identifier: GPL-2.0-only
//! The model against real kernels: which cells are run, which figures are compared, and what counts as agreement.
//!
//! [`cells::CELLS`] names the cells, [`real`] reads the runs of real kernels, [`watch`] runs a cell and keeps what is
//! compared, [`bars`] and [`across`] judge, [`known`] lists what is known to fail and why. Figures are means over runs, so
//! they are floating point; nothing here feeds back into a model.

pub mod across;
pub mod bars;
pub mod cells;
pub mod known;
pub mod mail;
pub mod measure;
pub mod real;
pub mod sensitivity;
pub mod watch;

pub use cells::{Bar, CELLS, Spec};
pub use measure::Measure;
pub use real::Fixture;
pub use watch::{Observed, observe};
