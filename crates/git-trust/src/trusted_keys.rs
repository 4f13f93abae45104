//! The keys that count, with the terms on which they count.
//!
//! In: keyring, allowed signers, revocations and terms of the base revision. Out: [`TrustedKeys`], which verifies
//! signatures. Never: takes a date that the pusher wrote for the time.

use std::time::SystemTime;

use super::armor::{Block, SignatureFormat};
use super::distrust::Distrust;
use super::{AllowedSigners, KeyFingerprint, Keyring, Revocations, SignatureStatus, Terms, openpgp, ssh};

/// Keys that may sign.
#[derive(Clone, Debug, Default)]
pub struct TrustedKeys {
    /// OpenPGP certificates.
    pub keyring: Keyring,
    /// SSH keys and authorities.
    pub signers: AllowedSigners,
    /// SSH keys and certificates that are revoked.
    pub revocations: Revocations,
    /// Further demands on a signature.
    pub terms: Terms,
    /// Other keys of which one must have made the signature as well, such as those that are still there today.
    pub narrowed_by: Option<Box<TrustedKeys>>,
}

/// A good signature by a trusted key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signed {
    pub(super) key: KeyFingerprint,
    /// The people that an SSH certificate names, if the allowed signers let its authority vouch for them.
    pub(super) principals: Vec<String>,
    /// The creation time that the signature states. SSH signatures do not state one.
    pub(super) made: Option<SystemTime>,
}

/// The instants of something that was just received.
#[derive(Clone, Copy, Debug)]
pub struct Received {
    /// The time that the committer or tagger states. It can only lead to refusal.
    pub claimed: SystemTime,
    /// The server's clock.
    pub now: SystemTime,
}

impl TrustedKeys {
    /// Returns true if no key is trusted.
    pub fn is_empty(&self) -> bool {
        self.keyring.is_empty() && self.signers.is_empty()
    }

    /// Verifies the signature over the payload at the server's time.
    pub fn verify(&self, payload: &[u8], signature: &[u8], now: SystemTime) -> SignatureStatus {
        self.signer(payload, signature, now).map_or_else(Distrust::into_status, |signed| self.status(signed))
    }

    /// Verifies the signature of a commit or tag that was just received, which may not be older than the terms say. An
    /// SSH signature has no date of its own, so the committer's date, which is among the signed bytes, is used.
    pub fn verify_new(&self, payload: &[u8], signature: &[u8], received: Received) -> SignatureStatus {
        let signed = self.signer(payload, signature, received.now).and_then(|signed| {
            self.terms.check_age(signed.made.unwrap_or(received.claimed), received.now).map(|()| signed)
        });
        signed.map_or_else(Distrust::into_status, |signed| self.status(signed))
    }

    fn signer(&self, payload: &[u8], armored: &[u8], now: SystemTime) -> Result<Signed, Distrust> {
        let block = Block::parse(armored)?;
        let signed = match block.format {
            SignatureFormat::OpenPgp => openpgp::find_signer(self, payload, &block, now)?,
            SignatureFormat::Ssh => ssh::find_signer(self, payload, &block, now)?,
        };
        self.terms.check_window(&signed.key, now)?;
        match &self.narrowed_by {
            Some(others) => others.signer(payload, armored, now),
            None => Ok(signed),
        }
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
