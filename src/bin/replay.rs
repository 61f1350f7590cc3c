// SPDX-License-Identifier: GPL-2.0-only
//! The program that reads and replays traces, in a worker: loaded when somebody asks for it.

fn main() {
    oompoint::worker::start_replay();
}
