#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Sourced by every script here: where things are, how to speak, and how a missing thing is installed.
# Written for bash 3.2, the one macOS ships.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
tools=$root/.tools
target=wasm32-unknown-unknown

say() { printf '%s\n' "$*" >&2; }
die() {
  printf 'error: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '       %s\n' "$line" >&2; done
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# True when version $1 is at least $2 (major.minor are compared).
at_least() {
  local a b
  a=$(printf '%s' "$1" | awk -F. '{ printf "%d", $1 * 1000 + $2 }')
  b=$(printf '%s' "$2" | awk -F. '{ printf "%d", $1 * 1000 + $2 }')
  [ "$a" -ge "$b" ]
}

# apt_install "why" package...   Says what and why, then installs as root or through sudo.
apt_install() {
  local why=$1 as_root=
  shift
  have apt-get || return 1
  if [ "$(id -u)" != 0 ]; then
    have sudo || die "$why needs Debian packages and there is no sudo here; as root, run:" "apt-get install $*"
    as_root=sudo
  fi
  say "Installing Debian packages: $* ($why)"
  mkdir -p "$tools/log"
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >"$tools/log/apt.log" 2>&1 && return 0
  # An empty or an old package list is the usual reason.
  $as_root apt-get update -q >"$tools/log/apt.log" 2>&1 || say "apt-get update reported errors, see .tools/log/apt.log"
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >>"$tools/log/apt.log" 2>&1 && return 0
  tail -5 "$tools/log/apt.log" >&2
  die "apt-get could not install: $*" "the whole output is in .tools/log/apt.log"
}

# cargo_tool crate version   Builds a program with cargo install into .tools, and links it into .tools/bin.
# The profile is lean: these tools run for a second or two, so compiling them quickly matters more than their speed.
# One target folder for all of them lets the second one reuse what the first compiled.
cargo_tool() {
  local crate=$1 version=$2 program flags
  mkdir -p "$tools/bin" "$tools/log"
  for flags in --locked ""; do
    # Without --locked only if the versions its lock file names cannot be had.
    # (Flags that could hold for the project's own programs must not reach this build.)
    # shellcheck disable=SC2086
    if (
      cd "$tools"
      unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET
      CARGO_TARGET_DIR=$tools/build CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
        CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_DEBUG=false \
        cargo install $flags --force --no-default-features --version "$version" --root "$tools/$crate" "$crate"
    ) >"$tools/log/$crate.log" 2>&1; then
      for program in "$tools/$crate/bin"/*; do
        ln -sf "../$crate/bin/$(basename "$program")" "$tools/bin/"
      done
      return 0
    fi
  done
  tail -20 "$tools/log/$crate.log" >&2
  die "cargo could not install $crate $version" "the whole output is in .tools/log/$crate.log; is its registry reachable?"
}
