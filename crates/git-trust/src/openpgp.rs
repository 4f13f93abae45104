//! Verifies one detached OpenPGP signature.
//!
//! In: payload, signature, keyring and the time at which the server received them. Out: the certificate that made the
//! signature. Never: trusts the signature's own date. Sequoia judges keys as they were at the creation time that the
//! signature states, and its author chooses that time. Everything is therefore judged a second time as of now, or an
//! expired or retired key could sign with an old date.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::SystemTime;

use sequoia_openpgp::cert::amalgamation::key::{ErasedKeyAmalgamation, ValidErasedKeyAmalgamation};
use sequoia_openpgp::cert::amalgamation::{ValidAmalgamation, ValidateAmalgamation};
use sequoia_openpgp::packet::Signature;
use sequoia_openpgp::packet::key::PublicParts;
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::policy::{AsymmetricAlgorithm, HashAlgoSecurity, Policy, StandardPolicy};
use sequoia_openpgp::types::{HashAlgorithm, PublicKeyAlgorithm, RevocationStatus, SignatureType};
use sequoia_openpgp::{Cert, Fingerprint, Packet, PacketPile};

use super::armor::{Block, unreadable};
use super::distrust::Distrust;
use super::radix64;
use super::terms::{CLOCK_TOLERANCE, RsaBits};
use super::trusted_keys::{Signed, TrustedKeys};
use super::{KeyFingerprint, Keyring};

/// Returns the certificate that made a good signature over the payload, judged at the server's time.
pub(super) fn find_signer(
    trusted: &TrustedKeys,
    payload: &[u8],
    block: &Block<'_>,
    now: SystemTime,
) -> Result<Signed, Distrust> {
    let bytes = radix64::decode(block.body()).ok_or_else(|| unreadable("its base64 text is damaged"))?;
    let signature = read_single_signature(&bytes)?;
    let created = read_creation_time(&signature, now)?;
    let judge = Judge {
        policy: &strict_policy(now),
        signature: &signature,
        payload,
        times: [created, now.max(created)],
        floor: trusted.terms.minimum_rsa_bits,
    };
    let candidates = find_candidates(&trusted.keyring, &signature)?;
    let verdicts = candidates.into_iter().map(|key| judge.judge(&key).map(|()| fingerprint_of(key.cert())));
    let key = decide(verdicts.collect())?;
    Ok(Signed { key, principals: Vec::new(), made: Some(created) })
}

/// The hashes for which collisions can be made.
const BROKEN_HASHES: [HashAlgorithm; 3] = [HashAlgorithm::MD5, HashAlgorithm::SHA1, HashAlgorithm::RipeMD];

/// Returns sequoia's policy, in which broken algorithms are broken whatever the date: an author could date a signature
/// before a cut-off.
pub(super) fn strict_policy(now: SystemTime) -> Rc<StandardPolicy<'static>> {
    // All signatures of a push are judged at one time, and a policy is a list of lists.
    POLICY.with_borrow_mut(|known| match known {
        Some((time, policy)) if *time == now => Rc::clone(policy),
        Some(_) | None => {
            let policy = Rc::new(make_strict_policy(now));
            *known = Some((now, Rc::clone(&policy)));
            policy
        }
    })
}

thread_local! {
    static POLICY: RefCell<Option<(SystemTime, Rc<StandardPolicy<'static>>)>> = const { RefCell::new(None) };
}

fn make_strict_policy(now: SystemTime) -> StandardPolicy<'static> {
    let mut policy = StandardPolicy::at(now);
    for hash in BROKEN_HASHES {
        policy.reject_hash(hash);
    }
    for algorithm in [
        AsymmetricAlgorithm::RSA1024,
        AsymmetricAlgorithm::DSA1024,
        AsymmetricAlgorithm::DSA2048,
        AsymmetricAlgorithm::DSA3072,
        AsymmetricAlgorithm::DSA4096,
    ] {
        policy.reject_asymmetric_algo(algorithm);
    }
    policy
}

