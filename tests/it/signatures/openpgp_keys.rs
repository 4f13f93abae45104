//! OpenPGP: what the certificate says of the key.

use std::time::{Duration, SystemTime};

use git_trust::{RsaBits, Terms, TrustedKeys};
use sequoia_openpgp::Cert;
use sequoia_openpgp::cert::{CertBuilder, CipherSuite, SubkeyRevocationBuilder};
use sequoia_openpgp::packet::key::{Key4, SecretParts, SubordinateRole};
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::packet::{Key, Packet};
use sequoia_openpgp::types::{Curve, HashAlgorithm, KeyFlags, ReasonForRevocation, SignatureType};

use super::case::{Case, DAY, Names, PAYLOAD, now};
use super::openpgp::{armored, keyring};
use crate::common::git::Failure;

type Subkey = Key<SecretParts, SubordinateRole>;

fn born() -> SystemTime {
    now() - 100 * DAY
}

/// The signature with which a subkey says that it belongs to its primary key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Back {
    Good,
    Missing,
    Weak,
    Expired,
}

/// How a subkey is bound.
#[derive(Clone, Copy, Debug)]
struct Binding {
    flags: fn(KeyFlags) -> KeyFlags,
    hash: HashAlgorithm,
    validity: Option<Duration>,
    back: Back,
}

const GOOD: Binding =
    Binding { flags: KeyFlags::set_signing, hash: HashAlgorithm::SHA512, validity: None, back: Back::Good };

fn primary(names: &mut Names) -> Result<Cert, Failure> {
    let builder = CertBuilder::new().set_cipher_suite(CipherSuite::Cv25519).set_creation_time(born());
    let flags = KeyFlags::empty().set_certification();
    let (certificate, _) = builder.set_primary_key_flags(flags).add_userid("Carol").generate()?;
    names.add(&certificate.fingerprint().to_hex(), "Carol");
    Ok(certificate)
}

fn subkey(names: &mut Names, name: &str) -> Result<Subkey, Failure> {
    let mut key: Key4<SecretParts, SubordinateRole> = Key4::generate_ecc(true, Curve::Ed25519)?;
    key.set_creation_time(born())?;
    let key = Subkey::from(key);
    names.add(&key.fingerprint().to_hex(), name);
    Ok(key)
}

fn rsa(names: &mut Names, bits: usize) -> Result<Subkey, Failure> {
    let mut key: Key4<SecretParts, SubordinateRole> = Key4::generate_rsa(bits)?;
    key.set_creation_time(born())?;
    let key = Subkey::from(key);
    names.add(&key.fingerprint().to_hex(), &format!("RSA {bits}"));
    Ok(key)
}

fn bind(certificate: &Cert, subkey: &Subkey, binding: Binding) -> Result<Cert, Failure> {
    let mut owner = certificate.primary_key().key().clone().parts_into_secret()?.into_keypair()?;
    let mut builder = SignatureBuilder::new(SignatureType::SubkeyBinding)
        .set_hash_algo(binding.hash)
        .set_signature_creation_time(born())?
        .set_key_flags((binding.flags)(KeyFlags::empty()))?
        .set_key_validity_period(binding.validity)?;
    if binding.back != Back::Missing {
        let hash = if binding.back == Back::Weak { HashAlgorithm::SHA1 } else { HashAlgorithm::SHA512 };
        let mut back = SignatureBuilder::new(SignatureType::PrimaryKeyBinding)
            .set_hash_algo(hash)
            .set_signature_creation_time(born())?;
        if binding.back == Back::Expired {
            back = back.set_signature_validity_period(10 * DAY)?;
        }
        let mut own = subkey.clone().into_keypair()?;
        let back = back.sign_primary_key_binding(&mut own, certificate.primary_key().key(), subkey)?;
        builder = builder.set_embedded_signature(back)?;
    }
    let signature = builder.sign_subkey_binding(&mut owner, None, subkey)?;
    let packets = [Packet::from(subkey.clone()), signature.into()];
    Ok(certificate.clone().insert_packets(packets)?.0)
}

fn sign(subkey: &Subkey, at: SystemTime) -> Result<Vec<u8>, Failure> {
    let builder = SignatureBuilder::new(SignatureType::Binary).set_hash_algo(HashAlgorithm::SHA512);
    let signature = builder
        .set_signature_creation_time(at)?
        .sign_message(&mut subkey.clone().into_keypair()?, PAYLOAD)?;
    armored(&[signature.into()])
}

fn public(certificate: &Cert) -> Cert {
    certificate.clone().strip_secret_key_material()
}

pub(crate) fn cases(names: &mut Names) -> Result<Vec<Case>, Failure> {
    let mut cases = bindings(names)?;
    cases.extend(rotated(names)?);
    cases.extend(revoked(names)?);
    cases.extend(lengths(names)?);
    cases.extend(shared(names)?);
    Ok(cases)
}

