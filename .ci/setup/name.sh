#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Trunk calls this when it has built the page: it names the replay's program after what is in it, as Trunk does with all
# others, so that no page ever loads one of another build.
. "$(dirname "$0")/env.sh"
folder=${TRUNK_STAGING_DIR:-dist}
sum=$(cat "$folder/replay.js" "$folder/replay_bg.wasm" | cksum | awk '{ printf "%08x", $1 }')
mv "$folder/replay.js" "$folder/replay-$sum.js"
mv "$folder/replay_bg.wasm" "$folder/replay-${sum}_bg.wasm"
sed "s/content=\"replay\.js\"/content=\".\/replay-$sum.js\"/" "$folder/index.html" >"$folder/index.html.named"
mv "$folder/index.html.named" "$folder/index.html"
grep -q "replay-$sum\.js" "$folder/index.html" || die "index.html does not name the replay's script" \
  "it has a <meta name=\"replay-script\" content=\"replay.js\">"
