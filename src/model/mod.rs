// SPDX-License-Identifier: GPL-2.0-only
//! The page allocator of Linux 7.3, re-implemented from its rules.
//!
//! Pure: no IO, clock, float, thread or randomness of its own; the same calls give the same state everywhere.

mod adopt;
pub mod alloc_flags;
mod at_hand;
pub mod boot;
pub mod buddy;
mod bulk;
pub mod check;
pub mod compact;
pub mod compact_result;
pub mod compaction;
pub mod counter;
pub mod decide;
pub mod deferral;
pub mod denial;
#[cfg(test)]
pub(crate) mod dice;
pub mod digest;
pub mod direct_reclaim;
pub mod fallback;
pub mod flip;
pub mod frames;
pub mod freetype;
pub mod gfp;
pub mod highatomic;
pub mod isolate;
pub mod isolated;
pub mod journal;
pub mod kcompactd;
pub mod kswapd;
pub mod kthread;
pub mod lru;
pub mod machine;
mod many;
pub mod node;
pub mod oom;
pub mod owners;
pub mod pageblock;
pub mod pcp;
pub mod percpu;
pub mod reclaim;
mod record;
pub mod request;
pub mod rmqueue;
pub mod settings;
pub mod shrinker;
pub mod slowpath;
pub mod tally;
pub mod timer;
pub mod tracepoint;
pub mod uses;
pub mod view;
pub mod watermark;
pub mod zone;
