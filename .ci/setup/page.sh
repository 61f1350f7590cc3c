#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Everything that building the page takes; what is likeliest to fail comes first, before the minutes of compiling.
. "$(dirname "$0")/env.sh"
.ci/setup/rust.sh
.ci/setup/cc.sh
.ci/setup/wasm-std.sh
.ci/setup/wasm-opt.sh
.ci/setup/trunk.sh
.ci/setup/wasm-bindgen.sh
# What the tools were compiled in is half a gigabyte that nothing reads again.
rm -rf "$tools/build"
