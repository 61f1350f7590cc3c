#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Trunk calls this when it has built the page: the programs' functions are put in the order that gzip packs best, and what
# they import gets shorter names, which takes 3 % off its weight.
. "$(dirname "$0")/env.sh"
# A page for development is not weighed, and without the real wasm-opt nobody could renumber functions.
if [ "${TRUNK_PROFILE-}" = debug ] || [[ $(wasm-opt --version 2>/dev/null) != *version\ [1-9]* ]]; then exit 0; fi
program=$tools/bin/order
if [ ! -x "$program" ] || [ -n "$(find .ci/order.rs .ci/imports.rs .ci/wasm.rs -newer "$program")" ]; then
  mkdir -p "$tools/bin"
  rustc --edition 2024 -O -o "$program" .ci/order.rs
fi
for file in "${TRUNK_STAGING_DIR:-dist}"/*.wasm; do
  "$program" "$file"
  # The two sections that go are for tools, and no tool comes after this one.
  wasm-opt --reorder-functions-by-name --strip-producers --strip-target-features --output="$file.ordered" "$file"
  mv "$file.ordered" "$file"
done
