// SPDX-License-Identifier: GPL-2.0-only
//! What leaves the program and comes back: links, reports, shards, the page's first paint and its colours.

mod colours;
mod export;
mod linkify;
mod links;
mod page;
mod random;
mod readme;
mod shards;