/// Returns every key that may have made the signature by its own statement: key ids of 64 bits can collide.
fn find_candidates<'a>(
    keyring: &'a Keyring,
    signature: &Signature,
) -> Result<Vec<ErasedKeyAmalgamation<'a, PublicParts>>, Distrust> {
    let issuers = signature.get_issuers();
    let Some(named) = issuers.first() else { return Err(Distrust::Incomplete("which key made it")) };
    let certificates = keyring.find_holders(&issuers);
    let keys: Vec<_> = certificates
        .into_iter()
        .flat_map(|certificate| certificate.keys().key_handles(issuers.iter()))
        .collect();
    if keys.is_empty() { Err(Distrust::UnknownKey(named.to_hex())) } else { Ok(keys) }
}

/// Requires that one certificate accounts for the signature. Otherwise the first failure explains it.
fn decide(verdicts: Vec<Result<KeyFingerprint, Distrust>>) -> Result<KeyFingerprint, Distrust> {
    let (good, bad): (Vec<_>, Vec<_>) = verdicts.into_iter().partition(Result::is_ok);
    let mut signers: Vec<KeyFingerprint> = good.into_iter().flatten().collect();
    signers.dedup();
    match (signers.as_slice(), bad.into_iter().find_map(Result::err)) {
        ([signer], _) => Ok(signer.clone()),
        ([], Some(distrust)) => Err(distrust),
        ([], None) => Err(Distrust::Incomplete("which key made it")),
        ([_, ..], _) => Err(Distrust::AmbiguousKey),
    }
}

/// Returns the only signature packet. A second one, or anything else beside it, is refused.
pub(super) fn read_single_signature(bytes: &[u8]) -> Result<Signature, Distrust> {
    let damaged = |_| Distrust::Unreadable("its OpenPGP packets are damaged".to_owned());
    let packets: Vec<Packet> = PacketPile::from_bytes(bytes).map_err(damaged)?.into_children().collect();
    let count = packets.len();
    match <[Packet; 1]>::try_from(packets) {
        Ok([Packet::Signature(signature)]) if signature.typ() == SignatureType::Binary => Ok(signature),
        Ok([Packet::Signature(_)]) => Err(Distrust::WrongType),
        Ok(_) => Err(Distrust::Unreadable("it is not an OpenPGP signature".to_owned())),
        Err(_) => Err(Distrust::NotSingle(count)),
    }
}

fn read_creation_time(signature: &Signature, now: SystemTime) -> Result<SystemTime, Distrust> {
    let created = signature.signature_creation_time().ok_or(Distrust::Incomplete("when it was made"))?;
    if created > now + CLOCK_TOLERANCE {
        return Err(Distrust::FromTheFuture(created));
    }
    signature.signature_alive(now, CLOCK_TOLERANCE).map_err(|_| Distrust::SignatureExpired)?;
    Ok(created)
}

/// The inputs that one signature is judged by.
struct Judge<'a> {
    policy: &'a StandardPolicy<'static>,
    signature: &'a Signature,
    payload: &'a [u8],
    /// The creation time that the signature states, and now.
    times: [SystemTime; 2],
    floor: RsaBits,
}

impl Judge<'_> {
    /// Checks that this key made the signature, and was and is fit to make it.
    fn judge(&self, key: &ErasedKeyAmalgamation<'_, PublicParts>) -> Result<(), Distrust> {
        if self.times.iter().any(|time| *time < key.key().creation_time()) {
            return Err(Distrust::NotAlive(fingerprint_of_key(key)));
        }
        if is_dsa(key.key().pk_algo()) {
            return Err(Distrust::Dsa(fingerprint_of_key(key)));
        }
        self.signature.verify_message(key.key(), self.payload).map_err(|_| Distrust::Mismatch)?;
        if BROKEN_HASHES.contains(&self.signature.hash_algo()) {
            return Err(Distrust::Weak(format!("the hash {}", self.signature.hash_algo())));
        }
        let refused = |error: sequoia_openpgp::anyhow::Error| Distrust::NotUnderstood(format!("{error:#}"));
        self.policy.signature(self.signature, HashAlgoSecurity::CollisionResistance).map_err(refused)?;
        check_length(key, self.floor)?;
        self.times.into_iter().try_for_each(|time| check_fitness(key, self.policy, time))
    }
}

