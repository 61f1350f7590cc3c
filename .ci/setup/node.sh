#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The wasm tests run in node. 18 is the first that knows what current compilers emit without flags.
. "$(dirname "$0")/env.sh"
remedy="macOS: brew install node    elsewhere: your distribution's package nodejs, or https://nodejs.org"
have node || apt_install "the wasm tests run in node" nodejs || die "node is not on PATH; the wasm tests run in it" "$remedy"
found=$(node --version | tr -d v)
at_least "$found" 18 || die "node $found is too old for the wasm tests, at least 18 is needed" "$remedy"
