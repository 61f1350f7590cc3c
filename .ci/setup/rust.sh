#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Checks the one thing that is the user's to install: a Rust toolchain, new enough.
. "$(dirname "$0")/env.sh"
if ! have cargo || ! have rustc; then
  die "cargo and rustc are not on PATH" "Rust comes from rustup: see https://rustup.rs, then open a new shell." \
    "If rustup is installed already: . \"\$HOME/.cargo/env\""
fi
wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
found=$(rustc -vV | sed -n 's/^release: //p')
at_least "$found" "$wanted" || die "rustc $found is too old, at least $wanted is needed" "rustup update stable"
if [ "${1-}" = lints ]; then
  for part in fmt clippy; do
    cargo "$part" --version >/dev/null 2>&1 || die "cargo $part is missing" "rustup component add rustfmt clippy"
  done
fi
