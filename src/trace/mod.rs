// SPDX-License-Identifier: GPL-2.0-only
//! Readers of foreign data: ftrace text and allocator states.
