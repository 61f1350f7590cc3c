#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Trunk calls this when it has built the page: it puts the page into one file beside the others, oompoint.html.
. "$(dirname "$0")/env.sh"
# A page for development has a large program, which would take longer to pack than to build.
if [ "${TRUNK_PROFILE-}" = debug ]; then exit 0; fi
source=.ci/one_file.rs
program=$tools/bin/one-file
if [ ! -x "$program" ] || [ "$source" -nt "$program" ] || [ www/one-file.js -nt "$program" ]; then
  mkdir -p "$tools/bin"
  rustc --edition 2024 -O -o "$program" "$source"
fi
exec "$program" "${TRUNK_STAGING_DIR:-dist}"
