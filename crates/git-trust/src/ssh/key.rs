//! One SSH public key.
//!
//! In: the bytes of a key (RFC 4253 section 6.6, OpenSSH's `PROTOCOL.u2f`). Out: [`SshKey`], which
//! verifies. Never: takes a certificate for a key, and never accepts SHA-1, DSA or short RSA keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use sha2::{Digest as _, Sha256};
use signature_traits::Verifier as _;
use ssh_key::public::KeyData;
use ssh_key::{Algorithm, Signature};

use super::wire::{Damaged, Wire};
use crate::KeyFingerprint;
use crate::distrust::Distrust;
use crate::terms::RsaBits;

/// The largest key, in bytes. Most keys have a few hundred; RSA with 16384 bits has two thousand.
const LARGEST_KEY: usize = 16 * 1024;
/// A person touched the security key (`SSH_SK_USER_PRESENCE_REQD` in OpenSSH's `sk-api.h`).
const USER_PRESENT: u8 = 1;
/// Flags and counter behind the signature of a security key.
const SECURITY_KEY_TRAILER: usize = 5;

/// A key and the bytes that it was read from, which are its identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SshKey {
    blob: Box<[u8]>,
    data: KeyData,
}

/// The reason why bytes are not a key that could sign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum KeyProblem {
    /// They cannot be read.
    #[error("it is damaged")]
    Damaged,
    /// It is a key of another kind.
    #[error("keys of type `{0}` are not supported")]
    Unsupported(String),
    /// DSA.
    #[error("DSA keys are no longer accepted")]
    Dsa,
}

impl From<Damaged> for KeyProblem {
    fn from(_: Damaged) -> Self {
        Self::Damaged
    }
}

impl SshKey {
    /// Reads a key; every byte must be part of it.
    pub(super) fn parse(blob: &[u8]) -> Result<Self, KeyProblem> {
        let name = key_type(blob)?;
        if blob.len() > LARGEST_KEY {
            return Err(KeyProblem::Damaged);
        }
        if name.is_empty() || name.len() > 64 || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(KeyProblem::Damaged);
        }
        match Algorithm::new(name).map_err(|_| KeyProblem::Unsupported(name.to_owned()))? {
            Algorithm::Dsa => return Err(KeyProblem::Dsa),
            Algorithm::Ecdsa { .. }
            | Algorithm::Ed25519
            | Algorithm::Rsa { hash: None }
            | Algorithm::SkEcdsaSha2NistP256
            | Algorithm::SkEd25519 => {}
            _ => return Err(KeyProblem::Unsupported(name.to_owned())),
        }
        let data = decode_canonical(blob).ok_or(KeyProblem::Damaged)?;
        Ok(Self { blob: blob.into(), data })
    }

    /// Returns the bytes, which two spellings of one key share.
    pub(super) fn blob(&self) -> &[u8] {
        &self.blob
    }

    /// Returns the fingerprint that `ssh-keygen -l` prints.
    pub(super) fn fingerprint(&self) -> KeyFingerprint {
        fingerprint(&self.blob)
    }

    /// Checks that this key signed a message and is strong enough.
    pub(super) fn verify(
        &self,
        message: &[u8],
        signature: &Signature,
        floor: RsaBits,
    ) -> Result<(), Distrust> {
        self.check_strength(floor)?;
        if !same_family(&self.data.algorithm(), &signature.algorithm()) {
            return Err(Distrust::Mismatch);
        }
        self.data.verify(message, signature).map_err(|_| Distrust::Mismatch)?;
        self.check_touch(signature)
    }

    /// Checks that an RSA key has as many bits as the policy requires.
    pub(super) fn check_strength(&self, floor: RsaBits) -> Result<(), Distrust> {
        let modulus = self.data.rsa().and_then(|key| key.n.as_positive_bytes());
        match modulus.map(count_bits) {
            Some(bits) if bits < floor.get() => {
                Err(Distrust::ShortKey { key: self.fingerprint(), bits, floor: floor.get() })
            }
            Some(_) | None => Ok(()),
        }
    }

    fn check_touch(&self, signature: &Signature) -> Result<(), Distrust> {
        if !self.data.is_sk_ed25519() && !self.data.is_sk_ecdsa_p256() {
            return Ok(());
        }
        let trailer = signature.as_bytes().len().checked_sub(SECURITY_KEY_TRAILER);
        let flags = trailer.and_then(|at| signature.as_bytes().get(at)).copied().unwrap_or_default();
        if flags & USER_PRESENT == 0 { Err(Distrust::NoTouch(self.fingerprint())) } else { Ok(()) }
    }
}

/// Returns the type name at the beginning of a key.
pub(super) fn key_type(blob: &[u8]) -> Result<&str, Damaged> {
    Wire::new(blob).text()
}

/// Returns the fingerprint of the bytes of a key.
pub(super) fn fingerprint(blob: &[u8]) -> KeyFingerprint {
    KeyFingerprint::Ssh(format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(blob))).into())
}

/// Reads a key in its canonical encoding. Another encoding of the same numbers would be another key to everyone who
/// compares bytes.
fn decode_canonical(blob: &[u8]) -> Option<KeyData> {
    let key = ssh_key::PublicKey::from_bytes(blob).ok()?;
    (key.to_bytes().ok()?.as_slice() == blob).then(|| key.key_data().clone())
}

/// Returns true if a key can make a signature of this kind: RSA keys sign with either hash of SHA-2, the others in one
/// way only.
fn same_family(key: &Algorithm, signature: &Algorithm) -> bool {
    match (key, signature) {
        (Algorithm::Rsa { .. }, Algorithm::Rsa { hash }) => hash.is_some(),
        _ => key == signature,
    }
}

fn count_bits(modulus: &[u8]) -> usize {
    let leading = modulus.first().map_or(0, |byte| byte.leading_zeros());
    (modulus.len() * 8).saturating_sub(usize::try_from(leading).unwrap_or(usize::MAX))
}
