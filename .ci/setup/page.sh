#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Everything that building the page takes. Trunk compiles while the standard library is built or downloaded: two
# cores are then kept busy through the parts of either that use only one.
. "$(dirname "$0")/env.sh"
here=$(dirname "$0")
"$here/rust.sh"
"$here/cc.sh"
"$here/wasm-std.sh" &
std=$!
trap 'kill "$std" 2>/dev/null || true' EXIT
"$here/trunk.sh"
"$here/wasm-bindgen.sh"
"$here/wasm-opt.sh"
wait "$std" || exit 1
trap - EXIT
# What the tools were compiled in is half a gigabyte that nothing reads again.
rm -rf "$tools/build"
