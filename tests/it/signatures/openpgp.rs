//! OpenPGP: the signature itself, its armor and its dates.

use std::time::{Duration, SystemTime};

use git_trust::{KeyWindow, Keyring, RevocationKind, Terms, ThrowAwayKey, TrustedKeys};
use sequoia_openpgp::armor::{Kind, Writer};
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::packet::signature::subpacket::{
    NotationDataFlags, Subpacket, SubpacketTag, SubpacketValue,
};
use sequoia_openpgp::packet::{Marker, Packet};
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::serialize::Serialize;
use sequoia_openpgp::types::{HashAlgorithm, SignatureType};
use sequoia_openpgp::{Cert, PacketPile};
use source_files::RepoPath;

use super::case::{Case, DAY, Names, PAYLOAD, now};
use crate::common::git::Failure;

/// Everybody whose certificates are given.
pub(crate) fn keyring(certificates: &[&Cert]) -> Result<TrustedKeys, Failure> {
    let mut files = Vec::new();
    for certificate in certificates {
        let mut bytes = Vec::new();
        (*certificate).serialize(&mut bytes)?;
        files.push((RepoPath::new("keys/some.pgp"), bytes));
    }
    Ok(Keyring::from_files(files.into_iter())?.into())
}

pub(crate) fn public(key: &ThrowAwayKey) -> Result<Cert, Failure> {
    Ok(Cert::from_bytes(&key.armored_certificate()?)?)
}

/// The certificate with its secrets, as `save` writes it.
pub(crate) fn secret(key: &ThrowAwayKey) -> Result<Cert, Failure> {
    let folder = tempfile::tempdir()?;
    key.save(folder.path(), "key")?;
    Ok(Cert::from_file(folder.path().join("key.secret.asc"))?)
}

pub(crate) fn armored(packets: &[Packet]) -> Result<Vec<u8>, Failure> {
    let mut writer = Writer::new(Vec::new(), Kind::Signature)?;
    for packet in packets {
        packet.serialize(&mut writer)?;
    }
    Ok(writer.finalize()?)
}

/// A signature that is made just as the builder says.
pub(crate) fn built(
    certificate: &Cert,
    build: impl FnOnce(SignatureBuilder) -> sequoia_openpgp::Result<SignatureBuilder>,
) -> Result<Vec<u8>, Failure> {
    let subkey = certificate.keys().subkeys().next().ok_or("no subkey")?;
    let mut signer = subkey.key().clone().parts_into_secret()?.into_keypair()?;
    let builder = SignatureBuilder::new(SignatureType::Binary)
        .set_hash_algo(HashAlgorithm::SHA512)
        .set_signature_creation_time(now())?;
    let signature = build(builder)?.sign_message(&mut signer, PAYLOAD)?;
    armored(&[signature.into()])
}

struct World {
    alice: ThrowAwayKey,
    bob: ThrowAwayKey,
    trusted: TrustedKeys,
}

fn world(names: &mut Names) -> Result<World, Failure> {
    let alice = ThrowAwayKey::generate("Alice <alice@example.com>", now() - 100 * DAY, None)?;
    let bob = ThrowAwayKey::generate("Bob <bob@example.com>", now() - 100 * DAY, None)?;
    names.add(alice.fingerprint().as_str(), "Alice");
    names.add(alice.signing_fingerprint()?.as_str(), "Alice's subkey");
    names.add(bob.fingerprint().as_str(), "Bob");
    names.add(bob.signing_fingerprint()?.as_str(), "Bob's subkey");
    let trusted = keyring(&[&public(&alice)?])?;
    Ok(World { alice, bob, trusted })
}

pub(crate) fn cases(names: &mut Names) -> Result<Vec<Case>, Failure> {
    let world = world(names)?;
    let mut cases = whole(&world)?;
    cases.extend(armor(&world)?);
    cases.extend(contents(&world)?);
    cases.extend(dates(&world)?);
    cases.extend(revoked(&world)?);
    Ok(cases)
}

