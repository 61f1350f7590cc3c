#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# std-source.sh VERSION FOLDER   Prints where the Rust sources of exactly VERSION are, after fetching them if need be.
# Debian's package rust-src has them. A newer Debian suite is read through lists kept in FOLDER: the system's
# own package lists and sources stay as they are, and nothing is installed.
. "$(dirname "$0")/env.sh"
version=$1
work=$2
if [ -f "/usr/src/rustc-$version/library/std/Cargo.toml" ]; then
  printf '%s\n' "/usr/src/rustc-$version"
  exit 0
fi
remedy="where rustup can download, either of: rustup target add $target; rustup component add rust-src"
have apt-get || die "there is no wasm32 standard library and no source to build it from" "$remedy"
# (This form needs no downloaded lists, so it works on a machine that never ran apt-get update.)
uri=$(apt-get update --print-uris 2>/dev/null | sed -n "s|^'\(.*/debian\)/*dists/.*|\1|p" | sed -n 1p)
key=/usr/share/keyrings/debian-archive-keyring.gpg
if [ -z "$uri" ] || [ ! -f "$key" ]; then die "no Debian package source is configured to take rust-src from" "$remedy"; fi
say "Downloading Debian's package rust-src $version (45 MB) for its library folder; it is not installed"

mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
options=(-o "Dir::State::Lists=$work/apt/lists" -o "Dir::Cache=$work/apt/cache" -o "Dir::Etc::SourceList=$work/apt/sources.list"
  -o Dir::Etc::SourceParts=/dev/null -o Acquire::Languages=none -o Acquire::Retries=3)
# As root, apt would drop to a user who cannot write to FOLDER.
[ "$(id -u)" != 0 ] || options+=(-o APT::Sandbox::User=root)
package=
for suite in trixie-backports sid testing; do
  echo "deb [signed-by=$key] $uri $suite main" >"$work/apt/sources.list"
  apt-get "${options[@]}" -q update >>"$tools/log/rust-src.log" 2>&1 || continue
  package=$(apt-cache "${options[@]}" madison rust-src | awk -v v="$version" 'index($3, v) == 1 && substr($3, length(v) + 1, 1) ~ /[+~-]/ { print $3; exit }')
  [ -n "$package" ] || continue
  (cd "$work" && apt-get "${options[@]}" -q download "rust-src=$package" >>"$tools/log/rust-src.log" 2>&1) && break
  package=
done
[ -n "$package" ] || die "Debian has no rust-src of version $version" "$remedy"
dpkg-deb --fsys-tarfile "$work"/rust-src_*.deb | tar -x -C "$work" "./usr/src/rustc-$version/library"
printf '%s\n' "$work/usr/src/rustc-$version"
