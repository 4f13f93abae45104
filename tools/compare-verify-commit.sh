#!/usr/bin/env bash
# Compares the speed of `portcullis verify-commit` with a shell loop of `git verify-commit`.
# usage: tools/compare-verify-commit.sh PORTCULLIS [COMMITS] [openpgp|ssh]
# Makes a history of commits signed with one Ed25519 key (gpg or ssh-keygen), lets both verify all of
# it, and prints the times and their ratio. Fails unless both accept every commit.
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
portcullis=$(realpath "$1")
count=${2:-1000}
format=${3:-openpgp}
work=$(mktemp -d)
trap 'GNUPGHOME="$work/gnupg" gpgconf --kill all >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
export GNUPGHOME="$work/gnupg" HOME="$work" GIT_CONFIG_NOSYSTEM=1
# A library of ours records a backtrace with every error where this is set.
unset RUST_BACKTRACE
mkdir -m 700 "$GNUPGHOME"
repository=$work/repository
git init --quiet --initial-branch=main "$repository"
cd "$repository"
git config user.name Alice
git config user.email alice@example.com
git config gpg.format "$format"

case $format in
  openpgp)
    gpg --batch --quiet --passphrase '' --quick-generate-key 'Alice <alice@example.com>' ed25519 sign never 2>/dev/null
    gpg --armor --export alice@example.com > trusted
    git config user.signingKey alice@example.com
    keys='keyring: [trusted]'
    ;;
  ssh)
    ssh-keygen -q -t ed25519 -N '' -C alice -f "$work/key"
    echo "alice@example.com $(cat "$work/key.pub")" > trusted
    git config user.signingKey "$work/key"
    git config gpg.ssh.allowedSignersFile "$repository/trusted"
    keys='allowedSigners: trusted'
    ;;
  *) echo "the format is openpgp or ssh" >&2; exit 2 ;;
esac
printf 'apiVersion: portcullis.dev/v1\nkind: GatePolicy\nsignatures: {require: trusted, %s}\n' "$keys" > .portcullis.yaml
git add --all
git commit --quiet -S -m 'Trusted keys'
tree=$(git rev-parse 'HEAD^{tree}')
tip=$(git rev-parse HEAD)
base=$tip
for number in $(seq "$count"); do
  tip=$(git commit-tree -S -p "$tip" -m "Change $number" "$tree")
done

now() { date +%s%N; }
begin=$(now)
for commit in $(git rev-list "$base..$tip"); do
  git verify-commit "$commit" 2>/dev/null || { echo "git refuses $commit" >&2; exit 1; }
done
git_time=$(($(now) - begin))
best=
for _ in 1 2 3; do
  begin=$(now)
  "$portcullis" verify-commit "$base..$tip" > "$work/told" || { head -n 3 "$work/told" >&2; exit 1; }
  elapsed=$(($(now) - begin))
  if [ -z "$best" ] || [ "$elapsed" -lt "$best" ]; then best=$elapsed; fi
done
[ "$(grep -c ' counts: ' "$work/told")" -eq "$count" ] || { echo "portcullis did not count every commit" >&2; exit 1; }
awk -v count="$count" -v git="$git_time" -v ours="$best" -v format="$format" -v cores="$(nproc)" 'BEGIN {
  printf "%d %s commits on %d cores: git verify-commit in a loop %.2f s, portcullis %.3f s: %.0f times as fast\n",
    count, format, cores, git / 1e9, ours / 1e9, git / ours }'
