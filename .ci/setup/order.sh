#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Trunk calls this when it has built the page: the program's functions are put in the order that gzip packs best, which
# takes 2 % off its weight.
. "$(dirname "$0")/env.sh"
# A page for development is not weighed, and without the real wasm-opt nobody could renumber functions.
if [ "${TRUNK_PROFILE-}" = debug ] || [[ $(wasm-opt --version 2>/dev/null) != *version\ [1-9]* ]]; then exit 0; fi
source=.ci/order.rs
program=$tools/bin/order
if [ ! -x "$program" ] || [ "$source" -nt "$program" ]; then
  mkdir -p "$tools/bin"
  rustc --edition 2024 -O -o "$program" "$source"
fi
for file in "${TRUNK_STAGING_DIR:-dist}"/*.wasm; do
  "$program" "$file"
  wasm-opt --reorder-functions-by-name --output="$file.ordered" "$file"
  mv "$file.ordered" "$file"
done
