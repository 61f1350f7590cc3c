#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Makes Rust's standard library for wasm32 available:
#  1. it is there            -> nothing to do
#  2. rustup target add      -> the usual way
#  3. rustup cannot download -> built once from the sources of exactly this rustc, into a sysroot inside .tools,
#     which is the user's own one by symbolic links and this one target besides. The user's is left alone.
. "$(dirname "$0")/env.sh"
work=
trap '[ -z "$work" ] || rm -rf "$work"' EXIT

# A real link, so that a half-installed library is noticed.
probe() {
  local dir status=0
  dir=$(mktemp -d)
  printf '#[unsafe(no_mangle)]\npub extern "C" fn f()->usize{std::hint::black_box(vec![1u8;9]).len()}\n' >"$dir/p.rs"
  # shellcheck disable=SC2086  # two words on purpose
  rustc $wasm_std_flags --edition 2024 --target "$target" --crate-type cdylib -Cpanic=abort -o "$dir/p.wasm" "$dir/p.rs" >/dev/null 2>&1 || status=$?
  rm -rf "$dir"
  return $status
}

if probe; then exit 0; fi
mkdir -p "$tools/log"
wasm_std_flags=
real=$(rustc --print sysroot)
if have rustup && case $real in */.rustup/* | "${RUSTUP_HOME:-/none}"/*) true ;; *) false ;; esac then
  say "Adding the $target standard library with rustup (the page is a wasm program)"
  if rustup target add "$target" >"$tools/log/rustup.log" 2>&1 && probe; then exit 0; fi
elif [ "$real" = /usr ] && have apt-get; then
  apt_install "the page is a wasm program" libstd-rust-dev-wasm32
  if probe; then exit 0; fi
fi
case $root in *[[:space:]]*) die "the folder's path has a space in it, which cargo's compiler flags cannot carry" "move the clone, or: rustup target add $target" ;; esac

version=$(rustc -vV | sed -n 's/^release: //p')
say "rustup could not provide it: building it from the sources of rustc $version into .tools (about a minute)"
work=$(mktemp -d)
if [ -f "$real/lib/rustlib/src/rust/library/std/Cargo.toml" ]; then
  source=$real/lib/rustlib/src/rust
else
  source=$(.ci/setup/std-source.sh "$version" "$work")
fi

# cargo looks for the standard library's sources in the sysroot; this variable is its own override for that.
mkdir -p "$work/empty/src"
printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2024"\n[profile.release]\ncodegen-units = 1\n' >"$work/empty/Cargo.toml"
printf '#![no_std]\n' >"$work/empty/src/lib.rs"
# (test is built for cargo test; bitcode is kept so that the page's release build can use LTO.)
if ! (
  cd "$work/empty"
  env RUSTC_BOOTSTRAP=1 __CARGO_TESTS_ONLY_SRC_ROOT="$source/library" CARGO_TARGET_DIR="$work/target" \
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="-Cembed-bitcode=yes" \
    cargo build --release -Zbuild-std=std,panic_abort,proc_macro,test --target "$target"
) >"$tools/log/wasm-std.log" 2>&1; then
  tail -20 "$tools/log/wasm-std.log" >&2
  die "the standard library for $target did not build" "the whole output is in .tools/log/wasm-std.log"
fi

new=$private_sysroot.new
rm -rf "$new" "$private_sysroot"
mkdir -p "$new/lib/rustlib/$target/lib"
for path in "$real"/* "$real"/lib/* "$real"/lib/rustlib/*; do
  [ "$path" = "$real/lib" ] || [ "$path" = "$real/lib/rustlib" ] || [ "$path" = "$real/lib/rustlib/$target" ] ||
    ln -s "$path" "$new${path#"$real"}"
done
cp "$work/target/$target/release/deps"/*.rlib "$new/lib/rustlib/$target/lib/"
rm -f "$new/lib/rustlib/$target/lib"/libempty-*.rlib
mv "$new" "$private_sysroot"
wasm_std_flags="--sysroot $private_sysroot"
probe || die "the standard library that was built for $target does not link" "rm -r .tools/sysroot and try again"
