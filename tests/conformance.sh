#!/usr/bin/env bash
# Replays real histories: every bundle of a folder, every commit as if it had been pushed alone.
# usage: tests/conformance.sh FOLDER PORTCULLIS
# Fails where portcullis stops, panics, or cannot decide about a commit. Findings are no failure.
# Then lets gpg and ssh-keygen sign, and compares mutated commits with git (tests/signatures/conformance.sh).
# Then two owners approve with keys of both kinds (tests/approvals/conformance.sh).
# Then lets the validators of those who read reports judge them (tests/reports/conformance.sh).
# Then lets those who know workflows read the action and the workflows (tests/workflows/conformance.sh).
# Then compares what is asked of GitHub, GitLab and Gitea with what others know of them (tests/pull_requests/conformance.sh).
# Then lets the doctor read the settings that it has as examples (tests/enforcement/conformance.sh).
# Then compares what is rendered with the real kustomize, where that is on PATH.
# Then compares the patterns of GitLab's CODEOWNERS with Ruby, which it says that it lacks where it does.
set -euo pipefail
[ $# -eq 2 ] || { sed -n '2,12s/^# //p' "$0" >&2; exit 2; }
portcullis=$(realpath "$2")
corpus=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
here=$(dirname "$0")

# Replays one bundle; fails where portcullis fails, panics or cannot decide.
replay() {
  local bundle=$1 name branch status=0
  name=$(basename "$bundle" .bundle)
  # HEAD of a bundle may name no branch: take the first that is there.
  git clone --quiet --bare "$bundle" "$work/$name" 2>"$work/$name.clone" || { cat "$work/$name.clone"; return 1; }
  branch=$(git -C "$work/$name" for-each-ref --count=1 --format='%(refname)' refs/heads)
  "$portcullis" replay "$branch" --repo "$work/$name" >"$work/$name.txt" 2>"$work/$name.err" || status=$?
  if [ "$status" -ne 0 ] || grep -q 'panicked at' "$work/$name.err" || grep -Eq '^[0-9a-f]{7,}  undecided ' "$work/$name.txt"; then
    echo "$name: failed with exit code $status"
    grep -E '^[0-9a-f]{7,}  undecided ' "$work/$name.txt" | head -n 5 || true
    head -n 20 "$work/$name.err"
    return 1
  fi
  echo "$name: $(grep ' commits: ' "$work/$name.txt")"
}

# Every bundle of a folder.
histories() {
  local failures=0 count=0 bundle
  for bundle in "$1"/*.bundle; do
    [ -e "$bundle" ] || { echo "no bundle in $1"; return 1; }
    count=$((count + 1))
    replay "$bundle" || failures=$((failures + 1))
  done
  [ "$failures" -eq 0 ] || { echo "$failures of $count histories failed"; return 1; }
}

# What other programs say of signatures, approvals, reports, workflows and exchanges.
others() {
  local unmet=0
  "$here/signatures/conformance.sh" "$portcullis" || unmet=1
  "$here/approvals/conformance.sh" "$portcullis" || unmet=1
  "$here/reports/conformance.sh" "$portcullis" || unmet=1
  "$here/workflows/conformance.sh" || unmet=1
  "$here/pull_requests/conformance.sh" || unmet=1
  "$here/enforcement/conformance.sh" "$portcullis" || unmet=1
  if command -v kustomize >/dev/null; then
    "$here/kustomize/conformance.sh" "$corpus" "$(command -v kustomize)" || unmet=1
  else
    echo "skipped: kustomize is not installed, so renders were not compared with it"
  fi
  if command -v ruby >/dev/null; then
    ruby "$here/gitlab_patterns.rb" "$portcullis" || unmet=1
  else
    echo "skipped: ruby is not installed, so GitLab's patterns were not compared with it"
  fi
  return "$unmet"
}

# Beside each other, because each takes one core most of the time; what they say, one after the other.
failed=0
histories "$1" >"$work/histories" 2>&1 &
replaying=$!
others >"$work/others" 2>&1 || failed=1
wait "$replaying" || failed=1
cat "$work/histories" "$work/others"
exit "$failed"
