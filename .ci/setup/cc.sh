#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# rustc links native programs (build scripts, the tools, the tests) through the system's C compiler.
. "$(dirname "$0")/env.sh"
have cc && exit 0
apt_install "rustc links with a C compiler" build-essential ||
  die "there is no C compiler (cc), which rustc links with" "macOS: xcode-select --install" \
    "Fedora: dnf install gcc    Arch: pacman -S base-devel"
