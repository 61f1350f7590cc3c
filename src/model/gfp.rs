// SPDX-License-Identifier: GPL-2.0-only
//! Allocation flags of a request: bits, names, and the kernel's printed form.
