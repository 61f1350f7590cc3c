// SPDX-License-Identifier: GPL-2.0-only
//! The command line.

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    oompoint::cli::main()
}

#[cfg(target_arch = "wasm32")]
fn main() {}