/// Checks that the key and the primary key that vouches for it are as long as the policy requires.
fn check_length(key: &ErasedKeyAmalgamation<'_, PublicParts>, floor: RsaBits) -> Result<(), Distrust> {
    let primary = key.cert().primary_key().key().parts_as_public().role_as_unspecified();
    let short = [key.key(), primary].into_iter().filter(|key| is_rsa(key.pk_algo())).find_map(|key| {
        let bits = key.mpis().bits().unwrap_or_default();
        (bits < floor.get()).then(|| (openpgp_name(&key.fingerprint()), bits))
    });
    match short {
        Some((key, bits)) => Err(Distrust::ShortKey { key, bits, floor: floor.get() }),
        None => Ok(()),
    }
}

#[expect(deprecated, reason = "old certificates name it, and are refused for it")]
fn is_dsa(algorithm: PublicKeyAlgorithm) -> bool {
    algorithm == PublicKeyAlgorithm::DSA
}

#[expect(deprecated, reason = "old certificates name them, and they are as short as their modulus")]
fn is_rsa(algorithm: PublicKeyAlgorithm) -> bool {
    matches!(
        algorithm,
        PublicKeyAlgorithm::RSAEncryptSign | PublicKeyAlgorithm::RSASign | PublicKeyAlgorithm::RSAEncrypt
    )
}

/// Checks that a key is bound, alive, not revoked and meant for signing at a time.
fn check_fitness(
    key: &ErasedKeyAmalgamation<'_, PublicParts>,
    policy: &StandardPolicy<'_>,
    time: SystemTime,
) -> Result<(), Distrust> {
    let name = fingerprint_of_key(key);
    let unbound = |error: sequoia_openpgp::anyhow::Error| Distrust::Unbound {
        key: name.clone(),
        problem: format!("{error:#}"),
    };
    let valid = key.with_policy(policy, time).map_err(unbound)?;
    if is_revoked(&valid.valid_cert().revocation_status()) || is_revoked(&valid.revocation_status()) {
        return Err(Distrust::Revoked(name));
    }
    if valid.valid_cert().alive().is_err() || valid.alive().is_err() {
        return Err(explain_expiry(&valid, name, time));
    }
    if valid.for_signing() { Ok(()) } else { Err(Distrust::NotForSigning(name)) }
}

/// Returns true if a key is revoked. A revocation by another person, who may have been entitled to it, counts: the
/// owners of the keyring can take it out.
pub(super) fn is_revoked(status: &RevocationStatus<'_>) -> bool {
    match status {
        RevocationStatus::Revoked(_) | RevocationStatus::CouldBe(_) => true,
        RevocationStatus::NotAsFarAsWeKnow => false,
    }
}

fn explain_expiry(
    valid: &ValidErasedKeyAmalgamation<'_, PublicParts>,
    key: KeyFingerprint,
    time: SystemTime,
) -> Distrust {
    let own = valid.key_expiration_time();
    let whole = valid.valid_cert().primary_key().key_expiration_time();
    match own.into_iter().chain(whole).min().filter(|expired| *expired <= time) {
        Some(expired) => Distrust::Expired { key, expired },
        None => Distrust::NotAlive(key),
    }
}

fn fingerprint_of(certificate: &Cert) -> KeyFingerprint {
    openpgp_name(&certificate.fingerprint())
}

fn fingerprint_of_key(key: &ErasedKeyAmalgamation<'_, PublicParts>) -> KeyFingerprint {
    openpgp_name(&key.key().fingerprint())
}

/// Returns the fingerprint of a certificate or of a key of one.
pub(super) fn openpgp_name(fingerprint: &Fingerprint) -> KeyFingerprint {
    KeyFingerprint::OpenPgp(fingerprint.to_hex().into())
}
