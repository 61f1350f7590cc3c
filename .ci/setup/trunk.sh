#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Trunk builds the page: it compiles the two wasm programs and puts their files together.
# 0.22 needs a newer compiler than this project asks for.
. "$(dirname "$0")/env.sh"
version=0.21.14
case $(trunk --version 2>/dev/null || true) in "trunk 0.21."*) exit 0 ;; esac
say "Building Trunk $version with cargo into .tools (it builds the page; 2 to 5 minutes, once; .tools/log shows the progress)"
# Without default features it has no TLS, so it cannot download prebuilt tools behind our back.
cargo_tool trunk "$version"
