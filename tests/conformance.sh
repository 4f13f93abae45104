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
# Then compares the patterns of GitLab's CODEOWNERS with Ruby, which it says that it lacks where it does.
set -euo pipefail
[ $# -eq 2 ] || { sed -n '2,11s/^# //p' "$0" >&2; exit 2; }
portcullis=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
undecided='^[0-9a-f]{7,}  undecided '
failures=0
count=0

for bundle in "$1"/*.bundle; do
  [ -e "$bundle" ] || { echo "no bundle in $1" >&2; exit 1; }
  name=$(basename "$bundle" .bundle)
  count=$((count + 1))
  # HEAD of a bundle may name no branch: take the first that is there.
  git clone --quiet --bare "$bundle" "$work/$name" 2>"$work/clone.err" || { cat "$work/clone.err" >&2; exit 1; }
  branch=$(git -C "$work/$name" for-each-ref --count=1 --format='%(refname)' refs/heads)
  status=0
  "$portcullis" replay "$branch" --repo "$work/$name" >"$work/$name.txt" 2>"$work/$name.err" || status=$?
  if [ "$status" -ne 0 ] || grep -q 'panicked at' "$work/$name.err" || grep -Eq "$undecided" "$work/$name.txt"; then
    failures=$((failures + 1))
    echo "$name: failed with exit code $status"
    grep -E "$undecided" "$work/$name.txt" | head -n 5 || true
    head -n 20 "$work/$name.err"
  else
    echo "$name: $(grep ' commits: ' "$work/$name.txt")"
  fi
done

unmet=0
"$(dirname "$0")/signatures/conformance.sh" "$portcullis" || unmet=1
"$(dirname "$0")/approvals/conformance.sh" "$portcullis" || unmet=1
"$(dirname "$0")/reports/conformance.sh" "$portcullis" || unmet=1
"$(dirname "$0")/workflows/conformance.sh" || unmet=1

"$(dirname "$0")/pull_requests/conformance.sh" || unmet=1
"$(dirname "$0")/enforcement/conformance.sh" "$portcullis" || unmet=1

if command -v ruby >/dev/null; then
  ruby "$(dirname "$0")/gitlab_patterns.rb" "$portcullis"
else
  echo "skipped: ruby is not installed, so GitLab's patterns were not compared with it"
fi

[ "$failures" -eq 0 ] || { echo "$failures of $count histories failed"; exit 1; }
exit "$unmet"
