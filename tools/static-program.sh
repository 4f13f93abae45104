#!/usr/bin/env bash
# Proves that portcullis links into one program that needs nothing of the system, and that it runs: for musl where
# its standard library is installed, else for the host's own C library, linked in.
# usage: tools/static-program.sh [FOLDER FOR THE BUILD]
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-target/static}
host=$(rustc -vV | sed -n 's/^host: //p')
target=${host%-gnu}-musl
if [ -d "$(rustc --print sysroot)/lib/rustlib/$target/lib" ] && command -v musl-gcc >/dev/null; then
  flags=""
else
  echo "musl is not installed: the C library of $host is linked in instead"
  target=$host
  flags="-C target-feature=+crt-static"
fi
RUSTFLAGS="$flags" cargo build --release --locked --bin portcullis --target "$target" --target-dir "$build"
program="$build/$target/release/portcullis"
# A program with an interpreter asks the system for its libraries.
if readelf --program-headers "$program" | grep -q INTERP; then echo "$program is not static" >&2; exit 1; fi

# In a folder with nothing else in it, as in an image without a base, where this user may.
empty=$(mktemp -d)
trap 'rm -rf "$empty"' EXIT
cp "$program" "$empty/portcullis"
printf 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer, ports: [{port: 80}]}\n' > "$empty/web.yaml"
run() { if [ "$(id -u)" -eq 0 ]; then (cd "$empty" && chroot "$empty" /portcullis "$@"); else (cd "$empty" && env -i ./portcullis "$@"); fi; }
run --version
status=0
run check web.yaml || status=$?
[ "$status" -eq 1 ] || { echo "the static program ends with $status instead of 1" >&2; exit 1; }
echo "static: $target, $(stat -c %s "$program") bytes"
