//! Throw-away keys for the demo and the tests.
//!
//! In: a user id. Out: [`ThrowAwayKey`], which signs as git's `gpg.program` would. Never: a key for
//! anything that matters; secrets are stored without a password.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use sequoia_openpgp::Cert;
use sequoia_openpgp::armor::{Kind, Writer};
use sequoia_openpgp::cert::{CertBuilder, CertRevocationBuilder, CipherSuite};
use sequoia_openpgp::crypto::KeyPair;
use sequoia_openpgp::packet::Packet;
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::serialize::{Serialize, SerializeInto};
use sequoia_openpgp::types::{HashAlgorithm, KeyFlags, ReasonForRevocation, SignatureType};
use thiserror::Error;

use super::KeyFingerprint;
use super::openpgp::openpgp_name;

/// The reason why a throw-away key could not be made or used.
#[derive(Debug, Error)]
pub enum ThrowAwayKeyError {
    /// The OpenPGP library failed.
    #[error("OpenPGP: {0}")]
    OpenPgp(#[from] sequoia_openpgp::anyhow::Error),
    /// A file cannot be read or written.
    #[error("throw-away keys: {0}")]
    File(#[from] std::io::Error),
    /// The key has no secret part that can sign.
    #[error("the throw-away key has no secret signing key")]
    NoSigningKey,
    /// git asked for something other than a detached signature.
    #[error("only `-bsau KEY` is supported, as git calls it to sign")]
    Unsupported,
}

/// The finality of a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevocationKind {
    /// The key is no longer used. Its earlier signatures stay good elsewhere.
    Retired,
    /// Another person may have the key. None of its signatures is good.
    Compromised,
}

/// A key with its secret part.
#[derive(Clone, Debug)]
pub struct ThrowAwayKey {
    pub(super) certificate: Cert,
}

impl ThrowAwayKey {
    /// Makes a certificate with a signing subkey, valid from `created`, forever or for a limited time.
    pub fn generate(
        user_id: &str,
        created: SystemTime,
        validity: Option<Duration>,
    ) -> Result<Self, ThrowAwayKeyError> {
        let builder = CertBuilder::new()
            .set_cipher_suite(CipherSuite::Cv25519)
            .set_creation_time(created)
            .set_validity_period(validity)
            .set_primary_key_flags(KeyFlags::empty().set_certification())
            .add_userid(user_id)
            .add_signing_subkey();
        let (certificate, _) = builder.generate()?;
        Ok(Self { certificate })
    }

    /// Returns the fingerprint of the certificate.
    pub fn fingerprint(&self) -> KeyFingerprint {
        openpgp_name(&self.certificate.fingerprint())
    }

    /// Returns the fingerprint of the subkey that signs, which signatures name.
    pub fn signing_fingerprint(&self) -> Result<KeyFingerprint, ThrowAwayKeyError> {
        let subkey = self.certificate.keys().subkeys().next().ok_or(ThrowAwayKeyError::NoSigningKey)?;
        Ok(openpgp_name(&subkey.key().fingerprint()))
    }

    /// Returns the public certificate, armored, as it goes into a keyring.
    pub fn armored_certificate(&self) -> Result<Vec<u8>, ThrowAwayKeyError> {
        Ok(self.certificate.armored().to_vec()?)
    }

    /// Writes the secret key to `FOLDER/NAME.secret.asc`.
    pub fn save(&self, folder: &Path, name: &str) -> Result<(), ThrowAwayKeyError> {
        let armored = self.certificate.as_tsk().armored().to_vec()?;
        Ok(fs::write(secret_file(folder, name), armored)?)
    }

    /// Reads a key that [`Self::save`] wrote.
    pub fn load(folder: &Path, name: &str) -> Result<Self, ThrowAwayKeyError> {
        let certificate = Cert::from_bytes(&fs::read(secret_file(folder, name))?)?;
        Ok(Self { certificate })
    }

    /// Returns the same key, revoked at a time.
    pub fn revoke(&self, kind: RevocationKind, at: SystemTime) -> Result<Self, ThrowAwayKeyError> {
        let reason = match kind {
            RevocationKind::Retired => ReasonForRevocation::KeyRetired,
            RevocationKind::Compromised => ReasonForRevocation::KeyCompromised,
        };
        let secret = self.certificate.primary_key().key().clone().parts_into_secret()?;
        let mut signer = secret.into_keypair()?;
        let revocation = CertRevocationBuilder::new()
            .set_reason_for_revocation(reason, b"throw-away key")?
            .set_signature_creation_time(at)?
            .build(&mut signer, &self.certificate, None)?;
        let (certificate, _) = self.certificate.clone().insert_packets(revocation)?;
        Ok(Self { certificate })
    }

    /// Makes an armored detached signature that states a creation time.
    pub fn sign(&self, payload: &[u8], at: SystemTime) -> Result<Vec<u8>, ThrowAwayKeyError> {
        self.sign_as(SignatureType::Binary, HashAlgorithm::SHA512, payload, at)
    }

    pub(super) fn sign_as(
        &self,
        signature_type: SignatureType,
        hash: HashAlgorithm,
        payload: &[u8],
        at: SystemTime,
    ) -> Result<Vec<u8>, ThrowAwayKeyError> {
        let signature = SignatureBuilder::new(signature_type)
            .set_hash_algo(hash)
            .set_signature_creation_time(at)?
            .sign_message(&mut self.signer()?, payload)?;
        armored(&[Packet::from(signature)])
    }

    fn signer(&self) -> Result<KeyPair, ThrowAwayKeyError> {
        let subkey = self.certificate.keys().subkeys().next().ok_or(ThrowAwayKeyError::NoSigningKey)?;
        Ok(subkey.key().clone().parts_into_secret()?.into_keypair()?)
    }
}

/// Puts packets in the armor of a signature.
pub(super) fn armored(packets: &[Packet]) -> Result<Vec<u8>, ThrowAwayKeyError> {
    let mut writer = Writer::new(Vec::new(), Kind::Signature)?;
    for packet in packets {
        packet.serialize(&mut writer)?;
    }
    Ok(writer.finalize()?)
}

fn secret_file(folder: &Path, name: &str) -> std::path::PathBuf {
    folder.join(format!("{name}.secret.asc"))
}
