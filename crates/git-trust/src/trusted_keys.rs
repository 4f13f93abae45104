//! Every key that counts, and on which terms.
//!
//! In: keyring, allowed signers, revocations and terms of the base revision. Out: [`TrustedKeys`],
//! which says what a signature is worth. Never: takes a date that the pusher wrote for the time.

use std::time::SystemTime;

use super::armor::{Block, Format};
use super::distrust::Distrust;
use super::{AllowedSigners, KeyFingerprint, Keyring, Revocations, SignatureStatus, Terms, openpgp, ssh};

/// Keys that may sign.
#[derive(Clone, Debug, Default)]
pub struct TrustedKeys {
    /// OpenPGP certificates.
    pub keyring: Keyring,
    /// SSH keys and authorities.
    pub signers: AllowedSigners,
    /// SSH keys and certificates that were taken back.
    pub revocations: Revocations,
    /// What else is demanded.
    pub terms: Terms,
}

/// A good signature by a trusted key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signed {
    pub(super) key: KeyFingerprint,
    /// The people that an SSH certificate names, as far as the allowed signers let its authority vouch.
    pub(super) principals: Vec<String>,
    /// When the signature itself says that it was made; SSH signatures do not say.
    pub(super) made: Option<SystemTime>,
}

/// Instants of something that was just received.
#[derive(Clone, Copy, Debug)]
pub struct Received {
    /// When the committer or tagger says that it was made. It only ever contradicts.
    pub claimed: SystemTime,
    /// The server's clock.
    pub now: SystemTime,
}

impl TrustedKeys {
    /// True if no key is trusted.
    pub fn is_empty(&self) -> bool {
        self.keyring.is_empty() && self.signers.is_empty()
    }

    /// What the signature over the payload is worth at a time, which is the server's.
    pub fn verify(&self, payload: &[u8], signature: &[u8], now: SystemTime) -> SignatureStatus {
        self.signer(payload, signature, now).map_or_else(Distrust::into_status, |signed| self.status(signed))
    }

    /// The same for a commit or tag that was just received, which may not be older than the terms say.
    /// An SSH signature has no date of its own; the committer's is among the bytes that it signs.
    pub fn verify_new(&self, payload: &[u8], signature: &[u8], received: Received) -> SignatureStatus {
        let signed = self.signer(payload, signature, received.now).and_then(|signed| {
            self.terms.check_age(signed.made.unwrap_or(received.claimed), received.now).map(|()| signed)
        });
        signed.map_or_else(Distrust::into_status, |signed| self.status(signed))
    }

    fn signer(&self, payload: &[u8], armored: &[u8], now: SystemTime) -> Result<Signed, Distrust> {
        let block = Block::parse(armored)?;
        let signed = match block.format {
            Format::OpenPgp => openpgp::signer(self, payload, &block, now)?,
            Format::Ssh => ssh::signer(self, payload, &block, now)?,
        };
        self.terms.check_window(&signed.key, now)?;
        Ok(signed)
    }

    fn status(&self, signed: Signed) -> SignatureStatus {
        if self.terms.is_forge(&signed.key) {
            SignatureStatus::Forge { key: signed.key }
        } else {
            SignatureStatus::Trusted { key: signed.key, principals: signed.principals }
        }
    }
}

impl From<Keyring> for TrustedKeys {
    fn from(keyring: Keyring) -> Self {
        Self { keyring, ..Self::default() }
    }
}
