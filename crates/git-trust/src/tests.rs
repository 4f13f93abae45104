//! Signatures that count and signatures that must not.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use proptest::prelude::{any, prop, proptest};
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::serialize::SerializeInto;
use sequoia_openpgp::types::{HashAlgorithm, SignatureType};
use sequoia_openpgp::{Packet, PacketPile};

use super::throw_away::armored;
use super::{Keyring, KeyringError, RevocationKind, SignatureStatus, ThrowAwayKey, TrustedKeys, gpg_program};
use source_files::RepoPath;

const PAYLOAD: &[u8] = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\nRaise replicas\n";
const DAY: Duration = Duration::from_hours(24);

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_790_000_000)
}

static ALICE: LazyLock<ThrowAwayKey> =
    LazyLock::new(|| ThrowAwayKey::generate("alice@example.com", now() - 100 * DAY, None).unwrap());
static BOB: LazyLock<ThrowAwayKey> =
    LazyLock::new(|| ThrowAwayKey::generate("bob@example.com", now() - 100 * DAY, None).unwrap());

fn keyring(keys: &[&ThrowAwayKey]) -> TrustedKeys {
    let file = |key: &&ThrowAwayKey| (RepoPath::new("keys/a.asc"), key.armored_certificate().unwrap());
    Keyring::from_files(keys.iter().map(file)).unwrap().into()
}

fn reason(keyring: &TrustedKeys, payload: &[u8], signature: &[u8]) -> String {
    match keyring.verify(payload, signature, now()) {
        SignatureStatus::Untrusted { reason, advice, .. } => {
            assert!(advice.ends_with('.'), "{advice}");
            reason
        }
        SignatureStatus::Trusted { key, .. } => format!("trusted {key}"),
        SignatureStatus::Forge { key } => format!("forge {key}"),
        SignatureStatus::Unsigned => "unsigned".to_owned(),
    }
}

fn packets(signature: &[u8]) -> Vec<Packet> {
    PacketPile::from_bytes(signature).unwrap().into_children().collect()
}

#[test]
fn a_key_of_the_keyring_is_trusted_and_named_by_its_certificate() {
    let signature = ALICE.sign(PAYLOAD, now()).unwrap();
    let status = keyring(&[&BOB, &ALICE]).verify(PAYLOAD, &signature, now());
    assert_eq!(status, SignatureStatus::Trusted { key: ALICE.fingerprint(), principals: Vec::new() });
}

#[test]
fn another_key_or_another_payload_is_not() {
    let signature = ALICE.sign(PAYLOAD, now()).unwrap();
    assert!(reason(&keyring(&[&BOB]), PAYLOAD, &signature).ends_with("which is not in the keyring"));
    assert!(reason(&TrustedKeys::default(), PAYLOAD, &signature).ends_with("which is not in the keyring"));
    assert!(reason(&keyring(&[&ALICE]), b"tree 0\n", &signature).starts_with("does not match"));
}

#[test]
fn an_expired_key_cannot_sign_with_an_old_date() {
    let key = ThrowAwayKey::generate("carol", now() - 30 * DAY, Some(10 * DAY)).unwrap();
    for at in [now() - 25 * DAY, now()] {
        let signature = key.sign(PAYLOAD, at).unwrap();
        let reason = reason(&keyring(&[&key]), PAYLOAD, &signature);
        assert!(reason.contains("expired on 2026-09-01"), "{reason}");
    }
}

#[test]
fn a_revoked_key_cannot_sign_with_an_old_date() {
    for kind in [RevocationKind::Retired, RevocationKind::Compromised] {
        let revoked = ALICE.revoke(kind, now() - 2 * DAY).unwrap();
        let signature = revoked.sign(PAYLOAD, now() - 50 * DAY).unwrap();
        assert!(reason(&keyring(&[&revoked]), PAYLOAD, &signature).ends_with("which has been revoked"));
        assert!(reason(&keyring(&[&revoked, &ALICE]), PAYLOAD, &signature).ends_with("has been revoked"));
    }
}

#[test]
fn the_signature_lies_between_the_birth_of_the_key_and_now() {
    let early = ALICE.sign(PAYLOAD, now() - 200 * DAY).unwrap();
    assert!(reason(&keyring(&[&ALICE]), PAYLOAD, &early).ends_with("not valid when it signed"));
    let late = ALICE.sign(PAYLOAD, now() + Duration::from_mins(6)).unwrap();
    assert!(reason(&keyring(&[&ALICE]), PAYLOAD, &late).starts_with("is dated in the future"));
    let ahead = ALICE.sign(PAYLOAD, now() + Duration::from_mins(4)).unwrap();
    assert!(reason(&keyring(&[&ALICE]), PAYLOAD, &ahead).starts_with("trusted"));
}

#[test]
fn only_binary_signatures_with_a_sound_hash_count() {
    let text = ALICE.sign_as(SignatureType::Text, HashAlgorithm::SHA512, PAYLOAD, now()).unwrap();
    assert!(reason(&keyring(&[&ALICE]), PAYLOAD, &text).contains("type Binary"));
    let weak = ALICE.sign_as(SignatureType::Binary, HashAlgorithm::SHA1, PAYLOAD, now()).unwrap();
    assert!(reason(&keyring(&[&ALICE]), PAYLOAD, &weak).contains("no longer accepted"));
}

