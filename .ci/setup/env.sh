#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Sourced: makes cargo and trunk use what the scripts beside this file put into .tools.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
export PATH="$tools/bin:$PATH"
# Trunk 0.21 takes the usual NO_COLOR=1 for a bad argument.
unset NO_COLOR
# cargo prefers these to the per-target flags below, and a user's own tuning has no place in a test.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=wasm-bindgen-test-runner

# A program says in which file of which crate it stopped. Whose machine compiled it, and where, is nobody's business, and
# the same sources are to give the same program everywhere.
crates=${CARGO_HOME:-${HOME-}/.cargo}/registry/src
case $crates in
  # cargo's flags cannot carry a space.
  *[[:space:]]*) wasm_flags= ;;
  *) wasm_flags=--remap-path-prefix=$crates=crates ;;
esac

# A standard library built by wasm-std.sh is valid for exactly one compiler, so its folder is named after that.
private_sysroot=
if have rustc; then
  private_sysroot=$tools/sysroot/$(rustc -vV | awk '/^commit-hash:/ { h = substr($2, 1, 9) } /^release:/ { r = $2 } END { print r "-" h }')
fi
# shellcheck disable=SC2034  # read by wasm-std.sh
wasm_std_flags=
if [ -n "$private_sysroot" ] && [ -d "$private_sysroot" ]; then
  wasm_std_flags="--sysroot $private_sysroot"
fi
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="$wasm_std_flags $wasm_flags"
