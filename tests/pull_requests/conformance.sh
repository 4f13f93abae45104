#!/usr/bin/env bash
# Compares what `pr` and `doctor --forge` ask and what the tests' stand-ins answer with what others know of the forges:
# GitHub's own description of its API (the npm package @octokit/openapi), and the Go clients of GitLab and Gitea.
# usage: tests/pull_requests/conformance.sh
# Runs the tests, records every exchange, and compares each. Says what it lacks and counts it as unmet; fails only where
# an exchange is none that the forge knows.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$PWD/tests/pull_requests
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
unmet() { echo "UNMET: $1, so exchanges with $2 were not compared"; }
# Runs tests, whose exchanges go to a folder.
recorded() {
  local folder=$1
  shift
  mkdir -p "$folder"
  RECORD_EXCHANGES=$folder cargo test --quiet --locked "$@" >"$folder/tests.log" 2>&1 || { tail -n 40 "$folder/tests.log"; exit 1; }
}

github() {
  command -v node >/dev/null && command -v npm >/dev/null || { unmet "node and npm are not here" GitHub; return; }
  npm install --silent --no-audit --no-fund --prefix "$work" @octokit/openapi@23 ajv@8 ajv-formats@3 >/dev/null 2>&1 \
    || { unmet "@octokit/openapi cannot be had" GitHub; return; }
  # Replies that are wrong on purpose are not GitHub's, nor is a git server that leads elsewhere.
  recorded "$work/github" --test it pull_requests:: -- --skip failures:: --skip adversary:: --skip gitlab:: --skip gitea::
  (cd "$work" && node "$here/openapi.mjs" node_modules/@octokit/openapi/generated/api.github.com.deref.json github/exchanges.jsonl) || failed=1
}

clients() {
  command -v go >/dev/null || { unmet "go is not here" "GitLab and Gitea"; return; }
  (cd "$here/clients" && go mod download >/dev/null 2>&1) || { unmet "the Go clients cannot be had" "GitLab and Gitea"; return; }
  (cd "$here/clients" && go build -o "$work/clients" .)
  for forge in gitlab gitea; do
    recorded "$work/$forge" --test it -- "hosts::$forge::"
    "$work/clients" "$forge" "$work/$forge/exchanges.jsonl" || failed=1
  done
}

# Exchanges with a real Gitea, one JSON object a line.
real() {
  local file=${GITEA_EXCHANGES:-../shared/oracle/gitea/exchanges.jsonl}
  [ -f "$file" ] || { echo "UNMET: $file is not here, so no exchange with a real Gitea was replayed"; return; }
  GITEA_EXCHANGES=$(realpath "$file") cargo test --quiet --locked --test it -- hosts::gitea::recorded:: >"$work/real.log" 2>&1 \
    || { tail -n 40 "$work/real.log"; failed=1; return; }
  echo "gitea: $(wc -l <"$file") recorded exchanges replayed"
}

github
clients
real
exit "$failed"
