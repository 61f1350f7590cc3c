// SPDX-License-Identifier: GPL-2.0-only
//! The worker's program.

fn main() {
    oompoint::worker::start();
}
