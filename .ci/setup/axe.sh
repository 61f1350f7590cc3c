#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# axe-core checks the page against the accessibility rules of WCAG 2.2, inside the browser test.
# A folder of its own, because npm removes what it was not asked for. Without npm that one test is skipped, and says so.
. "$(dirname "$0")/env.sh"
version=4.14.1
[ ! -f "$tools/axe/node_modules/axe-core/axe.min.js" ] || exit 0
mkdir -p "$tools/log"
if have npm; then
  say "Installing npm's package axe-core $version into .tools (it checks the page's accessibility)"
  npm install --prefix "$tools/axe" --no-save --ignore-scripts --no-audit --no-fund "axe-core@$version" >"$tools/log/axe.log" 2>&1 && exit 0
  say "npm could not install it (see .tools/log/axe.log)"
fi
say "Without axe-core the test of accessibility is skipped."
