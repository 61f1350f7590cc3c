#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# wasm-opt makes the page about a fifth smaller to download. The page works without it, so a lack of npm is no error.
. "$(dirname "$0")/env.sh"
version=132.0.0
mine=$tools/bin/wasm-opt
stub=../../.ci/setup/no-wasm-opt.sh
if [ -x "$mine" ] && [ "$(readlink "$mine")" != "$stub" ] && "$mine" --version >/dev/null 2>&1; then exit 0; fi
rm -f "$mine"
# An older one rejects what current compilers emit: Debian 12's is 108, and fails.
found=$(wasm-opt --version 2>/dev/null | awk '{ print $3 }' || true)
if [ -n "$found" ] && at_least "$found" 120; then exit 0; fi
mkdir -p "$tools/bin" "$tools/log"
if have npm && have node; then
  say "Installing npm's package binaryen $version into .tools (wasm-opt, which shrinks the page)"
  if npm install --prefix "$tools/npm" --no-save --ignore-scripts --no-audit --no-fund "binaryen@$version" >"$tools/log/npm.log" 2>&1 &&
    ln -s ../npm/node_modules/.bin/wasm-opt "$mine" && "$mine" --version >/dev/null 2>&1; then
    exit 0
  fi
  say "npm could not install it (see .tools/log/npm.log)"
fi
say "Without wasm-opt the page is larger than it need be; everything else is the same. npm would provide it."
ln -sf "$stub" "$mine"
