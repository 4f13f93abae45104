#!/usr/bin/env bash
# Builds portcullis for a target and packs it with its licence, completions and manual page.
# usage: tools/archive.sh TARGET FOLDER
# The name and the folder inside are those that `cargo binstall` and the action look for.
set -euo pipefail
[ $# -eq 2 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
target=$1
cd "$(dirname "$0")/.."
mkdir -p "$2"
folder=$(cd "$2" && pwd)
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
name="portcullis-$target-v$version"
cargo build --release --locked --bin portcullis --target "$target"
program="${CARGO_TARGET_DIR:-target}/$target/release/portcullis"
[ "$("$program" --version)" = "portcullis $version" ] || { echo "the program is of another version" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/$name/completions" "$work/$name/man"
cp "$program" LICENSE NOTICE README.md CHANGELOG.md "$work/$name/"
for shell in bash elvish fish powershell zsh; do
  "$program" completions "$shell" > "$work/$name/completions/portcullis.$shell"
done
"$program" man > "$work/$name/man/portcullis.1"
tar -czf "$folder/$name.tgz" -C "$work" "$name"
echo "$folder/$name.tgz"
