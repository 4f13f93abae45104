#!/usr/bin/env bash
# Puts portcullis at $RUNNER_TEMP/portcullis/bin/portcullis: the released program of this version where its
# checksum stands in checksums.txt beside this script, else one that is built from the action's own source.
# Reads: RUNNER_TEMP, RUNNER_OS, RUNNER_ARCH, GITHUB_SERVER_URL, ACTION_REPOSITORY. Never runs or configures
# itself by anything in the workspace, which may be the repository that is judged.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
source_folder=$(cd "$here/../.." && pwd -P)
place="$RUNNER_TEMP/portcullis"
stop() { echo "::error title=portcullis::$1"; exit 2; }

rm -rf "$place"
mkdir -p "$place/bin"

target() {
  case "${RUNNER_OS:-}/${RUNNER_ARCH:-}" in
    Linux/X64) echo x86_64-unknown-linux-musl ;;
    Linux/ARM64) echo aarch64-unknown-linux-musl ;;
    macOS/ARM64) echo aarch64-apple-darwin ;;
    macOS/X64) echo x86_64-apple-darwin ;;
    *) echo none ;;
  esac
}

digest_of() { if command -v sha256sum >/dev/null; then sha256sum < "$1"; else shasum -a 256 < "$1"; fi | cut -d ' ' -f 1; }

build() {
  command -v cargo >/dev/null || stop "There is no released program for this runner, and cargo is not here to build one."
  # Cargo obeys the configuration of the folder that it runs in.
  (cd "$source_folder" && cargo install --locked --path "$source_folder" --root "$place")
}

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$source_folder/Cargo.toml" | head -n 1)
name="portcullis-$(target)-v$version"
wanted=$(awk -v name="$name.tgz" '$2 == name { print $1 }' "$here/checksums.txt")
if [ -z "$wanted" ] || [ -z "${ACTION_REPOSITORY:-}" ]; then
  build
  exit 0
fi

address="${GITHUB_SERVER_URL:-https://github.com}/$ACTION_REPOSITORY/releases/download/v$version/$name.tgz"
if ! curl -fsSL --proto '=https' --max-time 120 --retry 2 -o "$place/archive.tgz" "$address"; then
  echo "::notice title=portcullis::The released program cannot be fetched, so it is built from source."
  build
  exit 0
fi
# Another archive than the one that this version of the action was made with is never unpacked.
found=$(digest_of "$place/archive.tgz")
[ "$found" = "$wanted" ] || stop "The released program is not the one that this action was made with: $found instead of $wanted."
tar -xzf "$place/archive.tgz" -C "$place" "$name/portcullis"
mv "$place/$name/portcullis" "$place/bin/portcullis"
rm -rf "$place/archive.tgz" "${place:?}/$name"
