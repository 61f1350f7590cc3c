#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The page is static files. Its server is 80 lines of Rust, so that serving takes nothing that building does not.
. "$(dirname "$0")/env.sh"
source=.ci/static_server.rs
program=$tools/bin/static-server
if [ -x "$program" ] && [ ! "$source" -nt "$program" ]; then exit 0; fi
mkdir -p "$tools/bin"
rustc --edition 2024 -O -o "$program" "$source"
