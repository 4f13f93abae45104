//! Verifies one detached OpenPGP signature.
//!
//! In: payload, signature, keyring and the time at which the server received them. Out:
//! [`SignatureStatus`]. Never: takes the signature's own date for the time. Sequoia judges keys as
//! they were when the signature says that it was made, and its author chooses that; so everything
//! is judged a second time as of now, or an expired or retired key could sign with an old date.

use std::io::Read;
use std::time::{Duration, SystemTime};

use sequoia_openpgp::armor::{Kind, Reader, ReaderMode};
use sequoia_openpgp::cert::amalgamation::key::{ErasedKeyAmalgamation, ValidErasedKeyAmalgamation};
use sequoia_openpgp::cert::amalgamation::{ValidAmalgamation, ValidateAmalgamation};
use sequoia_openpgp::packet::Signature;
use sequoia_openpgp::packet::key::PublicParts;
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::policy::{HashAlgoSecurity, Policy, StandardPolicy};
use sequoia_openpgp::types::{RevocationStatus, SignatureType};
use sequoia_openpgp::{Cert, Packet, PacketPile};

use super::distrust::Distrust;
use super::keyring::Keyring;
use super::{KeyFingerprint, SignatureStatus};

/// How far the clocks of author and server may be apart.
const CLOCK_TOLERANCE: Duration = Duration::from_mins(5);

/// No signature that git makes comes near; post-quantum ones stay below it too.
const LARGEST_SIGNATURE: usize = 64 * 1024;

const BEGIN: &str = "-----BEGIN PGP SIGNATURE-----";
const END: &str = "-----END PGP SIGNATURE-----";

impl Keyring {
    /// What the signature over the payload is worth at a time, which is the server's.
    pub fn verify(&self, payload: &[u8], signature: &[u8], now: SystemTime) -> SignatureStatus {
        match self.signer(payload, signature, now) {
            Ok(key) => SignatureStatus::Trusted { key },
            Err(distrust) => distrust.into_status(),
        }
    }

    fn signer(&self, payload: &[u8], armored: &[u8], now: SystemTime) -> Result<KeyFingerprint, Distrust> {
        let signature = single_signature(&dearmor(armored)?)?;
        let created = creation_time(&signature, now)?;
        let policy = StandardPolicy::at(now);
        let candidates = self.candidates(&signature)?;
        let verdicts = candidates.into_iter().map(|key| {
            judge(&key, &signature, payload, &policy, [created, now.max(created)])
                .map(|()| fingerprint_of(key.cert()))
        });
        decide(verdicts.collect())
    }

    /// Every key that the signature says made it: key ids of 64 bits can collide.
    fn candidates(
        &self,
        signature: &Signature,
    ) -> Result<Vec<ErasedKeyAmalgamation<'_, PublicParts>>, Distrust> {
        let issuers = signature.get_issuers();
        let Some(named) = issuers.first() else { return Err(Distrust::Incomplete("which key made it")) };
        let keys: Vec<_> = self
            .certificates()
            .flat_map(|certificate| certificate.keys().key_handles(issuers.iter()))
            .collect();
        if keys.is_empty() { Err(Distrust::UnknownKey(named.to_hex())) } else { Ok(keys) }
    }
}

/// One certificate has to account for the signature; otherwise the first failure explains it.
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

/// The bytes of exactly one armored block with nothing before and behind it.
fn dearmor(armored: &[u8]) -> Result<Vec<u8>, Distrust> {
    let unreadable = |problem: &str| Distrust::Unreadable(problem.to_owned());
    if armored.len() > LARGEST_SIGNATURE {
        return Err(unreadable("it is larger than 64 KiB"));
    }
    let text = std::str::from_utf8(armored).map_err(|_| unreadable("it is not text"))?.trim();
    let mut lines = text.lines().map(str::trim_end);
    match lines.next() {
        Some(BEGIN) => {}
        Some(first) => return Err(other_format(first)),
        None => return Err(unreadable("it is empty")),
    }
    let marks: Vec<&str> = lines.by_ref().filter(|line| line.starts_with("-----")).collect();
    if marks != [END] || !text.ends_with(END) {
        return Err(unreadable("it is not exactly one complete signature block"));
    }
    let mut bytes = Vec::new();
    let mut reader = Reader::from_bytes(text.as_bytes(), ReaderMode::Tolerant(Some(Kind::Signature)));
    reader.read_to_end(&mut bytes).map_err(|_| unreadable("its base64 text is damaged"))?;
    Ok(bytes)
}

