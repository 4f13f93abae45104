#!/usr/bin/env bash
# Signatures made by gpg and ssh-keygen themselves, and mutated commits judged by git and gpg.
# usage: tests/signatures/conformance.sh PORTCULLIS
# Installs gpg and ssh-keygen where they are missing and it may; what it cannot run, it prints and counts
# as unmet. COMMITS is how many mutated commits are compared (20000).
set -euo pipefail
[ $# -eq 1 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
portcullis=$(realpath "$1")
root=$(cd "$(dirname "$0")/../.." && pwd)
unmet=0
met=0
for program in gpg:gnupg ssh-keygen:openssh-client; do
  command -v "${program%%:*}" >/dev/null || apt-get install --yes --quiet "${program##*:}" >/dev/null 2>&1 || true
  command -v "${program%%:*}" >/dev/null || { echo "UNMET: ${program%%:*} is not here and cannot be installed"; unmet=$((unmet + 1)); }
done
[ "$unmet" -eq 0 ] || exit 1

cargo_home=${CARGO_HOME:-$HOME/.cargo}
rustup_home=${RUSTUP_HOME:-$HOME/.rustup}
work=$(mktemp -d)
trap 'gpgconf --kill all >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
export GNUPGHOME="$work/gnupg" HOME="$work" GIT_CONFIG_NOSYSTEM=1
unset RUST_BACKTRACE
mkdir -m 700 "$GNUPGHOME"
repository=$work/repository
git init --quiet --initial-branch=main "$repository"
cd "$repository"
git config user.name Alice
git config user.email alice@example.com
mkdir keys

# The unsigned commit that everything signs.
tree=4b825dc642cb6eb9a060e54bf8d69288fbee4904
who="Alice <alice@example.com> $(date +%s) +0000"
printf 'tree %s\nauthor %s\ncommitter %s\n\nRaise replicas\n' "$tree" "$who" "$who" > "$work/payload"
git hash-object -t tree -w /dev/null >/dev/null

policy() {
  printf 'apiVersion: portcullis.dev/v1\nkind: GatePolicy\nsignatures: {require: trusted, keyring: ["keys/*.asc"], allowedSigners: keys/signers, revokedKeys: [keys/revoked, keys/listed]}\n' > .portcullis.yaml
  git add --all
  git commit --quiet --no-gpg-sign --allow-empty --message Policy
}

# expect NAME SIGNATURE-FILE WORDS: what verify-commit says of a commit with this signature.
expect() {
  local commit told
  commit=$({ sed -n '1,/^committer/p' "$work/payload"; sed -e '1s/^/gpgsig /' -e '2,$s/^/ /' "$2"; sed -n '/^$/,$p' "$work/payload"; } |
    git hash-object -t commit -w --stdin --literally)
  told=$("$portcullis" verify-commit "$commit" || true)
  if grep -qF -- "$3" <<< "$told"; then met=$((met + 1)); else
    echo "UNMET: $1: expected \`$3\`, got: $told"
    unmet=$((unmet + 1))
  fi
}

gpg_key() { gpg --batch --quiet --passphrase '' "${@:3}" --quick-generate-key "$1 <$1@example.com>" "$2" sign "${EXPIRE:-never}" 2>/dev/null; }
export_key() { gpg --batch --yes --armor --output "keys/$1.asc" --export "<$1@example.com>"; }
gpg_sign() { gpg --batch --yes --quiet --armor --local-user "<$1@example.com>" "${@:3}" --output "$work/$2" --detach-sign "$work/payload" 2>/dev/null; }

gpg_key ed ed25519
gpg_key rsa rsa3072
gpg_key dsa dsa2048
gpg_key short rsa1024
gpg_key stranger ed25519
long_ago='20240101T000000!'
EXPIRE=2024-02-01 gpg_key expired ed25519 --faked-system-time "$long_ago"
gpg_key revoked ed25519 --faked-system-time "$long_ago"
gpg_key rotated ed25519 --faked-system-time "$long_ago"
rotated=$(gpg --with-colons --list-keys "<rotated@example.com>" | awk -F: '/^fpr/ { print $10; exit }')
gpg --batch --quiet --passphrase '' --quick-add-key "$rotated" ed25519 sign never
gpg --batch --quiet --passphrase '' --quick-set-expire "$rotated" never
for name in ed rsa dsa short; do gpg_sign "$name" "$name.sig"; done
gpg_sign stranger stranger.sig
gpg_sign rotated rotated.sig
gpg_sign expired expired.sig --faked-system-time '20240115T000000!'
gpg_sign revoked revoked.sig --faked-system-time '20240115T000000!'
gpg_sign ed sha1.sig --digest-algo SHA1
gpg_sign ed future.sig --faked-system-time '20400101T000000!'
gpg_sign ed two.sig --local-user "<rsa@example.com>"
gpg_sign ed text.sig --textmode
gpg_sign ed critical.sig --sig-notation '!must-know@example.com=1'
gpg_sign ed note.sig --sig-notation 'note@example.com=1'
for bits in 256 384; do gpg_sign ed "sha$bits.gpg.sig" --digest-algo "SHA$bits"; done
gpg_key p256 nistp256
gpg_key p521 nistp521
for name in p256 p521; do gpg_sign "$name" "$name.sig"; done
cat "$work/ed.sig" "$work/rsa.sig" > "$work/blocks.sig"
{ echo text; cat "$work/ed.sig"; } > "$work/before.sig"
{ cat "$work/ed.sig"; echo text; } > "$work/behind.sig"
sed 's/$/ /' "$work/ed.sig" > "$work/blanks.sig"
sed 's/PGP SIGNATURE/PGP MESSAGE/' "$work/ed.sig" > "$work/message.sig"
echo other | gpg --batch --quiet --armor --local-user '<ed@example.com>' --output "$work/other.sig" --detach-sign 2>/dev/null
gpg --batch --quiet --local-user '<ed@example.com>' --armor --sign --output "$work/inline.sig" "$work/payload" 2>/dev/null
gpg_sign ed short-lived.sig --faked-system-time '20400101T000000!' --default-sig-expire 1d
EXPIRE=2025-01-01 gpg_key sub ed25519 --faked-system-time "$long_ago"
sub=$(gpg --with-colons --list-keys '<sub@example.com>' | awk -F: '/^fpr/ { print $10; exit }')
gpg_sign sub sub.sig --faked-system-time '20240115T000000!'
gpg --batch --quiet --passphrase '' --quick-set-expire "$sub" never
gpg_sign sub extended.sig
gpg_sign ed old.sig --faked-system-time "$long_ago" --ignore-time-conflict --ignore-valid-from
fingerprint=$(gpg --with-colons --list-keys "<revoked@example.com>" | awk -F: '/^fpr/ { print $10; exit }')
sed 's/^:---/---/' "$GNUPGHOME/openpgp-revocs.d/$fingerprint.rev" | gpg --batch --quiet --import 2>/dev/null
for name in ed rsa dsa short p256 p521 sub expired revoked rotated; do export_key "$name"; done

ssh_key() { ssh-keygen -q -N '' -C "$1" -f "$work/$1" "${@:2}"; }
ssh_sign() { ssh-keygen -q -Y sign -n "${3:-git}" -f "$1" "${@:4}" < "$work/payload" > "$work/$2" 2>/dev/null; }
certify() { cp "$work/subject" "$work/$1"; cp "$work/subject.pub" "$work/$1.pub"; ssh-keygen -q -s "$work/authority" -I "$1" "${@:2}" "$work/$1.pub" 2>/dev/null; ssh_sign "$work/$1-cert.pub" "$1.sig"; }
ssh_key s-ed -t ed25519
ssh_key s-ecdsa -t ecdsa -b 384
ssh_key s-rsa -t rsa -b 3072
ssh_key s-ended -t ed25519
ssh_key s-file -t ed25519
ssh_key s-revoked -t ed25519
ssh_key s-stranger -t ed25519
ssh_key authority -t ed25519
ssh_key subject -t ed25519
for name in s-ed s-ecdsa s-rsa s-ended s-file s-revoked s-stranger; do ssh_sign "$work/$name" "$name.sig"; done
for bits in 256 521; do ssh_key "s-p$bits" -t ecdsa -b "$bits"; ssh_sign "$work/s-p$bits" "s-p$bits.sig"; done
ssh_key s-later -t ed25519
ssh_key s-local -t ed25519
ssh_key s-listed -t ed25519
ssh_key s-hashed -t ed25519
ssh_key s-twice -t ed25519
ssh_key s-git -t ed25519
ssh_key stranger-authority -t ed25519
for name in s-later s-local s-listed s-hashed s-twice s-git; do ssh_sign "$work/$name" "$name.sig"; done
cat "$work/s-ed.sig" "$work/s-ed.sig" > "$work/s-blocks.sig"
echo other | ssh-keygen -q -Y sign -n git -f "$work/s-ed" > "$work/s-other.sig" 2>/dev/null
ssh_sign "$work/s-ed" namespace.sig file
ssh_sign "$work/s-ed" sha256.sig git -O hashalg=sha256
certify c-good -n alice@example.com -z 1
certify c-other -n mallory@example.org -z 2
certify c-ended -n alice@example.com -V 20240101:20240201 -z 3
certify c-host -h -n alice@example.com -z 4
certify c-option -n alice@example.com -O force-command=true -z 5
certify c-revoked -n alice@example.com -z 6
certify c-named -n alice@example.com -z 7
certify c-later -n alice@example.com -V 20400101:20410101 -z 8
certify c-nobody -z 9
certify c-two -n root,alice@example.com -z 10
certify c-ranged -n alice@example.com -z 105
mv "$work/authority" "$work/kept"; cp "$work/stranger-authority" "$work/authority"
certify c-stranger -n alice@example.com
mv "$work/kept" "$work/authority"
{
  for name in s-ed s-ecdsa s-rsa s-revoked s-p256 s-p521 s-listed s-hashed; do echo "$name@example.com $(cat "$work/$name.pub")"; done
  echo "ended@example.com valid-before=\"20240101Z\" $(cat "$work/s-ended.pub")"
  echo "later@example.com valid-after=\"20400101Z\" $(cat "$work/s-later.pub")"
  echo "local@example.com valid-after=\"20240101\",valid-before=\"20400101\" $(cat "$work/s-local.pub")"
  echo "git@example.com namespaces=\"file,git\" $(cat "$work/s-git.pub")"
  echo "twice@example.com valid-before=\"20240101Z\" $(cat "$work/s-twice.pub")"
  echo "twice@example.com $(cat "$work/s-twice.pub")"
  echo "file@example.com namespaces=\"file\" $(cat "$work/s-file.pub")"
  echo "*@example.com cert-authority $(cat "$work/authority.pub")"
} > keys/signers
hashed=$(ssh-keygen -l -f "$work/s-hashed.pub" | awk '{ print $2 }')
printf 'serial: 6\nserial: 100-200\nid: c-named\nhash: %s\n' "$hashed" > "$work/specification"
cat "$work/s-listed.pub" > keys/listed
ssh-keygen -q -k -f keys/revoked -s "$work/authority.pub" "$work/specification" "$work/s-revoked.pub" >/dev/null
policy

expect 'gpg, Ed25519' "$work/ed.sig" ' counts: '
expect 'gpg, RSA' "$work/rsa.sig" ' counts: '
expect 'gpg, new subkey' "$work/rotated.sig" ' counts: '
expect 'gpg, DSA' "$work/dsa.sig" 'a DSA key, which is no longer accepted'
expect 'gpg, RSA with 1024 bits' "$work/short.sig" 'has 1024 bits; RSA keys need 2048'
expect 'gpg, stranger' "$work/stranger.sig" 'which is not in the keyring'
expect 'gpg, expired key, dated back' "$work/expired.sig" 'which expired on 2024-02-'
expect 'gpg, revoked key, dated back' "$work/revoked.sig" 'which has been revoked'
expect 'gpg, SHA-1' "$work/sha1.sig" 'no longer accepted: the hash SHA1'
expect 'gpg, future' "$work/future.sig" 'is dated in the future'
expect 'gpg, two signatures' "$work/two.sig" 'is not a single signature'
expect 'gpg, text mode' "$work/text.sig" 'does not sign a file'
expect 'gpg, a notation that may be ignored' "$work/note.sig" ' counts: '
for bits in 256 384; do expect "gpg, SHA-$bits" "$work/sha$bits.gpg.sig" ' counts: '; done
expect 'gpg, critical notation' "$work/critical.sig" 'a critical part that portcullis does not support'
expect 'gpg, older than its key' "$work/old.sig" 'was not valid when it signed'
for name in p256 p521 extended; do expect "gpg, $name" "$work/$name.sig" ' counts: '; done
expect 'gpg, signed before its key was bound anew' "$work/sub.sig" 'No binding signature at time 2024-01-15'
expect 'gpg, two blocks' "$work/blocks.sig" 'is not exactly one complete signature block'
expect 'gpg, text before' "$work/before.sig" 'does not begin like'
expect 'gpg, text behind' "$work/behind.sig" 'is not exactly one complete signature block'
expect 'gpg, blanks at the ends of lines' "$work/blanks.sig" 'does not begin like'
expect 'gpg, a message' "$work/message.sig" 'an OpenPGP message instead of a signature'
expect 'gpg, a signed message' "$work/inline.sig" 'an OpenPGP message instead of a signature'
expect 'gpg, other content' "$work/other.sig" 'it signs a different object'
expect 'gpg, future that expires' "$work/short-lived.sig" 'is dated in the future'
for name in s-p256 s-p521 s-local s-git s-twice c-two; do expect "ssh-keygen, $name" "$work/$name.sig" ' counts: '; done
expect 'ssh-keygen, line has not begun' "$work/s-later.sig" 'which counts only from 2040-01-01'
expect 'ssh-keygen, key in list' "$work/s-listed.sig" 'which has been revoked'
expect 'ssh-keygen, hash of key in KRL' "$work/s-hashed.sig" 'which has been revoked'
expect 'ssh-keygen, two blocks' "$work/s-blocks.sig" 'is not exactly one complete signature block'
expect 'ssh-keygen, other content' "$work/s-other.sig" 'it signs a different object'
expect 'ssh-keygen, certificate not yet valid' "$work/c-later.sig" 'is valid only from 20'
expect 'ssh-keygen, certificate for nobody' "$work/c-nobody.sig" 'names no principal'
expect 'ssh-keygen, certificate number in range of KRL' "$work/c-ranged.sig" 'certificate that has been revoked'
expect 'ssh-keygen, certificate of a stranger' "$work/c-stranger.sig" 'which is not one of the allowed signers'
for name in s-ed s-ecdsa s-rsa sha256 c-good; do expect "ssh-keygen, $name" "$work/$name.sig" ' counts: '; done
expect 'ssh-keygen, certificate names whom' "$work/c-good.sig" 'certified for alice@example.com'
expect 'ssh-keygen, for files' "$work/namespace.sig" 'was made for `file`, not for git'
expect 'ssh-keygen, line has ended' "$work/s-ended.sig" 'which counted until 2024-01-01'
expect 'ssh-keygen, line is for files' "$work/s-file.sig" 'do not allow to sign for git'
expect 'ssh-keygen, key in KRL' "$work/s-revoked.sig" 'which has been revoked'
expect 'ssh-keygen, stranger' "$work/s-stranger.sig" 'not one of the allowed signers'
expect 'ssh-keygen, certificate for another' "$work/c-other.sig" 'the allowed signers do not allow its authority to certify that name'
expect 'ssh-keygen, certificate expired' "$work/c-ended.sig" 'certificate that expired on 2024-'
expect 'ssh-keygen, certificate for a host' "$work/c-host.sig" 'is for a host, not for a person'
expect 'ssh-keygen, certificate with an option' "$work/c-option.sig" 'critical option `force-command`'
expect 'ssh-keygen, certificate number in KRL' "$work/c-revoked.sig" 'certificate that has been revoked'
expect 'ssh-keygen, certificate name in KRL' "$work/c-named.sig" 'certificate that has been revoked'
echo "signatures of gpg and ssh-keygen: $met as expected, $unmet not"

if CARGO_HOME="$cargo_home" RUSTUP_HOME="$rustup_home" cargo test --quiet --manifest-path "$root/Cargo.toml" --test it differential:: -- --ignored --nocapture; then
  met=$((met + 1))
else
  echo 'UNMET: mutated commits against git and gpg'
  unmet=$((unmet + 1))
fi
[ "$unmet" -eq 0 ] || { echo "$unmet unmet"; exit 1; }
