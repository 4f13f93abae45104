#!/usr/bin/env bash
# Two owners approve a change with a gpg key and an SSH key of their own, from their own clones.
# usage: tests/approvals/conformance.sh PORTCULLIS
# Fails unless the push is rejected before, counted after each approval, and accepted in the end.
set -euo pipefail
[ $# -eq 1 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
portcullis=$(realpath "$1")
for program in gpg ssh-keygen; do
  command -v "$program" >/dev/null || { echo "UNMET: $program is not here"; exit 1; }
done
work=$(mktemp -d)
trap 'gpgconf --kill all >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
cd "$work"
export HOME=$work GIT_CONFIG_NOSYSTEM=1 GNUPGHOME=$work/gnupg LC_ALL=C
unset RUST_BACKTRACE
mkdir -m 700 gnupg
git config --global init.defaultBranch main

gpg --batch --quiet --passphrase '' --quick-generate-key 'Alice <alice@example.com>' ed25519 sign never 2>/dev/null
alice=$(gpg --list-keys --with-colons alice@example.com | awk -F: '/^fpr/ { print $10; exit }')
for name in bob mallory; do ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$work/$name.key"; done
fingerprint() { ssh-keygen -lf "$work/$1.key.pub" | awk '{ print $2 }'; }

git init --quiet --bare server.git
git clone --quiet server.git seed 2>/dev/null
(
  cd seed
  git config user.name Seed
  git config user.email seed@example.com
  mkdir keys prod .github
  gpg --armor --export alice@example.com > keys/alice.asc
  for name in bob mallory; do
    echo "$name@example.com namespaces=\"git\" $(cat "$work/$name.key.pub")"
  done > keys/allowed_signers
  cat > .portcullis.yaml <<POLICY
apiVersion: portcullis.dev/v1
kind: GatePolicy
repository: acme/prod
protected: [refs/heads/main]
signatures: {require: trusted, keyring: ['keys/*.asc'], allowedSigners: keys/allowed_signers}
people:
- {name: Alice, keys: [$alice], handles: ['@alice', alice@example.com]}
- {name: Bob, keys: ['$(fingerprint bob)'], handles: ['@bob', bob@example.com]}
- {name: Mallory, keys: ['$(fingerprint mallory)'], handles: ['@mallory', mallory@example.com]}
owners: {approvals: 2}
POLICY
  echo '/prod/ @alice @bob @mallory' > .github/CODEOWNERS
  printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\ndata: {x: y}\n' > prod/a.yaml
  git add --all
  git commit --quiet -m 'Begin'
  git push --quiet origin main
)
printf '#!/bin/sh\nexec "%s" pre-receive --host git\n' "$portcullis" > server.git/hooks/pre-receive
chmod +x server.git/hooks/pre-receive
for name in alice bob mallory; do
  git clone --quiet server.git "$name"
  git -C "$name" config user.name "$name"
  git -C "$name" config user.email "$name@example.com"
  git -C "$name" config commit.gpgSign true
  git -C "$name" config gpg.format ssh
  git -C "$name" config user.signingKey "$work/$name.key"
done
git -C alice config gpg.format openpgp
git -C alice config user.signingKey "$alice"

# push CLONE REFSPEC WORDS...: what the pusher is told holds every word.
push() {
  local clone=$1 refspec=$2 word
  git -C "$clone" push origin "$refspec" > told 2>&1 && pushed=yes || pushed=no
  shift 2
  for word in "$@"; do
    grep -qF -- "$word" told || { echo "\`$word\` is missing from what $clone was told:"; cat told; exit 1; }
  done
}
expect() { [ "$pushed" = "$1" ] || { echo "the push should have been: $1"; cat told; exit 1; }; }

sed -i 's/x: y/x: z/' mallory/prod/a.yaml
git -C mallory commit --quiet --all -m 'Change x'
push mallory HEAD:refs/heads/proposal; expect yes
push mallory HEAD:refs/heads/main 'needs 2 more approvals'; expect no
for name in alice bob; do
  git -C "$name" fetch --quiet
  (cd "$name" && "$portcullis" approve main origin/proposal --reason "read by $name" > ../signed 2>/dev/null)
  push "$name" "$(sed -n 's/^signed //p' signed)" 'approves refs/heads/main'; expect yes
  [ "$name" = bob ] || { push mallory HEAD:refs/heads/main 'needs 1 more approval'; expect no; }
done
push mallory HEAD:refs/heads/main 'Alice approves' 'Bob approves'; expect yes
echo "approvals: two owners approved with gpg and ssh keys from their own clones"
