#!/usr/bin/env bash
# Lets `doctor --forge` read the settings that GitHub's own description of its API has as examples.
# usage: tests/enforcement/conformance.sh PORTCULLIS
# Says what it lacks and counts it as unmet; fails only where a route is not described or a reply is not understood.
set -euo pipefail
[ $# -eq 1 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
portcullis=$(realpath "$1")
here=$(realpath "$(dirname "$0")")
for program in node npm; do
  command -v "$program" >/dev/null || { echo "UNMET: $program is not here, so the doctor's questions were not compared with GitHub's description"; exit 0; }
done
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
described=${DESCRIPTIONS:-$work/node_modules/@octokit/openapi/generated}
if [ ! -d "$described" ] && ! npm install --silent --no-audit --no-fund --prefix "$work" @octokit/openapi@23 >/dev/null 2>&1; then
  echo "UNMET: @octokit/openapi cannot be had, so the doctor's questions were not compared with it"
  exit 0
fi

# NAME BASE: what is asked of this description, and that every answer is understood.
ask() {
  node "$here/examples.mjs" "$described/$1.deref.json" "$2" >"$work/asked" &
  server=$!
  for _ in $(seq 100); do [ -s "$work/asked" ] && break; sleep 0.1; done
  status=0
  GITHUB_TOKEN=a-token "$portcullis" doctor --forge github --project acme/prod --branch main \
    --api "http://127.0.0.1:$(head -n 1 "$work/asked")$2" >"$work/said" 2>&1 || status=$?
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=
  # The examples leave holes; anything but saying so is a failure.
  if [ "$status" -ne 1 ] || grep -q UNDESCRIBED "$work/asked"; then
    echo "$1: exit code $status"
    cat "$work/asked" "$work/said"
    exit 1
  fi
  echo "$1: $(tail -n +2 "$work/asked" | sort -u | wc -l) routes are described, and their examples understood"
}

ask api.github.com ""
for server_version in 3.17 3.18 3.19; do ask "ghes-$server_version" /api/v3; done
