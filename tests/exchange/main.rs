// SPDX-License-Identifier: GPL-2.0-only
//! What leaves the program and comes back: links, reports, shards.

mod export;
mod linkify;
mod links;
mod page;
mod random;
mod readme;
mod shards;