fn whole(world: &World) -> Result<Vec<Case>, Failure> {
    let World { alice, bob, trusted } = world;
    let good = alice.sign(PAYLOAD, now())?;
    let both = keyring(&[&public(alice)?, &public(bob)?])?;
    let forge = Terms { forge_keys: vec![alice.fingerprint()], ..Terms::default() };
    Ok(vec![
        Case::new("good OpenPGP signature", trusted, good.clone()),
        Case::new("good OpenPGP signature, several certificates", &both, good.clone()),
        Case::new("OpenPGP, nobody is trusted", &TrustedKeys::default(), good.clone()),
        Case::new("OpenPGP, unknown key", trusted, bob.sign(PAYLOAD, now())?),
        Case::new("OpenPGP, another commit's signature", trusted, alice.sign(b"tree 0\n", now())?),
        Case::new("OpenPGP, a forge's own key", &TrustedKeys { terms: forge, ..trusted.clone() }, good),
    ])
}

fn armor(world: &World) -> Result<Vec<Case>, Failure> {
    let World { alice, bob, trusted } = world;
    let good = alice.sign(PAYLOAD, now())?;
    let text = String::from_utf8(good.clone())?;
    let both = keyring(&[&public(alice)?, &public(bob)?])?;
    let damaged = text.replacen("\n\n", "\n\n!!!!", 1);
    let cut = text.get(..text.len() / 2).unwrap_or_default();
    let unended = text.replace("-----END PGP SIGNATURE-----", "");
    let mixed = text.replace("-----END PGP SIGNATURE-----", "-----END SSH SIGNATURE-----");
    let message = text.replace("PGP SIGNATURE", "PGP MESSAGE");
    let x509 = text.replace("PGP SIGNATURE", "SIGNED MESSAGE");
    Ok(vec![
        Case::new("OpenPGP, the same block twice", trusted, [good.clone(), good.clone()].concat()),
        Case::new("OpenPGP, two people's blocks", &both, [good.clone(), bob.sign(PAYLOAD, now())?].concat()),
        Case::new("OpenPGP, text before the block", trusted, [b"text\n".to_vec(), good.clone()].concat()),
        Case::new("OpenPGP, text behind the block", trusted, [good.clone(), b"text\n".to_vec()].concat()),
        Case::new("OpenPGP, damaged base64", trusted, damaged),
        Case::new("OpenPGP, half a block", trusted, cut),
        Case::new("OpenPGP, no end", trusted, unended),
        Case::new("OpenPGP, the end of another format", trusted, mixed),
        Case::new("OpenPGP, a message", trusted, message),
        Case::new("X.509", trusted, x509),
        Case::new("nothing", trusted, ""),
        Case::new("not text", trusted, [0xff, 0xfe, 0x00]),
        Case::new("a word", trusted, "signed, Alice\n"),
        Case::new("too large", trusted, [good, vec![b'\n'; 70_000], b"x".to_vec()].concat()),
    ])
}

fn packets(signature: &[u8]) -> Result<Vec<Packet>, Failure> {
    Ok(PacketPile::from_bytes(signature)?.into_children().collect())
}

fn contents(world: &World) -> Result<Vec<Case>, Failure> {
    let World { alice, bob, trusted } = world;
    let own = secret(alice)?;
    let both = keyring(&[&public(alice)?, &public(bob)?])?;
    let good = packets(&alice.sign(PAYLOAD, now())?)?;
    let two = [good.clone(), packets(&bob.sign(PAYLOAD, now())?)?].concat();
    let marked = [good, vec![Packet::Marker(Marker::default())]].concat();
    let typed = |kind| built(&own, |builder| Ok(builder.set_type(kind)));
    let hashed = |hash| built(&own, |builder| Ok(builder.set_hash_algo(hash)));
    let notation = |critical| {
        built(&own, |builder| {
            builder.set_notation("must-know@example.com", b"1", NotationDataFlags::empty(), critical)
        })
    };
    let unknown = SubpacketValue::Unknown { tag: SubpacketTag::Private(101), body: vec![1] };
    let subpacket = built(&own, |mut builder| {
        builder.hashed_area_mut().add(Subpacket::new(unknown, true)?)?;
        Ok(builder)
    })?;
    let bobs = public(bob)?.keys().subkeys().next().ok_or("no subkey")?.key().fingerprint();
    let claims_bob = built(&own, |builder| builder.set_issuer_fingerprint(bobs))?;
    Ok(vec![
        Case::new("OpenPGP, two signatures in one block", &both, armored(&two)?),
        Case::new("OpenPGP, a packet behind the signature", trusted, armored(&marked)?),
        Case::new("OpenPGP, an empty block", trusted, armored(&[])?),
        Case::new("OpenPGP, a text signature", trusted, typed(SignatureType::Text)?),
        Case::new("OpenPGP, SHA-1", trusted, hashed(HashAlgorithm::SHA1)?),
        Case::new("good OpenPGP signature, SHA-256", trusted, hashed(HashAlgorithm::SHA256)?),
        Case::new("good OpenPGP signature, a notation that may be ignored", trusted, notation(false)?),
        Case::new("OpenPGP, a critical notation", trusted, notation(true)?),
        Case::new("OpenPGP, a critical subpacket", trusted, subpacket),
        Case::new("OpenPGP, names another key", &both, claims_bob),
    ])
}

