#!/usr/bin/env bash
# Compares the renderer with the real kustomize: every root of real histories, the recorded cases, random trees.
# usage: tests/kustomize/conformance.sh FOLDER-OF-BUNDLES KUSTOMIZE
# Fails at every root that is not equal, every case that is not as recorded, every tree that differs.
set -euo pipefail
[ $# -eq 2 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
bundles=$(realpath "$1") kustomize=$(realpath "$2")
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for bundle in "$bundles"/*.bundle; do
  git clone --quiet --branch main "$bundle" "$work/$(basename "$bundle" .bundle)"
done
cargo build --release --locked --quiet -p kustomize --example render_all
for restrictor in none root; do
  echo "== load restrictor: $restrictor"
  tools/compare-kustomize.py --kustomize "$kustomize" --ours target/release/examples/render_all \
    --restrictor "$restrictor" --cache "$work/cache" "$work"/*/
done
KUSTOMIZE=$kustomize CASES=${CASES:-5000} cargo test --release --locked --quiet -p kustomize --test random -- --ignored