#[test]
fn a_certification_key_does_not_sign_commits() {
    let primary = ALICE.certificate.primary_key().key().clone().parts_into_secret().unwrap();
    let signature = SignatureBuilder::new(SignatureType::Binary)
        .set_signature_creation_time(now())
        .unwrap()
        .sign_message(&mut primary.into_keypair().unwrap(), PAYLOAD)
        .unwrap();
    let signature = armored(&[signature.into()]).unwrap();
    assert!(reason(&keyring(&[&ALICE]), PAYLOAD, &signature).ends_with("not meant for signing"));
}

#[test]
fn exactly_one_signature_and_nothing_else() {
    let good = ALICE.sign(PAYLOAD, now()).unwrap();
    let two = armored(&[packets(&good), packets(&BOB.sign(PAYLOAD, now()).unwrap())].concat()).unwrap();
    assert!(reason(&keyring(&[&ALICE, &BOB]), PAYLOAD, &two).starts_with("is not a single signature"));
    let none = armored(&[]).unwrap();
    assert!(!reason(&keyring(&[&ALICE]), PAYLOAD, &none).starts_with("trusted"));
    for joined in [
        [good.clone(), good.clone()].concat(),
        [b"text\n".to_vec(), good.clone()].concat(),
        [good.clone(), b"text\n".to_vec()].concat(),
    ] {
        assert!(reason(&keyring(&[&ALICE]), PAYLOAD, &joined).starts_with("is not readable"));
    }
}

#[test]
fn other_formats_are_named() {
    let message = b"-----BEGIN PGP MESSAGE-----\nAAAA\n-----END PGP MESSAGE-----\n";
    assert!(reason(&keyring(&[&ALICE]), PAYLOAD, message).contains("an OpenPGP message"));
    let x509 = b"-----BEGIN SIGNED MESSAGE-----\nAAAA\n-----END SIGNED MESSAGE-----\n";
    assert!(reason(&keyring(&[&ALICE]), PAYLOAD, x509).contains("X.509"));
}

#[test]
fn every_certificate_of_every_file_is_read() {
    let both = [ALICE.armored_certificate().unwrap(), BOB.armored_certificate().unwrap()].concat();
    let binary = ALICE.certificate.to_vec().unwrap();
    let files = [(RepoPath::new("keys/both.asc"), both), (RepoPath::new("keys/alice.pgp"), binary)];
    assert_eq!(Keyring::from_files(files.into_iter()).unwrap().len(), 2);
}

#[test]
fn a_file_that_is_no_keyring_is_an_error() {
    let read = |bytes: &[u8]| {
        Keyring::from_files([(RepoPath::new("keys/x.asc"), bytes.to_vec())].into_iter()).unwrap_err()
    };
    let secret = ALICE.certificate.as_tsk().armored().to_vec().unwrap();
    assert!(matches!(read(&secret), KeyringError::SecretKey { .. }));
    assert!(matches!(read(b" \n"), KeyringError::Empty { .. }));
    assert!(matches!(read(b"no key"), KeyringError::Unreadable { .. }));
    let broken = [ALICE.armored_certificate().unwrap(), b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n".to_vec()];
    assert!(!matches!(read(&broken.concat()), KeyringError::SecretKey { .. }));
    let signature = ALICE.sign(PAYLOAD, now()).unwrap();
    assert!(matches!(read(&signature), KeyringError::Unreadable { .. } | KeyringError::Empty { .. }));
}

#[test]
fn git_can_sign_through_the_gpg_program() {
    let folder = tempfile::tempdir().unwrap();
    ALICE.save(folder.path(), "alice").unwrap();
    let arguments = ["--status-fd=2", "-bsau", "alice"].map(String::from);
    let (mut output, mut status) = (Vec::new(), Vec::new());
    gpg_program(folder.path(), &arguments, now(), &mut &*PAYLOAD, &mut output, &mut status).unwrap();
    assert!(String::from_utf8(status).unwrap().starts_with("\n[GNUPG:] SIG_CREATED "));
    assert!(reason(&keyring(&[&ALICE]), PAYLOAD, &output).starts_with("trusted"));
    let outside = ["-bsau", "../alice"].map(String::from);
    let refused = gpg_program(folder.path(), &outside, now(), &mut &*PAYLOAD, &mut output, &mut Vec::new());
    assert!(refused.is_err());
}

proptest! {
    #[test]
    fn a_damaged_signature_never_panics(edits in prop::collection::vec((any::<usize>(), any::<u8>()), 1..5)) {
        let mut signature = ALICE.sign(PAYLOAD, now()).unwrap();
        for (place, value) in edits {
            let place = place % signature.len();
            signature[place] = value;
        }
        assert_ne!(keyring(&[&ALICE]).verify(PAYLOAD, &signature, now()), SignatureStatus::Unsigned);
        assert!(!reason(&keyring(&[&ALICE]), b"another payload", &signature).starts_with("trusted"));
    }

    #[test]
    fn damaged_packets_never_panic(edits in prop::collection::vec((any::<usize>(), any::<u8>()), 1..5)) {
        let signature = ALICE.sign(PAYLOAD, now()).unwrap();
        let mut bytes = packets(&signature)[0].to_vec().unwrap();
        for (place, value) in edits {
            let place = place % bytes.len();
            bytes[place] = value;
        }
        let _ = super::openpgp::read_single_signature(&bytes);
        let files = [(RepoPath::new("keys/x.pgp"), bytes)];
        // One damaged byte can make it a public key of an unknown algorithm, which vouches for nothing.
        if let Ok(keyring) = Keyring::from_files(files.into_iter()) {
            assert!(!reason(&keyring.into(), PAYLOAD, &signature).starts_with("trusted"));
        }
    }
}
