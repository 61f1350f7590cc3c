// SPDX-License-Identifier: GPL-2.0-only
//! The page allocator of Linux 7.3, re-implemented from its rules.

pub mod gfp;
