#!/usr/bin/env bash
# Compares what `pr` asks and what the tests' stand-in answers with GitHub's own description of its API.
# usage: tests/pull_requests/conformance.sh
# Runs the tests of pull requests, records every exchange, and validates each with the npm package @octokit/openapi.
# Says what it lacks and counts it as unmet; fails only where an exchange is none that GitHub describes.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$PWD/tests/pull_requests
for program in node npm; do
  command -v "$program" >/dev/null || { echo "UNMET: $program is not here, so exchanges with the forge were not compared with its description"; exit 0; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! npm install --silent --no-audit --no-fund --prefix "$work" @octokit/openapi@23 ajv@8 ajv-formats@3 >/dev/null 2>&1; then
  echo "UNMET: @octokit/openapi cannot be had, so exchanges with the forge were not compared with it"
  exit 0
fi
# Replies that are wrong on purpose are not GitHub's, nor is a git server that leads elsewhere.
RECORD_EXCHANGES=$work cargo test --quiet --locked --test pull_requests -- --skip failures:: --skip adversary:: --skip gitlab:: --skip gitea:: >"$work/tests.log" 2>&1 \
  || { tail -n 40 "$work/tests.log"; exit 1; }
cd "$work"
node "$here/openapi.mjs" node_modules/@octokit/openapi/generated/api.github.com.deref.json exchanges.jsonl
