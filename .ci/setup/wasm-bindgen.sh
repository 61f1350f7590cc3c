#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# wasm-bindgen writes the JavaScript between the page and its wasm programs, and runs the wasm tests.
# It must be of exactly the version of the crate of that name.
. "$(dirname "$0")/env.sh"
version=$(awk '/^name = "wasm-bindgen"$/ { getline; gsub(/[^0-9.]/, ""); print; exit }' Cargo.lock)
[ -n "$version" ] || die "Cargo.lock names no wasm-bindgen"
if [ "$(wasm-bindgen --version 2>/dev/null || true)" = "wasm-bindgen $version" ] && have wasm-bindgen-test-runner; then exit 0; fi
say "Building wasm-bindgen $version with cargo into .tools (it joins wasm and JavaScript; 1 to 2 minutes, once; .tools/log shows the progress)"
cargo_tool wasm-bindgen-cli "$version"
