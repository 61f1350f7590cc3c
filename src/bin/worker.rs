// SPDX-License-Identifier: GPL-2.0-only
//! The worker's program.

use gloo::worker::Registrable;

fn main() {
    oompoint::worker::Replayer::registrar().register();
}