fn other_format(first_line: &str) -> Distrust {
    match first_line {
        "-----BEGIN SSH SIGNATURE-----" => Distrust::Unsupported("an SSH key"),
        "-----BEGIN SIGNED MESSAGE-----" => Distrust::Unsupported("an X.509 certificate (S/MIME or gitsign)"),
        "-----BEGIN PGP MESSAGE-----" => Distrust::Unsupported("an OpenPGP message instead of a signature"),
        _ => Distrust::Unreadable("it does not begin like an OpenPGP signature".to_owned()),
    }
}

/// The one signature packet; a second one, or anything else beside it, is refused.
pub(super) fn single_signature(bytes: &[u8]) -> Result<Signature, Distrust> {
    let damaged = |_| Distrust::Unreadable("its OpenPGP packets are damaged".to_owned());
    let packets: Vec<Packet> = PacketPile::from_bytes(bytes).map_err(damaged)?.into_children().collect();
    let count = packets.len();
    match <[Packet; 1]>::try_from(packets) {
        Ok([Packet::Signature(signature)]) if signature.typ() == SignatureType::Binary => Ok(signature),
        Ok([Packet::Signature(_)]) => Err(Distrust::WrongType),
        Ok(_) => Err(Distrust::Unreadable("it is no OpenPGP signature".to_owned())),
        Err(_) => Err(Distrust::NotSingle(count)),
    }
}

fn creation_time(signature: &Signature, now: SystemTime) -> Result<SystemTime, Distrust> {
    let created = signature.signature_creation_time().ok_or(Distrust::Incomplete("when it was made"))?;
    if created > now + CLOCK_TOLERANCE {
        return Err(Distrust::FromTheFuture(created));
    }
    signature.signature_alive(now, CLOCK_TOLERANCE).map_err(|_| Distrust::SignatureExpired)?;
    Ok(created)
}

/// Whether this key made the signature and was and is fit to.
fn judge(
    key: &ErasedKeyAmalgamation<'_, PublicParts>,
    signature: &Signature,
    payload: &[u8],
    policy: &StandardPolicy<'_>,
    times: [SystemTime; 2],
) -> Result<(), Distrust> {
    if times.iter().any(|time| *time < key.key().creation_time()) {
        return Err(Distrust::NotAlive(KeyFingerprint(key.key().fingerprint().to_hex().into())));
    }
    signature.verify_message(key.key(), payload).map_err(|_| Distrust::Mismatch)?;
    let weak = |error: sequoia_openpgp::anyhow::Error| Distrust::Weak(error.to_string());
    policy.signature(signature, HashAlgoSecurity::CollisionResistance).map_err(weak)?;
    times.into_iter().try_for_each(|time| fit_at(key, policy, time))
}

/// Bound, alive, not revoked and meant for signing at a time.
fn fit_at(
    key: &ErasedKeyAmalgamation<'_, PublicParts>,
    policy: &StandardPolicy<'_>,
    time: SystemTime,
) -> Result<(), Distrust> {
    let name = KeyFingerprint(key.key().fingerprint().to_hex().into());
    let unbound = |error: sequoia_openpgp::anyhow::Error| Distrust::Unbound {
        key: name.clone(),
        problem: format!("{error:#}"),
    };
    let valid = key.with_policy(policy, time).map_err(unbound)?;
    if is_revoked(&valid.valid_cert().revocation_status()) || is_revoked(&valid.revocation_status()) {
        return Err(Distrust::Revoked(name));
    }
    if valid.valid_cert().alive().is_err() || valid.alive().is_err() {
        return Err(not_alive(&valid, name, time));
    }
    if valid.for_signing() { Ok(()) } else { Err(Distrust::NotForSigning(name)) }
}

/// A revocation by somebody else, who may have been entitled to it, counts: the keyring is in the
/// hands of its owners, who can take it out.
fn is_revoked(status: &RevocationStatus<'_>) -> bool {
    match status {
        RevocationStatus::Revoked(_) | RevocationStatus::CouldBe(_) => true,
        RevocationStatus::NotAsFarAsWeKnow => false,
    }
}

fn not_alive(
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
    KeyFingerprint(certificate.fingerprint().to_hex().into())
}