fn dates(world: &World) -> Result<Vec<Case>, Failure> {
    let World { alice, trusted, .. } = world;
    let own = secret(alice)?;
    let with = |terms| TrustedKeys { terms, ..trusted.clone() };
    let month = with(Terms { maximum_age: Some(30 * DAY), ..Terms::default() });
    let at = |time: SystemTime| alice.sign(PAYLOAD, time);
    let windowed = |valid_from, valid_until| {
        let window = KeyWindow { valid_from, valid_until };
        with(Terms { windows: [(alice.fingerprint(), window)].into(), ..Terms::default() })
    };
    let minutes = Duration::from_mins(1);
    let short = built(&own, |builder| {
        builder.set_signature_creation_time(now() - 3 * DAY)?.set_signature_validity_period(DAY)
    })?;
    Ok(vec![
        Case::new("OpenPGP, from the future", trusted, at(now() + 6 * minutes)?),
        Case::new("good OpenPGP signature, clock slightly ahead", trusted, at(now() + 4 * minutes)?),
        Case::new("OpenPGP, older than its key", trusted, at(now() - 200 * DAY)?),
        Case::new("OpenPGP, expired by its own terms", trusted, short),
        Case::new("good OpenPGP signature, younger than the policy's age", &month, at(now() - 29 * DAY)?),
        Case::new("OpenPGP, older than the policy's age", &month, at(now() - 31 * DAY)?),
        Case::new("OpenPGP, committer's date does not make it younger", &month, at(now() - 31 * DAY)?)
            .claimed(now()),
        Case::new("OpenPGP, key not yet valid by the policy", &windowed(Some(now() + DAY), None), at(now())?),
        Case::new(
            "OpenPGP, key no longer valid by the policy",
            &windowed(None, Some(now() - DAY)),
            at(now())?,
        ),
        Case::new(
            "OpenPGP, dated back into the time in which the policy let the key sign",
            &windowed(None, Some(now() - DAY)),
            at(now() - 2 * DAY)?,
        ),
        Case::new(
            "good OpenPGP signature, inside the policy's dates",
            &windowed(Some(now() - DAY), Some(now() + DAY)),
            at(now())?,
        ),
    ])
}

fn revoked(world: &World) -> Result<Vec<Case>, Failure> {
    let World { alice, .. } = world;
    let mut cases = Vec::new();
    for (kind, after, before) in [
        (RevocationKind::Retired, "OpenPGP, retired key", "OpenPGP, retired key, dated back"),
        (RevocationKind::Compromised, "OpenPGP, stolen key", "OpenPGP, stolen key, dated back"),
    ] {
        let key = alice.revoke(kind, now() - 2 * DAY)?;
        let trusted = keyring(&[&public(&key)?])?;
        cases.push(Case::new(after, &trusted, key.sign(PAYLOAD, now())?));
        cases.push(Case::new(before, &trusted, key.sign(PAYLOAD, now() - 50 * DAY)?));
    }
    let retired = alice.revoke(RevocationKind::Retired, now() - 2 * DAY)?;
    let merged = keyring(&[&public(&retired)?, &public(alice)?])?;
    cases.push(Case::new("OpenPGP, revoked in one of two files", &merged, alice.sign(PAYLOAD, now())?));
    Ok(cases)
}