fn bindings(names: &mut Names) -> Result<Vec<Case>, Failure> {
    let carol = primary(names)?;
    let key = subkey(names, "Carol's subkey")?;
    let rows: [(&'static str, Binding); 8] = [
        ("good OpenPGP signature by a subkey", GOOD),
        ("OpenPGP, back-signature missing", Binding { back: Back::Missing, ..GOOD }),
        ("OpenPGP, back-signature with SHA-1", Binding { back: Back::Weak, ..GOOD }),
        ("OpenPGP, back-signature expired", Binding { back: Back::Expired, ..GOOD }),
        ("OpenPGP, subkey bound with SHA-1", Binding { hash: HashAlgorithm::SHA1, ..GOOD }),
        ("OpenPGP, encryption subkey", Binding { flags: KeyFlags::set_transport_encryption, ..GOOD }),
        ("OpenPGP, authentication subkey", Binding { flags: KeyFlags::set_authentication, ..GOOD }),
        ("OpenPGP, subkey without flags", Binding { flags: |flags| flags, ..GOOD }),
    ];
    let mut cases = Vec::new();
    for (name, binding) in rows {
        let trusted = keyring(&[&public(&bind(&carol, &key, binding)?)])?;
        cases.push(Case::new(name, &trusted, sign(&key, now())?));
    }
    let unbound = carol.clone().insert_packets([Packet::from(key.clone())])?.0;
    cases.push(Case::new(
        "OpenPGP, subkey not bound at all",
        &keyring(&[&public(&unbound)])?,
        sign(&key, now())?,
    ));
    let own = carol.primary_key().key().clone().parts_into_secret()?.role_into_subordinate();
    cases.push(Case::new("OpenPGP, certification key", &keyring(&[&public(&carol)])?, sign(&own, now())?));
    Ok(cases)
}

fn rotated(names: &mut Names) -> Result<Vec<Case>, Failure> {
    let carol = primary(names)?;
    let (old, new) = (subkey(names, "old subkey")?, subkey(names, "new subkey")?);
    let expired = Binding { validity: Some(50 * DAY), ..GOOD };
    let trusted = keyring(&[&public(&bind(&bind(&carol, &old, expired)?, &new, GOOD)?)])?;
    let stale = keyring(&[&public(&bind(&carol, &old, GOOD)?)])?;
    let mut whole = CertBuilder::new().set_cipher_suite(CipherSuite::Cv25519).set_creation_time(born());
    whole = whole.set_validity_period(50 * DAY).add_userid("Dave").add_signing_subkey();
    let (dave, _) = whole.generate()?;
    let own = dave.keys().subkeys().next().ok_or("no subkey")?.key().clone().parts_into_secret()?;
    names.add(&dave.fingerprint().to_hex(), "Dave");
    names.add(&own.fingerprint().to_hex(), "Dave's subkey");
    let dave = keyring(&[&public(&dave)])?;
    Ok(vec![
        Case::new("good OpenPGP signature by the new one of two subkeys", &trusted, sign(&new, now())?),
        Case::new("OpenPGP, subkey expired", &trusted, sign(&old, now())?),
        Case::new("OpenPGP, subkey expired, dated back", &trusted, sign(&old, now() - 80 * DAY)?),
        Case::new("OpenPGP, new subkey is not in the keyring yet", &stale, sign(&new, now())?),
        Case::new("OpenPGP, certificate expired", &dave, sign(&own, now())?),
        Case::new("OpenPGP, certificate expired, dated back", &dave, sign(&own, now() - 80 * DAY)?),
    ])
}

fn revoked(names: &mut Names) -> Result<Vec<Case>, Failure> {
    let carol = primary(names)?;
    let key = subkey(names, "revoked subkey")?;
    let bound = bind(&carol, &key, GOOD)?;
    let mut cases = Vec::new();
    for (reason, name) in [
        (ReasonForRevocation::KeyRetired, "OpenPGP, subkey retired, dated back"),
        (ReasonForRevocation::KeySuperseded, "OpenPGP, subkey superseded, dated back"),
        (ReasonForRevocation::KeyCompromised, "OpenPGP, subkey stolen, dated back"),
    ] {
        let mut owner = carol.primary_key().key().clone().parts_into_secret()?.into_keypair()?;
        let revocation = SubkeyRevocationBuilder::new()
            .set_reason_for_revocation(reason, b"")?
            .set_signature_creation_time(now() - 2 * DAY)?
            .build(&mut owner, &bound, key.parts_as_public(), None)?;
        let certificate = bound.clone().insert_packets([Packet::from(revocation)])?.0;
        cases.push(Case::new(name, &keyring(&[&public(&certificate)])?, sign(&key, now() - 50 * DAY)?));
    }
    Ok(cases)
}

fn lengths(names: &mut Names) -> Result<Vec<Case>, Failure> {
    let carol = primary(names)?;
    let (short, long) = (rsa(names, 1024)?, rsa(names, 2048)?);
    let with = |key: &Subkey| keyring(&[&public(&bind(&carol, key, GOOD)?)]);
    let floor = RsaBits::new(3072).ok_or("a floor")?;
    let terms = Terms { minimum_rsa_bits: floor, ..Terms::default() };
    Ok(vec![
        Case::new("OpenPGP, RSA with 1024 bits", &with(&short)?, sign(&short, now())?),
        Case::new(
            "OpenPGP, RSA with 1024 bits, dated back to when that was enough",
            &with(&short)?,
            sign(&short, now() - 90 * DAY)?,
        ),
        Case::new("good OpenPGP signature, RSA with 2048 bits", &with(&long)?, sign(&long, now())?),
        Case::new(
            "OpenPGP, RSA below the policy's floor",
            &TrustedKeys { terms, ..with(&long)? },
            sign(&long, now())?,
        ),
    ])
}

fn shared(names: &mut Names) -> Result<Vec<Case>, Failure> {
    let key = subkey(names, "shared subkey")?;
    let (one, other) = (bind(&primary(names)?, &key, GOOD)?, bind(&primary(names)?, &key, GOOD)?);
    let trusted = keyring(&[&public(&one), &public(&other)])?;
    let stolen = bind(&primary(names)?, &key, Binding { back: Back::Missing, ..GOOD })?;
    let claimed = keyring(&[&public(&one), &public(&stolen)])?;
    Ok(vec![
        Case::new("OpenPGP, a key of two certificates", &trusted, sign(&key, now())?),
        Case::new(
            "good OpenPGP signature, though another certificate lays claim to the subkey",
            &claimed,
            sign(&key, now())?,
        ),
    ])
}
